//! Programs that nobody wrote, in every mode: generated ones, and every operator on
//! every pair of kinds. The reference evaluator says what must come of them.
//!
//! The generated programs are the same in every run. `GALO_GENERATED=100000` runs more
//! of them than the ordinary number.

use arbitrary::Unstructured;
use galo::syntax::ast::{Ast, BinaryOp};
use galo_testing::corpus::Program;
use galo_testing::differential::{self, LIMITS, Way};
use galo_testing::fuzzing::TARGETS;
use galo_testing::generator;
use galo_testing::modes::{MODES, Mode};
use galo_testing::reference::{self, Dialect};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// How many programs of each dialect an ordinary run tries.
const ORDINARY: u32 = 60;

/// The modes for operators on parameters: what differs between the others is when functions
/// are compiled.
const BOTH_TIERS: [&str; 2] = ["interp", "jit"];

#[test]
fn strict_programs_mean_the_same_in_every_mode() {
    try_programs(Dialect::Strict);
}

#[test]
fn lenient_programs_mean_the_same_in_every_mode() {
    try_programs(Dialect::Lenient);
}

#[test]
fn no_bytes_are_a_program_as_well() {
    let ast = generator::program(&mut Unstructured::new(&[]), Dialect::Strict);
    let outcome = reference::run(&ast, Dialect::Strict, LIMITS);
    assert_eq!(outcome.end, reference::End::Done);
}

#[test]
fn operators_mean_the_same_in_every_mode() {
    let operands = ["7", "(0 - 3)", "0", "true", "\"s\"", "\"t\"", "((1, \"s\"))", "(fn () => 0)"];
    for dialect in [Dialect::Strict, Dialect::Lenient] {
        for (left, right) in operands.iter().flat_map(|l| operands.map(|r| (*l, r))) {
            let [with_left, with_right, with_both] =
                [(left, "r"), ("l", right), (left, right)].map(|(l, r)| operations(l, r));
            let folded = with_left.into_iter().chain(with_right).chain(with_both);
            let check = |operation: String, modes: &[&str]| {
                let source = format!(
                    "let f = fn (l, r) => print({operation}); let _ = print(0); f({left}, {right})"
                );
                check_source(&source, dialect, modes);
            };
            operations("l", "r").into_iter().for_each(|operation| check(operation, &BOTH_TIERS));
            folded.for_each(|operation| check(operation, &BOTH_TIERS[..1]));
        }
    }
}

/// Every operator on two operands, as a value and as a condition.
fn operations(left: &str, right: &str) -> Vec<String> {
    let symbols = BinaryOp::ALL.map(BinaryOp::symbol);
    let values = symbols.map(|op| format!("{left} {op} {right}"));
    let conditions =
        symbols[5..].iter().map(|op| format!("if ({left} {op} {right}) {{ 1 }} else {{ 2 }}"));
    values.into_iter().chain(conditions).collect()
}

fn check_source(source: &str, dialect: Dialect, modes: &[&str]) {
    let ast = galo::syntax::parser::parse("operator.rinha", source).expect("a program");
    let modes = MODES.iter().filter(|mode| modes.contains(&mode.name));
    check(&ast, dialect, modes).unwrap_or_else(|difference| panic!("{source}\n{difference}"));
}

fn try_programs(dialect: Dialect) {
    let cases = std::env::var("GALO_GENERATED").map_or(ORDINARY, |count| {
        count.parse().expect("GALO_GENERATED is how many programs to try")
    });
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    // Programs are made smaller, not the bytes that they come from.
    let config = Config { max_shrink_iters: 0, ..config };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&vec(any::<u8>(), 0..1500), |bytes| {
        let ast = generator::program(&mut Unstructured::new(&bytes), dialect);
        check(&ast, dialect, MODES[1..].iter()).map_err(TestCaseError::fail)
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn check(
    ast: &Ast,
    dialect: Dialect,
    modes: impl Iterator<Item = &'static Mode>,
) -> Result<(), String> {
    let ways: Vec<Way<'_>> = modes.map(way).collect();
    differential::check(ast, dialect, &ways)
}

fn way(mode: &'static Mode) -> Way<'static> {
    Way { name: mode.name, run: &mode.run, is_limited: false }
}

#[test]
fn fuzz_targets_hold_of_a_few_bytes() {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let config = Config { max_shrink_iters: 0, ..config };
    for target in TARGETS {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config.clone(), rng);
        let result = runner.run(&vec(any::<u8>(), 0..800), |bytes| {
            (target.check)(&bytes).map_err(TestCaseError::fail)
        });
        result.unwrap_or_else(|error| panic!("{}: {error}", target.name));
    }
}

/// A mode that is wrong is found out, with a program as small as can be.
#[test]
fn differences_are_shown_with_a_small_program() {
    let wrong = |program: Program<'_>| {
        let mut seen = (MODES[1].run)(program)?;
        if program.text.contains("\"Sub\"") {
            seen.stdout.push(b'!');
        }
        Ok(seen)
    };
    let ways = [way(&MODES[1]), Way { name: "wrong", run: &wrong, is_limited: false }];
    let source = "let f = fn (a, b) => { if (a < b) { print(a - b) } else { f(b, a + 3) } };
                  let _ = print((f(1, 2), \"x\")); f(7, 8)";
    let ast = galo::syntax::parser::parse("t", source).expect("a program");
    let text = differential::check(&ast, Dialect::Strict, &ways).expect_err("a difference");
    assert!(text.starts_with("wrong saw "), "{text}");
    assert!(text.contains("in the Strict program\n0 - 0\n"), "{text}");
}
