//! Making objects and reading them.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use galo_runtime::abi::{self, HelperId};

use super::super::emit::Region;
use super::Lowering;
use super::groups::Member;
use super::safepoints::slot_offset;
use crate::core::FunctionId;
use crate::ssa::Value;

/// Bytes in a word.
const WORD: i32 = 8;

impl Lowering<'_> {
    pub(super) fn tuple(&mut self, at: Value, first: Value, second: Value) -> ir::Value {
        let room = self.room(at);
        let words = [self.tagged(first), self.tagged(second)];
        self.object(room, &words, abi::TUPLE_TAG)
    }

    pub(super) fn closure(
        &mut self,
        at: Value,
        function: FunctionId,
        captures: &[Value],
    ) -> ir::Value {
        let room = self.room(at);
        let mut words = vec![self.emit.word(self.input.addresses.function(function) as u64)];
        for &capture in captures {
            let capture = self.tagged(capture);
            words.push(capture);
        }
        self.object(room, &words, abi::CLOSURE_TAG)
    }

    /// Where an object goes: its address is so many bytes behind a value.
    fn room(&mut self, at: Value) -> (ir::Value, i32) {
        match self.groups.member(at) {
            Member::First { words } => {
                let taken = self.take(at, words);
                self.taken = Some((at, taken));
                (taken, 0)
            }
            Member::Other { first, offset } => {
                let (by, taken) = self.taken.expect("the first of a group comes first");
                debug_assert_eq!(by, first);
                (taken, offset as i32 * WORD)
            }
        }
    }

    /// Takes words from the nursery.
    fn take(&mut self, at: Value, words: u32) -> ir::Value {
        let (full, fits) = (self.emit.cold_block(), self.emit.builder.create_block());
        let room = self.emit.builder.append_block_param(fits, I64);
        // Asked for once: each time is a move from the register where it is.
        let machine = self.emit.machine();
        let free = self.emit.load(Region::Machine, machine, abi::NURSERY_FREE as i32);
        let limit = self.emit.load(Region::Machine, machine, abi::NURSERY_LIMIT as i32);
        let behind = self.emit.words_behind(free, words);
        // Stored before it is known to fit: nobody looks in between.
        self.emit.store(Region::Machine, behind, machine, abi::NURSERY_FREE as i32);
        let above = IntCC::UnsignedGreaterThan;
        let too_far = self.emit.builder.ins().icmp(above, behind, limit);
        self.emit.builder.ins().brif(too_far, full, &[], fits, &[free.into()]);

        self.emit.go_on_in(full);
        let site = self.site(at);
        let top = self.keep(at);
        let top = self.slot_address(top);
        let words = self.emit.int(words as i32);
        let made = self.rare_helper(HelperId::Room, &[top, site, words]);
        self.emit.escape_if_failed(made);
        self.restore(at);
        self.emit.builder.ins().jump(fits, &[made.into()]);
        self.emit.go_on_in(fits);
        room
    }

    /// Fills in an object.
    fn object(
        &mut self,
        (room, offset): (ir::Value, i32),
        words: &[ir::Value],
        tag: u64,
    ) -> ir::Value {
        for (index, &word) in (0..).zip(words) {
            self.emit.store(Region::Object, word, room, offset + index * WORD);
        }
        self.emit.builder.ins().iadd_imm_s(room, i64::from(offset) + tag as i64)
    }

    pub(super) fn cell(&mut self, at: Value) -> ir::Value {
        let site = self.site(at);
        let top = self.keep(at);
        let top = self.slot_address(top);
        let cell = self.emit.helper(HelperId::Cell, &[top, site]).expect("a cell is a value");
        self.emit.escape_if_failed(cell);
        self.note_stored(at);
        self.restore(at);
        cell
    }

    /// One of the words of a Tuple or a cell.
    pub(super) fn field(&mut self, tuple: Value, index: i32) -> ir::Value {
        let tuple = self.value(tuple);
        self.emit.load(Region::Object, tuple, abi::FIRST + index * WORD)
    }

    pub(super) fn capture(&mut self, closure: Value, index: u32) -> ir::Value {
        let closure = self.value(closure);
        self.emit.load(Region::Object, closure, abi::capture(index))
    }

    pub(super) fn is_function(&mut self, closure: Value, function: FunctionId) -> ir::Value {
        let closure = self.value(closure);
        let found = self.emit.load(Region::Object, closure, abi::CLOSURE_FUNCTION);
        let expected = self.input.addresses.function(function) as u64;
        let expected = self.emit.word(expected);
        self.emit.builder.ins().icmp(IntCC::Equal, found, expected)
    }

    pub(super) fn global(&mut self, slot: u32) -> ir::Value {
        let base = self.emit.load_machine(abi::BASE);
        self.emit.load(Region::Frame, base, slot_offset(slot))
    }

    pub(super) fn set_global(&mut self, slot: u32, value: Value) {
        let value = self.tagged(value);
        let base = self.emit.load_machine(abi::BASE);
        self.emit.store(Region::Frame, value, base, slot_offset(slot));
    }
}
