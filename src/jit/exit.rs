//! What is known of an exit: where the interpreter goes on, and why.

use std::cell::Cell;
use std::fmt;

use crate::core::{FunctionId, NodeId, Slot};
use crate::ssa::{Resume, Shape, Type};
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

/// An object that does not exist before the exit makes it.
#[derive(Clone, Debug)]
pub struct NewObject {
    /// What it is.
    pub shape: Shape,
    /// The slot of the frame with the first of its parts; the others follow.
    pub parts: Slot,
    /// Where it belongs: slots of the frame, some of them parts of objects that are made later.
    pub targets: Box<[Slot]>,
    /// The operation that would have made it.
    pub site: ast::NodeId,
}

/// The objects that an exit makes, in order.
#[derive(Clone, Default, Debug)]
pub struct NewObjects {
    /// The objects.
    pub objects: Box<[NewObject]>,
    /// The slot where the value with which the interpreter goes on waits meanwhile.
    pub value: Slot,
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
    /// What it makes before the interpreter goes on.
    pub new: NewObjects,
    /// How often it was taken.
    pub count: Cell<u64>,
}

impl Exit {
    pub(super) fn new(
        function: FunctionId,
        resume: Resume,
        reason: Reason,
        site: ast::NodeId,
        new: NewObjects,
    ) -> Exit {
        let after = match resume {
            Resume::Start => None,
            Resume::After(node, _) => Some(node),
        };
        Exit { function, after, reason, site, new, count: Cell::new(0) }
    }
}
