//! The tree without places.

use galo::syntax::ast::{Ast, Node, NodeId};

/// A line for each node, which says all but where it stands: since children come before
/// parents, two programs are the same tree if their lines are the same.
pub fn shape(ast: &Ast) -> Vec<String> {
    (0..ast.len()).map(|index| line(ast, ast.node(NodeId::new(index)))).collect()
}

fn line(ast: &Ast, node: Node) -> String {
    match node {
        Node::Var(text) => format!("var {}", ast.text(text)),
        Node::Str(text) => format!("str {}", ast.text(text)),
        Node::Let { name, value, next } => {
            format!("let {} {value:?} {next:?}", ast.text(name.text))
        }
        Node::Function { parameters, body } => {
            let names: Vec<_> = ast.names(parameters).iter().map(|n| ast.text(n.text)).collect();
            format!("fn {names:?} {body:?}")
        }
        Node::Call { callee, arguments } => format!("{callee:?} {:?}", ast.list(arguments)),
        _ => format!("{node:?}"),
    }
}
