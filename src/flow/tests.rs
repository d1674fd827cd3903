//! Facts of small programs.

use super::print::signature;
use super::{analyze, print};
use crate::core::{self, FunctionId, Program};
use crate::syntax::ast::Ast;
use crate::syntax::parser::parse;

/// What is proven of each function, in a line.
fn functions(source: &str, lenient: bool) -> Vec<String> {
    let ast = parse("test.rinha", source).expect("a program");
    let program = core::lower(&ast).expect("few captures");
    let facts = analyze(&program, lenient);
    let ids = (0..program.functions.len()).map(FunctionId::new);
    ids.map(|id| format!("{}{}", name(&program, &ast, id), signature(facts.function(id)))).collect()
}

fn name(program: &Program, ast: &Ast, id: FunctionId) -> String {
    let name = match program.function(id).name {
        Some(name) => ast.text(name),
        None if id == FunctionId::MAIN => "main",
        None => "_",
    };
    format!("{} {name}", id.index())
}

#[track_caller]
fn expect(source: &str, wanted: &[&str]) {
    assert_eq!(functions(source, false), wanted);
}

#[test]
fn pairs_that_are_only_taken_apart_are_passed_as_two_values() {
    expect(
        "let walk = fn (n, p) => {
           if (n == 0) { first(p) } else { walk(n - 1, (second(p), n)) + walk(n - 2, (n, true)) }
         };
         print(walk(5, (1, 2)))",
        &[
            "0 main() => Int|Bool, prints, fails, allocates",
            "1 walk(Int, (Int|Bool, Int|Bool)) => Int|Bool, fails, allocates",
        ],
    );
    // Passed on: to the other, who is passed a new one, and back.
    expect(
        "let even = fn (n, p) => { if (n == 0) { first(p) } else { odd(n - 1, p) + 1 } };
         let odd = fn (n, p) => { if (n == 0) { second(p) } else { even(n - 1, (n, n)) + 1 } };
         print(even(5, (1, 2)))",
        &[
            "0 main() => Int, prints, fails, allocates",
            "1 even(Int, (Int, Int)) => Int, fails, allocates",
            "2 odd(Int, (Int, Int)) => Int, fails, allocates",
        ],
    );
}

#[test]
fn pairs_that_are_needed_are_passed_as_they_are() {
    for body in [
        // Printed, returned, captured, kept in a variable, in another pair, of another kind, passed on to
        // whoever needs it.
        "first(print(p))",
        "p",
        "(fn () => { first(p) })()",
        "let q = p; first(q)",
        "first((p, 1))",
        "first(first((p, p)))",
        "needs(p)",
    ] {
        let source = format!(
            "let needs = fn (p) => {{ p == ((1, 1)) }};
             let f = fn (n, p) => {{
               if (n == 0) {{ {body} }} else {{ let _ = f(n - 1, (n, 2)); first(p) }}
             }};
             print(f(3, (1, 2)))"
        );
        let facts = functions(&source, false);
        assert!(facts.iter().all(|fact| !fact.contains("f(Int, (")), "{body}: {facts:?}");
    }
    // Nobody makes one for the call; the function allocates nothing; the kinds differ.
    for source in [
        "let sum = fn (n, p) => { if (n == 0) { (0, 0) } else { let _ = sum(n - 1, second(p)); (first(p), n) } };
         let list = (1, (2, (3, (4, (5, (6, (7, (8, (9, (10, (11, 12)))))))))));
         print(sum(3, list))",
        "let f = fn (n, p) => { if (n == 0) { first(p) } else { f(n - 1, p) + 1 } }; print(f(3, (1, 2)))",
        "let f = fn (n, p) => { if (n == 0) { (n, first(p)) } else { (f(n - 1, (n, n)), f(n - 1, n)) } };
         print(f(3, (1, 2)))",
    ] {
        let facts = functions(source, false);
        assert!(facts.iter().all(|fact| !fact.contains("Int, (")), "{facts:?}");
    }
}

#[test]
fn recursion_on_ints_is_pure() {
    expect(
        "let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } }; print(fib(9))",
        &["0 main() => Int, prints, fails", "1 fib(Int) => Int"],
    );
    expect(
        "let tak = fn (x, y, z) => {
           if (y < x) { tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)) } else { z }
         };
         tak(18, 12, 6)",
        &["0 main() => Int", "1 tak(Int, Int, Int) => Int"],
    );
    expect(
        "let even = fn (n) => { if (n == 0) { true } else { odd(n - 1) } };
         let odd = fn (n) => { if (n == 0) { false } else { even(n - 1) } };
         let count = fn (n, all) => { if (n == 0) { all } else { count(n - 1, all + n) } };
         (even(3), count(9, 0))",
        &[
            "0 main() => Tuple, fails, allocates",
            "1 even(Int) => Bool",
            "2 odd(Int) => Bool",
            "3 count(Int, Int) => Int",
        ],
    );
}

#[test]
fn the_dump_is_core_with_remarks() {
    let source = "let half = fn (n) => { if (n < 2) { half(n) + n } else { n / 2 } }; half(9)";
    let ast = parse("test.rinha", source).expect("a program");
    let program = core::lower(&ast).expect("few captures");
    let facts = analyze(&program, false);
    let of = |id| print(&program, &facts, &ast, id, &|id| name(&program, &ast, id));
    let wanted = "\
(Int) => Int
fn 1 half(1) frame 2
  %0 = local 0                                  ; Int
  %1 = int 2                                    ; Int
  %2 = %0 < %1 at 1                             ; Bool
  %3 = local 0                                  ; Int
  %4 = call 1 half (%3) at 1                    ; Int, calls 1 half
  %5 = local 0                                  ; Int
  %6 = %4 + %5 at 1                             ; Int
  %7 = local 0                                  ; Int
  %8 = int 2                                    ; Int
  %9 = %7 / %8 at 1                             ; Int
  %10 = if %2 %6 %9                             ; Int
";
    assert_eq!(of(FunctionId::new(1)), wanted);
}

#[test]
fn what_only_passes_through_keeps_its_kinds() {
    expect("let id = fn (x) => { x }; id(1) + id(2)", &["0 main() => Int", "1 id(Int) => Int"]);
    expect(
        "let id = fn (x) => { x }; if (id(true)) { id(1) + 1 } else { 0 }",
        &["0 main() => Int, fails", "1 id(Int|Bool) => Int|Bool"],
    );
}

#[test]
fn lists_remember_what_is_in_them() {
    expect(
        "let nil = (true, 0);
         let cons = fn (x, list) => { (false, (x, list)) };
         let map = fn (f, list) => {
           if (first(list)) { nil } else {
             cons(f(first(second(list))), map(f, second(second(list))))
           }
         };
         let fold = fn (f, start, list) => {
           if (first(list)) { start } else {
             fold(f, f(start, first(second(list))), second(second(list)))
           }
         };
         let list = cons(1, cons(2, cons(3, nil)));
         fold(fn (a, b) => { a + b }, 0, map(fn (x) => { x * 2 }, list))",
        &[
            "0 main() => Int, fails, allocates",
            "1 cons(Int, Tuple) => Tuple, fails, allocates",
            "2 map(Closure, Tuple) => Tuple, fails, allocates",
            "3 fold(Closure, Int, Tuple) => Int, fails",
            "4 _(Int, Int) => Int",
            "5 _(Int) => Int",
        ],
    );
}

#[test]
fn long_literal_lists_are_told_from_each_other() {
    let list = |element: &str| format!("({element}, ").repeat(30) + "0" + &")".repeat(30);
    let source = format!(
        "let ints = fn (list, n) => {{ if (n == 0) {{ 0 }} else {{ first(list) + ints(second(list), n - 1) }} }};
         let texts = fn (list, n) => {{ if (n == 0) {{ \"\" }} else {{ first(list) + texts(second(list), n - 1) }} }};
         (ints({}, 30), texts({}, 30))",
        list("1"),
        list("\"a\""),
    );
    expect(
        &source,
        &[
            "0 main() => Tuple, fails, allocates",
            "1 ints(Int|Tuple, Int) => Int, fails",
            "2 texts(Int|Tuple, Int) => Str, fails, allocates",
        ],
    );
}

#[test]
fn closures_are_followed() {
    expect(
        "let add = fn (x) => { fn (y) => { x + y } };
         let twice = fn (f, x) => { f(f(x)) };
         twice(add(3), 4)",
        &[
            "0 main() => Int, fails, allocates",
            "1 add(Int) => Closure, fails, allocates",
            "2 _(Int) => Int, captures [Int]",
            "3 twice(Closure, Int) => Int",
        ],
    );
    expect(
        "let zero = fn (f) => { fn (x) => { x } };
         let next = fn (n) => { fn (f) => { fn (x) => { f(n(f)(x)) } } };
         next(next(zero))(fn (n) => { n + 1 })(0)",
        &[
            "0 main() => Int, fails, allocates",
            "1 zero(Closure) => Closure",
            "2 _(Int) => Int",
            "3 next(Closure) => Closure, fails, allocates",
            "4 _(Closure) => Closure, captures [Closure], fails, allocates",
            "5 _(Int) => Int, captures [Closure, Closure], fails, allocates",
            "6 _(Int) => Int",
        ],
    );
}

#[test]
fn hoisted_closures_are_followed_through_their_cells() {
    expect(
        "let make = fn (k) => {
           let even = fn (n) => { if (n == k) { true } else { odd(n - 1) } };
           let odd = fn (n) => { if (n == k) { false } else { even(n - 1) } };
           even
         };
         make(0)(8)",
        &[
            "0 main() => Bool, fails, allocates",
            "1 make(Int) => Closure, fails, allocates",
            "2 even(Int) => Bool, captures [Int, Closure], fails",
            "3 odd(Int) => Bool, captures [Int, Closure], fails",
        ],
    );
}

#[test]
fn what_nothing_calls_says_nothing() {
    expect(
        "let dead = fn (x) => { f(\"never\") };
         let f = fn (x) => { x };
         let end = fn (n) => { end(n) };
         f(1) + end(2)",
        &[
            "0 main() => none",
            "1 dead(none) => none, never called",
            "2 f(Int) => Int",
            "3 end(Int) => none",
        ],
    );
}

#[test]
fn calls_that_cannot_work_reach_nobody() {
    expect(
        "let two = fn (a, b) => { a }; let one = fn (a) => { two }; one(1)(2)",
        &[
            "0 main() => none, fails",
            "1 two(none, none) => none, never called",
            "2 one(Int) => Closure",
        ],
    );
    expect(
        "let f = fn () => { 1 }; (if (f() == 1) { 5 } else { f })()",
        &["0 main() => Int, fails", "1 f() => Int"],
    );
}

#[test]
fn operators_fail_where_kinds_do_not_fit() {
    let of_f = |body: &str, arguments: &str, lenient| {
        let source = format!("let f = fn (a, b) => {{ {body} }}; f({arguments})");
        functions(&source, lenient)[1].clone()
    };
    assert_eq!(of_f("a / 2", "1, 2", false), "1 f(Int, Int) => Int");
    assert_eq!(of_f("a / 0", "1, 2", false), "1 f(Int, Int) => Int, fails");
    assert_eq!(of_f("a % b", "1, 2", false), "1 f(Int, Int) => Int, fails");
    assert_eq!(of_f("a + b", "1, \"x\"", false), "1 f(Int, Str) => Str, fails, allocates");
    assert_eq!(of_f("a + b", "true, \"x\"", false), "1 f(Bool, Str) => none, fails");
    assert_eq!(of_f("a + b", "true, \"x\"", true), "1 f(Bool, Str) => Str, fails, allocates");
    assert_eq!(of_f("a == b", "true, 1", false), "1 f(Bool, Int) => Bool, fails");
    assert_eq!(of_f("a == b", "true, 1", true), "1 f(Bool, Int) => Bool");
    assert_eq!(of_f("a == b", "true, false", false), "1 f(Bool, Bool) => Bool");
    assert_eq!(of_f("a == b", "\"x\", \"y\"", false), "1 f(Str, Str) => Bool, fails, allocates");
    assert_eq!(of_f("a < b", "\"x\", \"y\"", false), "1 f(Str, Str) => Bool, fails");
    assert_eq!(of_f("a < b", "\"x\", \"y\"", true), "1 f(Str, Str) => Bool, fails, allocates");
    assert_eq!(of_f("a && b", "true, false", false), "1 f(Bool, Bool) => Bool");
    assert_eq!(of_f("a || b", "true, 1", false), "1 f(Bool, Int) => Bool, fails");
    assert_eq!(of_f("c", "1, 2", false), "1 f(Int, Int) => none, fails");
}

/// More functions and tuples than a set lists meet in one place.
#[test]
fn what_meets_too_many_stays_sound() {
    let mut source = String::from("let apply = fn (f, x) => { f(x) };\n");
    for i in 0..20 {
        source += &format!("let f{i} = fn (x) => {{ first((x, {i})) }};\n");
    }
    source += "let no = fn (a, b) => { a };\nlet sum = fn (n, t) => { n + first(t) };\n";
    for i in 0..20 {
        source += &format!("let _ = apply(f{i}, {});\n", if i == 19 { "\"x\"" } else { "1" });
        source += &format!("let _ = sum({i}, ({i}, true));\n");
    }
    source += "apply(no, sum(1, (2, \"y\")))";
    let functions = functions(&source, false);
    assert_eq!(functions[1], "1 apply(Closure, Int|Str) => Int|Str, fails, allocates");
    assert_eq!(functions[2], "2 f0(Int|Str) => Int|Str, fails, allocates");
    assert_eq!(functions[21], "21 f19(Int|Str) => Int|Str, fails, allocates");
    assert_eq!(functions[22], "22 no(none, none) => none, never called");
    assert_eq!(functions[23], "23 sum(Int, Tuple) => Int");
}
