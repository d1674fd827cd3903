//! Tier 0: the closure interpreter.
//!
//! Every Core node becomes a *closure* made by hand: a struct in an arena whose first word
//! is the address of its code and whose other words are its operands. The code is a
//! generic function instantiated for the shapes of the operands ("superinstructions"), so
//! that `n - 1` or `n < 2` is one closure that reads a slot and compares with a constant;
//! `benches/techniques` has the measurements that led here, against a tree walker, byte
//! code, boxed closures, continuation-passing closures and a threaded tape.
//!
//! What keeps it fast:
//! - The machine and the frame are passed in registers; variables are slots of the frame.
//! - A call evaluates its arguments straight into the callee's frame and allocates nothing.
//! - A closure returns a value or a [signal](Value::is_signal) (error, tail call, repeat),
//!   told apart by the sign of the result. Rare cases leave for good, to a cold function
//!   in tail position, so that the common path saves no registers for them.
//! - A left operand that is an Int needs no root, so it stays in a register while the
//!   right one is evaluated; its slot is written but never read. Anything else is left to
//!   the cold path, which reads it back.
//! - The caller decides the base case of a recursion it knows ([`base_case`]).
//! - `if` and `let` continue in tail position, which release builds compile to a jump.
//!
//! # Safety
//! All code here runs under one contract, stated at [`node::Eval::eval`]: the frame
//! belongs to the function that the node was compiled for, and all slots below the
//! node's depth hold values. The compiler ([`compile`]) is what establishes it, from
//! Core that passed its verifier.
#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "every node evaluates its operands under the one contract of `Eval::eval`"
)]

mod arena;
mod arithmetic;
mod base_case;
mod calls;
mod code;
mod compile;
mod control;
mod data;
mod node;
mod operand;
pub mod profile;
mod resume;
mod tail_calls;

pub use arithmetic::operator;
pub use code::{Code, Options};
pub use resume::{Frame, Resume};

#[cfg(doc)]
use galo_runtime::Value;
