//! Throughput of the flow analysis: an ordinary program of several sizes, and programs made
//! to be hard for it.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use galo::core::Program;
use galo::syntax::parser::parse;

/// A program of so many nodes of Core, more or less.
type Make = fn(usize) -> String;

const PROGRAMS: [(&str, Make); 5] = [
    ("ordinary", ordinary),
    ("one callee of many", one_callee_of_many),
    ("lists of lists", lists_of_lists),
    ("choices of choices", choices_of_choices),
    ("chain", chain),
];

/// Top-level functions, each calling the one before, with closures and hoisted names.
fn ordinary(nodes: usize) -> String {
    let mut source = String::from("let f0 = fn (n, k) => { n };\n");
    for i in 1..nodes / 43 {
        let before = i - 1;
        let _ = writeln!(
            source,
            "let f{i} = fn (n, k) => {{
               let add = fn (x) => {{ x + k }};
               let even = fn (m) => {{ if (m == 0) {{ true }} else {{ odd(m - 1) }} }};
               let odd = fn (m) => {{ if (m == 0) {{ false }} else {{ even(m - 1) }} }};
               if (even(n)) {{ add(f{before}(n - 1, k)) }} else {{ first((n * 2 % 7, \"x\" + k)) }}
             }};"
        );
    }
    let last = (nodes / 43).max(1) - 1;
    source + &format!("print(f{last}(1, 2))")
}

/// Many functions that go through one variable, which is called with each.
fn one_callee_of_many(nodes: usize) -> String {
    let mut source = String::from("let apply = fn (f, x) => { f(f)(x) };\n");
    for i in 0..nodes / 10 {
        let _ = writeln!(source, "let f{i} = fn (x) => {{ apply(x, (f{i}, {i})) }};");
        let _ = writeln!(source, "let _ = apply(f{i}, f{i});");
    }
    source + "0"
}

/// Tuples in tuples, all of which flow into each other.
fn lists_of_lists(nodes: usize) -> String {
    let mut source = String::from("let mix = fn (x, y) => { if (true) { x } else { y } };\n");
    for i in 0..nodes / 16 {
        let _ = writeln!(
            source,
            "let _ = mix((mix({i}, mix), 1), first(second((1, (mix(second(mix(1, 2)), 3), 4)))));"
        );
    }
    source + "0"
}

/// Functions whose results are any of several others' and tuples of them.
fn choices_of_choices(nodes: usize) -> String {
    let count = nodes / 14;
    let mut source = String::new();
    for i in 0..count {
        let (a, b) = ((i * 7 + 1) % count, (i * i + 3) % count);
        let _ = writeln!(
            source,
            "let f{i} = fn (x) => {{ if (true) {{ f{a}((x, f{b})) }} else {{ first(f{b}(x)) }} }};"
        );
    }
    source + "f0(1)"
}

/// Functions that hand one parameter down, which many values come into one by one.
fn chain(nodes: usize) -> String {
    let mut source = String::from("let f0 = fn (x) => { x };\n");
    for i in 1..nodes / 4 {
        let _ = writeln!(source, "let f{i} = fn (x) => {{ f{}(x) }};", i - 1);
    }
    for i in 0..20 {
        let last = nodes / 4 - 1;
        let _ = writeln!(source, "let _ = f{last}(f{last}((fn () => {{ {i} }}, \"{i}\")));");
    }
    source + "0"
}

fn nodes(program: &Program) -> usize {
    program.functions.iter().map(|function| function.nodes().len()).sum()
}

fn bench(criterion: &mut Criterion) {
    for (name, make) in PROGRAMS {
        for size in [1_000, 1_000_000] {
            let ast = parse("generated.rinha", &make(size)).expect("a program");
            let program = galo::core::lower(&ast).expect("few captures");
            let size = nodes(&program);
            let mut group = criterion.benchmark_group("flow");
            group.throughput(Throughput::Elements(size as u64)).sample_size(10);
            group.bench_with_input(BenchmarkId::new(name, size), &program, |bencher, program| {
                bencher.iter(|| galo::flow::analyze(black_box(program), false));
            });
            group.finish();
        }
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
