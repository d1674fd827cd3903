//! The builder on every program that the tests have, and its output by example.

use std::path::{Path, PathBuf};

use super::*;
use crate::flow::{self, Kinds};
use crate::report::Places;
use crate::ssa::{print, verify};
use crate::syntax::ast::Ast;
use crate::syntax::input;

/// A profile in which everything has seen the same.
pub(in crate::ssa) struct Seen {
    kinds: Kinds,
    hopeless: bool,
}

impl Profile for Seen {
    fn operands(&self, _: NodeId) -> [Kinds; 2] {
        [self.kinds; 2]
    }

    fn is_hopeless(&self, _: NodeId) -> bool {
        self.hopeless
    }
}

pub(in crate::ssa) const INTS: Seen = Seen { kinds: Kinds::INT, hopeless: false };
pub(in crate::ssa) const STRS: Seen = Seen { kinds: Kinds::STR, hopeless: false };
pub(in crate::ssa) const HOPELESS: Seen = Seen { kinds: Kinds::INT, hopeless: true };

/// The programs below a folder of the project.
pub(in crate::ssa) fn programs(folder: &str) -> Vec<(PathBuf, Ast)> {
    let mut programs = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of programs") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read(&path).expect("a program");
            if let Ok(ast) = input::read("program", &text) {
                programs.push((path, ast));
            }
        }
    }
    programs.sort_by(|(a, _), (b, _)| a.cmp(b));
    programs
}

fn check_all(program: &core::Program, ast: &Ast, lenient: bool, what: &dyn fmt::Debug) {
    let facts = flow::analyze(program, lenient);
    for probes in [false, true] {
        let ctx = Context { program, facts: &facts, ast, lenient, probes };
        for index in 0..program.functions.len() {
            for profile in [&INTS, &STRS, &HOPELESS] {
                let Ok(function) = build(ctx, FunctionId::new(index), profile) else { continue };
                let checked = verify(&function, &ctx);
                assert_eq!(checked, Ok(()), "{what:?}\n{}", print(&function, &ctx, &number));
            }
        }
    }
}

fn number(node: ast::NodeId) -> String {
    node.index().to_string()
}

#[test]
fn every_program_is_well_formed() {
    for (path, ast) in programs("tests/corpus").into_iter().chain(programs("examples")) {
        let Ok(program) = core::lower(&ast) else { continue };
        for lenient in [false, true] {
            check_all(&program, &ast, lenient, &path);
        }
    }
}

/// The SSA form of the program's last function, or of main if there is none.
fn shown(source: &str, profile: &Seen) -> String {
    let ast = input::read("program", source.as_bytes()).expect("a program");
    let program = core::lower(&ast).expect("few captures");
    let facts = flow::analyze(&program, false);
    let (lenient, probes) = (false, false);
    let ctx = Context { program: &program, facts: &facts, ast: &ast, lenient, probes };
    let id = FunctionId::new(program.functions.len() - 1);
    let function = build(ctx, id, profile).expect("a small function");
    let places = Places::new(source);
    let place = |id| places.of(ast.span(id).start as usize).to_string();
    print(&function, &ctx, &place)
}

#[test]
fn show() {
    for source in [
        "let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } }; print(fib(10))",
        "let sum = fn (n, acc) => { if (n == 0) { acc } else { sum(n - 1, acc + n) } }; print(sum(10, 0))",
        "let map = fn (f, l) => { if (first(l)) { let t = second(l); (true, (f(first(t)), map(f, second(t)))) } else { l } }; print(map(fn (x) => {x}, (false, 0)))",
        "let adder = fn (x) => { fn (y) => { x + y } }; print(adder(1)(2))",
        "let f = fn (a, b, c) => { if (a && (b || c)) { 1 } else { 2 } }; print(f(true, false, true))",
        "let f = fn (a, b) => { let x = a + b; x * x }; print(f(1, 2))",
    ] {
        println!("{}", shown(source, &INTS));
    }
}
