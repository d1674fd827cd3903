//! The steps that lowered code consists of: words of memory, checks, calls of the runtime and
//! of other code.
//!
//! What happens rarely is in a block of its own that Cranelift moves out of the way. A block
//! that never comes back costs the others nothing.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I32, I64};
use cranelift_codegen::ir::{
    self, AbiParam, AliasRegionData, Block, InstBuilder, MemFlagsData, SigRef, Signature, TrapCode,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use galo_runtime::abi::{self, AbiType, HelperId};
use rustc_hash::FxHashMap;

use super::code::{MAX_SCOPED_SITE, MAX_SCOPES, scoped_location, source_location};
use super::conventions;
use crate::ssa::passes::inline;
use crate::ssa::{Site, Type};

/// Code that cannot be reached.
const UNREACHABLE: TrapCode = TrapCode::unwrap_user(1);

/// Memory that is never accessed through another region.
#[derive(Clone, Copy)]
pub(super) enum Region {
    /// The machine's fields.
    Machine,
    /// Slots of the frame area.
    Frame,
    /// Objects of the heap.
    Object,
    /// What the runtime knows of functions.
    Function,
}

/// A CLIF function that is being built.
pub(super) struct Emitter<'a> {
    pub(super) builder: FunctionBuilder<'a>,
    entry: Block,
    host: CallConv,
    flags: [MemFlagsData; 4],
    helpers: FxHashMap<HelperId, SigRef>,
}

// Whatever the optimiser inlines has places in code.
const _: () = assert!(inline::MAX_SCOPES <= MAX_SCOPES);
const _: () = assert!(inline::MAX_SITES <= MAX_SCOPED_SITE as usize);

impl<'a> Emitter<'a> {
    /// Begins a function, in its entry block. `host` is the convention of the runtime's
    /// helpers.
    pub(super) fn new(mut builder: FunctionBuilder<'a>, host: CallConv) -> Emitter<'a> {
        let names = ["machine", "frame", "object", "function"];
        let flags = std::array::from_fn(|i| {
            let user_id = i as u32;
            let description = names[i].into();
            let region = AliasRegionData { user_id, description };
            let region = builder.func.dfg.alias_regions.insert(region);
            MemFlagsData::trusted().with_alias_region(Some(region))
        });
        // All locations are kept relative to the first one, and one that is a step before it
        // would be taken for none.
        builder.func.params.ensure_base_srcloc(source_location(None));
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        Emitter { builder, entry, host, flags, helpers: FxHashMap::default() }
    }

    /// What follows comes from there.
    pub(super) fn at(&mut self, site: Site) {
        self.builder.set_srcloc(scoped_location(site.node.index() as u32, site.scope.0));
    }

    /// The function's parameters.
    pub(super) fn parameters(&self) -> Vec<ir::Value> {
        self.builder.block_params(self.entry).to_vec()
    }

    pub(super) fn word(&mut self, bits: u64) -> ir::Value {
        self.builder.ins().iconst(I64, bits as i64)
    }

    pub(super) fn int(&mut self, n: i32) -> ir::Value {
        // An `i32` constant is given by its bits, zero-extended.
        self.builder.ins().iconst(I32, i64::from(n as u32))
    }

    pub(super) fn load(&mut self, region: Region, base: ir::Value, offset: i32) -> ir::Value {
        self.load_typed(I64, region, base, offset)
    }

    pub(super) fn load_typed(
        &mut self,
        ty: ir::Type,
        region: Region,
        base: ir::Value,
        offset: i32,
    ) -> ir::Value {
        self.builder.ins().load(ty, self.flags[region as usize], base, offset)
    }

    pub(super) fn store(&mut self, region: Region, value: ir::Value, base: ir::Value, offset: i32) {
        self.builder.ins().store(self.flags[region as usize], value, base, offset);
    }

    /// The machine that runs the program.
    pub(super) fn machine(&mut self) -> ir::Value {
        self.builder.ins().get_pinned_reg(I64)
    }

    pub(super) fn load_machine(&mut self, offset: usize) -> ir::Value {
        let machine = self.machine();
        self.load(Region::Machine, machine, offset as i32)
    }

    pub(super) fn store_machine(&mut self, value: ir::Value, offset: usize) {
        let machine = self.machine();
        self.store(Region::Machine, value, machine, offset as i32);
    }

    /// An address so many words behind another.
    pub(super) fn words_behind(&mut self, base: ir::Value, words: u32) -> ir::Value {
        if words == 0 {
            return base;
        }
        self.builder.ins().iadd_imm_s(base, i64::from(words) * 8)
    }

    /// Goes on in a block to which all jumps are known.
    pub(super) fn go_on_in(&mut self, block: Block) {
        self.builder.switch_to_block(block);
        self.builder.seal_block(block);
    }

    pub(super) fn cold_block(&mut self) -> Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    /// Goes on in a cold block where `condition` holds; the block to go on in where it does not. What goes
    /// on in a cold block stays cold, so that the hot path does not have to jump over it.
    fn rarely(&mut self, condition: ir::Value) -> Block {
        let (rare, stay) = (self.cold_block(), self.builder.create_block());
        let here = self.builder.current_block().expect("code is added to a block");
        if self.builder.func.layout.is_cold(here) {
            self.builder.set_cold_block(stay);
        }
        self.builder.ins().brif(condition, rare, &[], stay, &[]);
        self.go_on_in(rare);
        stay
    }

    /// Where `condition` holds, does what never comes back.
    pub(super) fn leave_if(&mut self, condition: ir::Value, leave: impl FnOnce(&mut Self)) {
        let stay = self.rarely(condition);
        leave(self);
        self.go_on_in(stay);
    }

    /// Where `condition` holds, does something first.
    pub(super) fn detour_if(&mut self, condition: ir::Value, detour: impl FnOnce(&mut Self)) {
        let stay = self.rarely(condition);
        detour(self);
        self.builder.ins().jump(stay, &[]);
        self.go_on_in(stay);
    }

    /// Ends a block that is never left.
    pub(super) fn unreachable(&mut self) {
        self.builder.ins().trap(UNREACHABLE);
    }

    /// Calls a helper of the runtime; the machine is passed besides the arguments.
    pub(super) fn helper(&mut self, id: HelperId, arguments: &[ir::Value]) -> Option<ir::Value> {
        let helper = id.helper();
        let signature = match self.helpers.get(&id) {
            Some(&signature) => signature,
            None => {
                let types = helper.parameters.iter().map(|&ty| AbiParam::new(abi_type(ty)));
                let mut signature = Signature::new(self.host);
                signature.params.extend(types);
                signature.returns.extend(helper.result.map(|ty| AbiParam::new(abi_type(ty))));
                let signature = self.builder.import_signature(signature);
                self.helpers.insert(id, signature);
                signature
            }
        };
        let machine = self.machine();
        let arguments = [&[machine], arguments].concat();
        let code = self.word(helper.address() as u64);
        let call = self.builder.ins().call_indirect(signature, code, &arguments);
        self.builder.inst_results(call).first().copied()
    }

    /// Leaves compiled code with the error that is in the machine.
    pub(super) fn escape(&mut self) {
        let signature = self.builder.import_signature(Signature::new(self.host));
        let code = self.word(HelperId::Escape.helper().address() as u64);
        self.builder.ins().call_indirect(signature, code, &[]);
        self.unreachable();
    }

    /// Calls a helper that always fails, and leaves.
    pub(super) fn fail(&mut self, id: HelperId, arguments: &[ir::Value]) {
        self.helper(id, arguments);
        self.escape();
    }

    /// Where `condition` holds, there is no room for the function that is being entered.
    pub(super) fn overflow_if(&mut self, condition: ir::Value) {
        self.leave_if(condition, |emit| emit.fail(HelperId::StackOverflowAtEntry, &[]));
    }

    /// Leaves if a helper has failed.
    pub(super) fn escape_if_failed(&mut self, result: ir::Value) {
        let failed = self.is_signal(result);
        self.leave_if(failed, Self::escape);
    }

    pub(super) fn is_signal(&mut self, result: ir::Value) -> ir::Value {
        self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, result, 0)
    }

    /// Calls code at an address.
    pub(super) fn call(
        &mut self,
        signature: SigRef,
        code: ir::Value,
        arguments: &[ir::Value],
    ) -> ir::Value {
        let call = self.builder.ins().call_indirect(signature, code, arguments);
        self.builder.inst_results(call)[0]
    }

    /// A value in the runtime's representation.
    pub(super) fn boxed(&mut self, ty: Type, value: ir::Value) -> ir::Value {
        match ty {
            Type::Int => self.builder.ins().uextend(I64, value),
            Type::Bool => {
                let wide = self.builder.ins().uextend(I64, value);
                let shifted = self.builder.ins().ishl_imm_u(wide, i64::from(abi::BOOL_BIT));
                let base = self.word(abi::FALSE);
                self.builder.ins().bor(shifted, base)
            }
            _ => value,
        }
    }

    /// A value that is known to be of a type, from the runtime's representation.
    pub(super) fn unboxed(&mut self, ty: Type, value: ir::Value) -> ir::Value {
        match ty {
            Type::Int => self.builder.ins().ireduce(I32, value),
            Type::Bool => {
                let shifted = self.builder.ins().ushr_imm_u(value, i64::from(abi::BOOL_BIT));
                let low = self.builder.ins().ireduce(I8, shifted);
                self.builder.ins().band_imm_u(low, 1)
            }
            _ => value,
        }
    }

    /// Whether a value in the runtime's representation is of a type, as 0 or not 0.
    pub(super) fn is_of(&mut self, ty: Type, value: ir::Value) -> ir::Value {
        match ty {
            Type::Int => {
                let largest = self.word(abi::MAX_INT_BITS);
                self.builder.ins().icmp(IntCC::UnsignedLessThanOrEqual, value, largest)
            }
            Type::Bool => {
                let mask = !(1 << abi::BOOL_BIT);
                let either = self.builder.ins().band_imm_s(value, mask);
                let base = self.word(abi::FALSE);
                self.builder.ins().icmp(IntCC::Equal, either, base)
            }
            Type::Tuple => self.has_tag(abi::TUPLE_TAG, value),
            Type::Str => self.has_tag(abi::STR_TAG, value),
            Type::Closure => self.has_tag(abi::CLOSURE_TAG, value),
            _ => unreachable!("no value is tested for {ty:?}"),
        }
    }

    /// Whether a value points to an object with this tag. Objects are aligned and lie between
    /// 2^32 and 2^63, so that their addresses without tag, rotated by the three free bits, are
    /// a range that one comparison tells from everything else.
    fn has_tag(&mut self, tag: u64, value: ir::Value) -> ir::Value {
        let object = self.builder.ins().iadd_imm_s(value, -(tag as i64));
        let rotated = self.builder.ins().rotr_imm_u(object, 3);
        let rank = self.builder.ins().iadd_imm_s(rotated, -(1 << 29));
        let end = (1 << 60) - (1 << 29);
        self.builder.ins().icmp_imm_u(IntCC::UnsignedLessThan, rank, end)
    }

    /// Ends the function: all blocks are there.
    pub(super) fn finish(mut self, target: cranelift_codegen::isa::TargetFrontendConfig) {
        self.builder.seal_all_blocks();
        self.builder.finalize(target);
    }

    /// Makes a signature known to the function.
    pub(super) fn import(&mut self, signature: Signature) -> SigRef {
        self.builder.import_signature(signature)
    }

    /// Jumps to code at an address, which takes the function's place.
    pub(super) fn tail_call(
        &mut self,
        signature: SigRef,
        code: ir::Value,
        arguments: &[ir::Value],
    ) {
        self.builder.ins().return_call_indirect(signature, code, arguments);
    }

    /// What is left to do with the signal in `result`: leave with the error, or make the
    /// tail call that the machine holds.
    pub(super) fn follow_signal(&mut self, result: ir::Value) {
        let low = self.builder.ins().band_imm_u(result, 1 << abi::ERROR_BIT);
        self.leave_if(low, Self::escape);
        let function = self.load_machine(abi::TAIL_FUNCTION);
        let frame = self.load_machine(abi::TAIL_FRAME);
        let code = self.load(Region::Function, function, abi::MEMORY as i32);
        let signature = self.import(conventions::memory_signature());
        self.tail_call(signature, code, &[frame, function]);
    }
}

fn abi_type(ty: AbiType) -> ir::Type {
    match ty {
        AbiType::I32 => I32,
        AbiType::I64 => I64,
    }
}
