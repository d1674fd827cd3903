function count(from, to) {
  let text = "";
  for (let n = from; n < to; n++) text += n + ",";
  return text;
}
function halves(from, to) {
  if (to - from === 1) return from + ",";
  const middle = (from + to) >> 1;
  return halves(from, middle) + halves(middle, to);
}
let matches = 0;
for (let from = 0; from < 3; from++) {
  if (count(from, 1400000) === halves(from, 1400000)) matches++;
}
console.log(matches);

function reverse(n) {
  let reversed = 0;
  for (; n > 0; n = (n / 10) | 0) reversed = reversed * 10 + (n % 10);
  return reversed;
}
let found = 0;
for (let n = 3000000; n > 0; n--) if (String(n) === String(reverse(n))) found++;
console.log(found);
