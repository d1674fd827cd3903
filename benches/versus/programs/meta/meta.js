// Kinds: 0 number, 1 variable by its distance, 2 function, 3 call, 4 +, 5 -, 6 *, 7 <, 8 if.
const pair = (first, second) => ({ first, second });
const number = (n) => pair(0, n);
const variable = (distance) => pair(1, distance);
const lambda = (body) => pair(2, body);
const call = (f, argument) => pair(3, pair(f, argument));
const add = (a, b) => pair(4, pair(a, b));
const subtract = (a, b) => pair(5, pair(a, b));
const multiply = (a, b) => pair(6, pair(a, b));
const less = (a, b) => pair(7, pair(a, b));
const choose = (test, then, otherwise) => pair(8, pair(test, pair(then, otherwise)));

function lookup(environment, distance) {
  for (; distance > 0; distance--) environment = environment.second;
  return environment.first;
}

function evaluate(expression, environment) {
  const { first: kind, second: parts } = expression;
  switch (kind) {
    case 0:
      return parts;
    case 1:
      return lookup(environment, parts);
    case 2:
      return pair(parts, environment);
    case 8:
      return evaluate(parts.first, environment)
        ? evaluate(parts.second.first, environment)
        : evaluate(parts.second.second, environment);
  }
  const a = evaluate(parts.first, environment);
  const b = evaluate(parts.second, environment);
  switch (kind) {
    case 3:
      return evaluate(a.first, pair(b, pair(a, a.second)));
    case 4:
      return a + b;
    case 5:
      return a - b;
    case 6:
      return a * b;
    default:
      return a < b;
  }
}

const n = variable(0);
const self = variable(1);
const previous = (distance) => call(self, subtract(n, number(distance)));
const factorial = lambda(choose(less(n, number(1)), number(1), multiply(n, previous(1))));
const fib = lambda(choose(less(n, number(2)), n, add(previous(1), previous(2))));

let sum = 0;
for (let times = 400000; times > 0; times--) {
  sum = (sum + evaluate(call(factorial, number(times % 13)), null)) % 4000003;
}
console.log(sum);
console.log(evaluate(call(fib, number(35)), null));
