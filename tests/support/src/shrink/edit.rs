//! Edits of a tree, and the tree that they make.

use std::collections::HashMap;

use galo::syntax::ast::{Ast, Name, Node, NodeId, Span};

/// What becomes of a node.
#[derive(Clone, Copy, Debug)]
pub enum Edit {
    /// This node, which is below it.
    Descendant(NodeId),
    /// An Int.
    Int(i32),
    /// `true`.
    True,
    /// A Str with the first so many characters of what it was.
    Str(usize),
    /// A call without an argument, a function without a parameter.
    Without(usize),
}

/// The edits that make one tree of another.
pub type Edits = HashMap<NodeId, Edit>;

/// How much there is of a program: less with every edit that is worth while.
pub fn weight(ast: &Ast) -> u64 {
    let of = |index| match ast.node(NodeId::new(index)) {
        Node::Int(int) => 1 + u64::from(int.unsigned_abs()).min(1 << 32),
        Node::Bool(_) => 2,
        Node::Str(text) => 3 + ast.text(text).len() as u64,
        Node::Var(_) => NODE,
        Node::Function { parameters, .. } => NODE + NODE * ast.names(parameters).len() as u64,
        Node::Call { arguments, .. } => NODE + NODE * ast.list(arguments).len() as u64,
        _ => NODE,
    };
    (0..ast.len()).map(of).sum()
}

/// A node weighs more than any literal is worth.
const NODE: u64 = 1 << 33;

/// The tree with these edits. A node's place is its number, so that places differ.
pub fn rebuild(ast: &Ast, edits: &Edits) -> Ast {
    let mut rebuilt = Rebuilt { from: ast, to: Ast::new(FILE), edits, done: Vec::new() };
    let mut tasks = vec![Task::Visit(ast.root())];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Visit(id) => rebuilt.visit(id, &mut tasks),
            Task::Finish(id) => rebuilt.finish(id),
        }
    }
    let span = Span { start: 0, ..rebuilt.next_span() };
    rebuilt.to.finish(FILE, span);
    rebuilt.to
}

const FILE: &str = "shrunk.rinha";

enum Task {
    Visit(NodeId),
    /// All children of this node are done.
    Finish(NodeId),
}

struct Rebuilt<'a> {
    from: &'a Ast,
    to: Ast,
    edits: &'a Edits,
    /// The nodes made whose parents are not made yet.
    done: Vec<NodeId>,
}

impl Rebuilt<'_> {
    fn visit(&mut self, id: NodeId, tasks: &mut Vec<Task>) {
        match (self.edits.get(&id), self.from.node(id)) {
            (Some(&Edit::Descendant(below)), _) => tasks.push(Task::Visit(below)),
            (Some(&Edit::Int(int)), _) => self.push(Node::Int(int)),
            (Some(Edit::True), _) => self.push(Node::Bool(true)),
            (Some(&Edit::Str(length)), node) => {
                let text = if let Node::Str(text) = node { self.from.text(text) } else { "" };
                let text: String = text.chars().take(length).collect();
                let text = self.to.intern(&text);
                self.push(Node::Str(text));
            }
            (Some(Edit::Without(_)) | None, _) => {
                tasks.push(Task::Finish(id));
                tasks.extend(self.kept(id).into_iter().rev().map(Task::Visit));
            }
        }
    }

    /// The children of a node, but for what is left out.
    fn kept(&self, id: NodeId) -> Vec<NodeId> {
        let mut children = children(self.from, id);
        if let (Some(&Edit::Without(at)), Node::Call { .. }) =
            (self.edits.get(&id), self.from.node(id))
            && at + 1 < children.len()
        {
            children.remove(at + 1);
        }
        children
    }

    fn finish(&mut self, id: NodeId) {
        let count = self.kept(id).len();
        let below = self.done.split_off(self.done.len() - count);
        let node = match self.from.node(id) {
            Node::Int(_) | Node::Bool(_) => self.from.node(id),
            Node::Str(text) => Node::Str(self.to.intern(self.from.text(text))),
            Node::Var(name) => Node::Var(self.to.intern(self.from.text(name))),
            Node::Let { name, .. } => {
                Node::Let { name: self.name(name), value: below[0], next: below[1] }
            }
            Node::Function { parameters, .. } => {
                let mut names = self.from.names(parameters).to_vec();
                if let Some(&Edit::Without(at)) = self.edits.get(&id)
                    && at < names.len()
                {
                    names.remove(at);
                }
                let names: Vec<_> = names.into_iter().map(|name| self.name(name)).collect();
                Node::Function { parameters: self.to.push_names(&names), body: below[0] }
            }
            Node::Call { .. } => {
                let arguments = self.to.push_list(&below[1..]);
                Node::Call { callee: below[0], arguments }
            }
            Node::If { .. } => {
                Node::If { condition: below[0], then: below[1], otherwise: below[2] }
            }
            Node::Binary { op, .. } => Node::Binary { op, lhs: below[0], rhs: below[1] },
            Node::Tuple { .. } => Node::Tuple { first: below[0], second: below[1] },
            Node::First(_) => Node::First(below[0]),
            Node::Second(_) => Node::Second(below[0]),
            Node::Print(_) => Node::Print(below[0]),
        };
        self.push(node);
    }

    fn name(&mut self, name: Name) -> Name {
        Name { text: self.to.intern(self.from.text(name.text)), span: self.next_span() }
    }

    fn push(&mut self, node: Node) {
        let span = self.next_span();
        let id = self.to.push(node, span);
        self.done.push(id);
    }

    fn next_span(&mut self) -> Span {
        let start = u32::try_from(self.to.len()).unwrap_or(u32::MAX - 1);
        Span { start, end: start + 1, file: self.to.intern_file(FILE) }
    }
}

/// The children of a node, in the order in which they are evaluated.
pub fn children(ast: &Ast, id: NodeId) -> Vec<NodeId> {
    match ast.node(id) {
        Node::Int(_) | Node::Str(_) | Node::Bool(_) | Node::Var(_) => Vec::new(),
        Node::Let { value, next, .. } => vec![value, next],
        Node::Function { body, .. } => vec![body],
        Node::Call { callee, arguments } => {
            let arguments = ast.list(arguments).iter().copied();
            std::iter::once(callee).chain(arguments).collect()
        }
        Node::If { condition, then, otherwise } => vec![condition, then, otherwise],
        Node::Binary { lhs, rhs, .. } => vec![lhs, rhs],
        Node::Tuple { first, second } => vec![first, second],
        Node::First(value) | Node::Second(value) | Node::Print(value) => vec![value],
    }
}
