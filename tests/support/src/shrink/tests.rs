//! That it finds what is essential, and comes to an end.

use arbitrary::Unstructured;
use galo::syntax::ast::{Ast, BinaryOp, Node, NodeId};
use galo::syntax::parser::parse;

use super::{TRIES, shrink, text};
use crate::generator;
use crate::reference::Dialect;

fn shrunk(source: &str, keeps: impl Fn(&Ast) -> bool) -> String {
    let ast = parse("t", source).expect("a program");
    text(&shrink(&ast, TRIES, &mut |ast| keeps(ast))).trim_end().to_owned()
}

fn has(ast: &Ast, wanted: impl Fn(Node) -> bool) -> bool {
    (0..ast.len()).any(|index| wanted(ast.node(NodeId::new(index))))
}

#[test]
fn only_the_cause_is_left() {
    let divides = |ast: &Ast| has(ast, |n| matches!(n, Node::Binary { op: BinaryOp::Div, .. }));
    let source = "let a = 7; let f = fn (x, y) => { if (x < y) { (x, 8 / y) } else { f(y, x) } };
                  print(f(a, 3) + \"text\")";
    assert_eq!(shrunk(source, divides), "0 / 0");
}

#[test]
fn numbers_and_texts_are_made_small_and_parameters_go_with_arguments() {
    let large = |ast: &Ast| has(ast, |n| matches!(n, Node::Int(int) if int >= 57));
    assert_eq!(shrunk("let n = 1000; print(n + 2000)", large), "57");
    let matching = |ast: &Ast| {
        let nodes = || (0..ast.len()).map(|index| ast.node(NodeId::new(index)));
        let given = nodes().find_map(|node| match node {
            Node::Call { arguments, .. } => Some(ast.list(arguments).len()),
            _ => None,
        });
        let taken = nodes().find_map(|node| match node {
            Node::Function { parameters, .. } => Some(ast.names(parameters).len()),
            _ => None,
        });
        given.is_some_and(|count| count > 0) && given == taken
    };
    let source = "let f = fn (a, b, c) => a + b + c; f(1, 2, 3)";
    let small = shrunk(source, matching);
    assert_eq!(small, "let f = fn (a) => { 0 };\n0(0)");
}

#[test]
fn large_programs_take_few_steps() {
    let source: String = (0..5_000).map(|i| format!("let x{i} = {i} * 2; ")).collect();
    let mut tried = 0;
    let ast = parse("t", &(source + "first(7)")).expect("a program");
    let small = shrink(&ast, TRIES, &mut |ast| {
        tried += 1;
        has(ast, |node| matches!(node, Node::First(_)))
    });
    assert_eq!(text(&small).trim_end(), "first(0)");
    assert!(tried < 60, "{tried}");
}

#[test]
fn whatever_is_wanted_it_ends() {
    let bytes: Vec<u8> = (0..2_000_u32).map(|i| ((i * i) >> 3) as u8).collect();
    let ast = generator::program(&mut Unstructured::new(&bytes), Dialect::Strict);
    let mut odd = 0_u32;
    let small = shrink(&ast, TRIES, &mut |_| {
        odd = odd.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        odd >> 31 == 0
    });
    assert!(small.len() <= ast.len());
    assert_eq!(shrink(&ast, TRIES, &mut |_| true).len(), 1);
    assert_eq!(shrink(&ast, TRIES, &mut |_| false).len(), ast.len());
}
