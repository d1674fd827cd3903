//! The nodes that call functions, and the loop that tail calls return to.

use super::operands::{Eval, Slot};
use super::policy::{Policy, StackCheck};
use super::{Closure, Function};
use crate::machine::{Error, Machine, Pending};
use crate::value::Value;
use std::cell::Cell;
use std::marker::PhantomData;

/// Calls and loop iterations until a function would be worth compiling.
const FUEL: i32 = i32::MAX;

/// Counts entries or iterations; `true` when the function has just become hot.
#[inline(always)]
pub(super) unsafe fn burn<P: Policy>(function: *mut Function, count: i32) -> bool {
    if P::COUNT {
        (*function).fuel -= count;
    }
    P::COUNT && (*function).fuel < 0
}

/// What is done about a hot function; here, nothing but to fill up its fuel.
#[cold]
#[inline(never)]
pub(super) unsafe fn is_hot(function: *mut Function) {
    (*function).fuel = FUEL;
}

#[inline(always)]
fn has_stack<P: Policy>(machine: &Machine, frame: *mut Value) -> bool {
    match P::STACK {
        StackCheck::None => true,
        StackCheck::Frame => machine.has_frame(frame),
        StackCheck::Native => machine.has_native_stack(),
    }
}

/// Runs a function whose arguments are in its frame.
///
/// Every rare case leaves for good, to a function that finishes the call on its own: if it
/// came back, its callers would have to save registers for it on their common path too.
#[inline(always)]
pub(super) unsafe fn enter<P: Policy>(
    function: *mut Function,
    machine: &mut Machine,
    frame: *mut Value,
) -> Value {
    if !has_stack::<P>(machine, frame) {
        return machine.fail(Error::StackOverflow);
    }
    if burn::<P>(function, 1) {
        return enter_hot::<P>(function, machine, frame);
    }
    let value = ((*function).run)((*function).body, machine, frame);
    if value.is_sentinel() {
        return follow::<P>(value);
    }
    value
}

#[cold]
#[inline(never)]
unsafe fn enter_hot<P: Policy>(
    function: *mut Function,
    machine: &mut Machine,
    frame: *mut Value,
) -> Value {
    is_hot(function);
    enter::<P>(function, machine, frame)
}

/// Runs tail calls until one of them returns. The sentinel carries what is needed, so that
/// [`enter`] has nothing to keep across the call: its callers save no registers for this.
#[inline(never)]
unsafe fn follow<P: Policy>(mut value: Value) -> Value {
    while let Some(machine) = value.as_tail_call::<Machine>() {
        let Pending { callee, frame } = (*machine).pending;
        let function = callee.cast::<Function>().cast_mut();
        if burn::<P>(function, 1) {
            is_hot(function);
        }
        value = ((*function).run)((*function).body, &mut *machine, frame);
    }
    value
}

/// The arguments of a call.
pub(super) trait Arguments: 'static {
    const COUNT: u32;

    /// Evaluates the arguments into the slots from `target`; stops at one that fails.
    unsafe fn store(
        &self,
        machine: &mut Machine,
        frame: *mut Value,
        target: *mut Value,
    ) -> Result<(), Value>;
}

#[inline(always)]
unsafe fn store<A: Eval>(
    argument: &A,
    machine: &mut Machine,
    frame: *mut Value,
    target: *mut Value,
) -> Result<(), Value> {
    let value = argument.eval(machine, frame);
    if !A::SIMPLE && value.is_sentinel() {
        return Err(value);
    }
    *target = value;
    Ok(())
}

macro_rules! arguments {
    ($count:literal $($name:ident $index:tt)*) => {
        impl<$($name: Eval),*> Arguments for ($($name,)*) {
            const COUNT: u32 = $count;

            #[inline(always)]
            unsafe fn store(&self, machine: &mut Machine, frame: *mut Value, target: *mut Value) -> Result<(), Value> {
                $(store(&self.$index, machine, frame, target.add($index))?;)*
                Ok(())
            }
        }
    };
}
arguments!(1 A 0);
arguments!(2 A 0 B 1);
arguments!(3 A 0 B 1 C 2);
arguments!(4 A 0 B 1 C 2 D 3);

/// A call of a known function.
pub(super) struct Call<A, P> {
    pub function: *mut Function,
    pub arguments: A,
    pub top: u32,
    pub _policy: PhantomData<P>,
}

impl<A: Arguments, P: Policy> Eval for Call<A, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let callee_frame = frame.add(self.top as usize);
        match self.arguments.store(machine, frame, callee_frame) {
            Ok(()) => enter::<P>(self.function, machine, callee_frame),
            Err(value) => value,
        }
    }
}

/// A call of the closure in a slot, which stays there while the arguments are evaluated.
pub(super) struct Apply<A, P> {
    pub callee: Slot,
    pub arguments: A,
    pub top: u32,
    /// The only callee that this site has seen.
    pub seen: Cell<*const Function>,
    pub _policy: PhantomData<P>,
}

impl<A: Arguments, P: Policy> Eval for Apply<A, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let callee_frame = frame.add(self.top as usize);
        if let Err(value) = self.arguments.store(machine, frame, callee_frame) {
            return value;
        }
        let callee = self.callee.eval(machine, frame);
        if callee.as_closure().is_none() {
            return machine.fail(Error::Type);
        }
        let function = Closure::of(callee).function();
        if P::COUNT && self.seen.get() != function {
            self.seen.set(function);
        }
        if (*function).arity != A::COUNT {
            return machine.fail(Error::Arity);
        }
        *callee_frame.add(A::COUNT as usize) = callee;
        enter::<P>(function, machine, callee_frame)
    }
}

/// A self tail call: replaces the parameters that change. Those that are passed on as they
/// are need nothing.
pub(super) struct Repeat1<A> {
    pub target: u32,
    pub value: A,
}

impl<A: Eval> Eval for Repeat1<A> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let value = self.value.eval(machine, frame);
        if !A::SIMPLE && value.is_sentinel() {
            return value;
        }
        *frame.add(self.target as usize) = value;
        Value::REPEAT
    }
}

/// A self tail call that changes two parameters. The first new value waits in the frame
/// if a collection could happen while the second one is evaluated.
pub(super) struct Repeat2<A, B> {
    pub targets: [u32; 2],
    pub values: (A, B),
    pub top: u32,
}

impl<A: Eval, B: Eval> Eval for Repeat2<A, B> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let mut first = self.values.0.eval(machine, frame);
        if !A::SIMPLE && first.is_sentinel() {
            return first;
        }
        let slot = frame.add(self.top as usize);
        if !B::SIMPLE {
            *slot = first;
        }
        let second = self.values.1.eval(machine, frame);
        if !B::SIMPLE && second.is_sentinel() {
            return second;
        }
        if !B::SIMPLE {
            first = *slot;
        }
        *frame.add(self.targets[0] as usize) = first;
        *frame.add(self.targets[1] as usize) = second;
        Value::REPEAT
    }
}

/// A tail call of another function: its arguments are evaluated above the frame, moved to
/// its start, and the rest is left to the caller's loop.
pub(super) struct TailCall<A> {
    pub function: *mut Function,
    pub arguments: A,
    pub top: u32,
}

impl<A: Arguments> Eval for TailCall<A> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let waiting = frame.add(self.top as usize);
        if let Err(value) = self.arguments.store(machine, frame, waiting) {
            return value;
        }
        waiting.copy_to(frame, A::COUNT as usize);
        machine.pending = Pending { callee: self.function.cast(), frame };
        Value::tail_call(machine)
    }
}
