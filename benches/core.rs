//! Throughput of lowering and of compiling to closures, on trees of several sizes.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use galo::interp::{Code, Options};
use galo::syntax::ast::Ast;
use galo::syntax::parser::parse;

/// A program of `count` top-level functions, each calling the one before, with a closure
/// and a hoisted name in each.
fn program(count: usize) -> Ast {
    let mut source = String::from("let f0 = fn (n) => { n };\n");
    for i in 1..=count {
        let before = i - 1;
        source.push_str(&format!(
            "let f{i} = fn (n, k) => {{
               let add = fn (x) => {{ x + k }};
               let even = fn (m) => {{ if (m == 0) {{ true }} else {{ odd(m - 1) }} }};
               let odd = fn (m) => {{ if (m == 0) {{ false }} else {{ even(m - 1) }} }};
               if (even(n)) {{ add(f{before}(n - 1)) }} else {{ first((n * 2 % 7, \"x\" + k)) }}
             }};\n"
        ));
    }
    source.push_str("print(f0(1))");
    parse("generated.rinha", &source).expect("a program")
}

fn bench(criterion: &mut Criterion) {
    let options = Options { records: true, ..Options::default() };
    for count in [10, 1_000, 30_000] {
        let ast = program(count);
        let nodes = Throughput::Elements(ast.len() as u64);
        let mut group = criterion.benchmark_group("core");
        group.throughput(nodes).sample_size(10);
        group.bench_with_input(BenchmarkId::new("lower", ast.len()), &ast, |bencher, ast| {
            bencher.iter(|| galo::core::lower(black_box(ast)).expect("few captures"));
        });
        let core = galo::core::lower(&ast).expect("few captures");
        group.bench_with_input(BenchmarkId::new("compile", ast.len()), &ast, |bencher, ast| {
            bencher.iter(|| Code::new(black_box(&core), ast, options).expect("memory"));
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
