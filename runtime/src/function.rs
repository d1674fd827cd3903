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
/// Storing other code and body redirects all calls at once; so does storing other entries
/// for calls from compiled code.
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
    /// Compiled code's entry for callers that know the function: arguments in registers, in
    /// the representations that are proven for them. Never null once compiled code refers
    /// to it.
    pub direct: Cell<*const u8>,
    /// Compiled code's entry for callers that know nothing: the closure and the arguments
    /// in registers, as values.
    pub tagged: Cell<*const u8>,
    /// Compiled code's entry with the arguments in the frame; null while the function is not
    /// compiled.
    pub memory: Cell<*const u8>,
    /// The calls until the next tier is asked about it.
    pub calls: Budget,
    /// The same for the iterations of its own tail loop.
    pub loops: Budget,
    /// Calls of its compiled code, where that counts them.
    pub compiled_calls: Cell<u64>,
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
            direct: Cell::new(std::ptr::null()),
            tagged: Cell::new(std::ptr::null()),
            memory: Cell::new(std::ptr::null()),
            calls: Budget::default(),
            loops: Budget::default(),
            compiled_calls: Cell::new(0),
            arity,
            captures,
            id,
        }
    }

    /// Whether there is compiled code of it.
    #[inline(always)]
    pub fn is_compiled(&self) -> bool {
        !self.memory.get().is_null()
    }
}

/// # Safety
/// None is needed; the signature is that of all code.
unsafe fn missing_code(_: *const (), _: &mut Machine<'_>, _: *mut Value) -> Value {
    unreachable!("functions get their code before anything runs")
}

/// Counts down to the moment at which something is asked for more. What was counted so far
/// comes out of it: the hot path has one counter to maintain, and its sign to test.
#[repr(C)]
#[derive(Debug)]
pub struct Budget {
    left: Cell<i64>,
    granted: Cell<i64>,
}

impl Default for Budget {
    /// One that is never used up.
    fn default() -> Budget {
        Budget { left: Cell::new(i64::MAX), granted: Cell::new(i64::MAX) }
    }
}

impl Budget {
    /// Spends one; true if there was none left.
    #[inline(always)]
    pub fn spend(&self) -> bool {
        let left = self.left.get().wrapping_sub(1);
        self.left.set(left);
        left < 0
    }

    /// Makes `left` the number that can be spent from now on; what was spent so far still
    /// counts.
    pub fn allow(&self, left: i64) {
        let spent = self.spent();
        self.left.set(left);
        self.granted.set(left.wrapping_add(spent as i64));
    }

    /// How much was spent so far.
    pub fn spent(&self) -> u64 {
        self.granted.get().wrapping_sub(self.left.get()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_counts_what_is_spent_across_grants() {
        let budget = Budget::default();
        assert!(!budget.spend());
        budget.allow(2);
        assert_eq!([budget.spend(), budget.spend(), budget.spend()], [false, false, true]);
        assert_eq!(budget.spent(), 4);
        budget.allow(i64::MAX);
        assert!(!budget.spend());
        assert_eq!(budget.spent(), 5);
    }
}
