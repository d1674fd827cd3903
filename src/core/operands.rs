//! Which nodes a node is made of.

use super::{Function, Node, NodeId};

impl Function {
    /// Calls `visit` with the operands of a node, in the order in which they are evaluated,
    /// if at all; a callee that is evaluated last comes first all the same.
    pub fn for_each_operand(&self, node: Node, mut visit: impl FnMut(NodeId)) {
        match node {
            Node::Int(_)
            | Node::Bool(_)
            | Node::Str(_)
            | Node::Function(_)
            | Node::Read(_)
            | Node::ReadHoisted { .. }
            | Node::Unbound(_)
            | Node::NewCell { .. }
            | Node::Closure { .. } => {}
            Node::Block { statements, result } => {
                self.statements(statements).iter().for_each(|statement| visit(statement.value));
                visit(result);
            }
            Node::If { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(visit);
            }
            Node::Logic { lhs, rhs, .. } | Node::Binary { lhs, rhs, .. } => {
                [lhs, rhs].into_iter().for_each(visit);
            }
            Node::Tuple { first, second, .. } => {
                [first, second].into_iter().for_each(visit);
            }
            Node::First(value) | Node::Second(value) | Node::Print(value) => visit(value),
            Node::Call { callee, arguments, .. } => {
                callee.iter().chain(self.list(arguments)).copied().for_each(visit);
            }
            Node::Repeat { changes, .. } => {
                self.statements(changes).iter().for_each(|change| visit(change.value));
            }
        }
    }
}
