//! Sets of kinds of values.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use galo_runtime::Kind;

/// Every kind.
const ALL: [Kind; 5] = [Kind::Int, Kind::Bool, Kind::Str, Kind::Tuple, Kind::Closure];

/// A set of [`Kind`]s: what a value can be.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

impl Kinds {
    /// No value at all: what never returns.
    pub const NONE: Kinds = Kinds(0);
    /// Any value.
    pub const ANY: Kinds = Kinds(31);
    /// Ints.
    pub const INT: Kinds = Kinds(Kind::Int.bit());
    /// Bools.
    pub const BOOL: Kinds = Kinds(Kind::Bool.bit());
    /// Strs.
    pub const STR: Kinds = Kinds(Kind::Str.bit());
    /// Tuples.
    pub const TUPLE: Kinds = Kinds(Kind::Tuple.bit());
    /// Closures.
    pub const CLOSURE: Kinds = Kinds(Kind::Closure.bit());

    /// Whether the set has the kind.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether everything in this set is in the other.
    pub const fn is_subset(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }

    /// What both sets have.
    pub const fn intersection(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The one kind of the set, if it has just one.
    pub fn single(self) -> Option<Kind> {
        ALL.into_iter().find(|kind| self.0 == kind.bit())
    }

    /// The kinds of the set.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        ALL.into_iter().filter(move |&kind| self.contains(kind))
    }
}

impl From<Kind> for Kinds {
    fn from(kind: Kind) -> Kinds {
        Kinds(kind.bit())
    }
}

impl BitOr for Kinds {
    type Output = Kinds;

    fn bitor(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }
}

impl BitOrAssign for Kinds {
    fn bitor_assign(&mut self, other: Kinds) {
        self.0 |= other.0;
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Kinds::NONE => return f.write_str("none"),
            Kinds::ANY => return f.write_str("any"),
            _ => {}
        }
        let mut separator = "";
        for kind in self.iter() {
            write!(f, "{separator}{kind}")?;
            separator = "|";
        }
        Ok(())
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
