//! The tiers: which function runs where, and when that changes.
//!
//! Every function begins in the interpreter with a budget of calls and of iterations of
//! its own tail loop ([`policy`]). When one is used up, the runtime asks, and the function is
//! compiled and redirected: callers find the machine code the next time they call. A
//! function that cannot be compiled stays in the interpreter and is never tried again.
//!
//! Compiled code leaves for the interpreter where a guess was wrong. Exits are counted; a
//! guess that is wrong too often is given up and the function compiled anew with what was
//! learned by then. The last version makes no guesses, so that this ends.
//!
//! Programs in which nothing gets hot pay for the budgets alone: neither the facts nor the
//! compiler are there before they are needed.
//!
//! # Who may call compiled code
//! The code is freed with its [`Tiers`], which its [`Program`](super::Program) owns. All
//! addresses of code are in the program's own functions and in frames of its runs; a run
//! borrows the program. So when it is dropped, nothing runs and nobody can call.
//!
//! # Being called back
//! A program can be run while it is running, by the writer that it prints to or by an
//! observer. So no `RefCell` stays borrowed while the guest's code runs or an observer that
//! could compile is told something; while a function is being compiled, others that get hot
//! in such a run have to wait.

mod compile;
mod materialize;
mod policy;
mod profile;
mod run;

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;

use super::config::Config;
use super::events::CompileTimes;
use super::stats::{ExitCount, TierStats};
use crate::core::{self, FunctionId, NodeId};
use crate::flow::Facts;
use crate::interp::Code;
use crate::jit::{self, Jit, SetupError};
use crate::ssa;
use policy::Policy;
pub(super) use run::Attached;

/// Why a function is not to be compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The configuration excludes it by its name.
    NotChosen,
    /// As many functions were compiled as the configuration allows.
    Limit,
    /// It is beyond what the optimiser takes.
    Form(ssa::Refusal),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NotChosen => f.write_str("it is excluded by its name"),
            Refusal::Limit => f.write_str("enough functions are compiled"),
            Refusal::Form(refusal) => refusal.fmt(f),
        }
    }
}

/// Why compiling a function failed. All but the system's refusals are bugs in galo.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The optimiser's verifier found something after this step.
    Invalid {
        /// `build`, or the name of a pass.
        step: &'static str,
        /// What is wrong.
        error: String,
    },
    /// The compiler panicked.
    Panicked(String),
    /// There is no machine code of it, or it cannot be loaded.
    Jit(jit::Failure),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Invalid { step, error } => write!(f, "invalid after {step}: {error}"),
            Failure::Panicked(message) => write!(f, "the compiler panicked: {message}"),
            Failure::Jit(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// The tiers of a program.
#[derive(Debug)]
pub(super) struct Tiers {
    policy: Policy,
    options: jit::JitOptions,
    switches: ssa::Switches,
    /// Once a function has been compiled.
    facts: OnceCell<Facts>,
    jit: RefCell<Option<Jit>>,
    /// Why nothing more is compiled.
    end: RefCell<Option<End>>,
    /// By function; empty if nothing is to be compiled.
    functions: RefCell<Vec<FunctionTier>>,
    counters: RefCell<Counters>,
    is_compiling: Cell<bool>,
}

/// Why nothing more is compiled.
#[derive(Clone, Debug)]
enum End {
    /// There is no compiler.
    Missing(SetupError),
    /// It panicked, and may be in any state.
    Broken,
}

/// What the tiers keep of a function.
#[derive(Clone, Default, Debug)]
struct FunctionTier {
    /// How many versions of it there are.
    versions: u32,
    /// The first exit of the last version.
    first_exit: u32,
    /// Operations of which nothing is guessed any more, in order.
    hopeless: Vec<NodeId>,
    /// Whether it is not to be compiled again.
    is_final: bool,
}

/// What was done so far.
#[derive(Clone, Default, Debug)]
struct Counters {
    compiled: u64,
    versions: u64,
    refused: u64,
    failures: Vec<(FunctionId, Failure)>,
    times: CompileTimes,
}

impl Tiers {
    /// The tiers of a program that has not run yet: gives each function its budget.
    pub(super) fn new(config: &Config, program: &core::Program, code: &Code) -> Tiers {
        let policy = Policy::new(config.tier, &config.jit);
        let mut functions = Vec::new();
        if config.may_compile() {
            functions.resize(program.functions.len(), FunctionTier::default());
            for (index, function) in program.functions.iter().enumerate() {
                let nodes = function.nodes().len();
                let vm = code.function(FunctionId::new(index));
                vm.calls.allow(policy.calls(nodes));
                vm.loops.allow(policy.iterations(nodes));
            }
        }
        let is_stressed = config.jit.stress.is_some();
        Tiers {
            policy,
            options: jit::JitOptions {
                verify: is_stressed || cfg!(debug_assertions),
                forces_exits: is_stressed,
                counts_calls: config.jit.count_calls,
                is_sampled: config.sampling.is_some(),
            },
            switches: config.switches(),
            facts: OnceCell::new(),
            jit: RefCell::new(None),
            end: RefCell::new(None),
            functions: RefCell::new(functions),
            counters: RefCell::default(),
            is_compiling: Cell::new(false),
        }
    }

    /// Why there is no compiler, if one was needed.
    pub(super) fn missing(&self) -> Option<SetupError> {
        match &*self.end.borrow() {
            Some(End::Missing(error)) => Some(error.clone()),
            _ => None,
        }
    }

    /// What was done so far.
    pub(super) fn stats(&self, code: &Code) -> TierStats {
        let jit = self.jit.borrow();
        let counters = self.counters.borrow();
        let exits = jit.iter().flat_map(|jit| jit.exits()).filter(|exit| exit.count.get() > 0);
        TierStats {
            interpreted_calls: code.function_profiles().map(|profile| profile.calls).sum(),
            compiled_calls: code.function_profiles().map(|profile| profile.compiled_calls).sum(),
            compiled_functions: counters.compiled,
            versions: counters.versions,
            refused_functions: counters.refused,
            failures: counters.failures.clone(),
            times: counters.times,
            code_bytes: jit.as_ref().map_or(0, Jit::code_bytes),
            exits: exits
                .map(|exit| ExitCount {
                    function: exit.function,
                    site: exit.site,
                    reason: exit.reason,
                    count: exit.count.get(),
                })
                .collect(),
        }
    }
}
