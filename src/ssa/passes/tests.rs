//! The passes on every program that the tests have, in their order and in others, and what they
//! make of small programs.

use super::*;
use crate::core::{self, FunctionId};
use crate::flow;
use crate::ssa::testing::{HOPELESS, INTS, STRS, Seen, programs};
use crate::ssa::{Switches, build};
use crate::syntax::ast::Ast;
use crate::syntax::input;

/// Calls `each` with every function of a program as the builder makes it, in several ways.
fn built(ast: &Ast, each: &mut dyn FnMut(&Function, &Context<'_>)) {
    let Ok(program) = core::lower(ast) else { return };
    for lenient in [false, true] {
        let facts = flow::analyze(&program, lenient);
        for index in 0..program.functions.len() {
            for profile in [&INTS, &STRS, &HOPELESS] {
                let context = Context {
                    lenient,
                    probes: lenient,
                    profiles: Some(profile),
                    ..Context::new(&program, &facts, ast)
                };
                if let Ok(function) = build(context, FunctionId::new(index), profile) {
                    each(&function, &context);
                }
            }
        }
    }
}

#[test]
fn every_program_stays_well_formed() {
    let mut seed = 1;
    for (_, ast) in programs("tests/corpus").into_iter().chain(programs("examples")) {
        built(&ast, &mut |function, context| {
            optimize(&mut function.clone(), context, &mut |_, _| {});
            let mut other = function.clone();
            for pass in shuffled(&mut seed) {
                (pass.run)(&mut other, context);
                check(pass, &other, context);
            }
        });
    }
}

/// The passes in another order each time.
fn shuffled(seed: &mut u32) -> Vec<&'static Pass> {
    let mut passes: Vec<&Pass> = PASSES.iter().collect();
    for at in (1..passes.len()).rev() {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        passes.swap(at, (*seed >> 16) as usize % (at + 1));
    }
    passes
}

/// The last function of a program, optimised, without the remarks.
fn optimized(source: &str, profile: &Seen) -> String {
    optimized_with(source, profile, Switches::ALL)
}

/// The same without a pass.
fn optimized_without(pass: &str, source: &str, profile: &Seen) -> String {
    let passes = PassSet::ALL.with(pass, false).expect("there is such a pass");
    optimized_with(source, profile, Switches { passes, ..Switches::ALL })
}

/// The same with what is switched on.
pub(super) fn optimized_with(source: &str, profile: &Seen, switches: Switches) -> String {
    let ast = input::read("program", source.as_bytes()).expect("a program");
    let program = core::lower(&ast).expect("few captures");
    let facts = flow::analyze(&program, false);
    let context = Context { switches, ..Context::new(&program, &facts, &ast) };
    let id = FunctionId::new(program.functions.len() - 1);
    let mut function = build(context, id, profile).expect("a small function");
    optimize(&mut function, &context, &mut |_, _| {});
    let text = print(&function, &context, &|_| String::new());
    text.lines()
        .map(|line| line.split(';').next().unwrap_or(line).trim_end().to_owned() + "\n")
        .collect()
}

#[test]
fn a_loop_that_guesses_runs_unboxed() {
    let source = "let sum = fn (n, acc) => { if (n == 0) { acc } else { sum(n - 1, acc + n) } };
                  let _ = print(sum(10, 0)); print(sum(0, \"a\"))";
    let expected = "\
fn 1 sum
entry(v0: int, v1: tagged)
  v11: int = guard v1 else start [v0 v1]
  v4: int = 0
  v5: bool = v0 == v4
  if v5 then b2(v1) else b3(v0, v11)
b2(v20: tagged)
  return v20
b3(v18: int, v19: int)
  v6: int = 1
  v7: int = v18 - v6
  v9: int = v19 + v18
  v10: tagged = box v9
  v17: bool = v7 == v4
  if v17 then b2(v10) else b3(v7, v9)
";
    assert_eq!(optimized(source, &INTS), expected);
    let generic = optimized(source, &HOPELESS);
    assert!(!generic.contains("guard"), "the last version does not guess:\n{generic}");
}

#[test]
fn calls_in_a_row_branch_past_each_other() {
    let source = "let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
                  print(fib(10))";
    let expected = "\
fn 1 fib
entry(v0: int)
  v1: int = 2
  v2: bool = v0 < v1
  if v2 then b1 else b2
b1()
  v3: tagged = box v0
  return v3
b2()
  v4: int = 1
  v5: int = v0 - v4
  v7: bool = v5 < v1
  if v7 then b5(v5) else b4
b4()
  v9: int = call 1 fib(v5)
  jump b5(v9)
b5(v8: int)
  v11: int = v0 - v1
  v13: bool = v11 < v1
  if v13 then b8(v11) else b7
b7()
  v15: int = call 1 fib(v11)
  jump b8(v15)
b8(v14: int)
  v16: int = v8 + v14
  v17: tagged = box v16
  return v17
";
    assert_eq!(optimized_without("accumulate", source, &INTS), expected);
}
