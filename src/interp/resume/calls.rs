//! What is left of a call or a self tail call after one of its operands has its value.

use std::marker::PhantomData;

use galo_runtime::{Machine, Value, VmFunction};

use super::super::calls::{Callee, ClosureCallee, Found, StaticCallee, UnknownCallee, enter};
use super::super::operand::Const;
use super::super::profile::{Recording, SiteRef};
use super::Activation;
use crate::core::{self, FunctionId, NodeId, Slot, Target};

/// All methods run under the contract of [`Code::resume`](super::Code::resume).
impl Activation<'_> {
    pub(super) unsafe fn call(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        operand: NodeId,
        value: Value,
    ) -> Value {
        let core::Node::Call { callee, keeps, arguments, slot, tail, .. } = self.function.node(id)
        else {
            unreachable!("only used for calls");
        };
        let arguments = self.function.list(arguments);
        let base = self.slot(slot + keeps as Slot);
        let stored = if Some(operand) != callee {
            self.store(machine, arguments, base, operand, value)
        } else {
            if keeps {
                *self.slot(slot) = value;
            }
            self.store_from(machine, arguments, base, 0)
        };
        if let Err(signal) = stored {
            return signal;
        }
        let record = self.record(id).expect("every call has a record");
        let (function, closure) = match self.find_callee(machine, id, arguments.len(), record) {
            Ok(found) => found,
            Err(signal) => return signal,
        };
        let frame = if tail { self.frame } else { base };
        std::ptr::copy(base, frame, arguments.len());
        if let Some(closure) = closure {
            *frame.add(arguments.len()) = closure;
        }
        if tail {
            return machine.tail_call(function, frame);
        }
        enter::<Recording>(function, machine, frame, record)
    }

    /// Whom a call calls, once its arguments are in their slots.
    unsafe fn find_callee(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        arguments: usize,
        record: SiteRef,
    ) -> Result<Found, Value> {
        let core::Node::Call { target, callee, keeps, slot, .. } = self.function.node(id) else {
            unreachable!("only used for calls");
        };
        let callee = match callee {
            Some(_) if keeps => *self.slot(slot),
            Some(callee) => self.eval(machine, callee),
            None => Value::UNBOUND,
        };
        let vm = |of: FunctionId| -> *const VmFunction { self.code.functions[of.index()] };
        let (callee, frame) = (Const(callee), self.frame);
        match target {
            Target::Static(of) => StaticCallee(vm(of)).find(machine, frame, arguments, record),
            Target::Closure(of) => {
                ClosureCallee(vm(of), callee).find(machine, frame, arguments, record)
            }
            Target::Unknown => {
                let callee = UnknownCallee(callee, PhantomData::<Recording>);
                callee.find(machine, frame, arguments, record)
            }
        }
    }

    pub(super) unsafe fn repeat(
        &self,
        machine: &mut Machine<'_>,
        id: NodeId,
        operand: NodeId,
        value: Value,
    ) -> Value {
        let core::Node::Repeat { changes, slot } = self.function.node(id) else {
            unreachable!("only used for self tail calls");
        };
        let changes = self.function.statements(changes);
        let values: Vec<NodeId> = changes.iter().map(|change| change.value).collect();
        let base = self.slot(slot);
        if let Err(signal) = self.store(machine, &values, base, operand, value) {
            return signal;
        }
        for (index, change) in changes.iter().enumerate() {
            self.bind(machine, change.bind, *base.add(index));
        }
        Value::REPEAT
    }

    /// Stores one of several values that are gathered from `base` on, and those behind it.
    unsafe fn store(
        &self,
        machine: &mut Machine<'_>,
        nodes: &[NodeId],
        base: *mut Value,
        operand: NodeId,
        value: Value,
    ) -> Result<(), Value> {
        let index = nodes.partition_point(|&node| node < operand);
        *base.add(index) = value;
        self.store_from(machine, nodes, base, index + 1)
    }

    unsafe fn store_from(
        &self,
        machine: &mut Machine<'_>,
        nodes: &[NodeId],
        base: *mut Value,
        from: usize,
    ) -> Result<(), Value> {
        for (index, &node) in nodes.iter().enumerate().skip(from) {
            let value = self.eval(machine, node);
            if value.is_signal() {
                return Err(value);
            }
            *base.add(index) = value;
        }
        Ok(())
    }
}
