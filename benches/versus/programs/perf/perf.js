function iterate(from, to, f) {
  let sum = 0;
  for (let i = from; i < to; i++) sum = (sum + f(i)) | 0;
  return sum;
}
function work(x) {
  return iterate(0, 25000, (y) => {
    const pair = [x * y, x];
    return pair[0] - pair[1];
  });
}
console.log(iterate(0, 25000, work));
