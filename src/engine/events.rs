//! What happens to a program while it runs, as data for those who want to watch.
//!
//! The engine tells an [`Observer`]; where there is none, nothing is made for it.

use std::fmt;
use std::time::Duration;

pub use galo_runtime::Collection;
use galo_runtime::CollectionObserver;
pub use galo_runtime::samples::{Running, Samples, Stack, StackFrame};

use super::tiers::{Failure, Refusal};
use crate::core::FunctionId;
use crate::jit::{Jit, Reason, SetupError, Version};
use crate::ssa;
use crate::ssa::passes::inline::Decision;
use crate::syntax::ast;

/// Watches a run. It is called while the run is in the middle of something.
pub trait Observer: fmt::Debug {
    /// Something happened.
    fn event(&self, event: &Event<'_>);

    /// Whether compiled functions are to come with Cranelift's own listing.
    fn wants_listings(&self) -> bool {
        false
    }

    /// A function that is being compiled has reached this form.
    fn form(&self, form: &Form<'_>) {
        let _ = form;
    }

    /// The run is over, well or not, and this is what it was seen doing, if the configuration asks for
    /// [samples](crate::Config::sampling).
    fn sampled(&self, samples: &Samples) {
        let _ = samples;
    }

    /// While this version of a function was optimised, it was decided what becomes of a call.
    fn decision(&self, function: FunctionId, version: u32, decision: &Decision) {
        let _ = (function, version, decision);
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The collector ran.
    Collection(Collection),
    /// A function is going to be compiled.
    CompileStarted {
        /// Which.
        function: FunctionId,
        /// The how manyth version of it this will be, from 1.
        version: u32,
        /// Why.
        trigger: Trigger,
    },
    /// It was compiled, and runs as machine code from now on.
    CompileFinished {
        /// Which.
        function: FunctionId,
        /// The how manyth version of it.
        version: u32,
        /// How many places there are at which it may leave for the interpreter.
        exits: usize,
        /// The bytes of its code.
        code_bytes: usize,
        /// How long that took.
        times: CompileTimes,
    },
    /// A function stays in the interpreter because it is not one to be compiled.
    CompileRefused {
        /// Which.
        function: FunctionId,
        /// Why.
        reason: Refusal,
    },
    /// A function stays as it is because compiling it failed.
    CompileFailed {
        /// Which.
        function: FunctionId,
        /// The how manyth version of it this would have been.
        version: u32,
        /// Why.
        failure: &'a Failure,
    },
    /// There is no compiler on this system: the whole program stays in the interpreter.
    NoCompiler(&'a SetupError),
    /// Compiled code left for the interpreter.
    Exit {
        /// Which function did.
        function: FunctionId,
        /// At which operation.
        site: ast::NodeId,
        /// Why.
        reason: Reason,
        /// How often it did so there by now.
        count: u64,
        /// The function whose code was left: the same, or one that it was inlined into.
        compiled: FunctionId,
        /// Which of all [exits](Jit::exits).
        number: u32,
        /// The value that was not what it was guessed to be, as messages show it.
        value: Option<&'a str>,
    },
}

/// Why a function is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trigger {
    /// It was called or ran its own loop so often in the interpreter.
    Hot {
        /// Its calls so far.
        calls: u64,
        /// The iterations of its own tail loop so far.
        iterations: u64,
    },
    /// A guess at this operation was wrong too often.
    Exits {
        /// The operation.
        site: ast::NodeId,
    },
}

/// How long the steps of a compilation took.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct CompileTimes {
    /// Analysing the whole program, if this was the first function to be compiled.
    pub facts: Duration,
    /// Building the optimiser's IR.
    pub build: Duration,
    /// Optimising it.
    pub passes: Duration,
    /// Making Cranelift's IR of it.
    pub lower: Duration,
    /// Cranelift.
    pub cranelift: Duration,
    /// Putting the code where it can run.
    pub load: Duration,
}

impl CompileTimes {
    /// All steps with their names, in order.
    pub fn steps(&self) -> [(&'static str, Duration); 6] {
        [
            ("facts", self.facts),
            ("build", self.build),
            ("passes", self.passes),
            ("lower", self.lower),
            ("cranelift", self.cranelift),
            ("load", self.load),
        ]
    }

    /// All of it.
    pub fn total(&self) -> Duration {
        self.steps().iter().map(|(_, time)| *time).sum()
    }
}

impl std::ops::AddAssign for CompileTimes {
    fn add_assign(&mut self, other: CompileTimes) {
        self.facts += other.facts;
        self.build += other.build;
        self.passes += other.passes;
        self.lower += other.lower;
        self.cranelift += other.cranelift;
        self.load += other.load;
    }
}

/// A function on its way to machine code.
#[derive(Clone, Copy)]
pub struct Form<'a> {
    /// Which function.
    pub function: FunctionId,
    /// The how manyth version of it, from 1.
    pub version: u32,
    /// What is known of the program.
    pub context: &'a ssa::Context<'a>,
    /// What the function has become.
    pub stage: FormStage<'a>,
}

/// What a function has become on its way to machine code.
#[derive(Clone, Copy)]
pub enum FormStage<'a> {
    /// The optimiser's IR as it is built.
    Built(&'a ssa::Function),
    /// The same after the pass of this name.
    Passed(&'static str, &'a ssa::Function),
    /// The same after all passes.
    Optimised(&'a ssa::Function),
    /// Machine code in its place, with what it was made from; and all code of the program.
    Compiled(&'a Version, &'a Jit),
}

/// Hands collections on.
#[derive(Debug)]
pub(super) struct Collections<'a>(pub(super) &'a dyn Observer);

impl CollectionObserver for Collections<'_> {
    fn collected(&self, collection: &Collection) {
        self.0.event(&Event::Collection(*collection));
    }
}
