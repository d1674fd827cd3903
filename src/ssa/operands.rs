//! What instructions, ends of blocks and states refer to, to look at or to replace.

use super::{Callee, End, Function, Jump, Op, Resume, State, StateId, Value};

impl Callee {
    /// Calls `each` with the value that is called, if there is one.
    pub fn for_each(&mut self, each: &mut dyn FnMut(&mut Value)) {
        match self {
            Callee::Known { closure, .. } => closure.iter_mut().for_each(each),
            Callee::Fitting(value) | Callee::Unknown(value) => each(value),
        }
    }
}

impl Op {
    /// Calls `each` with every operand, in order; not with those of its state.
    pub fn for_each_operand_mut(&mut self, each: &mut dyn FnMut(&mut Value)) {
        match self {
            Op::Parameter
            | Op::Int(_)
            | Op::Bool(_)
            | Op::Str(_)
            | Op::Function(_)
            | Op::Probe(_)
            | Op::NewCell
            | Op::Global(_)
            | Op::StackRoom
            | Op::Fuel => {}
            Op::Copy(value)
            | Op::Box(value)
            | Op::Unbox(value)
            | Op::Guard { value, .. }
            | Op::Check { value, .. }
            | Op::First(value)
            | Op::Second(value)
            | Op::Capture(value, _)
            | Op::IsFunction(value, _)
            | Op::ReadCell(value)
            | Op::SetGlobal(_, value)
            | Op::CheckBound(value, _)
            | Op::Print(value)
            | Op::CheckStack(value)
            | Op::ShiftRight(value, _) => each(value),
            Op::CheckInt { lhs, rhs, .. }
            | Op::Arith(_, lhs, rhs)
            | Op::Divide(_, lhs, rhs)
            | Op::Compare(_, lhs, rhs)
            | Op::CompareBool(_, lhs, rhs)
            | Op::Generic(_, lhs, rhs)
            | Op::Tuple(lhs, rhs)
            | Op::FillCell(lhs, rhs) => {
                each(lhs);
                each(rhs);
            }
            Op::Closure(_, parts) | Op::Virtual(_, parts) | Op::Concat(parts) => {
                parts.iter_mut().for_each(each);
            }
            Op::Call(callee, arguments) => {
                callee.for_each(each);
                arguments.iter_mut().for_each(each);
            }
        }
    }

    /// The operands, in order; not those of its state.
    pub fn operands(&self) -> Vec<Value> {
        let mut operands = Vec::new();
        self.clone().for_each_operand_mut(&mut |&mut value| operands.push(value));
        operands
    }

    /// The state from which the interpreter would continue, if it can.
    pub fn state(&self) -> Option<StateId> {
        match *self {
            Op::Guard { state, .. } | Op::Probe(state) => Some(state),
            _ => None,
        }
    }
}

impl State {
    /// The values that the state refers to: those of the slots, then the one to resume with.
    pub fn values(&self) -> impl Iterator<Item = Value> + '_ {
        let resumed = match self.resume {
            Resume::Start | Resume::Returned(_) => None,
            Resume::After(_, value) => Some(value),
        };
        self.slots.iter().copied().flatten().chain(resumed)
    }

    /// Calls `each` with every value that the state refers to.
    pub fn for_each_mut(&mut self, each: &mut dyn FnMut(&mut Value)) {
        self.slots.iter_mut().flatten().for_each(&mut *each);
        if let Resume::After(_, value) = &mut self.resume {
            each(value);
        }
    }
}

impl End {
    /// The jumps to other blocks.
    pub fn jumps(&self) -> impl Iterator<Item = &Jump> + '_ {
        let (first, second) = match self {
            End::Jump(jump) => (Some(jump), None),
            End::Branch { then, otherwise, .. } => (Some(then), Some(otherwise)),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The jumps to other blocks, to be changed.
    pub fn jumps_mut(&mut self) -> impl Iterator<Item = &mut Jump> + '_ {
        let (first, second) = match self {
            End::Jump(jump) => (Some(jump), None),
            End::Branch { then, otherwise, .. } => (Some(then), Some(otherwise)),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Calls `each` with every operand, in order, the arguments of jumps included.
    pub fn for_each_operand_mut(&mut self, each: &mut dyn FnMut(&mut Value)) {
        match self {
            End::Branch { condition, .. } => each(condition),
            End::Return(value) => each(value),
            End::TailCall { callee, arguments, .. } => {
                callee.for_each(each);
                arguments.iter_mut().for_each(&mut *each);
            }
            End::Jump(_) | End::Unbound { .. } | End::Unreachable => {}
        }
        self.jumps_mut().for_each(|jump| jump.arguments.iter_mut().for_each(&mut *each));
    }

    /// The operands, in order, the arguments of jumps included.
    pub fn operands(&self) -> Vec<Value> {
        let mut operands = Vec::new();
        self.clone().for_each_operand_mut(&mut |&mut value| operands.push(value));
        operands
    }
}

impl Function {
    /// Everything that an instruction refers to, the values of its state and of those that wait for it
    /// included.
    pub fn uses(&self, value: Value) -> Vec<Value> {
        let op = &self.instruction(value).op;
        let mut uses = op.operands();
        let states = op.state().into_iter().flat_map(|state| self.chain(state));
        uses.extend(states.flat_map(State::values));
        uses
    }
}
