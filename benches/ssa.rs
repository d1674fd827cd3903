//! Throughput of building SSA and of optimising it, on functions of several sizes.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use galo::core::{FunctionId, NodeId, Program};
use galo::flow::Kinds;
use galo::ssa::{Context, Profile, build, passes};
use galo::syntax::ast::Ast;
use galo::syntax::parser::parse;

/// A program whose one function is a loop over `count` lines of conditions and arithmetic on
/// arguments of which nothing is known.
fn program(count: usize) -> Ast {
    let mut source = String::from("let f = fn (n, x0, k) => {\n");
    for i in 1..=count {
        let before = i - 1;
        writeln!(
            source,
            "let x{i} = if (n < {i} && (k == {i} || x{before} > n)) {{ x{before} + n * {i} }}
             else {{ second((n, x{before} - k)) }};"
        )
        .expect("a string takes any text");
    }
    writeln!(source, "if (n == 0) {{ x{count} }} else {{ f(n - 1, x{count}, k) }} }};")
        .expect("a string takes any text");
    source.push_str("let g = fn (h, a) => { h(a, a, a) }; let _ = g(f, 1); g(f, \"\")");
    parse("generated.rinha", &source).expect("a program")
}

/// A profile in which everything is new.
struct New;

impl Profile for New {
    fn operands(&self, _: NodeId) -> [Kinds; 2] {
        [Kinds::NONE; 2]
    }

    fn callee(&self, _: NodeId) -> Option<FunctionId> {
        None
    }

    fn is_hopeless(&self, _: NodeId) -> bool {
        false
    }
}

fn largest(program: &Program) -> FunctionId {
    let functions = program.functions.iter().enumerate();
    let largest = functions.max_by_key(|(_, function)| function.nodes().len());
    FunctionId::new(largest.expect("a program has a function").0)
}

fn bench(criterion: &mut Criterion) {
    for count in [10, 100, 600] {
        let ast = program(count);
        let program = galo::core::lower(&ast).expect("few captures");
        let facts = galo::flow::analyze(&program, false);
        let context = Context::new(&program, &facts, &ast);
        let id = largest(&program);
        let function = build(context, id, &New).expect("a function that can be compiled");
        let values = function.values.len();
        let mut group = criterion.benchmark_group("ssa");
        group.throughput(Throughput::Elements(values as u64)).sample_size(10);
        group.bench_function(BenchmarkId::new("build", values), |bencher| {
            bencher.iter(|| build(black_box(context), id, &New));
        });
        group.bench_function(BenchmarkId::new("optimize", values), |bencher| {
            bencher.iter_batched(
                || function.clone(),
                |mut function| {
                    passes::optimize(&mut function, &context, &mut |_, _| {});
                    function
                },
                BatchSize::LargeInput,
            );
        });
        let mut seen = Vec::new();
        for pass in passes::PASSES {
            if seen.contains(&pass.name) {
                continue;
            }
            seen.push(pass.name);
            group.bench_function(BenchmarkId::new(pass.name, values), |bencher| {
                let run = |mut function| {
                    (pass.run)(&mut function, &context);
                    function
                };
                bencher.iter_batched(|| function.clone(), run, BatchSize::LargeInput);
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
