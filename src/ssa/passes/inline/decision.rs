//! What is decided of calls, for those who want to know why.

use std::fmt;

use crate::core::FunctionId;
use crate::ssa::{Scope, Site};

/// Is told what becomes of each call that is looked at. A call that stays is looked at again in
/// the next round, so that the last decision about it counts.
pub trait DecisionObserver: fmt::Debug {
    /// It was decided what becomes of a call.
    fn decided(&self, decision: &Decision);
}

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The call.
    pub site: Site,
    /// Who is called, if that is known.
    pub callee: Option<FunctionId>,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// Whether a call is inlined, and if not, why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is.
    Inlined {
        /// How much code that adds.
        size: usize,
        /// Whether its whole body is, rather than its short ways, with a call for all others.
        is_whole: bool,
        /// The scope that the callee's body becomes.
        scope: Scope,
    },
    /// It is not known who is called.
    Unknown,
    /// The program is so large that places in inlined code could not be told apart.
    LargeProgram,
    /// As much has been inlined into the function as may be.
    Full,
    /// There are as many bodies of the callee around the call as may be.
    Recursive,
    /// The callee is larger than what pays off here.
    TooLarge {
        /// The most code of a callee that is inlined here.
        most: usize,
    },
    /// There is no form of the callee that could be inlined: it is excluded, or the optimiser does
    /// not take it.
    NoBody,
    /// The callee ends with a call that may fail before it is made, which must be a tail call.
    NeedsTailCall,
    /// The callee guesses, and nothing says how the interpreter would go on behind the call.
    NoState,
    /// The callee's guesses would make the exits too large.
    LargeStates,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Inlined { size, is_whole: true, .. } => {
                return write!(f, "inlined, {size} operations");
            }
            Verdict::Inlined { size, .. } => {
                return write!(f, "its short ways are inlined, {size} operations");
            }
            Verdict::Unknown => "it is not known who is called",
            Verdict::LargeProgram => "the program is too large for inlining",
            Verdict::Full => "as much is inlined here as may be",
            Verdict::Recursive => "its body is here often enough",
            Verdict::TooLarge { most } => {
                return write!(f, "it is larger than the {most} operations that pay off here");
            }
            Verdict::NoBody => "there is no body of it to inline",
            Verdict::NeedsTailCall => "it ends with a call that must be a tail call",
            Verdict::NoState => "its guesses could not be undone behind this call",
            Verdict::LargeStates => "its guesses would make exits too large",
        })
    }
}
