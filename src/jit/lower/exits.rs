//! Exits: handing the frame to the interpreter.

use std::cell::Cell;

use cranelift_codegen::ir;

use super::super::conventions::exit_signature;
use super::super::exit::{Exit, Reason};
use super::Lowering;
use crate::ssa::{Resume, State, StateId, Value};

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
        self.exits.push(Exit { compiled, function, reason, site, frames, new, count });
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

    /// Stores the interpreter's frame, which begins at a slot of this one.
    fn store_state(&mut self, frame: ir::Value, start: u32, state: &State) {
        for (slot, &value) in (start..).zip(&state.slots).skip(self.first_slot(state)) {
            let stored = self.handed_over(value);
            self.store_slot(frame, slot, stored);
        }
    }
}
