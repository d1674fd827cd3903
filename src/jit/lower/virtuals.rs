//! Handing over what the objects consist of that an exit makes: in slots behind those of the
//! state, where the collector sees them while the exit makes one after the other.

use cranelift_codegen::ir;
use rustc_hash::FxHashMap;

use super::super::exit::{NewObject, NewObjects};
use super::Lowering;
use crate::core::{FunctionId, Slot};
use crate::ssa::{Block, Op, Resume, State, Value};

impl Lowering<'_> {
    /// The slots of the interpreter's frame.
    pub(super) fn interpreted_slots(&self) -> Slot {
        self.input.context.program.function(self.ssa().id).frame
    }

    /// The most slots that an exit needs behind the interpreter's frame.
    pub(super) fn part_slots(&self, order: &[Block]) -> Slot {
        let ssa = self.ssa();
        if !ssa.values.iter().any(|instruction| matches!(instruction.op, Op::Virtual(..))) {
            return 0;
        }
        let body = order.iter().flat_map(|&block| &ssa.block(block).body);
        let states = body.filter_map(|&value| ssa.instruction(value).op.state());
        let slots = states.map(|state| {
            let objects = ssa.virtual_objects(ssa.state(state).values());
            // One more for the value.
            1 + objects.iter().map(|&object| self.parts(object).len() as Slot).sum::<Slot>()
        });
        slots.max().unwrap_or(0)
    }

    fn parts(&self, object: Value) -> &[Value] {
        match &self.input.function.instruction(object).op {
            Op::Virtual(_, parts) => parts,
            _ => unreachable!("only asked of virtual objects"),
        }
    }

    /// The first slot that an exit hands over: the program's body begins with the globals,
    /// which are where they belong.
    pub(super) fn first_slot(&self) -> usize {
        match self.ssa().id == FunctionId::MAIN {
            true => self.input.context.program.globals as usize,
            false => 0,
        }
    }

    /// Stores the parts of all objects that the state's exit makes, and says how that is done.
    pub(super) fn store_parts(&mut self, frame: ir::Value, state: &State) -> NewObjects {
        let first = self.first_slot();
        let resumed = match state.resume {
            Resume::Start => None,
            Resume::After(_, value) => Some(value),
        };
        let held = state.slots.iter().skip(first).copied().flatten();
        let objects = self.ssa().virtual_objects(held.chain(resumed));
        if objects.is_empty() {
            return NewObjects::default();
        }
        let mut targets: FxHashMap<Value, Vec<Slot>> = FxHashMap::default();
        let mut found = |ssa: &crate::ssa::Function, value: Value, slot: Slot| {
            if ssa.is_virtual(value) {
                targets.entry(value).or_default().push(slot);
            }
        };
        for (slot, value) in state.slots.iter().enumerate().skip(first) {
            value.iter().for_each(|&value| found(self.ssa(), value, slot as Slot));
        }
        // Right behind the slots that the state has: all up to there hold values.
        let mut next = state.slots.len() as Slot;
        let mut places = Vec::new();
        for &object in &objects {
            places.push(next);
            for part in self.parts(object).to_vec() {
                found(self.ssa(), part, next);
                let stored = self.handed_over(Some(part));
                self.store_slot(frame, next, stored);
                next += 1;
            }
        }
        resumed.iter().for_each(|&value| found(self.ssa(), value, next));
        let objects = objects.iter().zip(places).map(|(object, parts)| {
            let instruction = self.ssa().instruction(*object);
            let Op::Virtual(shape, _) = instruction.op else {
                unreachable!("only asked of virtual objects");
            };
            let targets = targets.remove(object).unwrap_or_default().into();
            NewObject { shape, parts, targets, site: instruction.site }
        });
        NewObjects { objects: objects.collect(), value: next }
    }

    /// What an exit stores for a value. The collector looks at every slot, so that one for
    /// which there is nothing, or nothing yet, gets something.
    pub(super) fn handed_over(&mut self, value: Option<Value>) -> ir::Value {
        match value {
            Some(value) if !self.ssa().is_virtual(value) => self.tagged(value),
            _ => self.emit.word(0),
        }
    }
}
