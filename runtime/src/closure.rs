//! Closures: a function and the values it captured; and the cells of hoisted variables.

use crate::function::VmFunction;
use crate::value::Value;

/// The function of a Closure.
///
/// The reference lives as long as the program's [`Statics`](crate::heap::Statics),
/// which outlive every run.
#[inline(always)]
pub fn function<'a>(closure: Value) -> &'a VmFunction {
    debug_assert!(closure.is_closure());
    // SAFETY: a closure's first word is the address of its function.
    unsafe { &*(*closure.object() as *const VmFunction) }
}

/// The value that a Closure captured at `index`.
///
/// # Safety
/// `closure` is a Closure that captures more than `index` values.
#[inline(always)]
pub unsafe fn capture(closure: Value, index: usize) -> Value {
    // SAFETY: by contract.
    unsafe { Value::from_bits(*closure.object().add(1 + index)) }
}

/// What a cell holds: a value, or [`Value::UNBOUND`].
///
/// # Safety
/// `cell` is a cell.
#[inline(always)]
pub unsafe fn cell_contents(cell: Value) -> Value {
    // SAFETY: a cell is a pair whose first word is the variable.
    unsafe { Value::from_bits(*cell.object()) }
}
