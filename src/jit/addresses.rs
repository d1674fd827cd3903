//! Where a program's functions and constants are: compiled code has their addresses in it.

use galo_runtime::{Value, VmFunction};

use crate::core::FunctionId;
use crate::syntax::ast::Symbol;

/// What compiled code refers to by address. Everything stays where it is for as long as the
/// code can run.
pub trait Addresses {
    /// A function.
    fn function(&self, id: FunctionId) -> *const VmFunction;

    /// The one closure of a function that captures nothing.
    fn closure(&self, id: FunctionId) -> Value;

    /// A string literal.
    fn string(&self, text: Symbol) -> Value;
}
