//! Exits: handing the frame to the interpreter.

use cranelift_codegen::ir;

use super::super::conventions::exit_signature;
use super::super::exit::{Exit, Reason};
use super::Lowering;
use crate::ssa::{Resume, StateId, Value};

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
        let state = self.ssa().state(state);
        let number = self.input.first_exit + self.exits.len() as u32;
        self.notes.push((branch, format!("exit {number}: {reason}")));
        let frame = self.frame_or_top();
        for (slot, &value) in state.slots.iter().enumerate().skip(self.first_slot()) {
            let stored = self.handed_over(value);
            self.store_slot(frame, slot as u32, stored);
        }
        let new = self.store_parts(frame, state);
        let record = Exit::new(self.ssa().id, state.resume, reason, instruction.site, new);
        self.exits.push(record);
        let value = match state.resume {
            Resume::Start => self.emit.word(0),
            Resume::After(_, value) => self.handed_over(Some(value)),
        };
        let number = self.emit.int(number as i32);
        let code = self.emit.word(self.input.exit_stub);
        let signature = self.emit.import(exit_signature());
        self.emit.tail_call(signature, code, &[frame, number, value]);
        self.emit.go_on_in(stay);
    }
}
