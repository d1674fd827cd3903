//! Technique 3b: nested closures, as thin pointers to nodes in an arena.
//!
//! Each expression becomes a node: a code pointer, then what that code needs. The code is a
//! generic function instantiated for the shapes of the operands, so that `n - 1` is one
//! function that reads a slot and a constant, and `if (n < 2)` compares and branches without
//! making a boolean. Arguments are evaluated straight into the callee's frame.
//!
//! A self tail call replaces the parameters and returns [`Value::REPEAT`] to the loop at its
//! function's root. Any other tail call returns a sentinel to the loop of the call that
//! entered the function. Errors are a sentinel too; an operation notices them when it finds
//! that its operand is not an Int, so that the check costs nothing.
//!
//! **Contract of every `unsafe fn` here**: see `operands::Eval::eval`. The compiler in
//! `compile.rs` establishes it; nodes are not reachable from anywhere else.
#![allow(unsafe_op_in_unsafe_fn, reason = "all share the contract above")]

mod calls;
mod compile;
mod nodes;
mod operands;
mod policy;
mod shapes;

use crate::Interpreter;
use crate::arena::Arena;
use crate::ir::Program;
use crate::machine::{Error, Machine};
use crate::value::Value;
pub use policy::*;
use std::marker::PhantomData;

/// The code of a node: takes the node, the machine and the frame.
type Run = unsafe fn(*const Header, &mut Machine, *mut Value) -> Value;

/// What all nodes begin with.
#[repr(transparent)]
struct Header(Run);

/// What a call needs to know about its callee. Replacing `run` and `body` redirects all
/// calls at once, to compiled code for example.
#[repr(C)]
#[derive(Clone, Copy)]
struct Function {
    run: Run,
    body: *const Header,
    fuel: i32,
    arity: u32,
}

/// A closure object: its function, then its captures.
#[derive(Clone, Copy)]
struct Closure(*const u64);

impl Closure {
    /// # Safety
    /// `value` is a closure.
    #[inline(always)]
    unsafe fn of(value: Value) -> Closure {
        Closure(value.as_closure().unwrap_unchecked())
    }

    #[inline(always)]
    unsafe fn function(self) -> *mut Function {
        *self.0 as *mut Function
    }

    #[inline(always)]
    unsafe fn capture(self, index: usize) -> Value {
        Value(*self.0.add(1 + index))
    }
}

/// A compiled program.
pub struct Code<P> {
    main: *mut Function,
    _arena: Arena,
    _policy: PhantomData<P>,
}

impl<P: Policy> Interpreter for Code<P> {
    fn new(program: &Program) -> Code<P> {
        let (arena, main) = compile::compile::<P>(program);
        Code { main, _arena: arena, _policy: PhantomData }
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let frame = machine.frame();
        // SAFETY: function 0 has no parameters, and the frame stack is empty.
        let value = unsafe { calls::enter::<P>(self.main, machine, frame) };
        machine.finish(value)
    }
}
