//! What the runtime knows of a function: enough to call it and to trace its closures.

use std::cell::Cell;

use crate::machine::Machine;
use crate::value::Value;

/// What runs a function: gets the function's body in the form that it understands, the
/// machine, and the frame, which holds the arguments.
pub type VmCode = unsafe fn(body: *const (), machine: &mut Machine<'_>, frame: *mut Value) -> Value;

/// The run-time half of a function: one per function of the program, at a fixed
/// address for as long as the program lives. Closures begin with this address.
///
/// Storing other code and body redirects all calls at once.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct VmFunction {
    /// The code that runs it.
    pub code: Cell<VmCode>,
    /// What the code is given.
    pub body: Cell<*const ()>,
    /// The same for callers that have found out that the argument is an Int and not one
    /// for which the function returns at once; see the tiers for what they make of it.
    pub inner_code: Cell<VmCode>,
    /// What the inner code is given.
    pub inner_body: Cell<*const ()>,
    /// Calls counted so far.
    pub calls: Cell<u64>,
    /// Iterations of its own tail loop counted so far.
    pub loops: Cell<u64>,
    /// How many arguments a call must pass.
    pub arity: u32,
    /// How many values a closure of it captures.
    pub captures: u32,
    /// Which function of the program it is.
    pub id: u32,
}

impl VmFunction {
    /// A function that cannot run yet.
    pub fn new(id: u32, arity: u32, captures: u32) -> VmFunction {
        VmFunction {
            code: Cell::new(missing_code),
            body: Cell::new(std::ptr::null()),
            inner_code: Cell::new(missing_code),
            inner_body: Cell::new(std::ptr::null()),
            calls: Cell::new(0),
            loops: Cell::new(0),
            arity,
            captures,
            id,
        }
    }
}

/// # Safety
/// None is needed; the signature is that of all code.
unsafe fn missing_code(_: *const (), _: &mut Machine<'_>, _: *mut Value) -> Value {
    unreachable!("functions get their code before anything runs")
}
