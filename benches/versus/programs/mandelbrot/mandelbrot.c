#include <stdio.h>

static int times(int a, int b) { return a * b / 4096; }

static int escape(int c_re, int c_im) {
    int re = 0, im = 0;
    for (int n = 0;; n++) {
        int re2 = times(re, re), im2 = times(im, im);
        if (n == 200 || re2 + im2 > 16384) return n;
        im = 2 * times(re, im) + c_im;
        re = re2 - im2 + c_re;
    }
}

int main(void) {
    int total = 0;
    for (int im = -4916; im <= 4916; im += 4)
        for (int re = -8192; re <= 4096; re += 4) total += escape(re, im);
    printf("%d\n", total);
}
