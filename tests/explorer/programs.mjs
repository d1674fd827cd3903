// Writes the programs whose pages are tested into a folder.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const write = (name, text) => writeFileSync(join(folder, `${name}.rinha`), text);

// A guess that turns out wrong, inlining, collections.
write(
  "small",
  `
let add = fn (a, b) => { a + b };
let repeat = fn (n, value) => {
  if (n == 0) { 0 } else { let _ = add(value, value); repeat(n - 1, value) }
};
let keep = fn (n, list) => { if (n == 0) { list } else { keep(n - 1, (n, list)) } };
let is_even = fn (n) => { n % 2 == 0 };
let count = fn (n, sum) => {
  if (n == 0) { sum } else { count(n - 1, if (is_even(n)) { sum + 1 } else { sum }) }
};
let _ = repeat(3000, 1);
let _ = repeat(100, "a");
let _ = print(count(5000, 0));
let _ = print(first(keep(300000, 0)));
let twice = fn (f, x) => { f(f(x)) };
print(twice(fn (x) => { x + 1 }, 1))
`,
);

write(
  "failing",
  `
let deep = fn (n) => { if (n == 0) { 1 + true } else { 1 + deep(n - 1) } };
print(deep(2000))
`,
);

// All that means something to a browser or turns texts around; and lines without an end.
const override = "\u202E";
write(
  "hostile",
  [
    `// </script><img src=x onerror="pwned=1"> <!-- ${override}abc\u2066 \u0000 \u2028 😀 עברית`,
    `let s = "</script><script>pwned=1</script><!-- \u0000 ${override} 😀 </title></style><svg onload=pwned=1>";`,
    "let f = fn (n) => { if (n == 0) { s } else { f(n - 1) } };",
    `let ${"n".repeat(3000)} = fn (q) => { q };`,
    `let big = "${"x😀".repeat(300_000)}";`,
    `let _ = print(f(3000)); let _ = print("</script>" + s); print(${"n".repeat(3000)}(1) + true)`,
  ].join("\n"),
);

// Runs for long enough to be seen running.
write(
  "busy",
  `
let work = fn (n, sum) => { if (n == 0) { sum } else { work(n - 1, sum * 31 + n % 7) } };
let again = fn (n, sum) => { if (n == 0) { sum } else { again(n - 1, work(1000000, sum)) } };
print(again(40, 1))
`,
);

// As large a program as people write.
const functions = Array.from({ length: 400 }, (_, index) => {
  const next = index === 0 ? "n" : `f${index - 1}(n - 1)`;
  return `let f${index} = fn (n) => {
  if (n < 1) { (n, n) } else { let x = n * ${index} + 1; let y = x % 7; (x + y, ${next}) }
};`;
});
write("many", `${functions.join("\n")}\nprint(first(f399(400)))\n`);

// More lines than browsers have pixels for.
write("long", `${"// a line\n".repeat(450_000)}print(1)`);
