//! Technique 1: a naive tree walker.
//!
//! One recursive function with a `match` over the boxed tree. Its merits are its size and
//! that nothing is prepared. Its costs: every operand is a call and an indirect jump that
//! all nodes share, and the function's frame holds what its largest arm needs.
//!
//! A tail call evaluates its arguments, moves them to the start of the frame and returns a
//! sentinel to the call that entered the function.

use crate::Interpreter;
use crate::ir::{BinaryOp, Expr, Function, FunctionId, Program, Slot};
use crate::machine::{Error, Machine, Pending, binary_int};
use crate::value::Value;

/// A program as it is.
pub struct TreeWalker {
    functions: Box<[Function]>,
    /// The closures of functions without captures.
    closures: Box<[u64]>,
}

impl Interpreter for TreeWalker {
    fn new(program: &Program) -> TreeWalker {
        let functions = program.functions.clone().into_boxed_slice();
        let closures = functions.iter().map(|function| &raw const *function as u64).collect();
        TreeWalker { functions, closures }
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let frame = machine.frame();
        let mut walker = Walker { functions: &self.functions, closures: &self.closures, machine };
        // SAFETY: function 0 has no parameters, and the frame stack is empty.
        let value = unsafe { walker.enter(&self.functions[0], frame) };
        machine.finish(value)
    }
}

struct Walker<'a> {
    functions: &'a [Function],
    closures: &'a [u64],
    machine: &'a mut Machine,
}

/// Unwraps an ordinary value; returns a sentinel to the caller.
macro_rules! check {
    ($value:expr) => {{
        let value = $value;
        if value.is_sentinel() {
            return value;
        }
        value
    }};
}

#[allow(unsafe_op_in_unsafe_fn, reason = "all share the contract of `eval`")]
impl<'a> Walker<'a> {
    /// Runs a function whose arguments are in its frame, and the tail calls that follow.
    unsafe fn enter(&mut self, function: &'a Function, frame: *mut Value) -> Value {
        if !self.machine.has_frame(frame) {
            return self.machine.fail(Error::StackOverflow);
        }
        let mut function = function;
        loop {
            let value = self.eval(&function.body, frame, function.top(), function);
            if value.as_tail_call::<Machine>().is_none() {
                return value;
            }
            function = &*self.machine.pending.callee.cast::<Function>();
        }
    }

    /// # Safety
    /// `frame` is a frame of `function` whose slots below `top` are initialised, and `expr` is
    /// a part of its body.
    unsafe fn eval(
        &mut self,
        expr: &'a Expr,
        frame: *mut Value,
        top: Slot,
        function: &'a Function,
    ) -> Value {
        match expr {
            Expr::Int(value) => Value::int(*value),
            Expr::Slot(slot) => *frame.add((*slot).into()),
            Expr::Capture(index) => {
                let closure = *frame.add(function.closure_slot().into());
                Value(*closure.as_closure().unwrap_unchecked().add(1 + usize::from(*index)))
            }
            Expr::Function(id) => Value::closure(&raw const self.closures[*id]),
            Expr::Binary(op, operands) => {
                let left = check!(self.eval(&operands[0], frame, top, function));
                *frame.add(top.into()) = left;
                let right = check!(self.eval(&operands[1], frame, top + 1, function));
                self.binary(*op, *frame.add(top.into()), right)
            }
            Expr::If(parts) => match check!(self.eval(&parts[0], frame, top, function)) {
                Value::TRUE => self.eval(&parts[1], frame, top, function),
                Value::FALSE => self.eval(&parts[2], frame, top, function),
                _ => self.machine.fail(Error::Type),
            },
            Expr::Let(slot, parts) => {
                *frame.add((*slot).into()) = check!(self.eval(&parts[0], frame, top, function));
                self.eval(&parts[1], frame, top + 1, function)
            }
            Expr::Tuple(parts) => {
                *frame.add(top.into()) = check!(self.eval(&parts[0], frame, top, function));
                let second = check!(self.eval(&parts[1], frame, top + 1, function));
                self.machine.tuple(*frame.add(top.into()), second)
            }
            Expr::First(of) => self.field(of, 0, frame, top, function),
            Expr::Second(of) => self.field(of, 1, frame, top, function),
            Expr::Closure(id, captures) => self.closure(*id, captures, frame, top, function),
            Expr::Call(id, arguments) => {
                check!(self.arguments(arguments, frame, top, function));
                let functions = self.functions;
                self.enter(&functions[*id], frame.add(top.into()))
            }
            Expr::TailCall(id, arguments) => {
                check!(self.arguments(arguments, frame, top, function));
                frame.add(top.into()).copy_to(frame, arguments.len());
                let callee = (&raw const self.functions[*id]).cast();
                self.machine.pending = Pending { callee, frame };
                Value::tail_call::<Machine>(self.machine)
            }
            Expr::Apply(callee, arguments) => self.apply(callee, arguments, frame, top, function),
        }
    }

    /// Evaluates arguments into the slots from `top`; an ordinary value means success.
    unsafe fn arguments(
        &mut self,
        arguments: &'a [Expr],
        frame: *mut Value,
        top: Slot,
        function: &'a Function,
    ) -> Value {
        for (slot, argument) in (top..).zip(arguments) {
            *frame.add(slot.into()) = check!(self.eval(argument, frame, slot, function));
        }
        Value::int(0)
    }

    fn binary(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        if !left.both_int(right) {
            return self.machine.binary_slow(left, right);
        }
        binary_int(op, left.as_int(), right.as_int())
    }

    unsafe fn field(
        &mut self,
        of: &'a Expr,
        index: usize,
        frame: *mut Value,
        top: Slot,
        function: &'a Function,
    ) -> Value {
        match check!(self.eval(of, frame, top, function)).as_tuple() {
            Some(object) => Value(*object.add(index)),
            None => self.machine.fail(Error::Type),
        }
    }

    unsafe fn closure(
        &mut self,
        id: FunctionId,
        captures: &'a [Expr],
        frame: *mut Value,
        top: Slot,
        function: &'a Function,
    ) -> Value {
        check!(self.arguments(captures, frame, top, function));
        let object = self.machine.allocate(1 + captures.len());
        object.write(&raw const self.functions[id] as u64);
        frame.add(top.into()).cast::<u64>().copy_to(object.add(1), captures.len());
        Value::closure(object)
    }

    unsafe fn apply(
        &mut self,
        callee: &'a Expr,
        arguments: &'a [Expr],
        frame: *mut Value,
        top: Slot,
        function: &'a Function,
    ) -> Value {
        *frame.add(top.into()) = check!(self.eval(callee, frame, top, function));
        check!(self.arguments(arguments, frame, top + 1, function));
        let closure = *frame.add(top.into());
        let Some(object) = closure.as_closure() else {
            return self.machine.fail(Error::Type);
        };
        let callee: &'a Function = &*(*object as *const Function);
        if usize::from(callee.parameters) != arguments.len() {
            return self.machine.fail(Error::Arity);
        }
        let callee_frame = frame.add(usize::from(top) + 1);
        *callee_frame.add(arguments.len()) = closure;
        self.enter(callee, callee_frame)
    }
}
