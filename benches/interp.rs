//! The closure interpreter on small programs of several sizes, with and without its
//! profile: calls, loops, closures, tuples, strings.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use galo::{Config, Engine, Tier};

/// Name, text with `SIZE` for the size, sizes.
const PROGRAMS: [(&str, &str, [u32; 2]); 7] = [
    (
        "fib",
        "let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
         fib(SIZE)",
        [15, 25],
    ),
    (
        "tak",
        "let tak = fn (x, y, z) => {
           if (y < x) { tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)) } else { z }
         };
         tak(SIZE, SIZE / 2, 0)",
        [8, 16],
    ),
    (
        "loop",
        "let loop = fn (i, sum) => { if (i == 0) { sum } else { loop(i - 1, sum + i) } };
         loop(SIZE, 0)",
        [1_000, 1_000_000],
    ),
    (
        "perf",
        "let iter = fn (from, to, call, prev) => {
           if (from < to) { let res = call(from); iter(from + 1, to, call, res) } else { prev }
         };
         let work = fn (x) => {
           let inner = fn (y) => { let t = (x * y, x); first(t) * second(t) };
           iter(0, SIZE, inner, 0)
         };
         iter(0, SIZE, work, 0)",
        [20, 400],
    ),
    (
        "list",
        "let range = fn (a, b) => { if (a == b) { 0 } else { (a, range(a + 1, b)) } };
         let map = fn (f, l, n) => {
           if (n == 0) { 0 } else { (f(first(l)), map(f, second(l), n - 1)) }
         };
         let sum = fn (acc, l, n) => {
           if (n == 0) { acc } else { sum(acc + first(l), second(l), n - 1) }
         };
         sum(0, map(fn (x) => { x * x }, range(0, SIZE), SIZE), SIZE)",
        [100, 100_000],
    ),
    (
        "closures",
        "let insert = fn (map, key, value) => {
           fn (k) => { if (k == key) { value } else { map(k) } }
         };
         let fill = fn (map, i) => {
           if (i == 0) { map } else { fill(insert(map, i, i * i), i - 1) }
         };
         let map = fill(fn (k) => { 0 - 1 }, SIZE);
         let sum = fn (i, acc) => { if (i == 0) { acc } else { sum(i - 1, acc + map(i)) } };
         sum(SIZE, 0)",
        [10, 500],
    ),
    (
        "strings",
        "let build = fn (i, text) => {
           if (i == 0) { text } else { build(i - 1, text + i + \", \") }
         };
         build(SIZE, \"\") == build(SIZE, \"\")",
        [100, 100_000],
    ),
];

fn bench(criterion: &mut Criterion) {
    for (name, text, sizes) in PROGRAMS {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        for size in sizes {
            let source = text.replace("SIZE", &size.to_string());
            for (mode, profile) in [("silent", false), ("recording", true)] {
                let config = Config { tier: Tier::Interp, profile, ..Config::default() };
                let program = Engine::new(config).load(name, source.as_bytes()).expect("a program");
                group.bench_function(BenchmarkId::new(mode, size), |bencher| {
                    bencher
                        .iter(|| black_box(&program).run(&mut std::io::sink()).expect("no error"));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
