//! The nodes that do not call functions.

use super::calls::{burn, is_hot};
use super::operands::{Eval, Node};
use super::policy::{Policy, Record};
use super::{Function, Header, Run};
use crate::ir::BinaryOp;
use crate::machine::{Error, Machine, binary_int};
use crate::value::Value;
use std::cell::Cell;
use std::marker::PhantomData;

/// A node in memory: its code first, then its operands.
#[repr(C)]
pub(super) struct InMemory<T> {
    pub run: Run,
    pub node: T,
}

impl<T: Eval> InMemory<T> {
    pub(super) fn new(node: T) -> InMemory<T> {
        InMemory { run: run::<T>, node }
    }
}

unsafe fn run<T: Eval>(node: *const Header, machine: &mut Machine, frame: *mut Value) -> Value {
    (*node.cast::<InMemory<T>>()).node.eval(machine, frame)
}

/// The kinds of values that a site has seen.
#[derive(Default)]
pub(super) struct Kinds(Cell<u8>);

const KIND_INT: u8 = 1;
const KIND_OTHER: u8 = 2;

impl Kinds {
    #[inline(always)]
    fn note(&self, kind: u8) {
        self.0.set(self.0.get() | kind);
    }

    #[inline(always)]
    fn have(&self, kind: u8) -> bool {
        self.0.get() & kind != 0
    }
}

/// Binary operations as types, so that nodes can be generic over them.
pub(super) trait Operator: Copy + 'static {
    const OP: BinaryOp;
}

macro_rules! operators {
    ($($name:ident)*) => {$(
        #[derive(Clone, Copy)]
        pub(super) struct $name;
        impl Operator for $name {
            const OP: BinaryOp = BinaryOp::$name;
        }
    )*};
}
operators!(Add Sub Mul Less Equal);

/// A binary operation.
pub(super) struct Binary<O, L, R, P> {
    pub left: L,
    pub right: R,
    /// The first free slot while the left operand is waiting for the right one.
    pub top: u32,
    pub kinds: Kinds,
    pub _types: PhantomData<(O, P)>,
}

impl<O: Operator, L: Eval, R: Eval, P: Policy> Binary<O, L, R, P> {
    /// Both operands, if they are Ints; otherwise the result of the slow path.
    ///
    /// A left operand is checked before a right one that could do anything: it may be an
    /// error, and an Int needs no root while a collection moves things. The slow path keeps
    /// anything else in the frame.
    #[inline(always)]
    unsafe fn operands(
        &self,
        machine: &mut Machine,
        frame: *mut Value,
    ) -> Result<(i32, i32), Value> {
        let left = self.left.eval(machine, frame);
        if R::SIMPLE {
            let right = self.right.eval(machine, frame);
            if !left.both_int(right) {
                return Err(self.mixed(machine, left, right));
            }
            return Ok((self.seen(left), right.as_int()));
        }
        if !left.is_int() {
            return Err(self.left_is_other(machine, frame, left));
        }
        if P::SPILL {
            *frame.add(self.top as usize) = left;
        }
        let right = self.right.eval(machine, frame);
        let left = if P::SPILL { *frame.add(self.top as usize) } else { left };
        if !right.is_int() {
            return Err(self.mixed(machine, left, right));
        }
        Ok((self.seen(left), right.as_int()))
    }

    #[inline(always)]
    fn seen(&self, int: Value) -> i32 {
        match P::RECORD {
            Record::Never => {}
            Record::Always => self.kinds.note(KIND_INT),
            Record::Once if self.kinds.have(KIND_INT) => {}
            Record::Once => self.kinds.note(KIND_INT),
        }
        int.as_int()
    }

    #[cold]
    #[inline(never)]
    unsafe fn left_is_other(&self, machine: &mut Machine, frame: *mut Value, left: Value) -> Value {
        if left.is_sentinel() {
            return left;
        }
        let slot = frame.add(self.top as usize);
        *slot = left;
        let right = self.right.eval(machine, frame);
        self.mixed(machine, *slot, right)
    }

    #[cold]
    #[inline(never)]
    unsafe fn mixed(&self, machine: &mut Machine, left: Value, right: Value) -> Value {
        self.kinds.note(KIND_OTHER);
        machine.binary_slow(left, right)
    }
}

impl<O: Operator, L: Eval, R: Eval, P: Policy> Eval for Binary<O, L, R, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        match self.operands(machine, frame) {
            Ok((left, right)) => binary_int(O::OP, left, right),
            Err(value) => value,
        }
    }
}

/// A condition: a boolean that is branched on, or what evaluating it returned instead.
pub(super) trait Test: 'static {
    unsafe fn test(&self, machine: &mut Machine, frame: *mut Value) -> Result<bool, Value>;
}

impl<O: Operator, L: Eval, R: Eval, P: Policy> Test for Binary<O, L, R, P> {
    #[inline(always)]
    unsafe fn test(&self, machine: &mut Machine, frame: *mut Value) -> Result<bool, Value> {
        let (left, right) = self.operands(machine, frame)?;
        Ok(match O::OP {
            BinaryOp::Less => left < right,
            BinaryOp::Equal => left == right,
            _ => return Err(machine.fail(Error::Type)),
        })
    }
}

impl Test for Node {
    #[inline(always)]
    unsafe fn test(&self, machine: &mut Machine, frame: *mut Value) -> Result<bool, Value> {
        let value = self.eval(machine, frame);
        match value {
            Value::TRUE => Ok(true),
            Value::FALSE => Ok(false),
            _ => Err(machine.binary_slow(value, value)),
        }
    }
}

/// `if`.
pub(super) struct If<C, T, E> {
    pub condition: C,
    pub consequence: T,
    pub alternative: E,
}

impl<C: Test, T: Eval, E: Eval> Eval for If<C, T, E> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        match self.condition.test(machine, frame) {
            Ok(true) => self.consequence.eval(machine, frame),
            Ok(false) => self.alternative.eval(machine, frame),
            Err(value) => value,
        }
    }
}

/// `let`, with its value's operation inside and its body in tail position.
pub(super) struct Let<V> {
    pub value: V,
    pub slot: u32,
    pub body: Node,
}

impl<V: Eval> Eval for Let<V> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let value = self.value.eval(machine, frame);
        if !V::SIMPLE && value.is_sentinel() {
            return value;
        }
        *frame.add(self.slot as usize) = value;
        self.body.eval(machine, frame)
    }
}

/// Iterations that a loop counts in a register before it tells its function.
const BATCH: i32 = 256;

/// The root of a function with self tail calls. Counting in memory would cost an iteration
/// a read and a write, one waiting for the other.
pub(super) struct Loop<B, P> {
    pub body: B,
    pub function: *mut Function,
    pub _policy: PhantomData<P>,
}

impl<B: Eval, P: Policy> Eval for Loop<B, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let mut iterations = 0;
        loop {
            let value = self.body.eval(machine, frame);
            if value != Value::REPEAT {
                burn::<P>(self.function, iterations);
                return value;
            }
            iterations += 1;
            if P::COUNT && iterations == BATCH {
                if burn::<P>(self.function, iterations) {
                    is_hot(self.function);
                }
                iterations = 0;
            }
        }
    }
}

/// A pair from two operands that cannot fail.
pub(super) struct Tuple<A, B> {
    pub first: A,
    pub second: B,
    /// Where the first one waits, in the frame, if the second one is not simple.
    pub top: u32,
}

impl<A: Eval, B: Eval> Eval for Tuple<A, B> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let slot = frame.add(self.top as usize);
        let first = self.first.eval(machine, frame);
        if !A::SIMPLE && first.is_sentinel() {
            return first;
        }
        if B::SIMPLE {
            let second = self.second.eval(machine, frame);
            return machine.tuple(first, second);
        }
        *slot = first;
        let second = self.second.eval(machine, frame);
        if second.is_sentinel() {
            return second;
        }
        machine.tuple(*slot, second)
    }
}

/// `first` (0) or `second` (1).
pub(super) struct Field<const INDEX: usize, T>(pub T);

impl<const INDEX: usize, T: Eval> Eval for Field<INDEX, T> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let value = self.0.eval(machine, frame);
        match value.as_tuple() {
            Some(object) => Value(*object.add(INDEX)),
            None => machine.binary_slow(value, value),
        }
    }
}

/// Makes a closure with one capture; others are made of several by [`MakeClosure`].
pub(super) struct MakeClosure<C> {
    pub function: *mut Function,
    pub capture: C,
}

impl<C: Eval> Eval for MakeClosure<C> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        let capture = self.capture.eval(machine, frame);
        let object = machine.allocate(2);
        object.write(self.function as u64);
        object.add(1).write(capture.0);
        Value::closure(object)
    }
}
