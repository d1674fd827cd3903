// node --stack-size=900000
const cons = (head, tail) => ({ head, tail });
const numbers = (count, seed) =>
  count === 0 ? null : cons(seed, numbers(count - 1, (seed * 1309 + 13849) % 1000003));
const map = (f, list) => (list === null ? null : cons(f(list.head), map(f, list.tail)));
function filter(keep, list) {
  if (list === null) return null;
  return keep(list.head) ? cons(list.head, filter(keep, list.tail)) : filter(keep, list.tail);
}
function fold(f, state, list) {
  for (; list !== null; list = list.tail) state = f(state, list.head);
  return state;
}
const append = (a, b) => (a === null ? b : cons(a.head, append(a.tail, b)));
function quicksort(list) {
  if (list === null) return null;
  const pivot = list.head;
  const smaller = quicksort(filter((x) => x < pivot, list.tail));
  const others = quicksort(filter((x) => x >= pivot, list.tail));
  return append(smaller, cons(pivot, others));
}
function split(list) {
  let left = null;
  let right = null;
  for (; list !== null; list = list.tail) [left, right] = [right, cons(list.head, left)];
  return [left, right];
}
function merge(a, b) {
  if (a === null) return b;
  if (b === null) return a;
  return a.head < b.head ? cons(a.head, merge(a.tail, b)) : cons(b.head, merge(a, b.tail));
}
function mergeSort(list) {
  if (list === null || list.tail === null) return list;
  const [left, right] = split(list);
  return merge(mergeSort(left), mergeSort(right));
}
const checksum = (list) => fold((sum, x) => (sum * 31 + x) % 1000003, 7, list);
const list = numbers(1000000, 42);
console.log(checksum(map((x) => (x * 2) % 1000, list)));
console.log(checksum(filter((x) => x % 3 === 0, append(list, list))));
console.log(checksum(quicksort(list)));
console.log(checksum(mergeSort(list)));
