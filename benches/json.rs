//! Throughput of the JSON reader and writer, over wide and deep trees of several sizes.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use galo::syntax::ast::Ast;
use galo::syntax::{json, parser};

/// A function as programs have them.
const FUNCTION: &str = "fn (n, k) => { if (n < 2) { print(\"end\") } \
     else { (fib(n - 1, k) + fib(n - 2, second((1, k))), first((true, n * 3 % 7))) } }";

/// A program of `functions` lets, each within the one before: deep.
fn deep(functions: usize) -> String {
    (0..functions).map(|index| format!("let f{index} = {FUNCTION};\n")).collect::<String>() + "0"
}

/// One call with `functions` arguments: wide.
fn wide(functions: usize) -> String {
    format!("f({})", vec![FUNCTION; functions].join(",\n"))
}

fn tree(source: &str) -> Ast {
    parser::parse("bench.rinha", source).expect("a program")
}

fn pretty(ast: &Ast) -> String {
    let mut out = Vec::new();
    json::write_pretty(ast, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn compact(ast: &Ast) -> String {
    let mut out = Vec::new();
    json::write(ast, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("json/read");
    let inputs = [
        ("pretty, wide, 1", pretty(&tree(&wide(1)))),
        ("pretty, wide, 100", pretty(&tree(&wide(100)))),
        ("pretty, wide, 10000", pretty(&tree(&wide(10_000)))),
        ("compact, wide, 10000", compact(&tree(&wide(10_000)))),
        ("pretty, deep, 50", pretty(&tree(&deep(50)))),
        ("compact, deep, 10000", compact(&tree(&deep(10_000)))),
    ];
    for (name, text) in &inputs {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            bencher.iter(|| json::read("bench.json", black_box(text)).expect("a tree"));
        });
    }
    group.finish();
}

fn writing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("json/write");
    for functions in [100, 10_000] {
        let ast = tree(&deep(functions));
        group.throughput(Throughput::Bytes(compact(&ast).len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(functions), &ast, |bencher, ast| {
            bencher.iter(|| compact(black_box(ast)));
        });
    }
    group.finish();
}

criterion_group!(benches, reading, writing);
criterion_main!(benches);
