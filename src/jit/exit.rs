//! What is known of an exit: where the interpreter goes on, and why.

use std::cell::Cell;
use std::fmt;

use crate::core::{FunctionId, NodeId};
use crate::ssa::{Resume, Type};
use crate::syntax::ast;

/// Why compiled code leaves for the interpreter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// A value was guessed to be of this type, and was not.
    NotA(Type),
    /// A test wanted it.
    Forced,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotA(Type::Int) => f.write_str("not an Int"),
            Reason::NotA(ty) => write!(f, "not a {ty:?}"),
            Reason::Forced => f.write_str("forced by a test"),
        }
    }
}

/// A place at which compiled code may leave for the interpreter.
#[derive(Clone, Debug)]
pub struct Exit {
    /// The function that is left.
    pub function: FunctionId,
    /// The node after which the interpreter goes on; none for the function's start.
    pub after: Option<NodeId>,
    /// Why.
    pub reason: Reason,
    /// The operation whose guess was wrong.
    pub site: ast::NodeId,
    /// How often it was taken.
    pub count: Cell<u64>,
}

impl Exit {
    pub(super) fn new(
        function: FunctionId,
        resume: Resume,
        reason: Reason,
        site: ast::NodeId,
    ) -> Exit {
        let after = match resume {
            Resume::Start => None,
            Resume::After(node, _) => Some(node),
        };
        Exit { function, after, reason, site, count: Cell::new(0) }
    }
}
