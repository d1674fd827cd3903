//! Chains of `let`s: blocks of statements.

use super::super::resolve::BindingId;
use super::super::{Bind, FunctionId, Node, Statement};
use super::variables::{Constant, constant, is_cell};
use super::{Lowering, Task};
use crate::syntax::ast;

impl Lowering<'_> {
    /// Plans a chain of `let`s: a block.
    pub(super) fn chain(&mut self, origin: ast::NodeId, tail: bool) {
        let depth = self.depth();
        let first = self.frame().statements.len();
        let mut plan = Vec::new();
        let mut node = origin;
        while let ast::Node::Let { value, next, .. } = self.ast.node(node) {
            self.plan_statement(node, value, &mut plan);
            node = next;
        }
        self.tasks.push(Task::Depth(depth));
        self.tasks.push(Task::Block { origin, first });
        self.tasks.push(Task::Emit { node, tail });
        self.tasks.extend(plan.into_iter().rev());
    }

    fn plan_statement(&mut self, node: ast::NodeId, value: ast::NodeId, plan: &mut Vec<Task>) {
        let binding = self.resolution.binding_at(node);
        let facts = self.resolution.binding(binding);
        if is_cell(facts) && constant(self.ast, self.resolution, binding, true).is_none() {
            self.new_cell(node, binding);
        }
        match constant(self.ast, self.resolution, binding, facts.read_early) {
            Some(Constant::Function(id)) => plan.push(Task::Function(id)),
            Some(Constant::Literal(_)) => {}
            None => plan.extend([Task::Emit { node: value, tail: false }, Task::Bind(binding)]),
        }
    }

    fn new_cell(&mut self, origin: ast::NodeId, binding: BindingId) {
        let slot = self.depth();
        self.slots[binding.index()] = slot;
        self.push(Node::NewCell { slot }, origin);
        let value = self.pop();
        self.frame().statements.push(Statement { bind: Bind::Local(slot), value });
        self.set_depth(slot + 1);
    }

    pub(super) fn bind(&mut self, binding: BindingId) {
        let value = self.pop();
        let facts = *self.resolution.binding(binding);
        let slot = self.slots[binding.index()];
        let bind = if !facts.used {
            Bind::Discard
        } else if facts.owner == FunctionId::MAIN && facts.captured {
            Bind::Global(slot)
        } else if is_cell(&facts) {
            Bind::Cell(slot)
        } else {
            let slot = self.depth();
            self.slots[binding.index()] = slot;
            self.set_depth(slot + 1);
            Bind::Local(slot)
        };
        self.frame().statements.push(Statement { bind, value });
    }

    pub(super) fn make_block(&mut self, origin: ast::NodeId, first: usize) {
        let result = self.pop();
        let frame = self.frame();
        if frame.statements.len() == first {
            self.results.push(result);
            return;
        }
        let statements = frame.function.push_statements(frame.statements.drain(first..));
        self.push(Node::Block { statements, result }, origin);
    }
}
