//! The SSA form as the builder leaves it: well-formed for every program that there is, with
//! states that hold what the interpreter will look at, and by example.

mod liveness;
mod mistakes;
mod shapes;
mod snapshots;

use std::fmt::Debug;
use std::path::Path;

use arbitrary::Unstructured;
use galo::core::{self, FunctionId, NodeId};
use galo::flow::{self, Kinds};
use galo::ssa::{self, Context, Function, Profile};
use galo::syntax::ast::{self, Ast};
use galo::syntax::input;
use galo_testing::corpus::Case;
use galo_testing::generator;
use galo_testing::reference::Dialect;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// A profile in which every operator has seen the same.
struct Seen {
    kinds: Kinds,
    hopeless: bool,
}

impl Profile for Seen {
    fn operands(&self, _: NodeId) -> [Kinds; 2] {
        [self.kinds; 2]
    }

    fn callee(&self, _: NodeId) -> Option<FunctionId> {
        None
    }

    fn is_hopeless(&self, _: NodeId) -> bool {
        self.hopeless
    }
}

const INTS: Seen = Seen { kinds: Kinds::INT, hopeless: false };
const STRS: Seen = Seen { kinds: Kinds::STR, hopeless: false };
const HOPELESS: Seen = Seen { kinds: Kinds::INT, hopeless: true };

fn parse(source: &str) -> Ast {
    input::read("program", source.as_bytes()).expect("a program")
}

fn show(function: &Function, ctx: &Context<'_>) -> String {
    ssa::print(function, ctx, &|node: ast::NodeId| node.index().to_string())
}

/// Builds all functions of a program in several ways and checks them.
fn check_program(ast: &Ast, lenient: bool, what: &dyn Debug) {
    let Ok(program) = core::lower(ast) else { return };
    let facts = flow::analyze(&program, lenient);
    for probes in [false, true] {
        let ctx = Context { lenient, probes, ..Context::new(&program, &facts, ast) };
        for id in (0..program.functions.len()).map(FunctionId::new) {
            for profile in [&INTS, &STRS, &HOPELESS] {
                let Ok(function) = ssa::build(ctx, id, profile) else { continue };
                let checked = ssa::verify(&function, &ctx);
                let checked = checked.and_then(|()| liveness::check(&function, &ctx));
                assert_eq!(checked, Ok(()), "{what:?}\n{}", show(&function, &ctx));
            }
        }
    }
}

#[test]
fn every_program_of_the_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["tests/corpus", "examples"] {
        for case in Case::all_below(&root.join(folder)).expect("the corpus can be read") {
            let Ok(ast) = input::read(&case.name, case.text.as_bytes()) else { continue };
            check_program(&ast, false, &case.name);
            check_program(&ast, true, &case.name);
        }
    }
}

#[test]
fn generated_programs() {
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for dialect in [Dialect::Strict, Dialect::Lenient] {
        for _ in 0..50 {
            let mut bytes = vec![0; 2000];
            random.fill_bytes(&mut bytes);
            let ast = generator::program(&mut Unstructured::new(&bytes), dialect);
            check_program(&ast, dialect == Dialect::Lenient, &bytes);
        }
    }
}
