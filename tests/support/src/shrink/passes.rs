//! What may be left out of a program: one kind of edit a pass, in the order in which they
//! are tried.

use std::collections::HashMap;

use galo::syntax::ast::{Ast, Node, NodeId};

use super::edit::{Edit, children};

/// Proposes edits, parents before children. Each proposal is made as a whole.
pub type Propose = fn(&Ast) -> Vec<Vec<(NodeId, Edit)>>;

/// The passes, what saves most first.
pub const ALL: [Propose; 12] = [
    unused_lets,
    |ast| of_each(ast, |node| (!is_leaf(node)).then_some(Edit::Int(0))),
    |ast| of_each(ast, |node| (!is_leaf(node)).then_some(Edit::True)),
    |ast| of_each(ast, |node| (!is_leaf(node)).then_some(Edit::Str(0))),
    |ast| hoisted(ast, 0),
    |ast| hoisted(ast, 1),
    |ast| hoisted(ast, 2),
    |ast| hoisted(ast, 3),
    parameters,
    |ast| of_each(ast, literal),
    |ast| of_each(ast, halves),
    |ast| of_each(ast, one_less),
];

fn nodes(ast: &Ast) -> impl Iterator<Item = (NodeId, Node)> + '_ {
    (0..ast.len()).rev().map(NodeId::new).map(|id| (id, ast.node(id)))
}

fn of_each(ast: &Ast, edit: impl Fn(Node) -> Option<Edit>) -> Vec<Vec<(NodeId, Edit)>> {
    nodes(ast).filter_map(|(id, node)| Some(vec![(id, edit(node)?)])).collect()
}

fn is_leaf(node: Node) -> bool {
    matches!(node, Node::Int(_) | Node::Bool(_) | Node::Str(_) | Node::Var(_))
}

/// `let x = …; next` becomes `next`.
fn unused_lets(ast: &Ast) -> Vec<Vec<(NodeId, Edit)>> {
    of_each(ast, |node| match node {
        Node::Let { next, .. } => Some(Edit::Descendant(next)),
        _ => None,
    })
}

/// A node becomes its child of this number.
fn hoisted(ast: &Ast, number: usize) -> Vec<Vec<(NodeId, Edit)>> {
    nodes(ast)
        .filter_map(|(id, _)| Some(vec![(id, Edit::Descendant(*children(ast, id).get(number)?))]))
        .collect()
}

/// Parameters go with the arguments of all calls by that name, and each alone as well.
fn parameters(ast: &Ast) -> Vec<Vec<(NodeId, Edit)>> {
    let mut calls: HashMap<_, Vec<NodeId>> = HashMap::new();
    for (id, node) in nodes(ast) {
        if let Node::Call { callee, .. } = node
            && let Node::Var(name) = ast.node(callee)
        {
            calls.entry(name).or_default().push(id);
        }
    }
    let mut proposals = Vec::new();
    for (id, node) in nodes(ast) {
        let (function, name) = match node {
            Node::Let { name, value, .. } => (value, Some(name.text)),
            Node::Call { callee, .. } => (callee, None),
            _ => continue,
        };
        let with_calls = |at| {
            let calls = name.and_then(|name| calls.get(&name)).into_iter().flatten().copied();
            let own = name.is_none().then_some(id);
            let all = std::iter::once(function).chain(calls).chain(own);
            all.map(|id| (id, Edit::Without(at))).collect()
        };
        if let Node::Function { parameters, .. } = ast.node(function) {
            proposals.extend((0..ast.names(parameters).len()).map(with_calls));
        }
    }
    proposals.extend(nodes(ast).flat_map(|(id, node)| {
        let count = match node {
            Node::Call { arguments, .. } => ast.list(arguments).len(),
            Node::Function { parameters, .. } => ast.names(parameters).len(),
            _ => 0,
        };
        (0..count).map(move |at| vec![(id, Edit::Without(at))])
    }));
    proposals
}

/// Names and literals become literals that are as small as can be.
fn literal(node: Node) -> Option<Edit> {
    match node {
        Node::Int(0) => None,
        Node::Int(_) | Node::Bool(_) | Node::Var(_) => Some(Edit::Int(0)),
        Node::Str(_) => Some(Edit::Str(0)),
        _ => None,
    }
}

fn halves(node: Node) -> Option<Edit> {
    match node {
        Node::Int(int) if int != 0 => Some(Edit::Int(int / 2)),
        Node::Str(_) => Some(Edit::Str(1)),
        _ => None,
    }
}

fn one_less(node: Node) -> Option<Edit> {
    match node {
        Node::Int(int) if int != 0 => Some(Edit::Int(int - int.signum())),
        _ => None,
    }
}
