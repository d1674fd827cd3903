//! What must be true of compiled code whatever it looks like.

use galo::engine::Sampling;
use galo::{Config, Tier};

use super::watch::{compiled, hot_opcodes, run, run_with};

const FIB: &str = "
let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
print(fib(20))";

const LOOP: &str = "
let loop = fn (n, sum) => { if (n == 0) { sum } else { loop(n - 1, sum + n) } };
print(loop(100000, 0))";

#[test]
fn what_is_hot_is_compiled_and_nothing_else() {
    let source = format!("let cold = fn (n) => n + 1; let _ = cold(1);{FIB}");
    let (all, output) = run(&source, Tier::Auto);
    let names: Vec<&str> = all.iter().map(|function| &function.name[..]).collect();
    assert_eq!((names, &output[..]), (vec!["fib"], "6765\n"));
}

#[test]
fn a_loop_enters_compiled_code_in_the_middle() {
    let (all, output) = run(LOOP, Tier::Auto);
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(output, "705082704\n");
}

#[test]
fn eager_programs_compile_all_that_runs() {
    let source = "
let f = fn (n) => { if (n == 0) { 0 } else { 1 + f(n - 1) } };
let unused = fn (n) => f(n);
print(f(9))";
    let (all, _) = run(source, Tier::Jit);
    let names: Vec<&str> = all.iter().map(|function| &function.name[..]).collect();
    assert_eq!(names, ["main", "f"]);
}

#[test]
fn the_interpreter_alone_compiles_nothing() {
    assert!(run(FIB, Tier::Interp).0.is_empty());
}

#[test]
fn fib_calls_nothing_but_itself_and_guesses_nothing() {
    let fib = compiled(FIB, Tier::Auto, "fib");
    assert_eq!(fib.exits, 0);
    let calls = hot_opcodes(&fib.clif).into_iter().filter(|opcode| opcode.is_call());
    let calls: Vec<String> = calls.map(|opcode| opcode.to_string()).collect();
    assert!(!calls.is_empty() && calls.iter().all(|call| call == "call"), "{}", fib.text);
    // Both loads are of the stack's limit: for calls, and for what were calls.
    let loads = hot_opcodes(&fib.clif).into_iter().filter(|opcode| opcode.can_load());
    assert_eq!(loads.filter(|opcode| !opcode.is_call()).count(), 2, "{}", fib.text);
}

#[test]
fn a_loop_of_ints_touches_no_memory_but_one_word() {
    let function = compiled(LOOP, Tier::Auto, "loop");
    assert_eq!(function.exits, 0);
    let opcodes = || hot_opcodes(&function.clif).into_iter();
    for opcode in opcodes() {
        let touches = opcode.can_store() || opcode.is_call();
        assert!(!touches, "{opcode}:\n{}", function.text);
    }
    // It looks whether somebody wants it to end.
    assert_eq!(opcodes().filter(|opcode| opcode.can_load()).count(), 1, "{}", function.text);
}

#[test]
fn a_loop_that_ends_soon_does_not_look() {
    let looks = |rounds: u32| {
        let source = format!(
            "let inner = fn (i, x, sum) => {{
               if (i < {rounds}) {{ inner(i + 1, x, sum + i * x) }} else {{ sum }}
             }};
             let outer = fn (n, sum) => {{
               if (n == 0) {{ sum }} else {{ outer(n - 1, sum + inner(0, n, 0)) }}
             }};
             print(outer(3000, 0))"
        );
        let function = compiled(&source, Tier::Auto, "outer");
        hot_opcodes(&function.clif).into_iter().filter(|opcode| opcode.can_load()).count()
    };
    assert_eq!((looks(1000), looks(1_000_000)), (1, 2));
}

#[test]
fn a_pair_for_a_function_that_takes_it_apart_is_not_made() {
    let source = "
let walk = fn (n, at) => {
  if (n == 0) { first(at) - second(at) } else {
    walk(n - 1, (first(at) + 1, second(at) * 3)) + walk(n - 1, (first(at) * 5, n)) % 1000
  }
};
print(walk(12, (0, 0)))";
    let function = compiled(source, Tier::Auto, "walk");
    for opcode in hot_opcodes(&function.clif) {
        assert!(opcode.is_call() || !opcode.can_store(), "{opcode}:\n{}", function.text);
    }
}

#[test]
fn a_tuple_taken_apart_at_once_is_not_made() {
    let source = "
let f = fn (n, sum) => {
  if (n == 0) { sum } else { let pair = (n, sum); f(first(pair) - 1, second(pair) + n) }
};
print(f(100000, 0))";
    let function = compiled(source, Tier::Auto, "f");
    for opcode in hot_opcodes(&function.clif) {
        assert!(!opcode.can_store(), "{opcode}:\n{}", function.text);
    }
}

#[test]
fn a_sampled_function_looks_before_tail_calls_and_is_the_same_otherwise() {
    let source = "
let even = fn (n, other) => { if (n == 0) { true } else { other(n - 1, even) } };
let odd = fn (n, other) => { if (n == 0) { false } else { other(n - 1, odd) } };
print(even(10, odd))";
    let opcodes = |source: &str, sampling: Option<Sampling>| {
        let (all, _) = run_with(Config { tier: Tier::Jit, sampling, ..Config::default() }, source);
        all.iter().map(|function| hot_opcodes(&function.clif)).collect::<Vec<_>>()
    };
    let sampled = Some(Sampling::default());
    for source in [FIB, LOOP] {
        assert_eq!(opcodes(source, sampled), opcodes(source, None));
    }
    assert_ne!(opcodes(source, sampled), opcodes(source, None));
}
