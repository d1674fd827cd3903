//! Calls of all sorts.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder};
use galo_runtime::abi::{self, HelperId};

use super::super::conventions::{Convention, tagged_signature};
use super::super::emit::Region;
use super::Lowering;
use crate::core::FunctionId;
use crate::ssa::{Callee, Site, Type, Value};

/// A call that only needs to be made.
struct Prepared {
    code: Code,
    signature: ir::SigRef,
    arguments: Vec<ir::Value>,
}

enum Code {
    /// The function itself.
    Itself(ir::FuncRef),
    /// What is at this address.
    At(ir::Value),
}

impl Lowering<'_> {
    /// A call that comes back.
    pub(super) fn call(
        &mut self,
        value: Value,
        callee: Callee,
        arguments: &[Value],
        ty: Type,
    ) -> ir::Value {
        let site = self.site(value);
        // Whoever is called begins its frame behind everything kept here.
        let top = self.keep(value);
        let prepared = self.prepare(callee, arguments, site, Some(top));
        let result = match prepared.code {
            Code::Itself(function) => {
                let call = self.emit.builder.ins().call(function, &prepared.arguments);
                self.emit.builder.inst_results(call)[0]
            }
            Code::At(code) => self.emit.call(prepared.signature, code, &prepared.arguments),
        };
        self.note_stored(value);
        self.restore(value);
        self.emit.unboxed(ty, result)
    }

    /// A call that takes the function's place, its frame included.
    pub(super) fn tail_call(&mut self, callee: Callee, arguments: &[Value], site: Site) {
        let site = self.emit.int(site.node.index() as i32);
        let prepared = self.prepare(callee, arguments, site, None);
        match prepared.code {
            Code::Itself(function) => {
                self.emit.builder.ins().return_call(function, &prepared.arguments);
            }
            Code::At(code) => {
                self.emit.tail_call(prepared.signature, code, &prepared.arguments);
            }
        }
    }

    /// Finds the code and the arguments of a call. `top` is the first slot that the callee can
    /// have; none if it takes the function's place.
    fn prepare(
        &mut self,
        callee: Callee,
        arguments: &[Value],
        site: ir::Value,
        top: Option<u32>,
    ) -> Prepared {
        match callee {
            Callee::Known { function, closure } => {
                self.prepare_known(function, closure, arguments, top)
            }
            Callee::Fitting(callee) => {
                let closure = self.value(callee);
                let function = self.closure_function(closure);
                self.prepare_closure(closure, function, arguments, top)
            }
            Callee::Unknown(callee) => self.prepare_unknown(callee, arguments, site, top),
        }
    }

    fn callee_frame(&mut self, top: Option<u32>) -> ir::Value {
        self.slot_address(top.unwrap_or(self.first_home))
    }

    fn prepare_known(
        &mut self,
        function: FunctionId,
        closure: Option<Value>,
        arguments: &[Value],
        top: Option<u32>,
    ) -> Prepared {
        let (convention, signature) = self.callee(function);
        let mut passed = Vec::with_capacity(2 + arguments.len());
        // Nothing was put into its home for what cannot collect: all of them may be in use.
        let behind = self.first_home + self.roots.slots;
        let top = if convention.collects { top } else { top.map(|_| behind) };
        if convention.framed {
            let frame = self.callee_frame(top);
            passed.push(frame);
        } else if self.frame.is_some() {
            // What has no frame finds room here if it needs the interpreter after all.
            let frame = self.callee_frame(top);
            self.emit.store_machine(frame, abi::FRAME_TOP);
        }
        if convention.takes_self {
            let closure = closure.expect("a callee that takes itself comes with its closure");
            let closure = self.value(closure);
            passed.push(closure);
        }
        for &argument in arguments {
            let argument = self.value(argument);
            passed.push(argument);
        }
        let itself = self.itself.filter(|_| function == self.ssa().id);
        let code = match itself {
            Some(itself) => Code::Itself(itself),
            None => {
                self.forget_entries_of(function);
                let address = self.input.addresses.function(function) as u64;
                let vm = self.emit.word(address);
                Code::At(self.emit.load(Region::Function, vm, abi::DIRECT as i32))
            }
        };
        Prepared { code, signature, arguments: passed }
    }

    /// Begins another block if this one has called the function before. Cranelift makes constants anew in
    /// each block but keeps those of the same block, which takes a register that every entry of the
    /// function must save.
    fn forget_entries_of(&mut self, function: FunctionId) {
        let here = self.emit.builder.current_block();
        if self.called.insert(function, here) == Some(here) {
            let next = self.emit.builder.create_block();
            self.emit.builder.ins().jump(next, &[]);
            self.emit.go_on_in(next);
            self.called.insert(function, Some(next));
        }
    }

    fn callee(&mut self, function: FunctionId) -> (Convention, ir::SigRef) {
        if let Some(known) = self.callees.get(&function) {
            return known.clone();
        }
        let convention = Convention::of(&self.input.context, function);
        let signature = self.emit.import(convention.signature());
        self.callees.insert(function, (convention.clone(), signature));
        (convention, signature)
    }

    fn prepare_unknown(
        &mut self,
        callee: Value,
        arguments: &[Value],
        site: ir::Value,
        top: Option<u32>,
    ) -> Prepared {
        let closure = self.tagged(callee);
        let is_closure = self.emit.is_of(Type::Closure, closure);
        let is_other = self.emit.builder.ins().icmp_imm_u(IntCC::Equal, is_closure, 0);
        self.emit.leave_if(is_other, |emit| {
            emit.fail(HelperId::NotAFunction, &[site, closure]);
        });
        let function = self.closure_function(closure);
        let i32_type = ir::types::I32;
        let offset = abi::ARITY as i32;
        let arity = self.emit.load_typed(i32_type, Region::Function, function, offset);
        let given = arguments.len() as i64;
        let wrong = self.emit.builder.ins().icmp_imm_u(IntCC::NotEqual, arity, given);
        self.emit.leave_if(wrong, |emit| {
            let given = emit.int(given as i32);
            emit.fail(HelperId::WrongArity, &[site, function, given]);
        });
        self.prepare_closure(closure, function, arguments, top)
    }

    fn closure_function(&mut self, closure: ir::Value) -> ir::Value {
        self.emit.load(Region::Object, closure, abi::CLOSURE_FUNCTION)
    }

    /// A call of a closure that takes the arguments, by the entry for any caller.
    fn prepare_closure(
        &mut self,
        closure: ir::Value,
        function: ir::Value,
        arguments: &[Value],
        top: Option<u32>,
    ) -> Prepared {
        let code = self.emit.load(Region::Function, function, abi::TAGGED as i32);
        let signature = self.emit.import(tagged_signature(arguments.len()));
        let mut passed = vec![self.callee_frame(top), closure];
        for &argument in arguments {
            let argument = self.tagged(argument);
            passed.push(argument);
        }
        Prepared { code: Code::At(code), signature, arguments: passed }
    }
}
