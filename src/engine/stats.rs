//! What a run cost.

use std::time::Duration;

use galo_runtime::HeapStats;

use super::events::CompileTimes;
use super::tiers::Failure;
use crate::core::FunctionId;
use crate::jit::Reason;
use crate::syntax::ast::NodeId;

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
    /// How many calls it made, tail calls included, if the configuration limits them.
    pub calls: Option<u64>,
    /// The most native stack it used, in bytes, if the configuration asks for a profile and
    /// the system tells.
    pub stack_bytes: Option<usize>,
    /// The same of the frames, where its variables are.
    pub frame_bytes: Option<usize>,
}

/// What the tiers of a program have done, over all of its runs.
#[derive(Clone, Default, Debug)]
pub struct TierStats {
    /// Calls of functions in the interpreter; calls whose caller knew the result of the base
    /// case are not among them.
    pub interpreted_calls: u64,
    /// Calls of compiled functions, if the configuration asks to
    /// [count](super::JitConfig::count_calls) them.
    pub compiled_calls: u64,
    /// How many functions were compiled.
    pub compiled_functions: u64,
    /// How many versions of them, all together.
    pub versions: u64,
    /// How many functions got hot and were not to be compiled.
    pub refused_functions: u64,
    /// The compilations that failed.
    pub failures: Vec<(FunctionId, Failure)>,
    /// How long compiling took.
    pub times: CompileTimes,
    /// The bytes of all code, stubs included.
    pub code_bytes: usize,
    /// The exits that were taken.
    pub exits: Vec<ExitCount>,
}

/// How often compiled code left for the interpreter at one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExitCount {
    /// The function that was left.
    pub function: FunctionId,
    /// The operation.
    pub site: NodeId,
    /// Why.
    pub reason: Reason,
    /// How often.
    pub count: u64,
}
