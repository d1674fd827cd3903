//! Technique 7: machine code, made from the tree at run time by Cranelift.
//!
//! It knows no more than the interpreters do: values are dynamic, and every operation, callee
//! and level of recursion is checked. What it saves is what interpreting costs: `let`s and
//! parameters are in registers, nothing is dispatched, self tail calls are loops, and what
//! was found to be an Int is not checked again further down the same path.
//!
//! A closure is an object of two words, its code and its number of parameters, and then the
//! captures. A function without captures has one, which belongs to the program.
//!
//! Every function takes the machine, the closure that is running (anything, if it captures
//! nothing) and the arguments, so that a callee that is not known can be called like one
//! that is. The convention is Cranelift's `Tail`, which is nobody else's; the host enters
//! through a function of its own convention.
//!
//! A failing function returns the sentinel. Where a call's value is an operand, the check for
//! Ints finds it; elsewhere a test of the sign does.

mod emit;
mod translate;

use crate::Interpreter;
use crate::ir::{Function, FunctionId, Program};
use crate::machine::{Error, Machine};
use crate::value::Value;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{FuncId, Module, default_libcall_names};
use translate::translate;

/// Address space for a program's code; all of it is in reach of a relative call.
const CODE_BYTES: usize = 1 << 20;

const SETTINGS: [(&str, &str); 2] = [
    ("opt_level", "speed"),
    // Cranelift makes tail calls on x86-64 only with them.
    ("preserve_frame_pointers", "true"),
];

/// The closure of a function without captures: its code and its number of parameters.
type StaticClosure = [u64; 2];

type Entry = extern "C" fn(&mut Machine) -> Value;

/// A program as machine code.
pub struct Cranelift {
    entry: Entry,
    /// Owns the code; taken only to free it.
    module: Option<JITModule>,
    /// One for each function; the code has their addresses.
    _closures: Vec<StaticClosure>,
}

impl Interpreter for Cranelift {
    fn new(program: &Program) -> Cranelift {
        let mut compiler = Compiler::new(program);
        for function in 0..program.functions.len() {
            compiler.define_function(program, function);
        }
        let entry = compiler.define_entry();
        compiler.finish(program, entry)
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let value = (self.entry)(machine);
        machine.finish(value)
    }
}

impl Drop for Cranelift {
    fn drop(&mut self) {
        let module = self.module.take().expect("only dropping takes it");
        // SAFETY: only `run` calls the code, and it cannot be running: it borrows `self`.
        unsafe { module.free_memory() };
    }
}

/// A program on its way to machine code.
struct Compiler {
    module: JITModule,
    functions: Vec<FuncId>,
    closures: Vec<StaticClosure>,
}

impl Compiler {
    fn new(program: &Program) -> Compiler {
        let mut builder = JITBuilder::with_flags(&SETTINGS, default_libcall_names())
            .expect("Cranelift knows the host and the settings");
        let memory = ArenaMemoryProvider::new_with_size(CODE_BYTES).expect("address space");
        builder.memory_provider(Box::new(memory));
        let mut module = JITModule::new(builder);
        let declare = |function: &Function| {
            let signature = signature(function.parameters.into());
            module.declare_anonymous_function(&signature).expect("it is new")
        };
        let functions = program.functions.iter().map(declare).collect();
        Compiler { functions, closures: vec![[0; 2]; program.functions.len()], module }
    }

    fn define_function(&mut self, program: &Program, function: FunctionId) {
        let parameters = program.functions[function].parameters;
        self.define(self.functions[function], signature(parameters.into()), |compiler, builder| {
            translate(compiler, program, function, builder);
        });
    }

    /// Defines what the host calls: it calls function 0 and returns its result.
    fn define_entry(&mut self) -> FuncId {
        let signature = host_signature(&self.module, 1);
        let id = self.module.declare_anonymous_function(&signature).expect("it is new");
        self.define(id, signature, |compiler, mut builder| {
            let block = builder.create_block();
            builder.append_block_params_for_function_params(block);
            builder.switch_to_block(block);
            let machine = builder.block_params(block)[0];
            let main = compiler.module.declare_func_in_func(compiler.functions[0], builder.func);
            let nothing = builder.ins().iconst(types::I64, 0);
            let call = builder.ins().call(main, &[machine, nothing]);
            let value = builder.inst_results(call)[0];
            builder.ins().return_(&[value]);
            builder.seal_all_blocks();
            builder.finalize(compiler.module.target_config());
        });
        id
    }

    fn define(
        &mut self,
        id: FuncId,
        signature: Signature,
        build: impl FnOnce(&mut Compiler, FunctionBuilder),
    ) {
        let mut context = self.module.make_context();
        let mut builder_context = FunctionBuilderContext::new();
        context.func.signature = signature;
        build(self, FunctionBuilder::new(&mut context.func, &mut builder_context));
        self.module.define_function(id, &mut context).expect("the function is well-formed");
    }

    /// Makes the code executable and the closures complete.
    fn finish(mut self, program: &Program, entry: FuncId) -> Cranelift {
        self.module.finalize_definitions().expect("memory can be made executable");
        for (index, closure) in self.closures.iter_mut().enumerate() {
            let code = self.module.get_finalized_function(self.functions[index]);
            *closure = [code as u64, program.functions[index].parameters.into()];
        }
        let entry = self.module.get_finalized_function(entry);
        // SAFETY: `define_entry` gave it this signature, in the host's convention.
        let entry = unsafe { std::mem::transmute::<*const u8, Entry>(entry) };
        Cranelift { entry, module: Some(self.module), _closures: self.closures }
    }
}

/// The signature of a function of the program.
fn signature(parameters: usize) -> Signature {
    words(CallConv::Tail, 2 + parameters)
}

/// The signature of a function that the host calls, or that is the host's.
fn host_signature(module: &JITModule, parameters: usize) -> Signature {
    words(module.target_config().default_call_conv, parameters)
}

fn words(convention: CallConv, parameters: usize) -> Signature {
    let word = AbiParam::new(types::I64);
    Signature { params: vec![word; parameters], returns: vec![word], call_conv: convention }
}
