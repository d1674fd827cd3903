//! The reference evaluator: what a program means, as plainly as it can be said.
//!
//! A recursive walk over the syntax tree with environments that are searched by
//! name. It is slow and it is meant to be: every rule of the language stands here
//! once, in the order in which the language's description gives it, and nothing is
//! resolved, cached or specialised. The engine's tiers are compared against it.
//!
//! Values, scopes and texts live in an arena that is dropped in one go, so that no
//! drop recurses. The walk itself recurses on the native stack; it runs on a thread
//! of its own whose stack is sized for the depth that [`Limits`] allow, and gives
//! up beyond it.

mod evaluator;
mod scope;
mod text;
mod value;
mod witness;

use std::thread;

use bumpalo::Bump;
use galo::syntax::ast::{Ast, Span};

use evaluator::Evaluator;
pub use witness::{Event, KindSet, Sightings};

/// Which of the two languages is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// The specification to the letter.
    Strict,
    /// What community programs use beyond it.
    Lenient,
}

/// How much work the evaluator may put into a program before it gives up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes evaluated, plus pieces of values printed and compared.
    pub steps: u64,
    /// Nodes being evaluated at the same time, tail positions not counted.
    pub depth: usize,
    /// Bytes printed, and bytes of texts compared.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { steps: 1 << 30, depth: 1 << 18, bytes: 1 << 28 }
    }
}

/// What is wrong with a program that fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorKind {
    /// An operand of a kind that its operator does not take.
    TypeError,
    /// A call with the wrong number of arguments.
    Arity,
    /// A call of something that is not a closure.
    NotAFunction,
    /// A name that nothing binds.
    UnboundName,
    /// A name whose `let` is still to come.
    UsedBeforeDefinition,
    /// A quotient or remainder by zero.
    DivisionByZero,
}

impl ErrorKind {
    /// The stable name, in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::TypeError => "type-error",
            ErrorKind::Arity => "arity",
            ErrorKind::NotAFunction => "not-a-function",
            ErrorKind::UnboundName => "unbound-name",
            ErrorKind::UsedBeforeDefinition => "used-before-definition",
            ErrorKind::DivisionByZero => "division-by-zero",
        }
    }
}

/// A program error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where.
    pub span: Span,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The program ran to its end.
    Done,
    /// The program failed.
    Failed(Failure),
    /// The limits were reached, or the language leaves open what comes next.
    GaveUp,
}

/// What a run left behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Everything printed.
    pub stdout: Vec<u8>,
    /// How it ended.
    pub end: End,
}

/// Native stack for one level of evaluation; generous, since builds differ.
const STACK_PER_LEVEL: usize = 4 << 10;

/// Runs a program.
///
/// # Panics
/// If the thread for it cannot be started.
pub fn run(ast: &Ast, dialect: Dialect, limits: Limits) -> Outcome {
    on_large_stack(limits, || Evaluator::new(&Bump::new(), ast, dialect, limits).run())
}

/// Runs a program and says what it was seen to do, also if the evaluator gave up.
///
/// # Panics
/// If the thread for it cannot be started.
pub fn watch(ast: &Ast, dialect: Dialect, limits: Limits) -> (Outcome, Sightings) {
    on_large_stack(limits, || Evaluator::new(&Bump::new(), ast, dialect, limits).watch())
}

fn on_large_stack<R: Send>(limits: Limits, run: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        thread::Builder::new()
            .name("reference".into())
            .stack_size((1 << 20) + limits.depth * STACK_PER_LEVEL)
            .spawn_scoped(scope, run)
            .expect("a thread can be started")
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
