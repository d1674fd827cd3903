function make(depth, item) {
  if (depth === 0) return { left: item, right: item };
  return { left: make(depth - 1, item), right: make(depth - 1, item) };
}
const sum = (tree, depth) =>
  depth === 0 ? tree.left % 3 : sum(tree.left, depth - 1) + sum(tree.right, depth - 1);
function repeat(times, depth) {
  let total = 0;
  for (; times > 0; times--) total += sum(make(depth, times), depth);
  return total;
}
const longLived = make(20, 1);
for (let depth = 4, times = 524288; depth <= 18; depth += 2, times /= 4) {
  console.log(`${times} trees of depth ${depth}: ${repeat(times, depth)}`);
}
console.log(`long lived: ${sum(longLived, 20)}`);
