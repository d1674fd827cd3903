//! What can be observed of a run, whoever runs the program.

use crate::reference::{End, Outcome};

/// What a run left behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observation {
    /// Everything printed.
    pub stdout: Vec<u8>,
    /// The error that ended it, if any.
    pub error: Option<Error>,
}

/// A program error, as a user sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// The stable name of its kind, in kebab case.
    pub kind: String,
    /// The bytes it is about.
    pub place: (u32, u32),
    /// What it says; the reference evaluator says nothing.
    pub message: Option<String>,
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
            }),
        };
        Some(Observation { stdout: outcome.stdout, error })
    }

    /// The same without what the error says: what every evaluator must agree on.
    pub fn without_message(mut self) -> Self {
        if let Some(error) = &mut self.error {
            error.message = None;
        }
        self
    }
}
