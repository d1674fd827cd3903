//! How objects lie in memory, and what their first word says.
//!
//! | object | word 0 | words 1… |
//! | --- | --- | --- |
//! | pair | the first value | the second value |
//! | closure | address of its [`VmFunction`] (low bits `000`) | the captured values |
//! | string, flat | header (low bits `100`) | the bytes, padded with zeros to a word at least |
//! | string, external | header | address of the bytes, unused |
//! | string, concatenation | header | left value, right value |
//! | any, once moved | new address (low bits `110`) | |
//!
//! Pairs have no header. A space can still be walked word by word, because the
//! first word of a pair is a value, and no value has a nonzero upper half together
//! with the low bits `000`, `100` or `110`.

use crate::function::VmFunction;
use crate::value::{Tag, Value};

const LOW_BITS: u64 = 7;
const CLOSURE_BITS: u64 = 0;
const STRING_BITS: u64 = 4;
const FORWARD_BITS: u64 = 6;

/// Words in a pair.
pub(crate) const PAIR_WORDS: usize = 2;
/// Words in a string that is not flat, whatever it becomes.
pub(crate) const ROPE_WORDS: usize = 3;

/// The header of a string: its form and its length.
///
/// Bits 0–2 are `100`, bits 3–4 the form, bits 8–55 the length in bytes, bit 63 is
/// set so that the upper half is never zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct StringHeader(u64);

/// How the bytes of a string are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StringForm {
    /// In the object.
    Flat = 0,
    /// In a buffer outside the moving heap.
    External = 1,
    /// Not yet: the concatenation of two strings.
    Concat = 2,
}

impl StringHeader {
    /// The longest length that a header can say.
    pub(crate) const MAX_LEN: u64 = (1 << 48) - 1;
    /// The bits of the length.
    pub(crate) const LEN_BITS: u64 = Self::MAX_LEN << 8;
    /// The bits of the form.
    pub(crate) const FORM_BITS: u64 = 3 << 3;

    pub(crate) fn new(form: StringForm, len: u64) -> Self {
        debug_assert!(len <= Self::MAX_LEN);
        StringHeader(1 << 63 | len << 8 | (form as u64) << 3 | STRING_BITS)
    }

    pub(crate) fn from_word(word: u64) -> Self {
        debug_assert_eq!(word & LOW_BITS, STRING_BITS);
        StringHeader(word)
    }

    pub(crate) fn word(self) -> u64 {
        self.0
    }

    pub(crate) fn form(self) -> StringForm {
        match self.0 >> 3 & 3 {
            0 => StringForm::Flat,
            1 => StringForm::External,
            _ => StringForm::Concat,
        }
    }

    /// The length in bytes.
    pub(crate) fn len(self) -> u64 {
        self.0 >> 8 & Self::MAX_LEN
    }

    /// The size of the object in words.
    pub(crate) fn words(self) -> usize {
        match self.form() {
            StringForm::Flat => flat_words(self.len() as usize),
            StringForm::External | StringForm::Concat => ROPE_WORDS,
        }
    }
}

/// Words in a flat string of `len` bytes. There is a word of bytes even if there are none, so that
/// compiled code may look at it.
pub(crate) fn flat_words(len: usize) -> usize {
    1 + len.div_ceil(8).max(1)
}

/// What the first word of an object says.
pub(crate) enum First {
    /// The object has moved there.
    Forwarded(*mut u64),
    /// A pair: the word is its first value.
    Pair,
    /// A closure of that function.
    Closure(*const VmFunction),
    /// A string.
    Str(StringHeader),
}

impl First {
    #[inline(always)]
    pub(crate) fn of(word: u64) -> First {
        if word >> 32 == 0 {
            return First::Pair;
        }
        match word & LOW_BITS {
            CLOSURE_BITS => First::Closure(word as *const VmFunction),
            STRING_BITS => First::Str(StringHeader::from_word(word)),
            FORWARD_BITS => First::Forwarded((word & !LOW_BITS) as *mut u64),
            _ => First::Pair,
        }
    }
}

/// The word that marks an object as moved to `to`.
#[inline(always)]
pub(crate) fn forward(to: *mut u64) -> u64 {
    to as u64 | FORWARD_BITS
}

/// The size in words of the object that `value` points to.
///
/// # Safety
/// `value` points to an object that has not moved.
#[inline(always)]
pub(crate) unsafe fn words_of(value: Value) -> usize {
    // SAFETY: by contract, and the tag says which object it is.
    unsafe {
        match value.tag_bits() {
            t if t == Tag::Tuple as u64 => PAIR_WORDS,
            t if t == Tag::Closure as u64 => {
                let function = *value.object() as *const VmFunction;
                1 + (*function).captures as usize
            }
            _ => StringHeader::from_word(*value.object()).words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_form_and_length() {
        for form in [StringForm::Flat, StringForm::External, StringForm::Concat] {
            for len in [0, 1, 8, 9, 1 << 40, StringHeader::MAX_LEN] {
                let header = StringHeader::from_word(StringHeader::new(form, len).word());
                assert_eq!((header.form(), header.len()), (form, len));
            }
        }
        assert_eq!(StringHeader::new(StringForm::Flat, 9).words(), 3);
        assert_eq!(StringHeader::new(StringForm::Flat, 0).words(), 2);
    }

    #[test]
    fn first_words_tell_objects_apart() {
        for value in [Value::int(-1), Value::int(6), Value::int(4), Value::TRUE, Value::UNBOUND] {
            assert!(matches!(First::of(value.bits()), First::Pair));
        }
        let object = 0x7f00_1234_5678_u64 as *mut u64;
        for tag in [Tag::Tuple, Tag::Str, Tag::Closure] {
            assert!(matches!(First::of(Value::pointer(object, tag).bits()), First::Pair));
        }
        assert!(matches!(First::of(forward(object)), First::Forwarded(to) if to == object));
        assert!(matches!(First::of(object as u64), First::Closure(_)));
        let header = StringHeader::new(StringForm::Concat, 5).word();
        assert!(matches!(First::of(header), First::Str(h) if h.len() == 5));
    }
}
