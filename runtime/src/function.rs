//! What the runtime knows of a function: enough to call it and to trace its closures.

use std::cell::Cell;

/// The run-time half of a function: one per function of the program, at a fixed
/// address for as long as the program lives. Closures begin with this address.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct VmFunction {
    /// How many arguments a call must pass.
    pub arity: u32,
    /// How many values a closure of it captures.
    pub captures: u32,
    /// How many slots its frame may use, outgoing arguments included.
    pub frame: u32,
    /// 1 if slot 0 of its frame holds the closure itself, before the parameters.
    pub takes_self: u32,
    /// Which function of the program it is.
    pub id: u32,
    /// Calls counted so far, wrapping.
    pub calls: Cell<u32>,
    /// Iterations of its own tail loop counted so far, wrapping.
    pub loops: Cell<u32>,
    /// What the tier that runs it calls.
    pub code: Cell<*const ()>,
}
