const square = (side) => side * side;
const circle = (radius) => ((radius * radius * 355) / 113) | 0;
const triangle = (side) => ((side * side * 433) / 1000) | 0;
function areas(shapes, n, sum) {
  for (; n > 0; n--, shapes = shapes.tail) sum = (sum + shapes.shape(n % 1000)) % 1000003;
  return sum;
}
let shapes = null;
for (let n = 0; n < 1000; n++) {
  for (const shape of [triangle, circle, square]) shapes = { shape, tail: shapes };
}
let sum = 0;
for (let times = 0; times < 15000; times++) sum = areas(shapes, 3000, sum);
console.log(sum);

const same = (a, b) => (a === b ? 1 : 0);
function compare(n) {
  let sum = 0;
  for (; n > 0; n--) {
    const ints = same(n % 5, 3);
    const bools = same(n % 2 === 0, n % 3 === 0);
    const texts = same(n % 7 < 4 ? "few" : "many", "few");
    sum += ints + bools + texts;
  }
  return sum;
}
console.log(compare(20000000));

function fold(f, n, state) {
  for (; n > 0; n--) state = f(state, n);
  return state;
}
const join = (a, b) => a + b;
console.log(fold((a, b) => (a + b) % 1000003, 30000000, 0));
console.log(fold(join, 300000, "") === fold(join, 299999, "300000"));
const [a, b] = fold(([a, b], n) => [b, a + (n % 3)], 20000000, [0, 0]);
console.log(`(${a}, ${b})`);
