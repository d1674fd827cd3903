//! Programs that nobody wrote, in every mode: generated ones, and every operator on
//! every pair of kinds. The reference evaluator says what must come of them.
//!
//! The generated programs are the same in every run. `GALO_GENERATED=100000` runs more
//! of them than the ordinary number.

use arbitrary::Unstructured;
use galo::syntax::ast::{Ast, BinaryOp};
use galo_testing::differential::{self, LIMITS, Way};
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
    let ways: Vec<Way<'_>> = modes.map(|mode| Way { name: mode.name, run: &mode.run }).collect();
    differential::compare(ast, dialect, &ways)
}
