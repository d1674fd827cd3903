// node --stack-size=60000
const cons = (head, tail) => ({ head, tail });
function fold(f, state, list) {
  for (; list !== null; list = list.tail) state = f(state, list.head);
  return state;
}
function filter(keep, list) {
  if (list === null) return null;
  const rest = filter(keep, list.tail);
  return keep(list.head) ? cons(list.head, rest) : rest;
}
const append = (a, b) => (a === null ? b : cons(a.head, append(a.tail, b)));
function sort(list) {
  if (list === null) return null;
  const pivot = list.head;
  const smaller = filter((x) => x < pivot, list.tail);
  const others = filter((x) => x >= pivot, list.tail);
  return append(sort(smaller), cons(pivot, sort(others)));
}
const random = (seed) => (seed * 1309 + 13849) % 65537;
const numbers = (n, seed) => (n === 0 ? null : cons(seed, numbers(n - 1, random(seed))));

function insert(tree, key) {
  if (tree === null) return { left: null, right: null, key };
  const { left, right, key: here } = tree;
  if (key < here) return { left: insert(left, key), right, key: here };
  if (here < key) return { left, right: insert(right, key), key: here };
  return tree;
}
const size = (tree) => (tree === null ? 0 : 1 + size(tree.left) + size(tree.right));

const show = (list, count) =>
  count === 0 || list === null ? "" : list.head + " " + show(list.tail, count - 1);
const gcd = (a, b) => (b === 0 ? a : gcd(b, a % b));
const isEven = (n) => (n === 0 ? true : isOdd(n - 1));
const isOdd = (n) => (n === 0 ? false : isEven(n - 1));

function round(seed) {
  const list = numbers(20000, seed);
  const sorted = sort(list);
  const tree = fold(insert, null, list);
  const sum = fold((sum, x) => (sum + x * gcd(x, 360)) % 1000003, 0, sorted);
  const parity = isEven(sum % 1000) ? "even" : "odd";
  console.log(`${show(sorted, 5)}| ${size(tree)} keys, sum ${sum}`);
  return `(${parity}, (${seed}, ${sum}))`;
}
for (let n = 60; n > 0; n--) console.log(round(n * 31));
console.log("done");
