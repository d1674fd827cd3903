//! What makes values and takes them apart; variables that may be unbound; `print`.

use std::marker::PhantomData;

use galo_runtime::{Machine, Site, Value, VmFunction, closure, tuple};

use super::node::{Eval, Node};
use super::operand::{Capture, Slot};
use super::profile::{Policy, SiteRef};

/// A new pair.
#[derive(Clone, Copy)]
pub(super) struct Tuple<A, B> {
    pub(super) first: A,
    pub(super) second: B,
    pub(super) site: SiteRef,
}

impl<A: Eval, B: Eval> Eval for Tuple<A, B> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let top = frame.wrapping_add(self.site.top as usize);
        let mut first = self.first.eval(machine, frame);
        if !A::SIMPLE && first.is_signal() {
            return first;
        }
        if !B::SIMPLE {
            *top = first;
        }
        let second = self.second.eval(machine, frame);
        if !B::SIMPLE {
            if second.is_signal() {
                return second;
            }
            first = *top;
        }
        machine.pair(top, self.site.site, first, second)
    }
}

/// `first` or `second`.
pub(super) struct Field<const FIRST: bool, T, P> {
    pub(super) tuple: T,
    pub(super) site: SiteRef,
    pub(super) policy: PhantomData<P>,
}

impl<const FIRST: bool, T: Copy, P> Clone for Field<FIRST, T, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<const FIRST: bool, T: Copy, P> Copy for Field<FIRST, T, P> {}

impl<const FIRST: bool, T: Eval, P: Policy> Field<FIRST, T, P> {
    #[cold]
    #[inline(never)]
    fn no_tuple(&self, machine: &mut Machine<'_>, value: Value) -> Value {
        if value.is_signal() {
            return value;
        }
        if P::RECORDS && !value.is_int() {
            self.site.left.note(value);
        }
        machine.not_a_tuple(self.site.site, if FIRST { "first" } else { "second" }, value)
    }
}

impl<const FIRST: bool, T: Eval, P: Policy> Eval for Field<FIRST, T, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let value = self.tuple.eval(machine, frame);
        if value.is_signal() || !value.is_tuple() {
            return self.no_tuple(machine, value);
        }
        if FIRST { tuple::first(value) } else { tuple::second(value) }
    }
}

/// Where a captured value is found.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// In a slot: a variable, or the running closure itself.
    Slot(Slot),
    /// Among the running closure's own captures.
    Capture(Capture),
}

/// A new closure. The captured values are gathered at the node's depth.
#[derive(Clone, Copy)]
pub(super) struct NewClosure {
    pub(super) function: *const VmFunction,
    pub(super) sources: *const Source,
    pub(super) top: Slot,
    pub(super) site: Site,
}

impl Eval for NewClosure {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let captures = self.top.of(frame);
        let count = (*self.function).captures as usize;
        for i in 0..count {
            *captures.add(i) = match *self.sources.add(i) {
                Source::Slot(slot) => *slot.of(frame),
                Source::Capture(capture) => capture.eval(machine, frame),
            };
        }
        machine.closure(captures.add(count), self.site, &*self.function, captures)
    }
}

/// A new cell for a variable that is not bound yet.
#[derive(Clone, Copy)]
pub(super) struct NewCell {
    pub(super) top: Slot,
    pub(super) site: Site,
}

impl Eval for NewCell {
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        machine.pair(self.top.of(frame), self.site, Value::UNBOUND, Value::int(0))
    }
}

/// A variable that may not be bound yet, perhaps in a cell.
#[derive(Clone, Copy)]
pub(super) struct Hoisted<T> {
    pub(super) place: T,
    pub(super) in_cell: bool,
    pub(super) name: *const str,
    pub(super) site: Site,
}

impl<T: Eval> Eval for Hoisted<T> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let mut value = self.place.eval(machine, frame);
        if self.in_cell {
            value = closure::cell_contents(value);
        }
        if value == Value::UNBOUND {
            return machine.used_before_definition(self.site, &*self.name);
        }
        value
    }
}

/// A name that nothing binds.
#[derive(Clone, Copy)]
pub(super) struct Unbound {
    pub(super) name: *const str,
    pub(super) site: Site,
}

impl Eval for Unbound {
    unsafe fn eval(&self, machine: &mut Machine<'_>, _: *mut Value) -> Value {
        machine.unbound_name(self.site, &*self.name)
    }
}

/// `print`.
#[derive(Clone, Copy)]
pub(super) struct Print {
    pub(super) value: Node,
    pub(super) site: Site,
}

impl Eval for Print {
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let value = self.value.eval(machine, frame);
        if value.is_signal() {
            return value;
        }
        machine.print(self.site, value)
    }
}
