//! Frame states: where the interpreter continues, and with what.

use super::{Function, Value};
use crate::core::{FunctionId, NodeId};

/// Where a failed guard leaves the interpreter to continue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// The function that it continues in.
    pub function: FunctionId,
    /// Who waits for that function to return, if it was inlined: a state that
    /// [takes](Resume::Returned) its value.
    pub caller: Option<StateId>,
    /// Where it continues.
    pub resume: Resume,
    /// The interpreter's frame: by slot, its value; `None` where whatever it is will not be
    /// looked at again. All slots below the depth are there. A slot that holds the running
    /// closure or a cell has that.
    pub slots: Vec<Option<Value>>,
}

/// The point at which the interpreter continues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    /// The beginning of the function, with the arguments in their slots.
    Start,
    /// Right after a node of Core was evaluated, with its value.
    After(NodeId, Value),
    /// Right after a call, with what the function returns that continues before.
    Returned(NodeId),
}

/// A frame state of a [`Function`], by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StateId(pub u32);

impl Function {
    /// A frame state.
    pub fn state(&self, state: StateId) -> &State {
        &self.states[state.0 as usize]
    }

    /// A state, and those that wait for it, the innermost first.
    pub fn chain(&self, state: StateId) -> impl Iterator<Item = &State> {
        std::iter::successors(Some(self.state(state)), |state| {
            state.caller.map(|caller| self.state(caller))
        })
    }
}
