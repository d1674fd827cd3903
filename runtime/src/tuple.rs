//! Pairs.

use crate::value::Value;

/// The two values of a Tuple.
#[inline(always)]
pub fn parts(tuple: Value) -> (Value, Value) {
    (first(tuple), second(tuple))
}

/// The first value of a Tuple.
#[inline(always)]
pub fn first(tuple: Value) -> Value {
    debug_assert!(tuple.is_tuple());
    // SAFETY: a Tuple points to two values.
    unsafe { Value::from_bits(*tuple.object()) }
}

/// The second value of a Tuple.
#[inline(always)]
pub fn second(tuple: Value) -> Value {
    debug_assert!(tuple.is_tuple());
    // SAFETY: a Tuple points to two values.
    unsafe { Value::from_bits(*tuple.object().add(1)) }
}
