//! Tokens and syntax trees as text.

use std::fmt::{self, Write};

use crate::report::Places;
use crate::syntax::ast::{Ast, NodeId};
use crate::syntax::lexer::{Lexer, TokenKind};

/// The tokens of a source, a line each.
pub(super) fn tokens(text: &str) -> String {
    let mut out = String::new();
    let places = Places::new(text);
    let mut lexer = Lexer::new(text);
    loop {
        let token = lexer.next_token();
        let place = places.of(token.start as usize).to_string();
        writeln!(out, "{place:<10} {:?} {:?}", token.kind, &text[token.range()])
            .expect("a string takes any text");
        if token.kind == TokenKind::Eof {
            return out;
        }
    }
}

/// The nodes of a tree, a line each, children first.
pub(super) fn nodes(ast: &Ast, place: &dyn Fn(NodeId) -> String) -> String {
    let mut out = String::new();
    for id in (0..ast.len()).map(NodeId::new) {
        let node = node(ast, id);
        writeln!(out, "%{:<6} {node:<48} ; {}", id.index(), place(id))
            .expect("a string takes any text");
    }
    out
}

/// A node in one line.
pub(super) fn node(ast: &Ast, id: NodeId) -> String {
    NodeText { ast, id }.to_string()
}

/// A node in one line, its children by their numbers.
struct NodeText<'a> {
    ast: &'a Ast,
    id: NodeId,
}

impl fmt::Display for NodeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::syntax::ast::Node::*;
        let text = |symbol| self.ast.text(symbol);
        let n = NodeId::index;
        match self.ast.node(self.id) {
            Int(value) => write!(f, "Int {value}"),
            Str(value) => write!(f, "Str {:?}", text(value)),
            Bool(value) => write!(f, "Bool {value}"),
            Var(name) => write!(f, "Var {}", text(name)),
            Let { name, value, next } => {
                write!(f, "Let {} = %{}; %{}", text(name.text), n(value), n(next))
            }
            Function { parameters, body } => {
                let names = self.ast.names(parameters).iter().map(|name| text(name.text));
                write!(f, "Function ({}) => %{}", names.collect::<Vec<_>>().join(", "), n(body))
            }
            Call { callee, arguments } => {
                let arguments = self.ast.list(arguments).iter().map(|&id| format!("%{}", n(id)));
                write!(f, "Call %{} ({})", n(callee), arguments.collect::<Vec<_>>().join(", "))
            }
            If { condition, then, otherwise } => {
                write!(f, "If %{} then %{} else %{}", n(condition), n(then), n(otherwise))
            }
            Binary { op, lhs, rhs } => write!(f, "Binary %{} {} %{}", n(lhs), op.symbol(), n(rhs)),
            Tuple { first, second } => write!(f, "Tuple (%{}, %{})", n(first), n(second)),
            First(value) => write!(f, "First %{}", n(value)),
            Second(value) => write!(f, "Second %{}", n(value)),
            Print(value) => write!(f, "Print %{}", n(value)),
        }
    }
}
