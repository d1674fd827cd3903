//! What the interpreter notes of a running program: per function its calls and loop
//! iterations, per site the kinds of operands and results and the callee.
//!
//! Only what is *not* an Int is noted, on the paths that leave the Int case anyway: a site
//! that was executed and has noted nothing has seen Ints only. That makes the profile of
//! integer code free but for the counters (noting Ints as well costs 20 % on fib).

use std::cell::Cell;

use galo_runtime::{Kind, Site, Value, VmFunction};

/// Whether a program is compiled to note its profile.
pub(super) trait Policy: Copy + 'static {
    /// Counts calls and iterations, notes kinds and callees.
    const RECORDS: bool;
}

/// Notes the profile.
#[derive(Clone, Copy)]
pub(super) struct Recording;

impl Policy for Recording {
    const RECORDS: bool = true;
}

/// Notes nothing.
#[derive(Clone, Copy)]
pub(super) struct Silent;

impl Policy for Silent {
    const RECORDS: bool = false;
}

/// A set of kinds other than Int, by the tags of values.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Cell<u8>);

impl Seen {
    /// Notes a value that is no Int.
    #[inline(always)]
    pub(super) fn note(&self, value: Value) {
        self.0.set(self.0.get() | 1 << (value.bits() & 7));
    }

    /// The [bits](galo_runtime::Kind::bit) of the kinds.
    fn kinds(&self) -> u8 {
        const KINDS: [(u8, Kind); 4] =
            [(1, Kind::Tuple), (2, Kind::Str), (3, Kind::Closure), (7, Kind::Bool)];
        let seen = |&&(tag, _): &&(u8, Kind)| self.0.get() & 1 << tag != 0;
        KINDS.iter().filter(seen).fold(0, |kinds, (_, kind)| kinds | kind.bit())
    }

    fn names(&self) -> Vec<&'static str> {
        const NAMES: [(u8, &str); 4] = [(1, "Tuple"), (2, "Str"), (3, "Closure"), (7, "Bool")];
        let seen = |&&(tag, _): &&(u8, &str)| self.0.get() & 1 << tag != 0;
        NAMES.iter().filter(seen).map(|&(_, name)| name).collect()
    }
}

/// What an operation needs in rare cases, and what was noted of it. Outside of the node,
/// so that nodes stay small.
#[derive(Debug)]
pub(super) struct SiteRecord {
    /// The operation in the syntax tree.
    pub(super) site: Site,
    /// The function that it is in.
    pub(super) function: u32,
    /// Its depth: the first slot above the live ones.
    pub(super) top: u32,
    pub(super) left: Seen,
    pub(super) right: Seen,
    pub(super) result: Seen,
    /// The callee of a call, if it is not known beforehand.
    pub(super) callee: Cell<Option<*const VmFunction>>,
    /// Whether there was another one.
    pub(super) other_callees: Cell<bool>,
}

impl SiteRecord {
    pub(super) fn new(site: Site, function: u32, top: u32) -> SiteRecord {
        SiteRecord {
            site,
            function,
            top,
            left: Seen::default(),
            right: Seen::default(),
            result: Seen::default(),
            callee: Cell::new(None),
            other_callees: Cell::new(false),
        }
    }

    /// Notes the operands of an operation that are no Ints.
    pub(super) fn note_operands(&self, left: Value, right: Value) {
        if !left.is_int() {
            self.left.note(left);
        }
        if !right.is_int() {
            self.right.note(right);
        }
    }

    /// The kinds other than Int of the left and right operand, as bits.
    pub(super) fn operand_kinds(&self) -> [u8; 2] {
        [self.left.kinds(), self.right.kinds()]
    }

    /// The only callee that a call was seen to have.
    pub(super) fn only_callee(&self) -> Option<u32> {
        // SAFETY: functions live as long as the program that the record is part of.
        let id = self.callee.get().map(|callee| unsafe { (*callee).id });
        id.filter(|_| !self.other_callees.get())
    }

    /// Notes the callee of a call.
    #[inline(always)]
    pub(super) fn note_callee(&self, callee: *const VmFunction) {
        match self.callee.get() {
            None => self.callee.set(Some(callee)),
            Some(seen) if seen == callee => {}
            Some(_) => self.other_callees.set(true),
        }
    }
}

/// A site's record, by its address in the arena.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(super) struct SiteRef(pub(super) *const SiteRecord);

impl std::ops::Deref for SiteRef {
    type Target = SiteRecord;

    #[inline(always)]
    fn deref(&self) -> &SiteRecord {
        // SAFETY: records live in the same arena as the nodes that refer to them.
        unsafe { &*self.0 }
    }
}

/// What was noted of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FunctionProfile {
    /// Which function of the program.
    pub function: u32,
    /// How often it was entered; calls whose caller knew the result of its base case are
    /// not among them.
    pub calls: u64,
    /// How often its own tail calls ran its body again.
    pub loops: u64,
    /// How often it was called as machine code, if that is counted.
    pub compiled_calls: u64,
}

/// What was noted of an operation. Empty sets mean that only Ints were seen, or that it
/// never ran.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteProfile {
    /// The operation in the syntax tree.
    pub site: Site,
    /// The function that it is in.
    pub function: u32,
    /// The kinds other than Int of its left or only operand.
    pub left: Vec<&'static str>,
    /// The kinds other than Int of its right operand.
    pub right: Vec<&'static str>,
    /// The kinds other than Int of a call's result.
    pub result: Vec<&'static str>,
    /// The functions called here, where that was not known beforehand: the first one.
    pub callee: Option<u32>,
    /// Whether other functions were called here as well.
    pub megamorphic: bool,
}

impl SiteRecord {
    /// What was noted, if anything was.
    pub(super) fn profile(&self) -> Option<SiteProfile> {
        let profile = SiteProfile {
            site: self.site,
            function: self.function,
            left: self.left.names(),
            right: self.right.names(),
            result: self.result.names(),
            // SAFETY: functions live as long as the program that the record is part of.
            callee: self.callee.get().map(|callee| unsafe { (*callee).id }),
            megamorphic: self.other_callees.get(),
        };
        let kinds = [&profile.left, &profile.right, &profile.result];
        let noted = profile.callee.is_some() || kinds.iter().any(|kinds| !kinds.is_empty());
        noted.then_some(profile)
    }
}
