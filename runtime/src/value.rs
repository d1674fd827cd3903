//! Values: 64 bits, unboxed integers, pointers whose low bits say what they are.
//!
//! A value is an **Int iff its upper 32 bits are zero**. Boxing and unboxing are
//! free (32-bit operations zero-extend) and one `or` tests two operands at once.
//! Everything else has a nonzero upper half and a [`Tag`] in its low three bits:
//! a heap pointer (the heap lies above 8 GiB) or one of a few constants. A type
//! test therefore never loads memory, and a field access folds the tag into the
//! displacement.
//!
//! Two groups of constants share the tag [`Tag::Constant`]: the Bools and the mark
//! of an unbound variable, which live in slots and objects, and the *signals*,
//! which are only ever returned (see [`Value::is_signal`]).

use std::fmt;

/// What the low three bits of a value that is no Int say.
///
/// The remaining bit patterns never occur in a value: `0` and `4` mark the headers
/// of closures and strings, `6` a forwarded object (see `heap::object`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Tag {
    /// A pointer to a pair.
    Tuple = 1,
    /// A pointer to a string.
    Str = 2,
    /// A pointer to a closure.
    Closure = 3,
    /// Not a pointer: a Bool, the unbound mark or a signal.
    Constant = 7,
}

const TAG_MASK: u64 = 7;
/// The sign bit, which no other value has: addresses are below 2^47.
const SIGNAL: u64 = 1 << 63;
const ERROR_BITS: u64 = 1;

/// The kinds that a program can tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A 32-bit signed integer.
    Int = 1,
    /// A truth value.
    Bool = 2,
    /// A string.
    Str = 4,
    /// A pair.
    Tuple = 8,
    /// A function value.
    Closure = 16,
}

impl Kind {
    /// The kind's bit in a set of kinds.
    #[inline(always)]
    pub const fn bit(self) -> u8 {
        self as u8
    }

    /// The kind with its article, for messages.
    pub const fn with_article(self) -> &'static str {
        match self {
            Kind::Int => "an Int",
            Kind::Bool => "a Bool",
            Kind::Str => "a Str",
            Kind::Tuple => "a Tuple",
            Kind::Closure => "a Closure",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Int => "Int",
            Kind::Bool => "Bool",
            Kind::Str => "Str",
            Kind::Tuple => "Tuple",
            Kind::Closure => "Closure",
        })
    }
}

/// A Rinha value, or a signal returned in place of one.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Value(u64);

impl Value {
    /// `false`.
    pub const FALSE: Value = Value(1 << 32 | 0b0_0111);
    /// `true`; differs from [`FALSE`](Self::FALSE) in one bit.
    pub const TRUE: Value = Value(1 << 32 | 0b0_1111);
    /// What a hoisted variable holds before its `let` has run. Programs never see it.
    pub const UNBOUND: Value = Value(1 << 32 | 0b1_0111);

    /// Signal: run the returning function's body again, its parameters are renewed.
    pub const REPEAT: Value = Value(!0);

    /// An Int.
    #[inline(always)]
    pub const fn int(n: i32) -> Value {
        Value(n as u32 as u64)
    }

    /// A Bool.
    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        Value(Value::FALSE.0 | (b as u64) << 3)
    }

    /// A pointer to a heap object.
    #[inline(always)]
    pub(crate) fn pointer(object: *mut u64, tag: Tag) -> Value {
        debug_assert!(object as u64 >> 32 != 0 && object as u64 & TAG_MASK == 0);
        Value(object as u64 | tag as u64)
    }

    /// The value whose representation is `bits`.
    #[inline(always)]
    pub(crate) const fn from_bits(bits: u64) -> Value {
        Value(bits)
    }

    /// The representation.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether this is an Int.
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 >> 32 == 0
    }

    /// Whether both are Ints, in one test.
    #[inline(always)]
    pub const fn both_int(self, other: Value) -> bool {
        (self.0 | other.0) >> 32 == 0
    }

    /// The number of a value known to be an Int.
    #[inline(always)]
    pub const fn as_int_unchecked(self) -> i32 {
        self.0 as i32
    }

    /// The number, if this is an Int.
    #[inline(always)]
    pub const fn as_int(self) -> Option<i32> {
        if self.is_int() { Some(self.0 as i32) } else { None }
    }

    /// The truth value, if this is a Bool.
    #[inline(always)]
    pub const fn as_bool(self) -> Option<bool> {
        match self {
            Value::TRUE => Some(true),
            Value::FALSE => Some(false),
            _ => None,
        }
    }

    /// Signal: the program failed; the error is in the machine at that address.
    #[inline(always)]
    pub(crate) fn error(machine: *mut ()) -> Value {
        Value(SIGNAL | ERROR_BITS | machine.expose_provenance() as u64)
    }

    /// Signal: call what the machine at that address holds, in the frame of the function
    /// that returned.
    #[inline(always)]
    pub(crate) fn tail_call(machine: *mut ()) -> Value {
        Value(SIGNAL | machine.expose_provenance() as u64)
    }

    /// Whether this is one of the values that are returned to say something else than
    /// a result: an error, a tail call, [`REPEAT`](Self::REPEAT). One test of the sign.
    #[inline(always)]
    pub const fn is_signal(self) -> bool {
        (self.0 as i64) < 0
    }

    /// Whether this is the signal of an error.
    #[inline(always)]
    pub const fn is_error(self) -> bool {
        self.0 & (SIGNAL | TAG_MASK) == SIGNAL | ERROR_BITS
    }

    /// The address that the signals of errors and tail calls carry, so that who is
    /// returned to needs nothing else to go on.
    #[inline(always)]
    pub(crate) fn signalling_machine(self) -> *mut () {
        debug_assert!(self.is_signal() && self != Value::REPEAT);
        std::ptr::with_exposed_provenance_mut((self.0 & !(SIGNAL | TAG_MASK)) as usize)
    }

    /// Whether this has the given tag and is no Int.
    #[inline(always)]
    pub(crate) const fn has_tag(self, tag: Tag) -> bool {
        self.0 & TAG_MASK == tag as u64 && !self.is_int()
    }

    /// Whether this is a Tuple.
    #[inline(always)]
    pub const fn is_tuple(self) -> bool {
        self.has_tag(Tag::Tuple)
    }

    /// Whether this is a Str.
    #[inline(always)]
    pub const fn is_str(self) -> bool {
        self.has_tag(Tag::Str)
    }

    /// Whether this is a Closure.
    #[inline(always)]
    pub const fn is_closure(self) -> bool {
        self.has_tag(Tag::Closure)
    }

    /// Whether this points to an object.
    #[inline(always)]
    pub(crate) const fn is_pointer(self) -> bool {
        !self.is_int() && self.0 & TAG_MASK != Tag::Constant as u64
    }

    /// The object of a value known to be a pointer.
    #[inline(always)]
    pub(crate) const fn object(self) -> *mut u64 {
        (self.0 & !TAG_MASK) as *mut u64
    }

    /// The tag bits, which only mean something when this is no Int.
    #[inline(always)]
    pub(crate) const fn tag_bits(self) -> u64 {
        self.0 & TAG_MASK
    }

    /// The kind of a value that a program can see.
    ///
    /// # Panics
    /// On the unbound mark and on signals.
    pub fn kind(self) -> Kind {
        if self.is_int() {
            return Kind::Int;
        }
        match self.tag_bits() {
            1 => Kind::Tuple,
            2 => Kind::Str,
            3 => Kind::Closure,
            _ if self == Value::TRUE || self == Value::FALSE => Kind::Bool,
            _ => panic!("{self:?} is no value of a program"),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::TRUE => f.write_str("true"),
            Value::FALSE => f.write_str("false"),
            Value::UNBOUND => f.write_str("<unbound>"),
            Value::REPEAT => f.write_str("<repeat>"),
            v if v.is_error() => f.write_str("<error>"),
            v if v.is_signal() => f.write_str("<tail call>"),
            v if v.is_int() => write!(f, "{}", v.as_int_unchecked()),
            v => write!(f, "<{:#x}>", v.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_are_the_values_with_a_zero_upper_half() {
        for n in [0, 1, -1, i32::MIN, i32::MAX] {
            assert_eq!(Value::int(n).as_int(), Some(n));
            assert_eq!(Value::int(n).bits() >> 32, 0);
            assert!(Value::int(n).both_int(Value::int(!n)));
        }
        assert!(!Value::int(0).both_int(Value::TRUE));
        assert!(!Value::FALSE.both_int(Value::int(0)));
    }

    #[test]
    fn bools_are_two_constants() {
        assert_eq!(Value::bool(true), Value::TRUE);
        assert_eq!(Value::bool(false), Value::FALSE);
        assert_eq!(Value::TRUE.kind(), Kind::Bool);
        assert_eq!(Value::int(1).as_bool(), None);
    }

    #[test]
    fn signals_are_told_by_one_comparison() {
        let machine = 0x7fff_dead_bee0_usize as *mut ();
        for signal in [Value::error(machine), Value::tail_call(machine), Value::REPEAT] {
            assert!(signal.is_signal() && !signal.is_int());
        }
        assert!(Value::error(machine).is_error() && !Value::tail_call(machine).is_error());
        assert!(!Value::REPEAT.is_error());
        assert_eq!(Value::error(machine).signalling_machine(), machine);
        assert_eq!(Value::tail_call(machine).signalling_machine(), machine);
        for value in [Value::int(-1), Value::TRUE, Value::FALSE, Value::UNBOUND] {
            assert!(!value.is_signal());
        }
    }

    #[test]
    fn no_int_is_taken_for_a_pointer() {
        for n in -20..20 {
            let v = Value::int(n);
            assert!(!v.is_tuple() && !v.is_str() && !v.is_closure() && !v.is_pointer());
        }
    }
}
