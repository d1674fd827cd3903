//! Objects that are only made when a function exits.
//!
//! A pair or closure that compiled code itself does not need can be *virtual*: it is never
//! allocated, and only its parts are kept for the states that hold it. An exit makes it, so that
//! the interpreter finds it where it would have it. (What Graal calls virtual and V8 captured
//! objects, LuaJIT's sunk allocations.)

use rustc_hash::FxHashSet;

use super::{Function, Op, State, StateId, Value};

impl Function {
    /// Whether the value is an object that only exits make.
    pub fn is_virtual(&self, value: Value) -> bool {
        matches!(self.instruction(value).op, Op::Virtual(..))
    }

    /// The virtual objects that these values are or consist of, each once, and behind those that
    /// it consists of itself.
    pub fn virtual_objects(&self, values: impl Iterator<Item = Value>) -> Vec<Value> {
        let mut objects = Vec::new();
        let mut seen = FxHashSet::default();
        let mut tasks = Vec::new();
        for value in values {
            tasks.push((value, false));
            while let Some((value, are_parts_done)) = tasks.pop() {
                let Op::Virtual(_, parts) = &self.instruction(value).op else { continue };
                if are_parts_done {
                    objects.push(value);
                } else if seen.insert(value) {
                    tasks.push((value, true));
                    tasks.extend(parts.iter().rev().map(|&part| (part, false)));
                }
            }
        }
        objects
    }

    /// What must be there when an instruction is evaluated: its operands, and what an exit in its
    /// state takes, the parts of virtual objects rather than these themselves.
    pub fn needs(&self, value: Value) -> Vec<Value> {
        let op = &self.instruction(value).op;
        match op {
            Op::Virtual(..) => Vec::new(),
            _ => {
                let mut needs = op.operands();
                needs.extend(op.state().into_iter().flat_map(|state| self.taken(state)));
                needs
            }
        }
    }

    /// What an exit takes.
    fn taken(&self, state: StateId) -> Vec<Value> {
        let held = || self.chain(state).flat_map(State::values);
        let objects = self.virtual_objects(held());
        let parts = objects.iter().flat_map(|&object| self.instruction(object).op.operands());
        let taken = held().chain(parts);
        taken.filter(|&value| !self.is_virtual(value)).collect()
    }
}
