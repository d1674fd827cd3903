//! Making objects and reading them.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use galo_runtime::abi::{self, HelperId};

use super::super::emit::Region;
use super::Lowering;
use super::safepoints::slot_offset;
use crate::core::FunctionId;
use crate::ssa::Value;

/// Bytes in a word.
const WORD: i32 = 8;

impl Lowering<'_> {
    pub(super) fn tuple(&mut self, at: Value, first: Value, second: Value) -> ir::Value {
        let (first, second) = (self.tagged(first), self.tagged(second));
        self.allocate(at, &[first, second], abi::TUPLE_TAG, |lowering, top, site| {
            let top = lowering.slot_address(top);
            lowering.emit.helper(HelperId::Pair, &[top, site, first, second])
        })
    }

    pub(super) fn closure(
        &mut self,
        at: Value,
        function: FunctionId,
        captures: &[Value],
    ) -> ir::Value {
        let vm = self.emit.word(self.input.addresses.function(function) as u64);
        let mut words = vec![vm];
        for &capture in captures {
            let capture = self.tagged(capture);
            words.push(capture);
        }
        let captured = words[1..].to_vec();
        self.allocate(at, &words, abi::CLOSURE_TAG, |lowering, top, site| {
            let frame = lowering.frame_or_top();
            for (&capture, slot) in captured.iter().zip(top..) {
                lowering.emit.store(Region::Frame, capture, frame, slot_offset(slot));
            }
            let first = lowering.slot_address(top);
            let behind = lowering.slot_address(top + captured.len() as u32);
            lowering.emit.helper(HelperId::Closure, &[behind, site, vm, first])
        })
    }

    /// A new object with these words; `slowly` makes it if the nursery is full.
    fn allocate(
        &mut self,
        at: Value,
        words: &[ir::Value],
        tag: u64,
        slowly: impl FnOnce(&mut Self, u32, ir::Value) -> Option<ir::Value>,
    ) -> ir::Value {
        let (full, fits) = (self.emit.cold_block(), self.emit.builder.create_block());
        let done = self.emit.builder.create_block();
        let result = self.emit.builder.append_block_param(done, I64);
        let free = self.emit.load_machine(abi::NURSERY_FREE);
        let limit = self.emit.load_machine(abi::NURSERY_LIMIT);
        let behind = self.emit.words_behind(free, words.len() as u32);
        let above = IntCC::UnsignedGreaterThan;
        let too_far = self.emit.builder.ins().icmp(above, behind, limit);
        self.emit.builder.ins().brif(too_far, full, &[], fits, &[]);

        self.emit.go_on_in(full);
        let site = self.site(at);
        let top = self.keep(at);
        let made = slowly(self, top, site).expect("objects are values");
        self.emit.escape_if_failed(made);
        self.restore(at);
        self.emit.builder.ins().jump(done, &[made.into()]);

        self.emit.go_on_in(fits);
        self.emit.store_machine(behind, abi::NURSERY_FREE);
        for (index, &word) in (0..).zip(words) {
            self.emit.store(Region::Object, word, free, index * WORD);
        }
        let object = self.emit.builder.ins().iadd_imm_s(free, tag as i64);
        self.emit.builder.ins().jump(done, &[object.into()]);
        self.emit.go_on_in(done);
        result
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
