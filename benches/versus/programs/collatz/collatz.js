function collatz(n, steps) {
  while (n !== 1) {
    n = n % 2 === 0 ? n / 2 : 3 * n + 1;
    steps++;
  }
  return steps;
}
function below(limit, steps) {
  for (let n = 1; n < limit; n++) steps = collatz(n, steps);
  return steps;
}
let steps = 0;
for (let count = 50; count > 0; count--) steps = below(110000, steps);
console.log(steps);
