use super::*;
use crate::ssa::Switches;
use crate::ssa::passes::testing::{Maker, Source, ops};
use crate::ssa::passes::tests::optimized_with;
use crate::ssa::testing::{HOPELESS, STRS};

/// How many parts the concatenations of the last function of a program have, and how many sums of
/// any values it makes besides.
fn chains(source: &str) -> (Vec<usize>, usize) {
    let text = optimized_with(source, &STRS, Switches::ALL);
    let parts = |line: &str| line.split("concat").nth(1).map(|list| list.split(',').count());
    (text.lines().filter_map(parts).collect(), text.matches("generic").count())
}

/// The same of a function `f` of two parameters that can be anything.
fn chains_of(body: &str) -> (Vec<usize>, usize) {
    let calls = "let _ = f(1, 2); let _ = f(\"a\", \"b\"); let _ = f(true, (1, 2)); 0";
    chains(&format!("let f = fn (a, b) => {{ {body} }}; {calls}"))
}

#[test]
fn a_chain_is_made_at_once() {
    assert_eq!(chains_of(r#""(" + a + ", " + b + ")""#), (vec![5], 0));
    assert_eq!(chains_of(r#"a + "," + b"#), (vec![3], 0));
    assert_eq!(chains_of(r#"let t = b + ")"; "(" + a + t"#), (vec![2, 3], 0));
}

#[test]
fn what_may_be_sums_of_ints_stays() {
    assert_eq!(chains_of(r#""=" + a + b"#), (vec![2], 1));
    assert_eq!(chains_of("a + b"), (vec![], 1));
    assert_eq!(chains_of(r#"(a + b) + "|" + (b + a)"#), (vec![3], 2));
}

#[test]
fn long_chains_are_made_in_pieces() {
    let parts = r#"a + "1" + b + "2" + a + "3" + b + "4" + a + "5""#;
    assert_eq!(chains_of(parts), (vec![8, 3], 0));
}

#[test]
fn what_others_look_at_is_made() {
    let source = r#"let t = a + ":" + b + ""; let u = "<" + t; (t, u)"#;
    assert_eq!(chains_of(source), (vec![4, 2], 0));
}

#[test]
fn nothing_with_an_effect_is_overtaken() {
    // The prints come before the sums, all of which come together.
    assert_eq!(chains_of(r#""a" + print(a) + ":" + print(b) + ".""#), (vec![5], 0));
    assert_eq!(chains_of(r#"let t = a + ":" + b + "."; let _ = print(a); "<" + t"#).0, [4, 2]);
}

#[test]
fn what_is_taken_as_a_str_is_one() {
    // The function returns nothing but Strs, as both parameters are.
    let calls = r#"let _ = f("a", "b"); f("c", "d")"#;
    let source = format!("let f = fn (a, b) => {{ a + b + a }}; {calls}");
    let text = optimized_with(&source, &HOPELESS, Switches::ALL);
    assert!(!text.contains("generic") && text.matches("concat").count() == 1, "{text}");
}

#[test]
fn an_unbox_behind_an_effect_proves_nothing() {
    let (mut make, [x, y]) = Maker::new([Type::Tagged; 2]);
    let sum = make.op(Op::Generic(BinaryOp::Add, x, y), Type::Tagged);
    make.print(x);
    make.op(Op::Unbox(sum), Type::Str);
    let mut function = make.returns(x);
    run(&mut function, &Source::new("0").context());
    assert!(matches!(ops(&function)[0], Op::Generic(..)));
}
