//! Technique 4: nodes that call their continuation in tail position.
//!
//! Each node does its part and calls the node that comes next, handing on the value so far.
//! Compilation goes from the end to the start, since a node must know its continuation. There
//! are no returns but those of functions, and a tail call is nothing but a continuation that
//! is another function's first node: no sentinel, no loop.
//!
//! This relies on LLVM turning calls in tail position into jumps, which it does in optimised
//! builds and nobody promises: stable Rust has no guaranteed tail calls. Without
//! optimisation every operation uses native stack until the function returns, and a loop that
//! is long enough crashes. Unsafe for deep programs in debug builds.
#![allow(unsafe_op_in_unsafe_fn, reason = "all share the contract of `Step::step`")]

mod compile;
mod steps;

use crate::Interpreter;
use crate::arena::Arena;
use crate::ir::Program;
use crate::machine::{Error, Machine};
use crate::value::Value;

/// The code of a node: takes the node, the machine, the frame and the value so far.
type Run = unsafe fn(*const Header, &mut Machine, *mut Value, Value) -> Value;

#[repr(transparent)]
struct Header(Run);

/// A thin pointer to a node.
#[derive(Clone, Copy)]
struct Node(*const Header);

impl Node {
    #[inline(always)]
    unsafe fn go(self, machine: &mut Machine, frame: *mut Value, value: Value) -> Value {
        ((*self.0).0)(self.0, machine, frame, value)
    }
}

/// What a call needs to know about its callee.
#[derive(Clone, Copy)]
struct Function {
    body: Node,
    parameters: u32,
}

/// A program as nodes.
pub struct Continuations {
    main: *mut Function,
    _arena: Arena,
}

impl Interpreter for Continuations {
    fn new(program: &Program) -> Continuations {
        let (arena, main) = compile::compile(program);
        Continuations { main, _arena: arena }
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let frame = machine.frame();
        // SAFETY: function 0 has no parameters, and the frame stack is empty.
        let value = unsafe { steps::enter(self.main, machine, frame) };
        machine.finish(value)
    }
}
