//! Zeal's check of the whole heap: every word is what it should be.

use super::collect::POISON;
use super::object::{First, PAIR_WORDS, StringForm};
use super::{Heap, Roots};
use crate::value::{Tag, Value};

impl Heap<'_> {
    /// Checks the roots and every object of the old space.
    ///
    /// # Panics
    /// If a word is no value, or a pointer's tag does not fit its object.
    pub(super) fn verify(&self, roots: Roots) {
        let mut slot = roots.base;
        while slot < roots.top {
            // SAFETY: all slots of the roots hold values.
            self.verify_value(unsafe { *slot });
            slot = slot.wrapping_add(1);
        }
        if self.old.used() <= VERIFIED_BYTES {
            self.verify_objects();
        }
    }

    fn verify_objects(&self) {
        let mut object = self.old.start();
        while object < self.old.free {
            // SAFETY: the old space is a run of objects.
            let words = unsafe { self.verify_object(object) };
            object = object.wrapping_add(words);
        }
        assert!(object == self.old.free, "the last object reaches beyond the old space");
    }

    /// # Safety
    /// `object` is the start of an object of the old space.
    unsafe fn verify_object(&self, object: *mut u64) -> usize {
        // SAFETY: by contract.
        let word = |i: usize| self.verify_value(unsafe { Value::from_bits(*object.add(i)) });
        // SAFETY: by contract.
        match First::of(unsafe { *object }) {
            First::Pair => {
                word(0);
                word(1);
                PAIR_WORDS
            }
            First::Closure(function) => {
                // SAFETY: functions outlive the heap.
                let count = unsafe { (*function).captures } as usize;
                (1..=count).for_each(word);
                1 + count
            }
            First::Str(header) => {
                if header.form() == StringForm::Concat {
                    word(1);
                    word(2);
                }
                header.words()
            }
            First::Forwarded(_) => panic!("a moved object was left in the old space"),
        }
    }

    fn verify_value(&self, value: Value) {
        if value.is_int() {
            return;
        }
        if !value.is_pointer() {
            let known = [Value::TRUE, Value::FALSE, Value::UNBOUND].contains(&value);
            assert!(known, "{value:?} is no value");
            return;
        }
        // SAFETY: a pointer value points to an object; if it does not, this is the bug
        // that is being looked for.
        let first = unsafe { *value.object() };
        assert!(first != POISON, "{value:?} points to an object that was freed");
        let fits = match First::of(first) {
            First::Pair => value.tag_bits() == Tag::Tuple as u64,
            First::Closure(_) => value.tag_bits() == Tag::Closure as u64,
            First::Str(_) => value.tag_bits() == Tag::Str as u64,
            First::Forwarded(_) => false,
        };
        assert!(fits, "{value:?} points to something else than its tag says");
        let stale = self.spare.contains(value.object());
        assert!(!stale, "{value:?} points into the space that was evacuated");
    }
}

/// More live data than this is not walked at every allocation.
const VERIFIED_BYTES: usize = 64 << 10;
