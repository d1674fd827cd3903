//! Calls in tail position: they take no stack, whoever is called.
//!
//! A self tail call renews the parameters and lets the function's root run the body again.
//! Any other moves its arguments to the start of the frame, which is not needed any more,
//! and leaves the rest to the caller's loop.

use galo_runtime::{Machine, Value};

use super::calls::{Arguments, Callee, prepare};
use super::node::Eval;
use super::operand::Slot;
use super::profile::SiteRef;

/// A tail call of whatever function.
#[derive(Clone, Copy)]
pub(super) struct TailCall<C, A> {
    pub(super) callee: C,
    pub(super) arguments: A,
    /// Where the arguments are gathered.
    pub(super) base: Slot,
    pub(super) site: SiteRef,
}

impl<C: Callee, A: Arguments> Eval for TailCall<C, A> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let base = self.base.of(frame);
        match prepare(&self.callee, &self.arguments, machine, frame, base, self.site) {
            Ok((function, closure)) => {
                let count = self.arguments.count();
                // The closure was read from the frame, if it was there, before this
                // overwrites it.
                // They move down, so the first goes first. They are few: a loop costs less than
                // the call of a copying function.
                (0..count).for_each(|i| *frame.add(i) = *base.add(i));
                if let Some(closure) = closure {
                    *frame.add(count) = closure;
                }
                machine.tail_call(function, frame)
            }
            Err(signal) => signal,
        }
    }
}

/// A self tail call that passes every parameter on as it is.
#[derive(Clone, Copy)]
pub(super) struct Repeat0;

impl Eval for Repeat0 {
    #[inline(always)]
    unsafe fn eval(&self, _: &mut Machine<'_>, _: *mut Value) -> Value {
        Value::REPEAT
    }
}

/// A self tail call that changes one parameter.
#[derive(Clone, Copy)]
pub(super) struct Repeat1<A> {
    pub(super) target: Slot,
    pub(super) value: A,
}

impl<A: Eval> Eval for Repeat1<A> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let value = self.value.eval(machine, frame);
        if !A::SIMPLE && value.is_signal() {
            return value;
        }
        *self.target.of(frame) = value;
        Value::REPEAT
    }
}

/// A self tail call that changes two parameters. The first value is kept in the frame while
/// the second is evaluated, if that is more than reading it.
#[derive(Clone, Copy)]
pub(super) struct Repeat2<A, B> {
    pub(super) targets: [Slot; 2],
    pub(super) values: (A, B),
    pub(super) top: Slot,
}

impl<A: Eval, B: Eval> Eval for Repeat2<A, B> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let mut first = self.values.0.eval(machine, frame);
        if !A::SIMPLE && first.is_signal() {
            return first;
        }
        let kept = self.top.of(frame);
        if !B::SIMPLE {
            *kept = first;
        }
        let second = self.values.1.eval(machine, frame);
        if !B::SIMPLE {
            if second.is_signal() {
                return second;
            }
            first = *kept;
        }
        *self.targets[0].of(frame) = first;
        *self.targets[1].of(frame) = second;
        Value::REPEAT
    }
}

/// A self tail call that changes any number of parameters.
#[derive(Clone, Copy)]
pub(super) struct Repeat<A> {
    /// The parameters, as many as there are values.
    pub(super) targets: *const Slot,
    pub(super) values: A,
    /// Where the values are gathered.
    pub(super) base: Slot,
}

impl<A: Arguments> Eval for Repeat<A> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let base = self.base.of(frame);
        if let Err(signal) = self.values.store(machine, frame, base) {
            return signal;
        }
        for i in 0..self.values.count() {
            *(*self.targets.add(i)).of(frame) = *base.add(i);
        }
        Value::REPEAT
    }
}
