function combination(n, k) {
  return k === 0 || k === n ? 1 : combination(n - 1, k - 1) + combination(n - 1, k);
}
console.log(combination(33, 16));
