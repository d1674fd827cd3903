//! The walk over a function's nodes: one task after the other, operands on a stack.

use super::control::{Arms, Known, Marks, Middle, Test};
use super::{Builder, Demand, Op, Type};
use crate::core::{Bind, Node, NodeId, Slot, Statements};
use crate::ssa::{Block, Site, Value};

/// A step of the walk.
#[derive(Clone, Copy)]
pub(super) enum Task {
    /// Evaluate a node and leave its value on the stack.
    Evaluate(NodeId),
    /// Evaluate a node in tail position; its value is the function's.
    Tail(NodeId),
    /// Evaluate a condition and go where it says; leaves marks of the trail.
    Test(Test),
    /// Take the operands of a node from the stack and leave its value there.
    Finish(NodeId),
    /// Take the operands of a tail call from the stack; it ends the block.
    Leave(NodeId),
    /// Take the function's value from the stack and return it.
    Return(NodeId),
    /// The value on the stack is in a slot, too.
    Keep(Slot),
    /// Take a value from the stack and bind it.
    Bind(Bind, NodeId),
    /// Go on with that many live slots.
    Depth(Slot),
    /// The value on the stack must be a Bool.
    Demand(Demand, Site),
    /// Tests may exit here, right after a node was evaluated.
    Probe(NodeId),
    /// Take a Bool from the stack and go where it says; leaves marks.
    Branch(Block, Block),
    /// Leave a Bool on the stack, decided by this node.
    Decided(bool, NodeId),
    /// Begin a branch.
    Enter(Block, Known),
    /// Forget what a branch does not look at any more.
    Forget(NodeId),
    /// The right side of `&&` or `||` in a condition; takes marks.
    Middle(Middle),
    /// Take the marks of both sides of `&&` or `||` and leave those of the whole.
    Combine(Middle, Marks),
    /// Both branches of an `if`; takes marks.
    Arms(Arms),
    /// Take the marks of both branches of a condition, and leave some for the whole.
    Common(usize),
    /// Take the value of a branch from the stack and leave the branch.
    Arm,
    /// Two branches meet, where as much is known as where they began; leaves the value of
    /// their node on the stack.
    Merge(NodeId, Known),
}

/// Stands on the stack of results for values that are never there.
pub(super) const DEAD: Value = Value(u32::MAX);

impl Builder<'_> {
    /// Plans tasks, in order.
    pub(super) fn plan<const N: usize>(&mut self, tasks: [Task; N]) {
        self.tasks.extend(tasks.into_iter().rev());
    }

    pub(super) fn step(&mut self, task: Task) {
        match task {
            Task::Evaluate(id) => self.evaluate(id),
            Task::Tail(id) => self.tail(id),
            Task::Test(test) => self.test(test),
            Task::Finish(id) => self.finish(id),
            Task::Leave(id) => self.leave(id),
            Task::Return(id) => self.return_value(id),
            Task::Keep(slot) => self.keep(slot),
            Task::Bind(bind, id) => self.bind(bind, id),
            Task::Depth(depth) => self.depth = depth,
            Task::Demand(demand, site) => self.demand_result(demand, site),
            Task::Probe(id) => self.probe_result(id),
            Task::Branch(then, otherwise) => self.branch(then, otherwise),
            Task::Decided(decided, id) => self.decided(decided, id),
            Task::Enter(block, known) => self.enter_branch(block, known),
            Task::Forget(id) => self.forget_at(id),
            Task::Middle(middle) => self.middle(middle),
            Task::Combine(middle, left) => self.combine(middle, left),
            Task::Arms(arms) => self.arms(arms),
            Task::Common(mark) => self.common(mark),
            Task::Arm => self.arm(),
            Task::Merge(id, known) => self.merge(id, known),
        }
    }

    /// Plans the evaluation of a node's operands and then of the node itself.
    fn evaluate(&mut self, id: NodeId) {
        if self.is_dead() {
            self.results.push(DEAD);
            return;
        }
        match self.source.node(id) {
            Node::Block { statements, result } => {
                self.block(statements, [Task::Evaluate(result)], Some(id));
            }
            Node::If { .. } => self.choice(id, true),
            Node::Logic { and, lhs, rhs } => self.logic(id, and, lhs, rhs),
            Node::Binary { lhs, rhs, slot, keeps, .. }
            | Node::Tuple { first: lhs, second: rhs, slot, keeps } => {
                let finish = [Task::Finish(id), Task::Probe(id)];
                if keeps {
                    self.plan([Task::Evaluate(rhs), Task::Depth(slot), finish[0], finish[1]]);
                    self.plan([Task::Evaluate(lhs), Task::Keep(slot), Task::Depth(slot + 1)]);
                } else {
                    self.plan([Task::Evaluate(lhs), Task::Evaluate(rhs), finish[0], finish[1]]);
                }
            }
            Node::First(value) | Node::Second(value) | Node::Print(value) => {
                self.plan([Task::Evaluate(value), Task::Finish(id), Task::Probe(id)]);
            }
            Node::Call { .. } => {
                self.plan([Task::Finish(id), Task::Probe(id)]);
                self.plan_operands(id);
            }
            Node::NewCell { .. } | Node::Closure { .. } => {
                self.plan([Task::Finish(id), Task::Probe(id)]);
            }
            Node::Repeat { .. } => unreachable!("self tail calls are in tail position"),
            _ => {
                let value = self.leaf(id);
                self.results.push(value);
                self.forget_after(id);
            }
        }
    }

    /// Plans a node in tail position.
    fn tail(&mut self, id: NodeId) {
        if self.is_dead() {
            return;
        }
        match self.source.node(id) {
            Node::Block { statements, result } => {
                self.block(statements, [Task::Tail(result)], None);
            }
            Node::If { .. } => self.choice(id, false),
            Node::Call { tail: true, .. } | Node::Repeat { .. } => {
                self.plan([Task::Leave(id)]);
                self.plan_operands(id);
            }
            _ => self.plan([Task::Evaluate(id), Task::Return(id)]),
        }
    }

    /// Plans statements and what follows them; the block itself, if it is a value.
    pub(super) fn block(&mut self, statements: Statements, last: [Task; 1], value: Option<NodeId>) {
        if let Some(id) = value {
            self.plan([Task::Probe(id)]);
        }
        self.plan([last[0], Task::Depth(self.depth)]);
        for statement in self.source.statements(statements).iter().rev() {
            let value = statement.value;
            self.plan([Task::Evaluate(value), Task::Bind(statement.bind, value)]);
        }
    }

    /// Takes the operands of a node from the stack and makes its value.
    fn finish(&mut self, id: NodeId) {
        let node = self.source.node(id);
        let operands = self.take_operands(node);
        if self.is_dead() {
            self.results.push(DEAD);
            return;
        }
        let value = match (node, &operands[..]) {
            (Node::Binary { op, .. }, &[lhs, rhs]) => self.binary(id, op, [lhs, rhs]),
            (Node::Tuple { .. }, &[first, second]) => self.tuple(id, first, second),
            (Node::First(_), &[value]) => self.field(id, value, Demand::First),
            (Node::Second(_), &[value]) => self.field(id, value, Demand::Second),
            (Node::Print(_), &[value]) => self.print(id, value),
            (Node::Call { .. }, operands) => self.call(id, operands),
            (Node::NewCell { .. }, _) => self.emit(Op::NewCell, Type::Cell, self.origin(id)),
            (Node::Closure { function, .. }, _) => self.closure(id, function),
            _ => unreachable!("no other nodes have operands on the stack"),
        };
        let value = if self.is_dead() { DEAD } else { self.proven(value, id) };
        self.results.push(value);
        self.forget_after(id);
    }

    /// Takes the operands of a node from the stack, as they are known by now.
    pub(super) fn take_operands(&mut self, node: Node) -> Vec<Value> {
        let count = match node {
            Node::Binary { .. } | Node::Tuple { .. } => 2,
            Node::First(_) | Node::Second(_) | Node::Print(_) => 1,
            Node::Call { callee, keeps, arguments, .. } => {
                (keeps && callee.is_some()) as usize + self.source.list(arguments).len()
            }
            Node::Repeat { changes, .. } => self.source.statements(changes).len(),
            _ => 0,
        };
        let operands = self.results.split_off(self.results.len() - count);
        operands.into_iter().map(|value| self.env.latest(value)).collect()
    }

    /// The value on the stack, as it is known by now.
    pub(super) fn pop(&mut self) -> Value {
        let value = self.results.pop().expect("every operation finds its operands");
        self.env.latest(value)
    }

    /// Where a node comes from.
    pub(super) fn origin(&self, id: NodeId) -> Site {
        self.source.origin_of(id).into()
    }
}
