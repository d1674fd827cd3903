use crate::ssa::Switches;
use crate::ssa::passes::tests::optimized_with;
use crate::ssa::testing::INTS;

/// The last function of a program after all passes.
fn optimized(source: &str) -> String {
    optimized_with(source, &INTS, Switches::ALL)
}

/// How many calls and how many jumps instead of calls there are in a function `f` of an Int that
/// is called.
fn calls_and_turns(body: &str) -> (usize, usize) {
    let text = optimized(&format!("let f = fn (n) => {body}; print(f(10))"));
    (text.matches("= call").count(), text.matches("check stack").count())
}

#[test]
fn what_is_due_is_carried() {
    let source = "let sum = fn (n) => if (n == 0) { 0 } else { n + sum(n - 1) }; print(sum(9))";
    let text = optimized(source);
    assert!(!text.contains("call"), "{text}");
    let entry = text.split("b1").next().expect("an entry");
    assert!(entry.contains("stack room"), "{text}");
    assert_eq!(text.matches("check stack room").count(), 1, "{text}");
}

#[test]
fn affine_maps_of_the_result_become_turns() {
    for body in [
        "if (n == 0) { 1 } else { n * f(n - 1) }",
        "if (n == 0) { 1 } else { f(n - 1) - n }",
        "if (n == 0) { 1 } else { n - f(n - 1) }",
        "if (n == 0) { 1 } else { 2 * (n - f(n - 1)) + 1 }",
        "if (n == 0) { 1 } else { let r = f(n - 1); (r + r) + 1 }",
        "if (n == 0) { 1 } else { let r = f(n - 1); let m = n * n; (r + m) * 2 }",
    ] {
        assert_eq!(calls_and_turns(body), (0, 1), "{body}");
    }
    let arms = "if (n < 1) { 1 } else { if (n < 9) { 1 + f(n - 1) } else { 2 * f(n - 2) } }";
    assert_eq!(calls_and_turns(arms), (0, 2));
    let join = "if (n < 1) { 1 } else { 1 + (if (n < 9) { f(n - 1) } else { f(n - 2) }) }";
    assert_eq!(calls_and_turns(join), (0, 2));
}

#[test]
fn of_several_calls_the_last_one_becomes_a_turn() {
    assert_eq!(calls_and_turns("if (n < 2) { n } else { f(n - 1) + f(n - 2) }"), (1, 1));
    assert_eq!(calls_and_turns("if (n < 3) { n } else { f(n - 1) - f(n - 2) * f(n - 3) }"), (2, 1));
    // The argument of a call is no map of it.
    assert_eq!(calls_and_turns("if (n < 2) { n } else { 1 + f(f(n - 1) - n) }"), (1, 1));
}

#[test]
fn other_uses_of_the_result_stay_calls() {
    for body in [
        "if (n == 0) { 1 } else { let r = f(n - 1); r * r }",
        "if (n == 0) { 1 } else { f(n - 1) / 2 }",
        "if (n == 0) { 1 } else { 10 % f(n - 1) }",
        "if (n == 0) { 1 } else { if (f(n - 1) < 3) { 1 } else { 2 } }",
    ] {
        assert_eq!(calls_and_turns(body), (1, 0), "{body}");
    }
}

#[test]
fn what_can_be_noticed_stays_calls() {
    for body in [
        // Prints, fails, allocates.
        "if (n == 0) { 1 } else { n + print(f(n - 1)) }",
        "if (n == 0) { 1 } else { 10 / n + f(n - 1) }",
        "if (n == 0) { 1 } else { first((n, n)) + f(n - 1) }",
    ] {
        assert_eq!(calls_and_turns(body), (1, 0), "{body}");
    }
    // It would leave by a tail call with a sum due.
    let text = optimized(
        "let g = fn (n) => { f(n) };
         let f = fn (n) => if (n == 0) { 0 } else { if (n < 5) { g(n - 1) } else { 1 + f(n - 1) } };
         print(f(10))",
    );
    assert!(text.contains("tail call") && !text.contains("check stack"), "{text}");
}
