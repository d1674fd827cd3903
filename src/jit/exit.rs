//! What is known of an exit: where the interpreter goes on, and why.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use crate::core::{FunctionId, Slot};
use crate::interp::{Frame, Resume};
use crate::ssa::{self, Function, Shape, State, StateId, Type};
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
    /// The function that would have made it.
    pub function: FunctionId,
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

/// Where an exit finds the value that was not what it was guessed to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Culprit {
    /// It is the value with which the interpreter goes on.
    Resumed,
    /// It is in this slot of the frame.
    Slot(Slot),
}

/// A place at which compiled code may leave for the interpreter.
#[derive(Clone, Debug)]
pub struct Exit {
    /// The function whose code is left.
    pub compiled: FunctionId,
    /// The function whose guess was wrong: the same, or one that was inlined into it.
    pub function: FunctionId,
    /// Why.
    pub reason: Reason,
    /// The operation whose guess was wrong.
    pub site: ast::NodeId,
    /// The interpreter's frames that take the place of the compiled one, the innermost first.
    pub frames: Arc<[Frame]>,
    /// What it makes before the interpreter goes on.
    pub new: Arc<NewObjects>,
    /// The value that was guessed wrongly, if the interpreter gets it.
    pub culprit: Option<Culprit>,
    /// How often it was taken.
    pub count: Cell<u64>,
}

impl Exit {
    /// The interpreter's frames at a state. The outermost one begins where the compiled function's
    /// frame does, each other one behind what its caller has in its own.
    pub(super) fn frames(function: &Function, state: StateId) -> Arc<[Frame]> {
        let chain: Vec<&State> = function.chain(state).collect();
        let mut slot = 0;
        let outside_in = chain.iter().rev().map(|state| {
            let frame = Frame { function: state.function, slot, resume: at(state.resume) };
            slot += state.slots.len() as Slot;
            frame
        });
        let mut frames: Vec<Frame> = outside_in.collect();
        frames.reverse();
        frames.into()
    }
}

fn at(resume: ssa::Resume) -> Resume {
    match resume {
        ssa::Resume::Start => Resume::Start,
        ssa::Resume::After(node, _) | ssa::Resume::Returned(node) => Resume::After(node),
    }
}
