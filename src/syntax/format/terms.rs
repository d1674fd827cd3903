//! What each kind of node is printed as: the style of the formatter.
//!
//! Blocks of `let`s stand in braces or, where an operand is wanted, in parentheses; so
//! do the bodies of functions, except that a function in a function follows its arrow.
//! Parentheses appear where the grammar needs them, and stay where they say how operators of one level are grouped,
//! which is not what most languages do.

use super::super::ast::{BinaryOp, Name, Names, Node, NodeId, Nodes};
use super::document::Op;
use super::printer::{Place, Printer, Separator, Work};

use Op::{Begin, Dedent, End, Indent};
use Separator::{Hard, Soft, SoftSpace, Space};
use Work::{Separator as Sep, Text};

/// What names, literals and calls bind with: tighter than any operator.
const CALL_PRECEDENCE: u8 = 4;

/// How tightly the operation of a node holds its parts together; least of all what is
/// no operand.
fn precedence(node: Node) -> u8 {
    match node {
        Node::Let { .. } | Node::Function { .. } | Node::If { .. } | Node::Tuple { .. } => 0,
        Node::Binary { op, .. } => op.precedence(),
        _ => CALL_PRECEDENCE,
    }
}

impl<'a> Printer<'a> {
    pub(super) fn node(&mut self, id: NodeId, place: Place) {
        if !matches!(place, Place::Operand { first: true, .. }) {
            self.comments_before_term(id);
        }
        if matches!(place, Place::Body | Place::Next) {
            self.keep_blank_line_before(id);
        }
        let node = self.ast.node(id);
        if let Place::Operand { precedence: least, .. } = place
            && precedence(node) < least
        {
            return self.parenthesised(id, node);
        }
        match node {
            Node::Int(value) => self.integer(value),
            Node::Str(text) => {
                let text = self.ast.text(text);
                self.then([Text("\""), Text(text), Text("\"")]);
            }
            Node::Bool(value) => self.text(if value { "true" } else { "false" }),
            Node::Var(name) => self.text(self.ast.text(name)),
            Node::Let { name, value, next } => match place {
                Place::Body | Place::Next => self.bindings(name, value, next),
                _ => self.block(id, place),
            },
            Node::Function { parameters, body } => self.function(id, parameters, body),
            Node::Call { callee, arguments } => self.call(id, callee, arguments),
            Node::If { condition, then, otherwise } => {
                self.conditional(id, [condition, then, otherwise], place);
            }
            Node::Binary { op, lhs, rhs } => self.binary(id, (op, lhs, rhs), place),
            Node::Tuple { first, second } => self.tuple(id, first, second),
            Node::First(value) => self.builtin(id, "first", value),
            Node::Second(value) => self.builtin(id, "second", value),
            Node::Print(value) => self.builtin(id, "print", value),
        }
    }

    fn parenthesised(&mut self, id: NodeId, node: Node) {
        match node {
            Node::Let { .. } => self.then([
                Text("("),
                Work::Op(Indent),
                Sep(Hard),
                Work::Node(id, Place::Body),
                Work::Op(Dedent),
                Sep(Hard),
                Text(")"),
            ]),
            _ => {
                let inside = Place::Operand { precedence: 0, first: true };
                self.then([Text("("), Work::Node(id, inside), Text(")")]);
            }
        }
    }

    /// A `let` and what follows it, each on a line of its own.
    fn bindings(&mut self, name: Name, value: NodeId, next: NodeId) {
        self.then([
            Text("let"),
            Sep(Space),
            Work::Name(name),
            Sep(Space),
            Text("="),
            Sep(Space),
            Work::Node(value, Place::Value),
            Work::Semicolon,
            Sep(Hard),
            Work::Node(next, Place::Next),
        ]);
    }

    /// A chain of `let`s where it is not alone.
    fn block(&mut self, id: NodeId, place: Place) {
        let comments = match place {
            Place::Value => Work::CommentsBeforeSemicolon,
            _ => Work::CommentsBefore(0),
        };
        self.then([
            Text("{"),
            Work::Op(Indent),
            Sep(Hard),
            Work::Node(id, Place::Body),
            comments,
            Work::Op(Dedent),
            Sep(Hard),
            Text("}"),
        ]);
    }

    fn function(&mut self, id: NodeId, parameters: Names, body: NodeId) {
        if matches!(self.ast.node(body), Node::Function { .. }) {
            self.then([Sep(Space), Work::Node(body, Place::Term)]);
        } else {
            let line = match self.ast.node(body) {
                Node::If { .. } => Hard,
                _ => SoftSpace,
            };
            self.then([
                Sep(Space),
                Work::Op(Begin),
                Text("{"),
                Work::Op(Indent),
                Sep(line),
                Work::Node(body, Place::Body),
                Work::CommentsBefore(self.ast.span(id).end),
                Work::Op(Dedent),
                Sep(line),
                Text("}"),
                Work::Op(End),
            ]);
        }
        if self.ast.names(parameters).is_empty() {
            return self.text("fn () =>");
        }
        self.then([
            Work::Op(Begin),
            Text("fn ("),
            Work::Op(Indent),
            Sep(Soft),
            Work::Parameters(parameters, 0),
            Work::Op(Dedent),
            Sep(Soft),
            Text(") =>"),
            Work::Op(End),
        ]);
    }

    /// The parameters from number `index` on.
    pub(super) fn parameters(&mut self, names: Names, index: usize) {
        let Some(&name) = self.ast.names(names).get(index) else { return };
        self.then([Work::Name(name), Work::Parameters(names, index + 1)]);
        if index > 0 {
            self.then([Text(","), Sep(SoftSpace)]);
        }
    }

    fn call(&mut self, id: NodeId, callee: NodeId, arguments: Nodes) {
        let count = self.ast.list(arguments).len();
        self.bracket(id, Work::Arguments(arguments, 0), count);
        let place = Place::Operand { precedence: CALL_PRECEDENCE, first: true };
        self.then([Work::Node(callee, place)]);
    }

    /// The arguments from number `index` on.
    pub(super) fn arguments(&mut self, nodes: Nodes, index: usize) {
        let Some(&node) = self.ast.list(nodes).get(index) else { return };
        self.then([Work::Node(node, Place::Term), Work::Arguments(nodes, index + 1)]);
        if index > 0 {
            self.then([Text(","), Sep(SoftSpace)]);
        }
    }

    fn builtin(&mut self, id: NodeId, word: &'static str, value: NodeId) {
        self.bracket(id, Work::Node(value, Place::Term), 1);
        self.then([Text(word)]);
    }

    /// The parenthesis with `count` values at the end of the node `id`. One value and
    /// no comment is not set apart, so that `print(fn () => {` stays on its line.
    fn bracket(&mut self, id: NodeId, values: Work<'a>, count: usize) {
        let end = self.ast.span(id).end;
        if count == 0 || count == 1 && !self.has_comment_before(end) {
            return self.then([Text("("), values, Work::CommentsBefore(end), Text(")")]);
        }
        self.then([
            Work::Op(Begin),
            Text("("),
            Work::Op(Indent),
            Sep(Soft),
            values,
            Work::CommentsBefore(end),
            Work::Op(Dedent),
            Sep(Soft),
            Text(")"),
            Work::Op(End),
        ]);
    }

    fn tuple(&mut self, id: NodeId, first: NodeId, second: NodeId) {
        self.then([
            Work::Op(Begin),
            Text("("),
            Work::Op(Indent),
            Sep(Soft),
            Work::Node(first, Place::Term),
            Text(","),
            Sep(SoftSpace),
            Work::Node(second, Place::Term),
            Work::CommentsBefore(self.ast.span(id).end),
            Work::Op(Dedent),
            Sep(Soft),
            Text(")"),
            Work::Op(End),
        ]);
    }

    /// An `if` that is alone in its block takes several lines, others if they must.
    fn conditional(&mut self, id: NodeId, [condition, then, otherwise]: [NodeId; 3], place: Place) {
        // Where it has a line of its own it may stay there, unless it decides further.
        let decides = |id: NodeId| matches!(self.ast.node(id), Node::If { .. } | Node::Let { .. });
        let line = match place {
            Place::Body | Place::Next if decides(then) || decides(otherwise) => Hard,
            _ => SoftSpace,
        };
        self.then([
            Work::Op(Begin),
            Text("if ("),
            Work::Node(condition, Place::Term),
            Text(") {"),
            Work::Op(Indent),
            Sep(line),
            Work::Node(then, Place::Body),
            Work::CommentsBeforeElse,
            Work::Op(Dedent),
            Sep(line),
            Text("} else {"),
            Work::Op(Indent),
            Sep(line),
            Work::Node(otherwise, Place::Body),
            Work::CommentsBefore(self.ast.span(id).end),
            Work::Op(Dedent),
            Sep(line),
            Text("}"),
            Work::Op(End),
        ]);
    }

    /// An operation; a chain of operators of one precedence is one group.
    fn binary(&mut self, id: NodeId, (op, lhs, rhs): (BinaryOp, NodeId, NodeId), place: Place) {
        let power = op.precedence();
        let rhs_place = match self.ast.node(rhs) {
            Node::Binary { op: inner, .. } if inner.precedence() == power => {
                // An operation ends where the parentheses of its right operand do.
                let has_parentheses = self.ast.span(rhs).end < self.ast.span(id).end;
                let is_logic = op == inner && matches!(op, BinaryOp::And | BinaryOp::Or);
                match has_parentheses && !is_logic {
                    true => Place::Operand { precedence: power + 1, first: false },
                    false => Place::Chain,
                }
            }
            _ => Place::Operand { precedence: power, first: false },
        };
        let lhs_place = Place::Operand { precedence: power + 1, first: true };
        let whole = place != Place::Chain;
        if whole {
            self.then([Work::Op(Dedent), Work::Op(End)]);
        }
        self.then([
            Work::Node(lhs, lhs_place),
            Sep(Space),
            Text(op.symbol()),
            Sep(SoftSpace),
            Work::Node(rhs, rhs_place),
        ]);
        if whole {
            self.then([Work::Op(Begin), Work::Op(Indent)]);
        }
    }
}
