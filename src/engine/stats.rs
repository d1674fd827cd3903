//! What a run cost.

use std::time::Duration;

use galo_runtime::HeapStats;

/// How long it took to get a program ready.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct LoadTimes {
    /// Text or JSON to the syntax tree.
    pub read: Duration,
    /// The tree to Core.
    pub lower: Duration,
    /// Core to closures.
    pub compile: Duration,
}

/// What a finished run cost.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct RunStats {
    /// From the first operation to the last flush.
    pub time: Duration,
    /// What the heap did.
    pub heap: HeapStats,
    /// Bytes that the program printed.
    pub printed_bytes: u64,
}
