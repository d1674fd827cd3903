const times = (a, b) => ((a * b) / 4096) | 0;
function escape(cRe, cIm) {
  let re = 0;
  let im = 0;
  for (let n = 0; ; n++) {
    const re2 = times(re, re);
    const im2 = times(im, im);
    if (n === 200 || re2 + im2 > 16384) return n;
    im = 2 * times(re, im) + cIm;
    re = re2 - im2 + cRe;
  }
}
function rows() {
  let total = 0;
  for (let im = -4916; im <= 4916; im += 4) {
    for (let re = -8192; re <= 4096; re += 4) total += escape(re, im);
  }
  return total;
}
console.log(rows());
