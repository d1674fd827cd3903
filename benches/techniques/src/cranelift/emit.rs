//! The steps that translated expressions consist of: checks, fields, objects, calls of the
//! runtime.
//!
//! Whatever a program does rarely is in a block of its own that Cranelift moves out of
//! the way. Such a block ends the function if it can, and so costs the others nothing.

use crate::machine::{Error, Machine};
use crate::value::{TAG_CLOSURE, TAG_TUPLE, Value};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, Block, InstBuilder, MemFlagsData, Signature, Type};
use cranelift_frontend::FunctionBuilder;

const WORD: i32 = size_of::<u64>() as i32;

/// Which objects a tag is for.
#[derive(Clone, Copy)]
pub(super) enum Tag {
    Tuple = TAG_TUPLE as isize,
    Closure = TAG_CLOSURE as isize,
}

/// A function that is being built, and what all of its parts need.
pub(super) struct Emitter<'a> {
    pub(super) builder: FunctionBuilder<'a>,
    /// The address of the machine.
    pub(super) machine: ir::Value,
    /// The signature of runtime functions, without parameters.
    pub(super) runtime: Signature,
}

impl Emitter<'_> {
    pub(super) fn constant(&mut self, of: Type, value: i64) -> ir::Value {
        self.builder.ins().iconst(of, value)
    }

    pub(super) fn load(&mut self, object: ir::Value, word: usize) -> ir::Value {
        self.load_at(object, word as i32 * WORD)
    }

    fn load_at(&mut self, address: ir::Value, offset: i32) -> ir::Value {
        self.builder.ins().load(I64, MemFlagsData::trusted(), address, offset)
    }

    pub(super) fn store(&mut self, value: ir::Value, object: ir::Value, word: usize) {
        self.builder.ins().store(MemFlagsData::trusted(), value, object, word as i32 * WORD);
    }

    /// Goes on in `block`, to which all jumps are known.
    pub(super) fn go_on_in(&mut self, block: Block) {
        self.builder.switch_to_block(block);
        self.builder.seal_block(block);
    }

    /// Where `condition` holds, returns what `rare` makes.
    pub(super) fn return_if(
        &mut self,
        condition: ir::Value,
        rare: impl FnOnce(&mut Self) -> ir::Value,
    ) {
        let (leave, stay) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(leave);
        self.builder.ins().brif(condition, leave, &[], stay, &[]);
        self.go_on_in(leave);
        let value = rare(self);
        self.builder.ins().return_(&[value]);
        self.go_on_in(stay);
    }

    /// Fails where `condition` holds.
    pub(super) fn fail_if(&mut self, condition: ir::Value, error: Error) {
        self.return_if(condition, |emit| emit.fail(error));
    }

    pub(super) fn fail(&mut self, error: Error) -> ir::Value {
        let error = self.constant(I64, error as i64);
        self.call_runtime(fail as *const (), &[error])
    }

    /// Returns the sentinel if `value` is one.
    pub(super) fn return_sentinel(&mut self, value: ir::Value) {
        let is_sentinel = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, value, 0);
        self.return_if(is_sentinel, |_| value);
    }

    /// Fails if too little of the native stack is left.
    pub(super) fn check_stack(&mut self) {
        let limit = self.load_at(self.machine, Machine::NATIVE_LIMIT as i32);
        let pointer = self.builder.ins().get_stack_pointer(I64);
        let too_deep = self.builder.ins().icmp(IntCC::UnsignedLessThanOrEqual, pointer, limit);
        self.fail_if(too_deep, Error::StackOverflow);
    }

    /// Leaves for the slow path of binary operations unless `test`, which combines both
    /// operands, has an upper half of zeros.
    pub(super) fn check_ints(&mut self, test: ir::Value, left: ir::Value, right: ir::Value) {
        let upper = self.builder.ins().ushr_imm_u(test, 32);
        self.return_if(upper, |emit| emit.call_runtime(binary_slow as *const (), &[left, right]));
    }

    /// The address of the object behind `value`; fails if it has another type.
    pub(super) fn untag(&mut self, value: ir::Value, tag: Tag) -> ir::Value {
        let object = self.untag_unchecked(value, tag);
        // As in `Value::untag`.
        let rotated = self.builder.ins().rotr_imm_u(object, 3);
        let rank = self.builder.ins().iadd_imm_s(rotated, -(1 << 29));
        let wrong = self.builder.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, rank, 1 << 44);
        self.fail_if(wrong, Error::Type);
        object
    }

    /// The same where the type is known.
    pub(super) fn untag_unchecked(&mut self, value: ir::Value, tag: Tag) -> ir::Value {
        self.builder.ins().iadd_imm_s(value, -(tag as i64))
    }

    /// Makes an object of these words.
    pub(super) fn object(&mut self, words: &[ir::Value], tag: Tag) -> ir::Value {
        let object = self.allocate(words.len());
        for (index, &word) in words.iter().enumerate() {
            self.store(word, object, index);
        }
        self.builder.ins().iadd_imm_s(object, tag as i64)
    }

    fn allocate(&mut self, words: usize) -> ir::Value {
        let [fits, full, done] = std::array::from_fn(|_| self.builder.create_block());
        self.builder.set_cold_block(full);
        let object = self.builder.append_block_param(done, I64);

        let next = self.load_at(self.machine, Machine::NEXT as i32);
        let end = self.load_at(self.machine, Machine::END as i32);
        let new_next = self.builder.ins().iadd_imm_s(next, words as i64 * i64::from(WORD));
        let too_far = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, new_next, end);
        self.builder.ins().brif(too_far, full, &[], fits, &[]);

        self.go_on_in(fits);
        let flags = MemFlagsData::trusted();
        self.builder.ins().store(flags, new_next, self.machine, Machine::NEXT as i32);
        self.builder.ins().jump(done, &[next.into()]);

        self.go_on_in(full);
        let words = self.constant(I64, words as i64);
        let fresh = self.call_runtime(allocate as *const (), &[words]);
        self.builder.ins().jump(done, &[fresh.into()]);

        self.go_on_in(done);
        object
    }

    /// Calls a function below; each takes the machine first, then words, and returns a word.
    fn call_runtime(&mut self, function: *const (), arguments: &[ir::Value]) -> ir::Value {
        let arguments = [&[self.machine], arguments].concat();
        let mut signature = self.runtime.clone();
        signature.params = vec![ir::AbiParam::new(I64); arguments.len()];
        let signature = self.builder.import_signature(signature);
        let function = self.constant(I64, function as i64);
        let call = self.builder.ins().call_indirect(signature, function, &arguments);
        self.builder.inst_results(call)[0]
    }
}

extern "C" fn binary_slow(machine: &mut Machine, left: Value, right: Value) -> Value {
    machine.binary_slow(left, right)
}

extern "C" fn fail(machine: &mut Machine, error: Error) -> Value {
    machine.fail(error)
}

extern "C" fn allocate(machine: &mut Machine, words: usize) -> *mut u64 {
    machine.allocate(words)
}
