//! The interpreter in the middle of a function, where compiled code has given up.
//!
//! A guard of compiled code fails at a node of Core, right after the node was evaluated. What
//! is left to do is what the nodes around it still have to do, from the inside out: its
//! parent evaluates its other operands, by their ordinary closures, and does its operation;
//! then the parent's parent has its value, and so on up to the body. That is a loop over
//! the parents, so that it does not matter how deep the node stands.
//!
//! The frame is the interpreter's at that point: variables, operands that are kept while
//! their neighbours are evaluated, arguments that were evaluated already. So nothing is
//! evaluated twice, but operands that are merely read.

mod calls;
mod frames;
#[cfg(test)]
mod tests;

pub use frames::Frame;

use std::cell::OnceCell;

use galo_runtime::machine::SMALL_FRAME_SLOTS;
use galo_runtime::{Blame, Machine, Site, Value, closure, tuple};

use super::arithmetic::operator;
use super::code::Code;
use super::node::{Eval, Node};
use super::profile::SiteRef;
use crate::core::{self, Bind, Function, FunctionId, NodeId, Place, Program, Slot};
use crate::syntax::ast::BinaryOp;

/// Where the interpreter goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    /// At the beginning of the function, with the arguments in their slots.
    Start,
    /// Right after a node was evaluated. Not after a right operand before which the left one
    /// was not kept: that one is read again after the left.
    After(NodeId),
}

/// What it takes to go on in the middle of a function. Only kept if the program notes its
/// profile.
#[derive(Debug)]
pub(super) struct Interior {
    /// By Core node: its closure; none for variables and constants.
    pub(super) nodes: Box<[Option<Node>]>,
    /// By Core node: its record, if it has one.
    pub(super) records: Box<[Option<SiteRef>]>,
    /// By Core node: the node that it is an operand of; the body is its own. Made when the
    /// function is left for the first time.
    pub(super) parents: OnceCell<Box<[NodeId]>>,
}

fn parents(function: &Function) -> Box<[NodeId]> {
    let mut parents = vec![function.body(); function.nodes().len()].into_boxed_slice();
    for (id, node) in function.nodes() {
        function.for_each_operand(node, |operand| parents[operand.index()] = id);
    }
    parents
}

impl Code {
    /// Goes on in the middle of a function, with the value of the node after which that is.
    /// Returns the function's value, or the signal of an error or a tail call; the function
    /// calling itself in tail position is such a call, too.
    ///
    /// # Panics
    /// If the code was made without noting a profile.
    ///
    /// # Safety
    /// `program` is what the code was made from. The frame belongs to a call of the function
    /// and holds what it would hold if the interpreter had come to this point, as do all
    /// slots below.
    pub unsafe fn resume(
        &self,
        program: &Program,
        machine: &mut Machine<'_>,
        id: FunctionId,
        resume: Resume,
        frame: *mut Value,
        value: Value,
    ) -> Value {
        let interior = &self.interiors[id.index()];
        let function = program.function(id);
        let activation = Activation { code: self, function, interior, frame };
        let is_large = function.frame > SMALL_FRAME_SLOTS;
        let value = match resume {
            _ if is_large && !machine.has_slots(frame, function.frame) => {
                machine.stack_overflow(function.origin.index() as Site)
            }
            Resume::Start => activation.eval(machine, function.body()),
            Resume::After(node) => activation.climb(machine, node, value),
        };
        if value == Value::REPEAT {
            return machine.tail_call(self.functions[id.index()], frame);
        }
        if value.is_error() {
            machine.left_by_error(id.index() as u32);
        }
        value
    }
}

/// A call of a function that goes on here.
struct Activation<'a> {
    code: &'a Code,
    function: &'a Function,
    interior: &'a Interior,
    frame: *mut Value,
}

/// All methods run under the contract of [`Code::resume`].
impl Activation<'_> {
    unsafe fn climb(&self, machine: &mut Machine<'_>, after: NodeId, value: Value) -> Value {
        let parents = self.interior.parents.get_or_init(|| parents(self.function));
        let body = self.function.body();
        let (mut node, mut value) = (after, value);
        while node != body && !value.is_signal() {
            let parent = parents[node.index()];
            value = self.complete(machine, parent, node, value);
            node = parent;
        }
        value
    }

    /// Does what is left of a node after one of its operands has its value.
    unsafe fn complete(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        operand: NodeId,
        value: Value,
    ) -> Value {
        use core::Node as Core;
        match self.function.node(id) {
            Core::Block { .. } => self.block(machine, id, operand, value),
            Core::If { condition, then, otherwise } if operand == condition => {
                match value.as_bool() {
                    Some(true) => self.eval(machine, then),
                    Some(false) => self.eval(machine, otherwise),
                    None => machine.condition_not_bool(self.site(id), value),
                }
            }
            Core::If { .. } => value,
            Core::Logic { and, lhs, rhs } => {
                self.logic(machine, id, and, [lhs, rhs], operand, value)
            }
            Core::Binary { op, lhs, rhs, slot, keeps } => {
                let sides = Sides { first: lhs, second: rhs, slot, keeps };
                match self.both(machine, sides, operand, value) {
                    Ok((left, right)) => self.operate(machine, id, op, slot, left, right),
                    Err(signal) => signal,
                }
            }
            Core::Tuple { first, second, slot, keeps } => {
                let sides = Sides { first, second, slot, keeps };
                match self.both(machine, sides, operand, value) {
                    Ok((first, second)) => {
                        machine.pair(self.slot(slot), self.site(id), first, second)
                    }
                    Err(signal) => signal,
                }
            }
            Core::First(_) => self.field(machine, id, true, value),
            Core::Second(_) => self.field(machine, id, false, value),
            Core::Print(_) => machine.print(self.site(id), value),
            Core::Call { .. } => self.call(machine, id, operand, value),
            Core::Repeat { .. } => self.repeat(machine, id, operand, value),
            _ => unreachable!("a node without operands is nobody's parent"),
        }
    }

    fn slot(&self, slot: Slot) -> *mut Value {
        self.frame.wrapping_add(slot as usize)
    }

    fn site(&self, id: NodeId) -> Site {
        self.function.origin_of(id).index() as Site
    }

    fn record(&self, id: NodeId) -> Option<SiteRef> {
        self.interior.records[id.index()]
    }

    unsafe fn eval(&self, machine: &mut Machine<'_>, id: NodeId) -> Value {
        match (self.interior.nodes[id.index()], self.function.node(id)) {
            (Some(node), _) => node.eval(machine, self.frame),
            (None, core::Node::Int(n)) => Value::int(n),
            (None, core::Node::Bool(b)) => Value::bool(b),
            (None, core::Node::Str(text)) => self.code.strings[&text],
            (None, core::Node::Function(of)) => {
                self.code.closures[of.index()].expect("constant functions capture nothing")
            }
            (None, core::Node::Read(place)) => self.read(machine, place),
            (None, _) => unreachable!("every operation has a closure"),
        }
    }

    unsafe fn read(&self, machine: &Machine<'_>, place: Place) -> Value {
        let this = self.slot(self.function.parameters);
        match place {
            Place::Local(slot) => *self.slot(slot),
            Place::Capture(index) => closure::capture(*this, index as usize),
            Place::Global(slot) => *machine.base().wrapping_add(slot as usize),
            Place::This => *this,
        }
    }

    unsafe fn block(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        operand: NodeId,
        value: Value,
    ) -> Value {
        let core::Node::Block { statements, result } = self.function.node(id) else {
            unreachable!("only used for blocks");
        };
        if operand == result {
            return value;
        }
        let statements = self.function.statements(statements);
        let index = statements.partition_point(|statement| statement.value < operand);
        self.bind(machine, statements[index].bind, value);
        for statement in &statements[index + 1..] {
            let value = self.eval(machine, statement.value);
            if value.is_signal() {
                return value;
            }
            self.bind(machine, statement.bind, value);
        }
        self.eval(machine, result)
    }

    unsafe fn bind(&self, machine: &mut Machine<'_>, bind: Bind, value: Value) {
        match bind {
            Bind::Discard => {}
            Bind::Local(slot) => *self.slot(slot) = value,
            Bind::Global(slot) => *machine.base().wrapping_add(slot as usize) = value,
            Bind::Cell(slot) => machine.heap.set_cell(*self.slot(slot), value),
        }
    }

    unsafe fn logic(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        and: bool,
        [lhs, rhs]: [NodeId; 2],
        operand: NodeId,
        mut value: Value,
    ) -> Value {
        let symbol = if and { "&&" } else { "||" };
        if operand == lhs {
            match value.as_bool() {
                Some(left) if left != and => return value,
                Some(_) => value = self.eval(machine, rhs),
                None => {
                    return machine.operand_not_bool(symbol, self.site(id), value, Blame::First);
                }
            }
        }
        if value.is_signal() || value.as_bool().is_some() {
            return value;
        }
        machine.operand_not_bool(symbol, self.site(id), value, Blame::Second)
    }

    /// Both operands of a node, once one of them has its value.
    unsafe fn both(
        &self,
        machine: &mut Machine<'_>,
        Sides { first, second, slot, keeps }: Sides,
        operand: NodeId,
        value: Value,
    ) -> Result<(Value, Value), Value> {
        let kept = self.slot(slot);
        if operand == second {
            debug_assert!(keeps || self.interior.nodes[first.index()].is_none());
            let first = if keeps { *kept } else { self.eval(machine, first) };
            return Ok((first, value));
        }
        if keeps {
            *kept = value;
        }
        let second = self.eval(machine, second);
        if second.is_signal() {
            return Err(second);
        }
        Ok((if keeps { *kept } else { value }, second))
    }

    unsafe fn operate(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        op: BinaryOp,
        slot: Slot,
        left: Value,
        right: Value,
    ) -> Value {
        if let Some(record) = self.record(id) {
            record.note_operands(left, right);
        }
        machine.operate(operator(op), self.slot(slot), self.site(id), left, right)
    }

    unsafe fn field(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        first: bool,
        value: Value,
    ) -> Value {
        match (value.is_tuple(), first) {
            (true, true) => tuple::first(value),
            (true, false) => tuple::second(value),
            (false, _) => {
                if let Some(record) = self.record(id)
                    && !value.is_int()
                {
                    record.left.note(value);
                }
                machine.not_a_tuple(self.site(id), if first { "first" } else { "second" }, value)
            }
        }
    }
}

/// Two operands that are evaluated one after the other.
#[derive(Clone, Copy)]
struct Sides {
    first: NodeId,
    second: NodeId,
    /// Keeps the first one meanwhile, if `keeps`.
    slot: Slot,
    keeps: bool,
}
