//! Any bytes: the parser answers, and what it accepts survives formatting.

#![no_main]

use galo::syntax::ast::{Ast, Node, NodeId};
use galo::syntax::format::{format_source, snippet};
use galo::syntax::parser::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = String::from_utf8_lossy(bytes);
    let ast = match parse("fuzz", &source) {
        Ok(ast) => ast,
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                let span = error.primary.span;
                assert!(span.start <= span.end && span.end as usize <= source.len());
                assert!(source.get(span.start as usize..span.end as usize).is_some());
            }
            return;
        }
    };
    let once = format_source("fuzz", &source).expect("parsed before");
    let again = parse("fuzz", &once).expect("formatted source parses");
    assert_eq!(nodes(&ast), nodes(&again), "the same tree:\n{once}");
    assert_eq!(format_source("fuzz", &once).as_deref(), Ok(&*once), "idempotent");
    assert!(snippet(&ast, ast.root(), 40).chars().count() <= 40);
});

/// The tree without places: post-order makes the sequence of nodes decide.
fn nodes(ast: &Ast) -> Vec<String> {
    (0..ast.len()).map(|index| node(ast, ast.node(NodeId::new(index)))).collect()
}

fn node(ast: &Ast, node: Node) -> String {
    match node {
        Node::Var(text) | Node::Str(text) => format!("{node:?} {}", ast.text(text)),
        Node::Let { name, value, next } => format!("{} {value:?} {next:?}", ast.text(name.text)),
        Node::Function { parameters, body } => {
            let names: Vec<_> = ast.names(parameters).iter().map(|n| ast.text(n.text)).collect();
            format!("{names:?} {body:?}")
        }
        Node::Call { callee, arguments } => format!("{callee:?} {:?}", ast.list(arguments)),
        _ => format!("{node:?}"),
    }
}
