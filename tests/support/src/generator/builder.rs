//! Pushes nodes, each with a place of its own.

use galo::syntax::ast::{Ast, BinaryOp, Name, Node, NodeId, Span};

/// A tree under construction. There is no source, so that a node's place is its
/// number: places of errors can be told apart.
pub struct Builder {
    ast: Ast,
}

const FILE: &str = "generated.rinha";

impl Builder {
    pub fn new() -> Self {
        Builder { ast: Ast::new(FILE) }
    }

    pub fn finish(mut self) -> Ast {
        let span = Span { start: 0, ..self.next_span() };
        self.ast.finish(FILE, span);
        self.ast
    }

    fn next_span(&mut self) -> Span {
        let start = u32::try_from(self.ast.len()).expect("generated programs are small");
        Span { start, end: start + 1, file: self.ast.intern_file(FILE) }
    }

    fn push(&mut self, node: Node) -> NodeId {
        let span = self.next_span();
        self.ast.push(node, span)
    }

    fn name(&mut self, text: &str) -> Name {
        Name { text: self.ast.intern(text), span: self.next_span() }
    }

    pub fn int(&mut self, int: i32) -> NodeId {
        self.push(Node::Int(int))
    }

    pub fn bool(&mut self, bool: bool) -> NodeId {
        self.push(Node::Bool(bool))
    }

    pub fn str(&mut self, text: &str) -> NodeId {
        let text = self.ast.intern(text);
        self.push(Node::Str(text))
    }

    pub fn var(&mut self, name: &str) -> NodeId {
        let name = self.ast.intern(name);
        self.push(Node::Var(name))
    }

    pub fn bind(&mut self, name: &str, value: NodeId, next: NodeId) -> NodeId {
        let name = self.name(name);
        self.push(Node::Let { name, value, next })
    }

    pub fn function(&mut self, parameters: &[&str], body: NodeId) -> NodeId {
        let names: Vec<Name> = parameters.iter().map(|name| self.name(name)).collect();
        let parameters = self.ast.push_names(&names);
        self.push(Node::Function { parameters, body })
    }

    pub fn call(&mut self, callee: NodeId, arguments: &[NodeId]) -> NodeId {
        let arguments = self.ast.push_list(arguments);
        self.push(Node::Call { callee, arguments })
    }

    pub fn choose(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> NodeId {
        self.push(Node::If { condition, then, otherwise })
    }

    pub fn binary(&mut self, op: BinaryOp, lhs: NodeId, rhs: NodeId) -> NodeId {
        self.push(Node::Binary { op, lhs, rhs })
    }

    pub fn tuple(&mut self, first: NodeId, second: NodeId) -> NodeId {
        self.push(Node::Tuple { first, second })
    }

    pub fn first(&mut self, tuple: NodeId) -> NodeId {
        self.push(Node::First(tuple))
    }

    pub fn second(&mut self, tuple: NodeId) -> NodeId {
        self.push(Node::Second(tuple))
    }

    pub fn print(&mut self, value: NodeId) -> NodeId {
        self.push(Node::Print(value))
    }
}
