//! What of the optimiser is switched on.
//!
//! No pass is needed for code to be right: each can be switched off, alone or with all others,
//! to find which one is to blame for something, or what it is worth.

use std::fmt;

use super::{PASSES, Pass};

/// What of the optimiser is switched on; by default all of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Switches {
    /// The passes that run.
    pub passes: PassSet,
    /// Whether one of several equal calls of a function that prints nothing is made and its
    /// result shared. Without, a function is called as often as the program says.
    pub share_calls: bool,
    /// Whether pairs are passed as two values to functions that only take them apart.
    pub split_parameters: bool,
}

impl Switches {
    /// All of it.
    pub const ALL: Switches =
        Switches { passes: PassSet::ALL, share_calls: true, split_parameters: true };

    /// What may be on where calls are counted: whatever leaves each of them where it is, and
    /// exits where they have been counted. `hoist` would exit before the call that is under way is
    /// counted.
    #[must_use]
    pub fn for_counted_calls(self) -> Switches {
        let without = |passes: PassSet, name| passes.with(name, false).unwrap_or(passes);
        let passes = ["hoist", "duplicate", "accumulate"].into_iter().fold(self.passes, without);
        Switches { passes, share_calls: false, ..self }
    }
}

impl Default for Switches {
    fn default() -> Switches {
        Switches::ALL
    }
}

/// A set of passes. A pass that runs several times is in it for all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PassSet {
    /// A bit for the first place that each pass has in the table.
    bits: u64,
}

const _: () = assert!(PASSES.len() <= 64, "a pass has a bit");

impl PassSet {
    /// All passes.
    pub const ALL: PassSet = PassSet { bits: u64::MAX };
    /// No pass: functions are compiled as they are built.
    pub const NONE: PassSet = PassSet { bits: 0 };

    /// Every pass, once, in the order in which they run first.
    pub fn every() -> impl Iterator<Item = &'static Pass> + Clone {
        let first = |&(at, pass): &(usize, &Pass)| bit_of(pass.name) == Some(1 << at);
        PASSES.iter().enumerate().filter(first).map(|(_, pass)| pass)
    }

    /// Whether the pass of this name is among them.
    pub fn contains(self, name: &str) -> bool {
        bit_of(name).is_some_and(|bit| self.bits & bit != 0)
    }

    /// The set with the pass of this name, or without it; `None` if there is no such pass.
    #[must_use]
    pub fn with(self, name: &str, is_on: bool) -> Option<PassSet> {
        let bit = bit_of(name)?;
        Some(PassSet { bits: if is_on { self.bits | bit } else { self.bits & !bit } })
    }
}

fn bit_of(name: &str) -> Option<u64> {
    PASSES.iter().position(|pass| pass.name == name).map(|at| 1 << at)
}

impl fmt::Debug for PassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = PassSet::every().map(|pass| pass.name).filter(|name| self.contains(name));
        f.debug_set().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_are_switched_by_their_names() {
        let without = PassSet::ALL.with("gvn", false).expect("there is a pass gvn");
        assert!(!without.contains("gvn") && without.contains("dce"));
        assert_eq!(without.with("gvn", true), Some(PassSet::ALL));
        let only = PassSet::NONE.with("branches", true).expect("there is a pass branches");
        assert_eq!(format!("{only:?}"), "{\"branches\"}");
        assert_eq!(PassSet::ALL.with("gvm", false), None);
        assert!(!PassSet::ALL.contains("gvm"));
    }

    #[test]
    fn every_pass_is_listed_once() {
        let mut names: Vec<_> = PassSet::every().map(|pass| pass.name).collect();
        assert!(PASSES.iter().all(|pass| names.contains(&pass.name)));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
