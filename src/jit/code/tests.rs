//! Tests of compiling and loading together.

use std::time::Duration;

use super::code_memory::{ARENA_BYTES, CodeMemory, Options};
use super::error::{CompileError, LoadError};
use cranelift_codegen::ir;
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::isa::CallConv;

use super::fixtures::{call, compile, define, entry, fib, function, run, shapes, words};

#[test]
fn functions_of_all_shapes_run() {
    let mut memory = CodeMemory::new(true).unwrap();
    for (shape, functions, expected) in shapes(&mut memory) {
        assert_eq!(run(&mut memory, functions, 5), expected, "{shape}");
    }
}

#[test]
fn compiled_functions_know_the_places_of_their_calls() {
    let mut memory = CodeMemory::new(true).unwrap();
    let fib = fib(&mut memory);
    let sites: Vec<_> = fib.calls.iter().map(|call| call.site).collect();
    assert_eq!(sites, [10, 20]);
    assert!(fib.calls.is_sorted_by_key(|call| call.return_offset));
    assert_eq!(fib.references.len(), 2);
    assert!(fib.references.iter().all(|reference| reference.name == "fib"));
    assert!(fib.sites.iter().any(|range| range.site == 30));
    assert!(fib.time > Duration::ZERO);
    assert_eq!(fib.site_at(0), None);
    assert_eq!(fib.site_at(fib.bytes.len() as u32), None);
}

#[test]
fn later_batches_call_earlier_ones() {
    let mut memory = CodeMemory::new(true).unwrap();
    let fib = fib(&mut memory);
    memory.load(std::slice::from_ref(&fib)).unwrap();
    let entry = entry(&mut memory, fib.id);
    let batch = memory.load(&[entry]).unwrap();
    assert_eq!(call(batch.functions[0], 20), 6765);
    assert!(batch.time > Duration::ZERO);
}

#[test]
fn what_a_batch_lacks_is_an_error_and_nothing_is_loaded() {
    let mut memory = CodeMemory::new(true).unwrap();
    let callee = memory.declare("callee", &words(CallConv::Tail, 1)).unwrap();
    let caller = define(&mut memory, "caller", 1, |builder, parameters, _| {
        builder.ins().return_(parameters);
    });
    let entry = entry(&mut memory, callee);
    let error = memory.load(&[caller.clone(), entry.clone()]).unwrap_err();
    assert_eq!(error, LoadError::Undefined("callee".to_string()));
    let error = memory.load(&[caller.clone(), caller.clone()]).unwrap_err();
    assert_eq!(error, LoadError::Duplicate("caller".to_string()));
    memory.load(std::slice::from_ref(&caller)).unwrap();
    let error = memory.load(&[caller]).unwrap_err();
    assert_eq!(error, LoadError::Duplicate("caller".to_string()));
    let callee = compile(&mut memory, callee, 1, |_, builder, parameters| {
        builder.ins().return_(parameters);
    });
    let batch = memory.load(&[callee, entry]).unwrap();
    assert_eq!(call(batch.functions[1], 3), 3);
}

#[test]
fn full_memory_is_an_error_and_the_rest_goes_on() {
    let mut memory = CodeMemory::new(true).unwrap();
    let mut large = fib(&mut memory);
    let entry = entry(&mut memory, large.id);
    let small = large.clone();
    large.bytes.resize(ARENA_BYTES, 0);
    assert_eq!(memory.load(&[large]).unwrap_err(), LoadError::Full);
    let batch = memory.load(&[small, entry]).unwrap();
    assert_eq!(call(batch.functions[1], 10), 55);
}

#[test]
fn invalid_clif_and_panics_of_cranelift_are_errors() {
    let mut memory = CodeMemory::new(true).unwrap();
    let signature = words(CallConv::Tail, 1);
    let id = memory.declare("wrong", &signature).unwrap();
    let mut wrong = function(&mut memory, signature.clone(), |_, builder, _| {
        builder.ins().return_(&[]);
    });
    let error = memory.compile(id, &mut wrong, Options::default()).unwrap_err();
    assert!(matches!(error, CompileError::Invalid(_)), "{error}");

    // Without the verifier it stumbles over an empty block.
    let mut memory = CodeMemory::new(false).unwrap();
    let id = memory.declare("wrong", &signature).unwrap();
    let mut wrong = ir::Function::new();
    wrong.signature = signature;
    let block = wrong.dfg.make_block();
    wrong.layout.append_block(block);
    let error = memory.compile(id, &mut wrong, Options::default()).unwrap_err();
    assert!(matches!(error, CompileError::Panicked(_)), "{error}");
    let fib = fib(&mut memory);
    assert_eq!(run(&mut memory, vec![fib], 10), 55);
}

#[test]
fn the_function_is_left_as_cranelift_optimised_it() {
    let mut memory = CodeMemory::new(true).unwrap();
    let signature = words(CallConv::Tail, 1);
    let id = memory.declare("seven", &signature).unwrap();
    let mut seven = function(&mut memory, signature, |_, builder, _| {
        let (a, b) = (builder.ins().iconst(I64, 3), builder.ins().iconst(I64, 4));
        let sum = builder.ins().iadd(a, b);
        builder.ins().return_(&[sum]);
    });
    assert!(seven.display().to_string().contains("iadd"));
    memory.compile(id, &mut seven, Options::default()).unwrap();
    let optimised = seven.display().to_string();
    assert!(optimised.contains("iconst.i64 7") && !optimised.contains("iadd"), "{optimised}");
}

#[test]
fn code_memory_can_move_to_another_thread() {
    fn assert_send<T: Send>(_: &T) {}
    assert_send(&CodeMemory::new(false).unwrap());
}
