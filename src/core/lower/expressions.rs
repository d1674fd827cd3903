//! Everything but variables, chains and calls: operands first, then the operation.

use super::super::{Bind, List, Node, Statement};
use super::variables::literal;
use super::{Lowering, Operation, Slot, Task};
use crate::syntax::ast::{self, BinaryOp};

impl Lowering<'_> {
    pub(super) fn emit(&mut self, node: ast::NodeId, tail: bool) {
        use ast::Node as Ast;
        match self.ast.node(node) {
            leaf @ (Ast::Int(_) | Ast::Str(_) | Ast::Bool(_)) => {
                self.push(literal(leaf), node);
            }
            Ast::Var(name) => self.variable(node, name),
            Ast::Let { .. } => self.chain(node, tail),
            Ast::Function { .. } => self.function_value(node),
            Ast::Call { callee, arguments } => self.call(node, callee, arguments, tail),
            Ast::If { condition, then, otherwise } => self.plan(
                node,
                Operation::If,
                [(condition, false), (then, tail), (otherwise, tail)],
            ),
            Ast::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), lhs, rhs } => {
                let operation = Operation::Logic { and: op == BinaryOp::And };
                self.plan(node, operation, [(lhs, false), (rhs, false)]);
            }
            Ast::Binary { op, lhs, rhs } => {
                let (slot, keeps) = (self.depth(), !self.is_leaf(rhs));
                self.plan_kept(node, Operation::Binary { op, slot, keeps }, lhs, rhs, keeps);
            }
            Ast::Tuple { first, second } => {
                let (slot, keeps) = (self.depth(), !self.is_leaf(second));
                self.plan_kept(node, Operation::Tuple { slot, keeps }, first, second, keeps);
            }
            Ast::First(value) => self.plan(node, Operation::First, [(value, false)]),
            Ast::Second(value) => self.plan(node, Operation::Second, [(value, false)]),
            Ast::Print(value) => self.plan(node, Operation::Print, [(value, false)]),
        }
    }

    /// Whether evaluating a node uses no slots and allocates nothing.
    fn is_leaf(&self, node: ast::NodeId) -> bool {
        use ast::Node as Ast;
        matches!(self.ast.node(node), Ast::Int(_) | Ast::Str(_) | Ast::Bool(_) | Ast::Var(_))
    }

    fn plan<const N: usize>(
        &mut self,
        origin: ast::NodeId,
        operation: Operation,
        operands: [(ast::NodeId, bool); N],
    ) {
        self.tasks.push(Task::Make { origin, operation });
        let emits = operands.into_iter().rev().map(|(node, tail)| Task::Emit { node, tail });
        self.tasks.extend(emits);
    }

    /// Two operands, the first of which is kept in a slot while the second is evaluated
    /// if `keeps` says so.
    fn plan_kept(
        &mut self,
        origin: ast::NodeId,
        operation: Operation,
        first: ast::NodeId,
        second: ast::NodeId,
        keeps: bool,
    ) {
        let depth = self.depth();
        self.tasks.extend([
            Task::Make { origin, operation },
            Task::Depth(depth),
            Task::Emit { node: second, tail: false },
            Task::Depth(depth + keeps as Slot),
            Task::Emit { node: first, tail: false },
        ]);
    }

    pub(super) fn make(&mut self, origin: ast::NodeId, operation: Operation) {
        let node = match operation {
            Operation::If => {
                let (otherwise, then, condition) = (self.pop(), self.pop(), self.pop());
                Node::If { condition, then, otherwise }
            }
            Operation::Logic { and } => {
                let (rhs, lhs) = (self.pop(), self.pop());
                Node::Logic { and, lhs, rhs }
            }
            Operation::Binary { op, slot, keeps } => {
                let (rhs, lhs) = (self.pop(), self.pop());
                Node::Binary { op, lhs, rhs, slot, keeps }
            }
            Operation::Tuple { slot, keeps } => {
                let (second, first) = (self.pop(), self.pop());
                Node::Tuple { first, second, slot, keeps }
            }
            Operation::First => Node::First(self.pop()),
            Operation::Second => Node::Second(self.pop()),
            Operation::Print => Node::Print(self.pop()),
            Operation::Call { target, keeps, arguments, slot, tail } => {
                let arguments = self.take_list(arguments);
                let callee = target.needs_callee().then(|| self.pop());
                Node::Call { target, callee, keeps, arguments, slot, tail }
            }
            Operation::Repeat { targets, slot } => {
                let values = self.results.split_off(self.results.len() - targets.len());
                let changes = targets.into_iter().zip(values);
                let changes =
                    changes.map(|(slot, value)| Statement { bind: Bind::Local(slot), value });
                let changes = self.frame().function.push_statements(changes);
                Node::Repeat { changes, slot }
            }
        };
        self.push(node, origin);
    }

    fn take_list(&mut self, len: usize) -> List {
        let from = self.results.len() - len;
        let nodes = self.results.split_off(from);
        let lists = &mut self.frame().function.lists;
        let start = lists.len() as u32;
        lists.extend(nodes);
        List { start, len: len as u32 }
    }
}
