#include <stdio.h>

int main(void) {
    unsigned sum = 0;
    for (unsigned i = 0; i < 2000000000; i++) {
        sum += i;
        /* Every sum counts: no closed form instead of the loop, no four at once. */
        __asm__ volatile("" : "+r"(sum));
    }
    printf("%d\n", (int)sum);
}
