//! Functions in CLIF of all shapes that epilogues come in, for tests, and a way to call them.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I32, I64};
use cranelift_codegen::ir::{
    self, AbiParam, Function, InstBuilder, JumpTableData, MemFlagsData, Signature, StackSlotData,
    StackSlotKind, Value,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::FuncId;

use super::code_memory::{CodeMemory, Loaded, Options};
use super::compiled::{Compiled, source_location};

/// A signature of `parameters` words that returns one.
pub(super) fn words(convention: CallConv, parameters: usize) -> Signature {
    let word = AbiParam::new(I64);
    Signature { params: vec![word; parameters], returns: vec![word], call_conv: convention }
}

/// A function of `signature`; `build` is given its parameters.
pub(super) fn function(
    memory: &mut CodeMemory,
    signature: Signature,
    build: impl FnOnce(&mut CodeMemory, &mut FunctionBuilder, &[Value]),
) -> Function {
    let mut function = Function::new();
    function.signature = signature;
    let mut context = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut function, &mut context);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    let parameters = builder.block_params(block).to_vec();
    build(memory, &mut builder, &parameters);
    builder.seal_all_blocks();
    builder.finalize(memory.isa().frontend_config());
    function
}

/// Compiles a function of so many words.
pub(super) fn compile(
    memory: &mut CodeMemory,
    id: FuncId,
    parameters: usize,
    build: impl FnOnce(&mut CodeMemory, &mut FunctionBuilder, &[Value]),
) -> Compiled {
    let signature = words(CallConv::Tail, parameters);
    let mut function = function(memory, signature, build);
    memory.compile(id, &mut function, Options { listing: true }).unwrap()
}

/// Declares and compiles a function of so many words that can call itself.
pub(super) fn define(
    memory: &mut CodeMemory,
    name: &str,
    parameters: usize,
    build: impl FnOnce(&mut FunctionBuilder, &[Value], ir::FuncRef),
) -> Compiled {
    let id = memory.declare(name, &words(CallConv::Tail, parameters)).unwrap();
    compile(memory, id, parameters, |memory, builder, parameters| {
        let itself = memory.reference(id, builder.func);
        build(builder, parameters, itself);
    })
}

/// Declares and compiles what Rust code calls to call a function of one word.
pub(super) fn entry(memory: &mut CodeMemory, callee: FuncId) -> Compiled {
    let signature = words(memory.isa().default_call_conv(), 1);
    let id = memory.declare("entry", &signature).unwrap();
    let mut function = function(memory, signature, |memory, builder, parameters| {
        let callee = memory.reference(callee, builder.func);
        let call = builder.ins().call(callee, parameters);
        let result = builder.inst_results(call)[0];
        builder.ins().return_(&[result]);
    });
    memory.compile(id, &mut function, Options::default()).unwrap()
}

/// Loads functions and calls the first, of one word.
pub(super) fn run(memory: &mut CodeMemory, mut functions: Vec<Compiled>, argument: i64) -> i64 {
    functions.push(entry(memory, functions[0].id));
    let loaded = memory.load(&functions).unwrap().functions;
    call(loaded[loaded.len() - 1], argument)
}

/// Calls an [`entry`].
pub(super) fn call(entry: Loaded, argument: i64) -> i64 {
    // SAFETY: the signature of `entry`, whose memory the caller has.
    unsafe {
        let entry: extern "C" fn(i64) -> i64 = std::mem::transmute(entry.address);
        entry(argument)
    }
}

/// fib, doubly recursive: calls itself directly, saves registers. The calls have the sites 10
/// and 20, the addition 30.
pub(super) fn fib(memory: &mut CodeMemory) -> Compiled {
    define(memory, "fib", 1, |builder, parameters, itself| {
        let n = parameters[0];
        let (base, step) = (builder.create_block(), builder.create_block());
        let small = builder.ins().icmp_imm_s(IntCC::SignedLessThan, n, 2);
        builder.ins().brif(small, base, &[], step, &[]);
        builder.switch_to_block(base);
        builder.ins().return_(&[n]);
        builder.switch_to_block(step);
        let mut results = Vec::new();
        for (less, site) in [(-1, 10), (-2, 20)] {
            builder.set_srcloc(source_location(Some(site)));
            let argument = builder.ins().iadd_imm_s(n, less);
            let call = builder.ins().call(itself, &[argument]);
            results.push(builder.inst_results(call)[0]);
        }
        builder.set_srcloc(source_location(Some(30)));
        let sum = builder.ins().iadd(results[0], results[1]);
        builder.set_srcloc(source_location(None));
        builder.ins().return_(&[sum]);
    })
}

/// Programs of all shapes: the first function of each takes 5 and returns the number.
pub(super) fn shapes(memory: &mut CodeMemory) -> Vec<(&'static str, Vec<Compiled>, i64)> {
    vec![
        ("leaf", vec![leaf(memory)], 6),
        ("fib", vec![fib(memory)], 5),
        ("spills", spills(memory), 5 * 40 + 39 * 40 / 2),
        ("stack arguments", stack_arguments(memory), 5 * 12 + 66 + 1),
        ("tail calls", tail_calls(memory), 5 + 3 * 66),
        ("slots", vec![slots(memory, 64)], 15),
        ("large frame", vec![slots(memory, 20_000)], 15),
        ("huge frame", vec![slots(memory, 100_000)], 15),
        ("table", vec![table(memory)], 105),
        ("constants", vec![constants(memory)], 11),
    ]
}

fn leaf(memory: &mut CodeMemory) -> Compiled {
    define(memory, "leaf", 1, |builder, parameters, _| {
        let sum = builder.ins().iadd_imm_s(parameters[0], 1);
        builder.ins().return_(&[sum]);
    })
}

/// Many values live across a call.
fn spills(memory: &mut CodeMemory) -> Vec<Compiled> {
    let leaf = leaf(memory);
    let id = memory.declare("spills", &words(CallConv::Tail, 1)).unwrap();
    let spills = compile(memory, id, 1, |memory, builder, parameters| {
        let callee = memory.reference(leaf.id, builder.func);
        let mut values = Vec::new();
        for k in 0..40 {
            // A call for each, or Cranelift would compute them when they are needed.
            let argument = builder.ins().iadd_imm_s(parameters[0], k - 1);
            let call = builder.ins().call(callee, &[argument]);
            values.push(builder.inst_results(call)[0]);
        }
        let sum = values.into_iter().reduce(|a, b| builder.ins().iadd(a, b)).unwrap();
        builder.ins().return_(&[sum]);
    });
    vec![spills, leaf]
}

/// A call with arguments on the stack, which the callee takes away.
fn stack_arguments(memory: &mut CodeMemory) -> Vec<Compiled> {
    let sum = define(memory, "sum", 12, |builder, parameters, _| {
        let sum = parameters.iter().copied().reduce(|a, b| builder.ins().iadd(a, b)).unwrap();
        builder.ins().return_(&[sum]);
    });
    let id = memory.declare("stack_arguments", &words(CallConv::Tail, 1)).unwrap();
    let caller = compile(memory, id, 1, |memory, builder, parameters| {
        let callee = memory.reference(sum.id, builder.func);
        let arguments: Vec<_> =
            (0..12).map(|k| builder.ins().iadd_imm_s(parameters[0], k)).collect();
        let call = builder.ins().call(callee, &arguments);
        let result = builder.inst_results(call)[0];
        let result = builder.ins().iadd_imm_s(result, 1);
        builder.ins().return_(&[result]);
    });
    vec![caller, sum]
}

/// Functions of 1, 12 and 9 parameters that tail-call each other, round and round.
fn tail_calls(memory: &mut CodeMemory) -> Vec<Compiled> {
    let counts = [1, 12, 9];
    let ids = counts.map(|count| memory.declare("round", &words(CallConv::Tail, count)).unwrap());
    let first = compile(memory, ids[0], 1, |memory, builder, parameters| {
        let callee = memory.reference(ids[1], builder.func);
        let mut arguments = vec![parameters[0]];
        arguments.extend((1..12).map(|k| builder.ins().iconst(I64, k)));
        builder.ins().return_call(callee, &arguments);
    });
    // Adds up its parameters, and goes on with the sum if that is below a limit.
    let second = compile(memory, ids[1], 12, |memory, builder, parameters| {
        let callee = memory.reference(ids[2], builder.func);
        let sum = parameters.iter().copied().reduce(|a, b| builder.ins().iadd(a, b)).unwrap();
        let (stop, go_on) = (builder.create_block(), builder.create_block());
        let enough = builder.ins().icmp_imm_s(IntCC::SignedGreaterThan, sum, 150);
        builder.ins().brif(enough, stop, &[], go_on, &[]);
        builder.switch_to_block(stop);
        builder.ins().return_(&[sum]);
        builder.switch_to_block(go_on);
        let mut arguments = parameters[..9].to_vec();
        arguments[3] = sum;
        builder.ins().return_call(callee, &arguments);
    });
    // Calls back through an address.
    let third = compile(memory, ids[2], 9, |memory, builder, parameters| {
        let callee = memory.reference(ids[0], builder.func);
        let address = builder.ins().func_addr(I64, callee);
        let signature = builder.import_signature(words(CallConv::Tail, 1));
        builder.ins().return_call_indirect(signature, address, &[parameters[3]]);
    });
    vec![first, second, third]
}

/// The sum of the numbers up to the argument, kept in a frame of so many bytes.
fn slots(memory: &mut CodeMemory, bytes: u32) -> Compiled {
    define(memory, "slots", 1, |builder, parameters, itself| {
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 3);
        let slot = builder.create_sized_stack_slot(slot);
        let (end, step) = (builder.create_block(), builder.create_block());
        builder.ins().brif(parameters[0], step, &[], end, &[]);
        builder.switch_to_block(end);
        builder.ins().return_(parameters);
        builder.switch_to_block(step);
        let address = builder.ins().stack_addr(I64, slot, (bytes - 8) as i32);
        builder.ins().store(MemFlagsData::trusted(), parameters[0], address, 0);
        let less = builder.ins().iadd_imm_s(parameters[0], -1);
        let call = builder.ins().call(itself, &[less]);
        let rest = builder.inst_results(call)[0];
        let address = builder.ins().stack_addr(I64, slot, (bytes - 8) as i32);
        let number = builder.ins().load(I64, MemFlagsData::trusted(), address, 0);
        let sum = builder.ins().iadd(rest, number);
        builder.ins().return_(&[sum]);
    })
}

/// A jump table amid the code.
fn table(memory: &mut CodeMemory) -> Compiled {
    define(memory, "table", 1, |builder, parameters, itself| {
        let blocks: Vec<_> = (0..8).map(|_| builder.create_block()).collect();
        let index = builder.ins().ireduce(I32, parameters[0]);
        let calls: Vec<_> =
            blocks.iter().map(|&block| builder.func.dfg.block_call(block, &[])).collect();
        let table = builder.create_jump_table(JumpTableData::new(calls[7], &calls[..7]));
        builder.ins().br_table(index, table);
        for (k, &block) in blocks.iter().enumerate() {
            builder.switch_to_block(block);
            let sum = builder.ins().iadd_imm_s(parameters[0], 100);
            if k == 3 {
                builder.ins().return_call(itself, &[sum]);
            } else {
                builder.ins().return_(&[sum]);
            }
        }
    })
}

/// Constants behind the code. Their bytes are those of `mov rsp, rbp; pop rbp; ret`, which must
/// stay as they are.
fn constants(memory: &mut CodeMemory) -> Compiled {
    define(memory, "constants", 1, |builder, parameters, _| {
        let x = builder.ins().fcvt_from_sint(F64, parameters[0]);
        let looks_like_code = f64::from_bits(0x4048_c35d_ec89_48c3);
        let constant = builder.ins().f64const(looks_like_code);
        let product = builder.ins().fmul(x, constant);
        let quotient = builder.ins().fdiv(product, constant);
        let rounded = builder.ins().fcvt_to_sint_sat(I64, quotient);
        let bits = builder.ins().bitcast(I64, MemFlagsData::new(), constant);
        let wrong =
            builder.ins().icmp_imm_s(IntCC::NotEqual, bits, looks_like_code.to_bits() as i64);
        let wrong = builder.ins().uextend(I64, wrong);
        let sum = builder.ins().iadd(rounded, wrong);
        let sum = builder.ins().iadd_imm_s(sum, 6);
        builder.ins().return_(&[sum]);
    })
}
