//! The nodes and the shapes of their operands.

use super::{Function, Header, Node, Run};
use crate::ir::BinaryOp;
use crate::machine::{Error, Machine, binary_int, stay_a_branch};
use crate::value::Value;

#[repr(C)]
pub(super) struct InMemory<T> {
    pub run: Run,
    pub step: T,
    pub next: Node,
}

/// What a node does: turns the value so far into another one; [`Value::ERROR`] ends the function.
pub(super) trait Step: 'static {
    /// Cannot fail.
    const SAFE: bool = false;

    /// # Safety
    /// `frame` is a frame of the function that this was compiled for, with every slot that
    /// the step reads initialised.
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value;
}

pub(super) unsafe fn run<T: Step>(
    node: *const Header,
    machine: &mut Machine,
    frame: *mut Value,
    value: Value,
) -> Value {
    let node = &*node.cast::<InMemory<T>>();
    let value = node.step.step(machine, frame, value);
    if !T::SAFE && value == Value::ERROR {
        return value;
    }
    node.next.go(machine, frame, value)
}

/// An operand that needs no node of its own.
pub(super) trait Operand: Copy + 'static {
    unsafe fn get(self, frame: *mut Value, value: Value) -> Value;
}

#[derive(Clone, Copy)]
pub(super) struct Slot(pub u32);

impl Operand for Slot {
    #[inline(always)]
    unsafe fn get(self, frame: *mut Value, _: Value) -> Value {
        *frame.add(self.0 as usize)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Const(pub Value);

impl Operand for Const {
    #[inline(always)]
    unsafe fn get(self, _: *mut Value, _: Value) -> Value {
        self.0
    }
}

#[derive(Clone, Copy)]
pub(super) struct Capture {
    pub closure: u32,
    pub index: u32,
}

impl Operand for Capture {
    #[inline(always)]
    unsafe fn get(self, frame: *mut Value, _: Value) -> Value {
        let closure = *frame.add(self.closure as usize);
        Value(*closure.as_closure().unwrap_unchecked().add(1 + self.index as usize))
    }
}

/// The value so far, straight from its register.
#[derive(Clone, Copy)]
pub(super) struct Here;

impl Operand for Here {
    #[inline(always)]
    unsafe fn get(self, _: *mut Value, value: Value) -> Value {
        value
    }
}

/// An operand's value.
pub(super) struct Load<T>(pub T);

impl<T: Operand> Step for Load<T> {
    const SAFE: bool = true;

    #[inline(always)]
    unsafe fn step(&self, _: &mut Machine, frame: *mut Value, value: Value) -> Value {
        self.0.get(frame, value)
    }
}

/// Puts the value so far into a slot.
pub(super) struct Store(pub u32);

impl Step for Store {
    const SAFE: bool = true;

    #[inline(always)]
    unsafe fn step(&self, _: &mut Machine, frame: *mut Value, value: Value) -> Value {
        *frame.add(self.0 as usize) = value;
        value
    }
}

/// Puts what another step makes into a slot.
pub(super) struct StoreTo<T> {
    pub step: T,
    pub to: u32,
}

impl<T: Step> Step for StoreTo<T> {
    const SAFE: bool = T::SAFE;

    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        let value = self.step.step(machine, frame, value);
        *frame.add(self.to as usize) = value;
        value
    }
}

pub(super) struct Binary<const OP: u8, L, R>(pub L, pub R);

pub(super) const fn operation(code: u8) -> BinaryOp {
    [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Less, BinaryOp::Equal][code as usize]
}

impl<const OP: u8, L: Operand, R: Operand> Step for Binary<OP, L, R> {
    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        let (left, right) = (self.0.get(frame, value), self.1.get(frame, value));
        if !left.both_int(right) {
            return machine.binary_slow(left, right);
        }
        binary_int(operation(OP), left.as_int(), right.as_int())
    }
}

pub(super) struct Tuple<A, B>(pub A, pub B);

impl<A: Operand, B: Operand> Step for Tuple<A, B> {
    const SAFE: bool = true;

    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        machine.tuple(self.0.get(frame, value), self.1.get(frame, value))
    }
}

pub(super) struct Field<const INDEX: usize, T>(pub T);

impl<const INDEX: usize, T: Operand> Step for Field<INDEX, T> {
    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        match self.0.get(frame, value).as_tuple() {
            Some(object) => Value(*object.add(INDEX)),
            None => machine.fail(Error::Type),
        }
    }
}

pub(super) struct MakeClosure<T> {
    pub function: *mut Function,
    pub capture: T,
}

impl<T: Operand> Step for MakeClosure<T> {
    const SAFE: bool = true;

    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        let object = machine.allocate(2);
        object.write(self.function as u64);
        object.add(1).write(self.capture.get(frame, value).0);
        Value::closure(object)
    }
}

#[inline(always)]
pub(super) unsafe fn enter(
    function: *mut Function,
    machine: &mut Machine,
    frame: *mut Value,
) -> Value {
    if !machine.has_frame(frame) {
        return machine.fail(Error::StackOverflow);
    }
    (*function).body.go(machine, frame, Value::int(0))
}

/// A call of a known function whose arguments are in its frame.
pub(super) struct Call {
    pub function: *mut Function,
    pub top: u32,
}

impl Step for Call {
    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, _: Value) -> Value {
        enter(self.function, machine, frame.add(self.top as usize))
    }
}

/// The same, after its one argument is put there.
pub(super) struct Call1<T> {
    pub argument: T,
    pub call: Call,
}

impl<T: Step> Step for Call1<T> {
    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        let argument = self.argument.step(machine, frame, value);
        if !T::SAFE && argument == Value::ERROR {
            return argument;
        }
        *frame.add(self.call.top as usize) = argument;
        self.call.step(machine, frame, value)
    }
}

/// A call of the closure in a slot, whose arguments are in its frame.
pub(super) struct Apply {
    pub callee: Slot,
    pub arguments: u32,
    pub top: u32,
}

impl Step for Apply {
    #[inline(always)]
    unsafe fn step(&self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        let callee = self.callee.get(frame, value);
        let Some(object) = callee.as_closure() else {
            return machine.fail(Error::Type);
        };
        let function = *object as *mut Function;
        if (*function).parameters != self.arguments {
            return machine.fail(Error::Arity);
        }
        let callee_frame = frame.add(self.top as usize);
        *callee_frame.add(self.arguments as usize) = callee;
        enter(function, machine, callee_frame)
    }
}

/// Nodes that do not go on with one continuation.
#[repr(C)]
pub(super) struct Fork<T> {
    pub run: Run,
    pub test: T,
    pub consequence: Node,
    pub alternative: Node,
}

pub(super) unsafe fn run_fork<T: Step>(
    node: *const Header,
    machine: &mut Machine,
    frame: *mut Value,
    value: Value,
) -> Value {
    let node = &*node.cast::<Fork<T>>();
    match node.test.step(machine, frame, value) {
        Value::TRUE => node.consequence.go(machine, frame, value),
        Value::FALSE => {
            stay_a_branch();
            node.alternative.go(machine, frame, value)
        }
        Value::ERROR => Value::ERROR,
        _ => machine.fail(Error::Type),
    }
}

/// The end of a function.
pub(super) unsafe fn run_return(
    _: *const Header,
    _: &mut Machine,
    _: *mut Value,
    value: Value,
) -> Value {
    value
}

/// A tail call: goes on with the callee, whose arguments are where its parameters are.
#[repr(C)]
pub(super) struct TailCall {
    pub run: Run,
    pub function: *mut Function,
}

pub(super) unsafe fn run_tail_call(
    node: *const Header,
    machine: &mut Machine,
    frame: *mut Value,
    value: Value,
) -> Value {
    let node = &*node.cast::<TailCall>();
    (*node.function).body.go(machine, frame, value)
}
