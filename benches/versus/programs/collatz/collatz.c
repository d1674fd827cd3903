#include <stdio.h>

static int collatz(int n, int steps) {
    while (n != 1) {
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
        steps++;
    }
    return steps;
}

int main(void) {
    int steps = 0;
    for (int count = 0; count < 50; count++)
        for (int n = 1; n < 110000; n++) steps = collatz(n, steps);
    printf("%d\n", steps);
}
