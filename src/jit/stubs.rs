//! Code that is not made from functions: the ways into compiled code and out of it.
//!
//! | stub | is called by | does |
//! | --- | --- | --- |
//! | trampoline | the runtime, in the platform's convention | sets the pinned register, enters by the function's `memory` entry |
//! | memory entry, per arity | the trampoline, stubs that follow a tail call | loads the arguments from the frame, goes on at `tagged` |
//! | tagged entry, per function | callers that know nothing | takes the arguments apart, goes on at `direct` |
//! | interpreted `tagged`, per arity | the same, for functions that are not compiled | stores the arguments, interprets |
//! | interpreted `direct`, per function | callers that know the function | the same |
//! | exit | failed guards | goes on in the interpreter |
//! | poll | entries and rounds of loops, where somebody wants something | sees to it, keeps all registers |
//!
//! A stub that interprets is replaced by the next compiled function if the interpreter comes
//! back with a tail call, so that no sequence of tail calls grows the stack.

use cranelift_codegen::ir::{self, InstBuilder, types};
use galo_runtime::abi::{self, HelperId};

use super::conventions::{Convention, memory_signature, tagged_signature};
use super::emit::{Emitter, Region};

const WORD: i32 = 8;

/// `(machine, frame, function)`, in the platform's convention.
pub(super) fn trampoline(emit: &mut Emitter<'_>) {
    let [machine, frame, function] = emit.parameters()[..] else {
        unreachable!("its signature has three parameters");
    };
    emit.builder.ins().set_pinned_reg(machine);
    let code = emit.load(Region::Function, function, abi::MEMORY as i32);
    let signature = emit.import(memory_signature());
    let result = emit.call(signature, code, &[frame, function]);
    emit.builder.ins().return_(&[result]);
}

/// `(frame, function)`: the arguments are in the frame.
pub(super) fn memory_entry(emit: &mut Emitter<'_>, arity: usize) {
    let [frame, function] = emit.parameters()[..] else {
        unreachable!("its signature has two parameters");
    };
    let slot =
        |emit: &mut Emitter<'_>, index: usize| emit.load(Region::Frame, frame, index as i32 * WORD);
    // Behind the arguments is the closure, if the function takes it; otherwise nobody looks.
    let closure = slot(emit, arity);
    let mut arguments = vec![frame, closure];
    for index in 0..arity {
        let argument = slot(emit, index);
        arguments.push(argument);
    }
    let code = emit.load(Region::Function, function, abi::TAGGED as i32);
    let signature = emit.import(tagged_signature(arity));
    emit.tail_call(signature, code, &arguments);
}

/// `(frame, closure, arguments…)` of a compiled function, whose address is `function`.
pub(super) fn tagged_entry(emit: &mut Emitter<'_>, convention: &Convention, function: u64) {
    let parameters = emit.parameters();
    let (frame, closure) = (parameters[0], parameters[1]);
    let mut arguments = Vec::with_capacity(parameters.len());
    match convention.framed {
        true => arguments.push(frame),
        false => emit.store_machine(frame, abi::FRAME_TOP),
    }
    if convention.takes_self {
        arguments.push(closure);
    }
    let mut passed = Vec::with_capacity(convention.parameters.len());
    for (&argument, &is_split) in parameters[2..].iter().zip(&convention.split) {
        match is_split {
            true => passed.extend(
                [0, 1].map(|at| emit.load(Region::Object, argument, abi::FIRST + at * WORD)),
            ),
            false => passed.push(argument),
        }
    }
    for (argument, &ty) in passed.into_iter().zip(&convention.parameters) {
        let argument = emit.unboxed(ty, argument);
        arguments.push(argument);
    }
    let function = emit.word(function);
    let code = emit.load(Region::Function, function, abi::DIRECT as i32);
    let signature = emit.import(convention.signature());
    emit.tail_call(signature, code, &arguments);
}

/// `(frame, closure, arguments…)` of any function that is not compiled.
pub(super) fn interpreted_tagged(emit: &mut Emitter<'_>) {
    let parameters = emit.parameters();
    let (frame, closure) = (parameters[0], parameters[1]);
    for (index, &argument) in (0..).zip(parameters[2..].iter().chain([&closure])) {
        emit.store(Region::Frame, argument, frame, index * WORD);
    }
    let function = emit.load(Region::Object, closure, abi::CLOSURE_FUNCTION);
    interpret(emit, function, frame);
}

/// The direct entry of a function that is not compiled.
pub(super) fn interpreted_direct(emit: &mut Emitter<'_>, convention: &Convention, function: u64) {
    let mut parameters = emit.parameters().into_iter();
    let mut next = || parameters.next().expect("the signature is the convention's");
    let frame = match convention.framed {
        true => next(),
        false => emit.load_machine(abi::FRAME_TOP),
    };
    let closure = convention.takes_self.then(&mut next);
    let mut passed = Vec::with_capacity(convention.parameters.len());
    for &ty in &convention.parameters {
        passed.push(emit.boxed(ty, next()));
    }
    let mut passed = passed.into_iter();
    let mut next = || passed.next().expect("as many as the convention says");
    // Behind the parameters and the closure are the values of pairs, until these are made.
    let (mut slot, mut pairs) = (0, Vec::new());
    let mut part = (convention.split.len() as i32 + 1) * WORD;
    for &is_split in &convention.split {
        let argument = next();
        emit.store(Region::Frame, argument, frame, slot);
        if is_split {
            let second = next();
            emit.store(Region::Frame, argument, frame, part);
            emit.store(Region::Frame, second, frame, part + WORD);
            pairs.push((slot, part));
            part += 2 * WORD;
        }
        slot += WORD;
    }
    // The collector looks at all slots below the parts.
    let behind = match closure {
        None if !pairs.is_empty() => Some(emit.word(0)),
        closure => closure,
    };
    if let Some(behind) = behind {
        emit.store(Region::Frame, behind, frame, slot);
    }
    let top = emit.builder.ins().iadd_imm_s(frame, i64::from(part));
    for (slot, part) in pairs {
        let [first, second] = [part, part + WORD].map(|at| emit.load(Region::Frame, frame, at));
        let pair = emit.helper(HelperId::PassedPair, &[top, first, second]);
        let pair = pair.expect("it returns a value or a signal");
        emit.escape_if_failed(pair);
        emit.store(Region::Frame, pair, frame, slot);
    }
    let function = emit.word(function);
    interpret(emit, function, frame);
}

/// Nothing, and keeps all registers: sees to what other threads want.
pub(super) fn poll(emit: &mut Emitter<'_>) {
    let result = emit.helper(HelperId::Poll, &[]);
    emit.escape_if_failed(result.expect("it returns a value or a signal"));
    emit.builder.ins().return_(&[]);
}

/// Lets samples find the stub's frame, and so all frames outside of it.
pub(super) fn keep_frame_pointer(emit: &mut Emitter<'_>) {
    let pointer = emit.builder.ins().get_frame_pointer(types::I64);
    emit.store_machine(pointer, abi::LEFT);
}

fn interpret(emit: &mut Emitter<'_>, function: ir::Value, frame: ir::Value) {
    let result = emit.helper(HelperId::Interpret, &[function, frame]);
    return_or_follow(emit, result.expect("it returns a value or a signal"));
}

/// `(frame, exit, value)`.
pub(super) fn exit(emit: &mut Emitter<'_>) {
    let [frame, exit, value] = emit.parameters()[..] else {
        unreachable!("its signature has three parameters");
    };
    let result = emit.helper(HelperId::Exit, &[exit, frame, value]);
    return_or_follow(emit, result.expect("it returns a value or a signal"));
}

fn return_or_follow(emit: &mut Emitter<'_>, result: ir::Value) {
    let is_signal = emit.is_signal(result);
    emit.leave_if(is_signal, |emit| emit.follow_signal(result));
    emit.builder.ins().return_(&[result]);
}

/// The signature of the trampoline.
pub(super) fn trampoline_signature(host: cranelift_codegen::isa::CallConv) -> ir::Signature {
    let mut signature = ir::Signature::new(host);
    signature.params = vec![ir::AbiParam::new(types::I64); 3];
    signature.returns.push(ir::AbiParam::new(types::I64));
    signature
}
