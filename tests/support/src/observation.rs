//! What can be observed of a run, whoever runs the program.
//!
//! Not everybody knows everything: the reference evaluator has no messages and no
//! traces. What one side does not know is not compared.

use crate::reference::{End, Outcome};

/// What a run left behind.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Everything printed.
    pub stdout: Vec<u8>,
    /// The error that ended it, if any.
    pub error: Option<Error>,
}

/// A program error, as a user sees it.
#[derive(Clone, Debug)]
pub struct Error {
    /// The stable name of its kind, in kebab case.
    pub kind: String,
    /// The bytes it is about.
    pub place: (u32, u32),
    /// What it says.
    pub message: Option<String>,
    /// The calls that led there, innermost first, in words.
    pub trace: Option<Vec<String>>,
}

impl Observation {
    /// What a run of the reference evaluator shows, unless it gave up.
    pub fn of_reference(outcome: Outcome) -> Option<Self> {
        let error = match outcome.end {
            End::GaveUp => return None,
            End::Done => None,
            End::Failed(failure) => Some(Error {
                kind: failure.kind.name().to_owned(),
                place: (failure.span.start, failure.span.end),
                message: None,
                trace: None,
            }),
        };
        Some(Observation { stdout: outcome.stdout, error })
    }

    /// Whether both runs show the same, as far as both know.
    pub fn agrees_with(&self, other: &Observation) -> bool {
        let errors_agree = match (&self.error, &other.error) {
            (None, None) => true,
            (Some(error), Some(other)) => error.agrees_with(other),
            _ => false,
        };
        self.stdout == other.stdout && errors_agree
    }

    /// Whether the heap's limit ended the run.
    pub fn is_out_of_memory(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.kind == "out-of-memory")
    }
}

impl Error {
    fn agrees_with(&self, other: &Error) -> bool {
        self.kind == other.kind
            && self.place == other.place
            && agree(self.message.as_ref(), other.message.as_ref())
            && agree(self.trace.as_ref(), other.trace.as_ref())
    }
}

fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

/// Whether an error of this kind comes sooner or later as the tier needs more memory or
/// less, and so with another trace.
pub fn is_limit(kind: &str) -> bool {
    matches!(kind, "stack-overflow" | "out-of-memory")
}
