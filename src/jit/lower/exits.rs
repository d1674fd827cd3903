//! Exits: handing the frame to the interpreter.

use std::cell::Cell;

use cranelift_codegen::ir;

use super::super::conventions::exit_signature;
use super::super::exit::{Culprit, Exit, Reason};
use super::Lowering;
use crate::interp::Frame;
use crate::ssa::{Op, Resume, State, StateId, Value};

impl Lowering<'_> {
    /// Where `condition` holds, the interpreter takes the function's place.
    pub(super) fn exit_if(
        &mut self,
        at: Value,
        condition: ir::Value,
        state: StateId,
        reason: Reason,
    ) {
        let (exit, stay) = (self.emit.cold_block(), self.emit.builder.create_block());
        let branch = {
            use cranelift_codegen::ir::InstBuilder;
            self.emit.builder.ins().brif(condition, exit, &[], stay, &[])
        };
        self.emit.go_on_in(exit);
        let instruction = self.ssa().instruction(at);
        let number = self.input.first_exit + self.exits.len() as u32;
        self.notes.push((branch, format!("exit {number}: {reason}")));
        let frames = Exit::frames(self.ssa(), state);
        let frame = self.frame_or_top();
        for (state, at) in self.ssa().chain(state).zip(&*frames) {
            self.store_state(frame, at.slot, state);
        }
        let (compiled, function) =
            (self.ssa().id, self.ssa().scope(instruction.site.scope).function);
        let (site, count) = (instruction.site.node, Cell::new(0));
        let new = self.store_parts(frame, state, &frames);
        let culprit = self.culprit(&instruction.op, state, &frames);
        let exit = Exit { compiled, function, reason, site, frames, new, culprit, count };
        self.exits.push(exit);
        let value = match self.ssa().state(state).resume {
            Resume::Start | Resume::Returned(_) => self.emit.word(0),
            Resume::After(_, value) => self.handed_over(Some(value)),
        };
        let number = self.emit.int(number as i32);
        let code = self.emit.word(self.input.exit_stub);
        let signature = self.emit.import(exit_signature());
        self.emit.tail_call(signature, code, &[frame, number, value]);
        self.emit.go_on_in(stay);
    }

    /// Where the exit of a guard finds the value that was guarded.
    fn culprit(&self, guard: &Op, state: StateId, frames: &[Frame]) -> Option<Culprit> {
        let Op::Guard { value, .. } = *guard else { return None };
        let is_it = |other: Value| self.ssa().unboxed(other) == self.ssa().unboxed(value);
        if matches!(self.ssa().state(state).resume, Resume::After(_, resumed) if is_it(resumed)) {
            return Some(Culprit::Resumed);
        }
        self.ssa().chain(state).zip(frames).find_map(|(state, frame)| {
            let mut slots = (frame.slot..).zip(&state.slots).skip(self.first_slot(state));
            let (slot, _) = slots.find(|&(_, &held)| held.is_some_and(is_it))?;
            Some(Culprit::Slot(slot))
        })
    }

    /// Stores the interpreter's frame, which begins at a slot of this one.
    fn store_state(&mut self, frame: ir::Value, start: u32, state: &State) {
        for (slot, &value) in (start..).zip(&state.slots).skip(self.first_slot(state)) {
            let stored = self.handed_over(value);
            self.store_slot(frame, slot, stored);
        }
    }
}
