//! What decides and what comes next: conditions, statements, loops.

use std::marker::PhantomData;

use galo_runtime::{Blame, Machine, Site, Value, VmFunction};

use super::node::{Eval, Node};
use super::operand::Slot;
use super::profile::{Policy, SiteRef};

/// A condition: a truth value to branch on, or what evaluating it gave instead.
pub(super) trait Test: Copy + 'static {
    /// Decides.
    ///
    /// # Errors
    /// A signal, or a value that is no Bool.
    ///
    /// # Safety
    /// As for [`Eval::eval`].
    unsafe fn test(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Result<bool, Value>;
}

/// A condition that is some operand.
#[derive(Clone, Copy)]
pub(super) struct Truth<T>(pub(super) T);

impl<T: Eval> Test for Truth<T> {
    #[inline(always)]
    unsafe fn test(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Result<bool, Value> {
        let value = self.0.eval(machine, frame);
        match value {
            Value::TRUE => Ok(true),
            Value::FALSE => Ok(false),
            _ => Err(value),
        }
    }
}

/// `if`.
#[derive(Clone, Copy)]
pub(super) struct If<C, T, E> {
    pub(super) condition: C,
    pub(super) then: T,
    pub(super) otherwise: E,
    pub(super) site: SiteRef,
}

impl<C: Test, T: Eval, E: Eval> If<C, T, E> {
    #[cold]
    #[inline(never)]
    fn undecided(&self, machine: &mut Machine<'_>, value: Value) -> Value {
        if value.is_signal() {
            return value;
        }
        machine.condition_not_bool(self.site.site, value)
    }
}

impl<C: Test, T: Eval, E: Eval> Eval for If<C, T, E> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        match self.condition.test(machine, frame) {
            Ok(true) => self.then.eval(machine, frame),
            Ok(false) => self.otherwise.eval(machine, frame),
            Err(value) => self.undecided(machine, value),
        }
    }
}

/// `&&` or `||`.
#[derive(Clone, Copy)]
pub(super) struct Logic<const AND: bool, L, R> {
    pub(super) left: L,
    pub(super) right: R,
    pub(super) site: Site,
}

impl<const AND: bool, L: Test, R: Test> Logic<AND, L, R> {
    #[cold]
    #[inline(never)]
    fn undecided(&self, machine: &mut Machine<'_>, value: Value, blame: Blame) -> Value {
        if value.is_signal() {
            return value;
        }
        machine.operand_not_bool(if AND { "&&" } else { "||" }, self.site, value, blame)
    }
}

impl<const AND: bool, L: Test, R: Test> Test for Logic<AND, L, R> {
    #[inline(always)]
    unsafe fn test(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Result<bool, Value> {
        match self.left.test(machine, frame) {
            Ok(left) if left != AND => return Ok(left),
            Ok(_) => {}
            Err(value) => return Err(self.undecided(machine, value, Blame::First)),
        }
        match self.right.test(machine, frame) {
            Ok(right) => Ok(right),
            Err(value) => Err(self.undecided(machine, value, Blame::Second)),
        }
    }
}

impl<const AND: bool, L: Test, R: Test> Eval for Logic<AND, L, R> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        match self.test(machine, frame) {
            Ok(value) => Value::bool(value),
            Err(signal) => signal,
        }
    }
}

/// `let` of a local variable; the body is in tail position.
#[derive(Clone, Copy)]
pub(super) struct Let<V> {
    pub(super) value: V,
    pub(super) slot: Slot,
    pub(super) body: Node,
}

impl<V: Eval> Eval for Let<V> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let value = self.value.eval(machine, frame);
        if !V::SIMPLE && value.is_signal() {
            return value;
        }
        *self.slot.of(frame) = value;
        self.body.eval(machine, frame)
    }
}

/// A value that nothing uses, then the body.
#[derive(Clone, Copy)]
pub(super) struct Discard {
    pub(super) value: Node,
    pub(super) body: Node,
}

impl Eval for Discard {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let value = self.value.eval(machine, frame);
        if value.is_signal() {
            return value;
        }
        self.body.eval(machine, frame)
    }
}

/// `let` of a variable that is in a cell.
#[derive(Clone, Copy)]
pub(super) struct Fill {
    pub(super) value: Node,
    /// Where the cell is.
    pub(super) cell: Slot,
    pub(super) body: Node,
}

impl Eval for Fill {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let value = self.value.eval(machine, frame);
        if value.is_signal() {
            return value;
        }
        machine.heap.set_cell(*self.cell.of(frame), value);
        self.body.eval(machine, frame)
    }
}

/// The root of a function that calls itself in tail position.
#[derive(Clone, Copy)]
pub(super) struct Loop<P> {
    pub(super) body: Node,
    pub(super) function: *const VmFunction,
    /// The function in the syntax tree.
    pub(super) site: Site,
    pub(super) policy: PhantomData<P>,
}

impl<P: Policy> Eval for Loop<P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        loop {
            let value = self.body.eval(machine, frame);
            if value != Value::REPEAT {
                return value;
            }
            if machine.is_wanted()
                && let Some(error) = machine.poll(self.site)
            {
                return error;
            }
            if P::RECORDS && (*self.function).loops.spend() && self.is_compiled_now(machine) {
                // The parameters are renewed, in their slots: a call from the start.
                return machine.tail_call(self.function, frame);
            }
        }
    }
}

impl<P> Loop<P> {
    /// Asks for a faster form of the function; whether there is one.
    ///
    /// # Safety
    /// As for [`Eval::eval`].
    #[cold]
    #[inline(never)]
    unsafe fn is_compiled_now(&self, machine: &mut Machine<'_>) -> bool {
        machine.hot(&*self.function);
        (*self.function).is_compiled()
    }
}

/// Counts a call of a function, before its body.
#[derive(Clone, Copy)]
pub(super) struct Fueled {
    pub(super) body: Node,
    /// The function.
    pub(super) site: Site,
}

impl Eval for Fueled {
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        if !machine.burn_fuel() {
            return machine.out_of_fuel(self.site);
        }
        self.body.eval(machine, frame)
    }
}

/// The root of a function that samples are to see.
#[derive(Clone, Copy)]
pub(super) struct Sampled {
    pub(super) body: Node,
    /// Its number.
    pub(super) function: u32,
}

impl Eval for Sampled {
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        machine.within(self.function, |machine| self.body.eval(machine, frame))
    }
}

/// The root of a function with a large frame: checks that there is room for it.
#[derive(Clone, Copy)]
pub(super) struct LargeFrame {
    pub(super) body: Node,
    pub(super) slots: u32,
    pub(super) site: Site,
}

impl Eval for LargeFrame {
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        if !machine.has_slots(frame, self.slots) {
            return machine.stack_overflow(self.site);
        }
        self.body.eval(machine, frame)
    }
}

/// Checks the native stack in the middle of an expression that is nested very deep.
#[derive(Clone, Copy)]
pub(super) struct Deep {
    pub(super) body: Node,
    pub(super) site: Site,
}

impl Deep {
    /// # Safety
    /// As for [`Eval::eval`].
    #[cold]
    #[inline(never)]
    unsafe fn eval_slowly(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        // The frame is there already.
        if let Some(error) = machine.make_room(machine.base(), self.site) {
            return error;
        }
        self.body.eval(machine, frame)
    }
}

impl Eval for Deep {
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        if !machine.has_stack() {
            return self.eval_slowly(machine, frame);
        }
        self.body.eval(machine, frame)
    }
}
