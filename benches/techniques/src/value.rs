//! The value representation that all techniques share.
//!
//! A value is 64 bits. It is an Int iff its upper 32 bits are zero, so that 32-bit
//! machine operations box and unbox for free and one `or` checks two operands. Tuples and
//! closures are pointers above 4 GiB that say what they are in their low three bits. The
//! sentinels have the sign bit set: no program ever sees one, and a single sign test tells
//! them from every ordinary value.

/// A dynamically typed value, or one of the sentinels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Value(pub u64);

pub(crate) const TAG_TUPLE: u64 = 1;
pub(crate) const TAG_CLOSURE: u64 = 3;

impl Value {
    /// The boolean `false`: not an Int, not a tagged pointer.
    pub const FALSE: Value = Value(0x1_0000_0000);
    /// The boolean `true`.
    pub const TRUE: Value = Value(0x1_0000_0008);
    /// Sentinel: the evaluation failed and the machine knows why.
    pub const ERROR: Value = Value(1 << 63);
    /// Sentinel: run this function again; its parameters have been replaced.
    pub const REPEAT: Value = Value(u64::MAX);

    /// Sentinel: a tail call on its way to the loop of whoever called this function, with a
    /// pointer to what that loop must know. Since the value itself carries the pointer, a
    /// call needs to keep nothing in registers for the case that it sees this.
    #[inline(always)]
    pub fn tail_call<T>(pending: *mut T) -> Value {
        Value(1 << 63 | pending as u64)
    }

    /// What a tail call's sentinel carries; `None` for the other sentinels.
    #[inline(always)]
    pub fn as_tail_call<T>(self) -> Option<*mut T> {
        let is_tail_call = self.is_sentinel() && self != Value::ERROR && self != Value::REPEAT;
        is_tail_call.then_some((self.0 & !(1 << 63)) as *mut T)
    }

    /// Boxes an integer: a zero extension.
    #[inline(always)]
    pub const fn int(value: i32) -> Value {
        Value(value as u32 as u64)
    }

    /// Boxes a boolean.
    #[inline(always)]
    pub const fn bool(value: bool) -> Value {
        Value(Value::FALSE.0 | (value as u64) << 3)
    }

    /// Tags a pointer to a pair.
    #[inline(always)]
    pub fn tuple(object: *const u64) -> Value {
        Value(object as u64 | TAG_TUPLE)
    }

    /// Tags a pointer to a closure.
    #[inline(always)]
    pub fn closure(object: *const u64) -> Value {
        Value(object as u64 | TAG_CLOSURE)
    }

    /// Whether this is an Int.
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 >> 32 == 0
    }

    /// Whether both are Ints, with one test.
    #[inline(always)]
    pub const fn both_int(self, other: Value) -> bool {
        (self.0 | other.0) >> 32 == 0
    }

    /// The integer in an Int.
    #[inline(always)]
    pub const fn as_int(self) -> i32 {
        self.0 as i32
    }

    /// Whether this is one of the sentinels.
    #[inline(always)]
    pub const fn is_sentinel(self) -> bool {
        (self.0 as i64) < 0
    }

    /// The object behind a tuple, if this is one.
    #[inline(always)]
    pub fn as_tuple(self) -> Option<*const u64> {
        self.untag(TAG_TUPLE)
    }

    /// The object behind a closure, if this is one.
    #[inline(always)]
    pub fn as_closure(self) -> Option<*const u64> {
        self.untag(TAG_CLOSURE)
    }

    /// The low bits alone do not decide, since the Int 1 has those of a tuple. Without its
    /// tag, a pointer is aligned and lies between 4 GiB and 128 TiB; rotating the low bits to the
    /// top turns both conditions (and the exclusion of sentinels) into one range check.
    #[inline(always)]
    fn untag(self, tag: u64) -> Option<*const u64> {
        let pointer = self.0.wrapping_sub(tag);
        let rank = pointer.rotate_right(3).wrapping_sub(1 << 29);
        (rank < 1 << 44).then_some(pointer as *const u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap_into_the_lower_half() {
        assert_eq!(Value::int(-1).0, 0xffff_ffff);
        assert_eq!(Value::int(-1).as_int(), -1);
        assert!(Value::int(i32::MIN).both_int(Value::int(7)));
        assert!(!Value::int(1).both_int(Value::TRUE));
    }

    #[test]
    fn only_tagged_addresses_are_pointers() {
        let object = (1_u64 << 32) as *const u64;
        assert_eq!(Value::tuple(object).as_tuple(), Some(object));
        assert_eq!(Value::tuple(object).as_closure(), None);
        assert_eq!(Value::closure(object).as_closure(), Some(object));
        let others = [Value::int(1), Value::int(-7), Value::FALSE, Value::TRUE];
        let tail_call = Value::tail_call(0x7fff_1234_5678 as *mut u64);
        let sentinels = [Value::ERROR, tail_call, Value::REPEAT];
        for value in others.into_iter().chain(sentinels) {
            assert_eq!(value.as_tuple(), None, "{value:?}");
            assert_eq!(value.as_closure(), None, "{value:?}");
        }
        assert!(sentinels.iter().all(|value| value.is_sentinel()));
        assert!(!others.iter().any(|value| value.is_sentinel()));
    }
}
