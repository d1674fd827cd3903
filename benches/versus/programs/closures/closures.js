// node --stack-size=60000
const empty = () => 0;
const insert = (map, key, value) => (wanted) => (wanted === key ? value : map(wanted));
let map = empty;
for (let n = 10000; n > 0; n--) map = insert(map, n, n * n);
let sum = 0;
for (let n = 10000; n > 0; n--) sum = (sum + map(n)) % 1000003;
console.log(sum);

const successor = (n) => (f) => (x) => f(n(f)(x));
const church = (n) => (n === 0 ? () => (x) => x : successor(church(n - 1)));
const multiply = (n, m) => (f) => n(m(f));
const toInt = (n) => n((k) => k + 1)(0);
console.log(toInt(multiply(church(3000), multiply(church(50), church(200)))));

const compose = (f, g) => (x) => f(g(x));
const curry = (f) => (a) => (b) => f(a, b);
const mix = (a, b) => (a * 31 + b) % 1000003;
let x = 1;
for (let n = 8000000; n > 0; n--) {
  const f = compose(curry(mix)(n), compose((y) => y + n, curry(mix)(7)));
  x = f(x);
}
console.log(x);

function fib(n, then) {
  return n < 2 ? then(n) : fib(n - 1, (a) => fib(n - 2, (b) => then(a + b)));
}
let fibs = 0;
for (let n = 20000; n > 0; n--) fibs = fib(n % 20, (x) => (fibs + x) % 1000003);
console.log(fibs);
