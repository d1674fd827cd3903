//! Throughput of lexer, parser and formatter on ordinary programs of several sizes.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use galo::syntax::format::format_source;
use galo::syntax::lexer::{Lexer, TokenKind};
use galo::syntax::parser::parse;

const SIZES: [(&str, usize); 3] = [("10KB", 10_000), ("1MB", 1_000_000), ("10MB", 10_000_000)];

/// A program of at least `len` bytes: functions as people write them, each with names
/// of its own, and something printed at the end.
fn program(len: usize) -> String {
    let mut source = String::with_capacity(len + 1000);
    let mut number = 0;
    while source.len() < len {
        source.push_str(&definitions(number));
        number += 1;
    }
    source.push_str("print(combination_0(10, 2))\n");
    source
}

fn definitions(number: usize) -> String {
    format!(
        r#"// How many ways there are to choose k out of n, number {number}.
let combination_{number} = fn (n, k) => {{
  let a = k == 0;
  let b = k == n;
  if (a || b) {{
    1
  }} else {{
    combination_{number}(n - 1, k - 1) + combination_{number}(n - 1, k)
  }}
}};

let iterate_{number} = fn (from, to, call, prev) => {{
  if (from < to) {{
    let _ = call(from, {number});
    iterate_{number}(from + 1, to, call, (prev, from * 2 % 7))
  }} else {{
    print("done after " + to + " rounds: " + first(prev)) /* the last */
  }}
}};

"#
    )
}

fn count_tokens(source: &str) -> usize {
    let mut lexer = Lexer::new(source);
    let mut count = 0;
    while lexer.next_token().kind != TokenKind::Eof {
        count += 1;
    }
    count
}

fn bench(criterion: &mut Criterion, name: &str, work: impl Fn(&str)) {
    let mut group = criterion.benchmark_group(name);
    for (size, len) in SIZES {
        let source = program(len);
        group.throughput(Throughput::Bytes(source.len() as u64));
        if len > 1_000_000 {
            group.sample_size(10);
        }
        group.bench_with_input(BenchmarkId::from_parameter(size), &source, |bencher, source| {
            bencher.iter(|| work(source));
        });
    }
    group.finish();
}

fn lexer(criterion: &mut Criterion) {
    bench(criterion, "lexer", |source| {
        black_box(count_tokens(source));
    });
}

fn parser(criterion: &mut Criterion) {
    bench(criterion, "parser", |source| {
        black_box(parse("bench.rinha", source).expect("the program is well formed"));
    });
}

fn formatter(criterion: &mut Criterion) {
    bench(criterion, "formatter", |source| {
        black_box(format_source("bench.rinha", source).expect("the program is well formed"));
    });
}

criterion_group!(benches, lexer, parser, formatter);
criterion_main!(benches);
