#include <stdio.h>

static int combination(int n, int k) {
    return k == 0 || k == n ? 1 : combination(n - 1, k - 1) + combination(n - 1, k);
}

int main(void) { printf("%d\n", combination(33, 16)); }
