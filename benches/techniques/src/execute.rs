//! What each instruction of [`crate::bytecode`] does, written once for the three
//! techniques that execute it. They inline [`execute`] where they know the instruction, or
//! do not know it, and so get a function for each or a loop over all.

#![allow(unsafe_op_in_unsafe_fn, reason = "all share the contract of `execute`")]

use crate::bytecode::{Bytecode, Op, compile};
use crate::ir::{BinaryOp, Program, Slot};
use crate::machine::{Error, Machine, Return, binary_int, stay_a_branch};
use crate::value::Value;

/// An instruction in the form that a technique keeps it in.
pub(crate) trait Instruction: Copy {
    fn op(&self) -> &Op;
}

/// What comes after an instruction.
pub(crate) enum Next<I> {
    /// This instruction, with this frame.
    Run(*const I, *mut Value),
    /// The program ends with this value, or with an error.
    Stop(Value),
}

/// # Safety
/// `at` is an instruction of a compiled function, `frame` a frame of it, and the function was
/// entered from `machine`'s innermost return.
#[inline(always)]
pub(crate) unsafe fn execute<I: Instruction>(
    op: &Op,
    at: *const I,
    frame: *mut Value,
    machine: &mut Machine,
) -> Next<I> {
    let read = |slot: Slot| *frame.add(slot.into());
    let write = |slot: Slot, value| *frame.add(slot.into()) = value;
    let next = Next::Run(at.add(1), frame);
    match *op {
        Op::Enter { .. } => {}
        Op::Int { to, value } => write(to, Value::int(value)),
        Op::Move { to, from } => write(to, read(from)),
        Op::Capture { to, closure, index } => {
            let object = read(closure).as_closure().unwrap_unchecked();
            write(to, Value(*object.add(1 + usize::from(index))));
        }
        Op::Add { to, left, right } => {
            return binary(BinaryOp::Add, read(left), read(right), to, at, frame, machine);
        }
        Op::Sub { to, left, right } => {
            return binary(BinaryOp::Sub, read(left), read(right), to, at, frame, machine);
        }
        Op::Mul { to, left, right } => {
            return binary(BinaryOp::Mul, read(left), read(right), to, at, frame, machine);
        }
        Op::Less { to, left, right } => {
            return binary(BinaryOp::Less, read(left), read(right), to, at, frame, machine);
        }
        Op::Equal { to, left, right } => {
            return binary(BinaryOp::Equal, read(left), read(right), to, at, frame, machine);
        }
        Op::AddInt { to, left, right } => {
            return binary(BinaryOp::Add, read(left), int(right), to, at, frame, machine);
        }
        Op::SubInt { to, left, right } => {
            return binary(BinaryOp::Sub, read(left), int(right), to, at, frame, machine);
        }
        Op::Jump { offset } => return Next::Run(at.offset(offset as isize), frame),
        Op::JumpUnless { condition, offset } => {
            return match read(condition) {
                Value::TRUE => next,
                Value::FALSE => Next::Run(at.offset(offset.into()), frame),
                _ => Next::Stop(machine.fail(Error::Type)),
            };
        }
        Op::JumpUnlessLess { left, right, offset } => {
            return branch(BinaryOp::Less, read(left), read(right), offset, at, frame, machine);
        }
        Op::JumpUnlessLessInt { left, right, offset } => {
            return branch(BinaryOp::Less, read(left), int(right), offset, at, frame, machine);
        }
        Op::JumpUnlessEqualInt { left, right, offset } => {
            return branch(BinaryOp::Equal, read(left), int(right), offset, at, frame, machine);
        }
        Op::Tuple { to, first, second } => write(to, machine.tuple(read(first), read(second))),
        Op::First { to, of } => return field(0, read(of), to, at, frame, machine),
        Op::Second { to, of } => return field(1, read(of), to, at, frame, machine),
        Op::Function { to, id } => write(to, Value::closure(machine.functions.add(id.into()))),
        Op::Closure { to, capture, offset } => {
            let object = machine.allocate(2);
            object.write(at.offset(offset.into()) as u64);
            object.add(1).write(read(capture).0);
            write(to, Value::closure(object));
        }
        Op::Call { base, offset } => {
            return call(at.offset(offset as isize), frame.add(base.into()), at, frame, machine);
        }
        Op::Apply { callee, base, arguments } => {
            let closure = read(callee);
            let Some(object) = closure.as_closure() else {
                return Next::Stop(machine.fail(Error::Type));
            };
            let entry = *object as *const I;
            if !matches!(*(*entry).op(), Op::Enter { parameters } if parameters == arguments) {
                return Next::Stop(machine.fail(Error::Arity));
            }
            write(base + arguments, closure);
            return call(entry.add(1), frame.add(base.into()), at, frame, machine);
        }
        Op::Return { from } => {
            *frame = read(from);
            let Return { instruction, frame: caller } = machine.pop_return();
            if instruction.is_null() {
                return Next::Stop(*frame);
            }
            return Next::Run(instruction.cast(), caller);
        }
    }
    next
}

#[inline(always)]
fn int(value: i16) -> Value {
    Value::int(value.into())
}

#[inline(always)]
unsafe fn binary<I>(
    op: BinaryOp,
    left: Value,
    right: Value,
    to: Slot,
    at: *const I,
    frame: *mut Value,
    machine: &mut Machine,
) -> Next<I> {
    if !left.both_int(right) {
        return Next::Stop(machine.binary_slow(left, right));
    }
    *frame.add(to.into()) = binary_int(op, left.as_int(), right.as_int());
    Next::Run(at.add(1), frame)
}

#[inline(always)]
unsafe fn branch<I>(
    op: BinaryOp,
    left: Value,
    right: Value,
    offset: i16,
    at: *const I,
    frame: *mut Value,
    machine: &mut Machine,
) -> Next<I> {
    if !left.both_int(right) {
        return Next::Stop(machine.binary_slow(left, right));
    }
    if binary_int(op, left.as_int(), right.as_int()) == Value::TRUE {
        return Next::Run(at.add(1), frame);
    }
    stay_a_branch();
    Next::Run(at.offset(offset.into()), frame)
}

#[inline(always)]
unsafe fn field<I>(
    index: usize,
    value: Value,
    to: Slot,
    at: *const I,
    frame: *mut Value,
    machine: &mut Machine,
) -> Next<I> {
    let Some(object) = value.as_tuple() else {
        return Next::Stop(machine.fail(Error::Type));
    };
    *frame.add(to.into()) = Value(*object.add(index));
    Next::Run(at.add(1), frame)
}

#[inline(always)]
unsafe fn call<I>(
    callee: *const I,
    callee_frame: *mut Value,
    at: *const I,
    frame: *mut Value,
    machine: &mut Machine,
) -> Next<I> {
    if !machine.has_frame(callee_frame) {
        return Next::Stop(machine.fail(Error::StackOverflow));
    }
    machine.push_return(Return { instruction: at.add(1).cast(), frame });
    Next::Run(callee, callee_frame)
}

/// A program as a technique keeps it.
pub(crate) struct Code<I> {
    instructions: Box<[I]>,
    /// The entry of each function, which is all that its closure needs if it captures nothing.
    functions: Box<[u64]>,
}

impl<I> Code<I> {
    /// Brings a program's instructions into their form.
    pub(crate) fn new(program: &Program, instruction: impl Fn(Op) -> I) -> Code<I> {
        let Bytecode { ops, entries } = compile(program);
        let instructions: Box<[I]> = ops.into_iter().map(instruction).collect();
        let functions =
            entries.iter().map(|entry| &raw const instructions[*entry] as u64).collect();
        Code { instructions, functions }
    }

    /// Prepares a machine to run the program: its first instruction and its frame.
    pub(crate) fn start(&self, machine: &mut Machine) -> (*const I, *mut Value) {
        machine.functions = self.functions.as_ptr();
        start(machine);
        (self.instructions.as_ptr(), machine.frame())
    }
}

/// Leaves one return, that of the program itself.
fn start(machine: &mut Machine) {
    machine.clear_returns();
    let nowhere = Return { instruction: std::ptr::null(), frame: std::ptr::null_mut() };
    // SAFETY: both stacks are empty.
    unsafe { machine.push_return(nowhere) };
}
