//! Handing over what the objects consist of that an exit makes: in slots behind those of the
//! state, where the collector sees them while the exit makes one after the other.

use std::sync::Arc;

use cranelift_codegen::ir;
use rustc_hash::FxHashMap;

use super::super::exit::{Exit, NewObject, NewObjects};
use super::Lowering;
use crate::core::{FunctionId, Slot};
use crate::interp::Frame;
use crate::ssa::{Block, Op, Resume, State, StateId, Value};

impl Lowering<'_> {
    /// The most slots that the interpreter needs: the function's own frame, or the frames of an
    /// exit with the parts of objects behind what the innermost holds.
    pub(super) fn interpreted_slots(&self, order: &[Block]) -> Slot {
        let (ssa, program) = (self.ssa(), self.input.context.program);
        let body = order.iter().flat_map(|&block| &ssa.block(block).body);
        let states = body.filter_map(|&value| ssa.instruction(value).op.state());
        let slots = states.map(|state| {
            let frames = Exit::frames(ssa, state);
            let innermost = frames.first().expect("an exit has a frame");
            let held = ssa.chain(state).flat_map(State::values);
            let objects = ssa.virtual_objects(held);
            // One more for the value.
            let parts =
                1 + objects.iter().map(|&object| self.parts(object).len() as Slot).sum::<Slot>();
            let own = |frame: &Frame| frame.slot + program.function(frame.function).frame;
            let frames = frames.iter().map(own).max().unwrap_or(0);
            frames.max(innermost.slot + program.function(innermost.function).frame + parts)
        });
        slots.max().unwrap_or(0).max(program.function(ssa.id).frame)
    }

    fn parts(&self, object: Value) -> &[Value] {
        match &self.input.function.instruction(object).op {
            Op::Virtual(_, parts) => parts,
            _ => unreachable!("only asked of virtual objects"),
        }
    }

    /// The first slot that an exit hands over of a state: the program's body begins with the globals,
    /// which are where they belong.
    pub(super) fn first_slot(&self, state: &State) -> usize {
        match state.function == FunctionId::MAIN {
            true => self.input.context.program.globals as usize,
            false => 0,
        }
    }

    /// Stores the parts of all objects that a state's exit makes, and says how that is done.
    pub(super) fn store_parts(
        &mut self,
        frame: ir::Value,
        state: StateId,
        frames: &[Frame],
    ) -> Arc<NewObjects> {
        let ssa = self.ssa();
        let resumed = match ssa.state(state).resume {
            Resume::Start | Resume::Returned(_) => None,
            Resume::After(_, value) => Some(value),
        };
        let mut held: Vec<(Slot, Value)> = Vec::new();
        for (state, at) in ssa.chain(state).zip(frames) {
            let slots = (at.slot..).zip(&state.slots).skip(self.first_slot(state));
            held.extend(slots.filter_map(|(slot, value)| Some((slot, (*value)?))));
        }
        let objects = ssa.virtual_objects(held.iter().map(|&(_, value)| value).chain(resumed));
        if objects.is_empty() {
            return Arc::default();
        }
        let mut targets: FxHashMap<Value, Vec<Slot>> = FxHashMap::default();
        let mut found = |value: Value, slot: Slot| {
            if ssa.is_virtual(value) {
                targets.entry(value).or_default().push(slot);
            }
        };
        held.iter().for_each(|&(slot, value)| found(value, slot));
        // Right behind the slots that the innermost state has: all up to there hold values.
        let innermost = frames.first().expect("an exit has a frame");
        let mut next = innermost.slot + ssa.state(state).slots.len() as Slot;
        let mut places = Vec::new();
        for &object in &objects {
            places.push(next);
            for part in self.parts(object).to_vec() {
                found(part, next);
                let stored = self.handed_over(Some(part));
                self.store_slot(frame, next, stored);
                next += 1;
            }
        }
        resumed.iter().for_each(|&value| found(value, next));
        let objects = objects.iter().zip(places).map(|(object, parts)| {
            let instruction = self.ssa().instruction(*object);
            let Op::Virtual(shape, _) = instruction.op else {
                unreachable!("only asked of virtual objects");
            };
            let targets = targets.remove(object).unwrap_or_default().into();
            let function = ssa.scope(instruction.site.scope).function;
            NewObject { shape, parts, targets, function, site: instruction.site.node }
        });
        Arc::new(NewObjects { objects: objects.collect(), value: next })
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
