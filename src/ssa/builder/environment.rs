//! What is known at a point of the walk: the interpreter's frame, and more about values
//! than their instructions say.
//!
//! What is learned on one branch does not hold on another: changes are noted on a trail, by
//! which they are undone.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Slot, Value};

/// Something that is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Known {
    /// The same value, of a type that a check, a guard or the facts have established.
    Refined(Value),
    /// The value that the running closure captured at an index.
    Capture(u32),
    /// The value of a bound global.
    Global(Slot),
    /// The value that a filled cell holds.
    Contents(Value),
}

enum Change {
    Slot(Slot, Option<Value>),
    Known(Known, Option<Value>),
}

pub(super) struct Environment {
    slots: Vec<Option<Value>>,
    known: FxHashMap<Known, Value>,
    trail: Vec<Change>,
    /// All slots that were forgotten, in order. Never undone.
    forgotten: Vec<Slot>,
}

impl Environment {
    pub(super) fn new(frame: Slot) -> Environment {
        let slots = vec![None; frame as usize];
        Environment { slots, known: FxHashMap::default(), trail: Vec::new(), forgotten: Vec::new() }
    }

    /// What a slot holds.
    pub(super) fn slot(&self, slot: Slot) -> Value {
        self.known_slot(slot).expect("a slot that is read holds a value")
    }

    /// What a slot holds, if it will be looked at again.
    pub(super) fn known_slot(&self, slot: Slot) -> Option<Value> {
        self.slots[slot as usize].map(|value| self.latest(value))
    }

    pub(super) fn set_slot(&mut self, slot: Slot, value: Option<Value>) {
        let old = std::mem::replace(&mut self.slots[slot as usize], value);
        self.trail.push(Change::Slot(slot, old));
    }

    /// Nothing looks at the slot any more.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.set_slot(slot, None);
        self.forgotten.push(slot);
    }

    /// How many slots were forgotten so far.
    pub(super) fn forgotten(&self) -> usize {
        self.forgotten.len()
    }

    /// Forgets again what was forgotten in a condition: all ways through it lead to where
    /// either of its results does.
    pub(super) fn forget_again(&mut self, range: Range<usize>) {
        for at in range {
            let slot = self.forgotten[at];
            if self.slots[slot as usize].is_some() {
                self.set_slot(slot, None);
            }
        }
    }

    pub(super) fn get(&self, known: Known) -> Option<Value> {
        self.known.get(&known).map(|&value| self.latest(value))
    }

    pub(super) fn set(&mut self, known: Known, value: Value) {
        let old = self.known.insert(known, value);
        self.trail.push(Change::Known(known, old));
    }

    /// From now on `value` is known as `refined`.
    pub(super) fn refine(&mut self, value: Value, refined: Value) {
        self.set(Known::Refined(value), refined);
    }

    /// A value as it is known by now.
    pub(super) fn latest(&self, value: Value) -> Value {
        self.known.get(&Known::Refined(value)).copied().unwrap_or(value)
    }

    /// The length of the trail, to undo what comes behind it.
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Forgets all that was learned since the trail had that length.
    pub(super) fn undo(&mut self, mark: usize) {
        while self.trail.len() > mark {
            match self.trail.pop() {
                Some(Change::Slot(slot, old)) => self.slots[slot as usize] = old,
                Some(Change::Known(known, Some(old))) => {
                    self.known.insert(known, old);
                }
                Some(Change::Known(known, None)) => {
                    self.known.remove(&known);
                }
                None => unreachable!("the trail is longer than the mark"),
            }
        }
    }
}
