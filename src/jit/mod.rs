//! From the optimiser's functions to machine code that everybody calls.
//!
//! ```text
//!  ssa::Function ──lower──▶ CLIF ──code──▶ machine code ──compiler──▶ entries of functions
//!  (conventions, roots)                    (call sites)               (stubs, exits)
//! ```
//!
//! [`Jit`] is the door: it compiles a function and installs it. What the parts have to
//! agree on stands in one place each: how compiled code is called in `conventions`, where
//! references are while the collector may run in `roots`, which values are one word in `words`, what is not made from functions in
//! `stubs`. The folder `code` knows Cranelift's code generator and nothing of galo's
//! functions.

mod addresses;
mod bits;
pub mod code;
mod compiler;
mod conventions;
mod emit;
mod exit;
mod failure;
mod lower;
mod roots;
mod stubs;
mod words;

pub use addresses::Addresses;
pub use code::{
    Annotations, CodeLine, CompileError, LoadError, SetupError, clif_text, code_lines, disassemble,
};
pub use compiler::{Jit, Options as JitOptions, Piece, Version};
pub use exit::{Culprit, Exit, NewObject, NewObjects, Reason};
pub use failure::Failure;
