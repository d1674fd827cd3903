//! Functions in SSA form to code that runs: lowers, compiles, loads, installs.

use std::time::{Duration, Instant};

use cranelift_codegen::ir;
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::FuncId;
use galo_runtime::VmFunction;
use galo_runtime::native::{Trampoline, run_compiled};
use galo_runtime::sampling::run_compiled_sampled;

use super::addresses::Addresses;
use super::code::{
    CallSites, CodeMemory, CompileError, Compiled, Loaded, Options as Listing, POLL_STUB, Scope,
    SetupError,
};
use super::conventions::{self, Convention, MAX_ARGUMENTS};
use super::emit::Emitter;
use super::exit::Exit;
use super::failure::Failure;
use super::lower::{self, Input};
use super::stubs;
use crate::core::{FunctionId, Program};
use crate::ssa::{Callee, Context, End, Function, Op, ScopeData};

/// How code is made.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Options {
    /// Cranelift checks what it is given, and its own work.
    pub verify: bool,
    /// Guards and probes fail whenever the machine's countdown ends.
    pub forces_exits: bool,
    /// Functions count their calls.
    pub counts_calls: bool,
    /// Samples see who is running.
    pub is_sampled: bool,
}

/// A version of a function, compiled and installed.
pub struct Version {
    /// The function as Cranelift was given it.
    pub clif: ir::Function,
    /// What to say of its instructions.
    pub notes: Vec<(ir::Inst, String)>,
    /// Its machine code.
    pub compiled: Compiled,
    /// Where that is.
    pub address: usize,
    /// The numbers of its exits.
    pub exits: std::ops::Range<u32>,
    /// How long lowering to CLIF took.
    pub lowering: Duration,
    /// How long Cranelift took, the stubs it needs included.
    pub cranelift: Duration,
    /// How long loading took.
    pub loading: Duration,
}

/// Code in its place: a version of a function, or a stub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Where it begins.
    pub address: usize,
    /// How many bytes it has.
    pub len: usize,
    /// What listings call it.
    pub name: String,
}

/// Addresses of code by the number of arguments.
type ByArity = [u64; MAX_ARGUMENTS + 1];

/// Makes and owns the compiled code of a program.
pub struct Jit {
    memory: CodeMemory,
    builder: FunctionBuilderContext,
    options: Options,
    call_sites: CallSites,
    exits: Vec<Exit>,
    trampoline: u64,
    exit_stub: u64,
    poll_stub: Option<FuncId>,
    memory_entries: ByArity,
    /// By function: whether there is a `direct` entry, and whether a `tagged` one of its own.
    has_direct: Vec<bool>,
    tagged_entries: Vec<u64>,
    code_bytes: usize,
    pieces: Vec<Piece>,
    /// What listings call an address, in ascending order.
    symbols: std::collections::BTreeMap<u64, String>,
}

impl std::fmt::Debug for Jit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jit").field("code_bytes", &self.code_bytes).finish_non_exhaustive()
    }
}

impl Jit {
    /// Prepares for compiling functions of a program: makes the stubs that the others
    /// need.
    ///
    /// # Errors
    /// If no code can be made on this machine, or none be executed.
    pub fn new(
        program: &Program,
        addresses: &dyn Addresses,
        options: Options,
    ) -> Result<Jit, SetupError> {
        let mut jit = Jit {
            memory: CodeMemory::new(options.verify)?,
            builder: FunctionBuilderContext::new(),
            options,
            call_sites: CallSites::default(),
            exits: Vec::new(),
            trampoline: 0,
            exit_stub: 0,
            poll_stub: None,
            memory_entries: [0; MAX_ARGUMENTS + 1],
            has_direct: vec![false; program.functions.len()],
            tagged_entries: vec![0; program.functions.len()],
            code_bytes: 0,
            pieces: Vec::new(),
            symbols: galo_runtime::abi::HELPERS
                .iter()
                .map(|helper| (helper.address() as u64, helper.name.to_owned()))
                .collect(),
        };
        jit.make_stubs(program, addresses)
            .map_err(|failure| SetupError::ExecutionRefused(failure.to_string()))?;
        Ok(jit)
    }

    fn make_stubs(&mut self, program: &Program, addresses: &dyn Addresses) -> Result<(), Failure> {
        let host = self.host();
        let mut arities: Vec<usize> = program
            .functions
            .iter()
            .map(|function| function.parameters as usize)
            .filter(|&arity| arity <= MAX_ARGUMENTS)
            .collect();
        arities.sort_unstable();
        arities.dedup();
        let mut batch = vec![
            self.stub("enter", stubs::trampoline_signature(host), stubs::trampoline)?,
            self.leaving_stub("exit", conventions::exit_signature(), stubs::exit)?,
            self.leaving_stub(POLL_STUB, conventions::poll_signature(), stubs::poll)?,
        ];
        self.poll_stub = Some(batch[2].id);
        for &arity in &arities {
            let signature = conventions::memory_signature();
            let entry = |emit: &mut Emitter<'_>| stubs::memory_entry(emit, arity);
            batch.push(self.stub(&format!("memory entry/{arity}"), signature, entry)?);
            let signature = conventions::tagged_signature(arity);
            let name = format!("interpret/{arity}");
            batch.push(self.leaving_stub(&name, signature, stubs::interpreted_tagged)?);
        }
        let loaded = self.load(&batch)?;
        let address = |loaded: &Loaded| loaded.address as u64;
        (self.trampoline, self.exit_stub) = (address(&loaded[0]), address(&loaded[1]));
        let mut interpret = [0; MAX_ARGUMENTS + 1];
        for (&arity, pair) in arities.iter().zip(loaded[3..].chunks(2)) {
            self.memory_entries[arity] = address(&pair[0]);
            interpret[arity] = address(&pair[1]);
        }
        for (index, function) in program.functions.iter().enumerate() {
            if let Some(&code) = interpret.get(function.parameters as usize) {
                // SAFETY: `Addresses` promises that functions stay where they are.
                let vm = unsafe { &*addresses.function(FunctionId::new(index)) };
                vm.tagged.set(code as *const u8);
            }
        }
        Ok(())
    }

    fn host(&self) -> CallConv {
        self.memory.isa().default_call_conv()
    }

    /// A stub by which code leaves for what may poll.
    fn leaving_stub(
        &mut self,
        name: &str,
        signature: ir::Signature,
        make: impl FnOnce(&mut Emitter<'_>),
    ) -> Result<Compiled, Failure> {
        let is_sampled = self.options.is_sampled;
        self.stub(name, signature, |emit| {
            if is_sampled {
                stubs::keep_frame_pointer(emit);
            }
            make(emit);
        })
    }

    fn stub(
        &mut self,
        name: &str,
        signature: ir::Signature,
        make: impl FnOnce(&mut Emitter<'_>),
    ) -> Result<Compiled, Failure> {
        let id = self.memory.declare(name, &signature)?;
        let mut function = ir::Function::new();
        function.signature = signature;
        let host = self.host();
        let builder = FunctionBuilder::new(&mut function, &mut self.builder);
        let mut emit = Emitter::new(builder, host);
        make(&mut emit);
        emit.finish(self.memory.isa().frontend_config());
        Ok(self.memory.compile(id, &mut function, Listing::default())?)
    }

    fn load(&mut self, batch: &[Compiled]) -> Result<Vec<Loaded>, Failure> {
        let loaded = self.memory.load(batch)?.functions;
        for (compiled, loaded) in batch.iter().zip(&loaded) {
            self.code_bytes += loaded.len;
            self.symbols.insert(loaded.address as u64, compiled.name.clone());
            let (address, name) = (loaded.address as usize, compiled.name.clone());
            self.pieces.push(Piece { address, len: loaded.len, name });
        }
        Ok(loaded)
    }

    /// What enters compiled code from the runtime.
    pub fn trampoline(&self) -> Trampoline {
        // SAFETY: the stub has this signature, in the platform's convention, and lives as long
        // as the memory.
        unsafe { std::mem::transmute::<*const u8, Trampoline>(self.trampoline as *const u8) }
    }

    /// An exit by its number.
    pub fn exit(&self, number: u32) -> &Exit {
        &self.exits[number as usize]
    }

    /// All exits so far, by their numbers.
    pub fn exits(&self) -> &[Exit] {
        &self.exits
    }

    /// The functions that are in the middle of a call which returns to an address, with the sites of
    /// their calls: the innermost first, then those that it was inlined into.
    pub fn calls_at(
        &self,
        return_address: usize,
    ) -> impl Iterator<Item = (u32, galo_runtime::Site)> {
        self.call_sites.find(return_address)
    }

    /// How many bytes of code there are, stubs included.
    pub fn code_bytes(&self) -> usize {
        self.code_bytes
    }

    /// All code so far, in the order in which it was loaded.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The bytes of a piece.
    ///
    /// # Safety
    /// The piece is one of this JIT's.
    pub unsafe fn bytes(&self, piece: &Piece) -> &[u8] {
        // SAFETY: code stays where it was loaded, readable, as long as the memory.
        unsafe { std::slice::from_raw_parts(piece.address as *const u8, piece.len) }
    }

    /// What is at an address: a helper of the runtime or the start of a piece of code.
    pub fn symbol(&self, address: u64) -> Option<&str> {
        self.symbols.get(&address).map(String::as_str)
    }

    /// The constants of a function that are addresses of something with a name.
    pub fn names_in(&self, function: &ir::Function) -> Vec<(ir::Inst, String)> {
        let instructions =
            function.layout.blocks().flat_map(|block| function.layout.block_insts(block));
        let named = instructions.filter_map(|instruction| {
            let ir::InstructionData::UnaryImm { imm, .. } = function.dfg.insts[instruction] else {
                return None;
            };
            Some((instruction, self.symbol(imm.bits() as u64)?.to_owned()))
        });
        named.collect()
    }

    /// Compiles a function and installs it: whoever calls it from now on runs the new
    /// code. `name` is for listings; `listing` asks for Cranelift's own.
    ///
    /// # Errors
    /// If Cranelift refuses it or no more code can be loaded. Nothing is changed then.
    pub fn compile(
        &mut self,
        context: &Context<'_>,
        function: &Function,
        addresses: &dyn Addresses,
        name: &str,
        listing: bool,
    ) -> Result<Version, Failure> {
        let convention = Convention::of(context, function.id);
        let start = Instant::now();
        let signature = convention.signature();
        let id = self.memory.declare(name, &signature)?;
        let mut clif = ir::Function::new();
        clif.signature = signature;
        // Code that can turn out to be wrong must not be stuck with itself.
        let is_final = function.states.is_empty();
        let itself = is_final.then(|| self.memory.reference(id, &mut clif));
        let poll = self.poll_stub.expect("it is made before functions are compiled");
        let poll = self.memory.reference(poll, &mut clif);
        let host = self.host();
        let input = Input {
            context: *context,
            function,
            addresses,
            exit_stub: self.exit_stub,
            poll_stub: poll,
            forces_exits: self.options.forces_exits,
            counts_calls: self.options.counts_calls,
            is_sampled: self.options.is_sampled,
            first_exit: self.exits.len() as u32,
        };
        let builder = FunctionBuilder::new(&mut clif, &mut self.builder);
        let target = self.memory.isa().frontend_config();
        let output = lower::lower(input, Emitter::new(builder, host), itself, target);
        let Some(output) = output else {
            self.builder = FunctionBuilderContext::new();
            return Err(CompileError::TooLarge.into());
        };
        let shown = clif.clone();
        let lowering = start.elapsed();

        let mut batch = vec![self.memory.compile(id, &mut clif, Listing { listing })?];
        let vm = addresses.function(function.id);
        let tagged = if self.tagged_entries[function.id.index()] == 0 && !convention.is_universal()
        {
            let signature = conventions::tagged_signature(convention.split.len());
            let entry_name = format!("{name}, any caller");
            let entry = |emit: &mut Emitter<'_>| stubs::tagged_entry(emit, &convention, vm as u64);
            batch.push(self.stub(&entry_name, signature, entry)?);
            true
        } else {
            false
        };
        let missing = self.callees_without_code(context, function);
        self.name_functions(context, function, addresses);
        for &callee in &missing {
            let convention = Convention::of(context, callee);
            let vm = addresses.function(callee) as u64;
            let stub_name = format!("interpret function {}", callee.index());
            let signature = convention.signature();
            let stub = |emit: &mut Emitter<'_>| stubs::interpreted_direct(emit, &convention, vm);
            batch.push(self.leaving_stub(&stub_name, signature, stub)?);
        }
        let cranelift = start.elapsed() - lowering;

        let loaded = self.load(&batch)?;
        let mut rest = loaded.iter();
        let direct = rest.next().expect("the function is the first of the batch").address;
        if tagged {
            let entry = rest.next().expect("the entry comes next");
            self.tagged_entries[function.id.index()] = entry.address as u64;
        }
        for (&callee, stub) in missing.iter().zip(rest) {
            self.has_direct[callee.index()] = true;
            // SAFETY: `Addresses` promises that functions stay where they are.
            unsafe { &*addresses.function(callee) }.direct.set(stub.address);
        }
        self.call_sites.add(scopes(function), &batch[0], loaded[0]);
        let first_exit = self.exits.len() as u32;
        self.exits.extend(output.exits);
        // SAFETY: `Addresses` promises that functions stay where they are.
        self.install(unsafe { &*vm }, direct, &convention);
        let loading = start.elapsed() - lowering - cranelift;
        Ok(Version {
            clif: shown,
            notes: output.notes,
            compiled: batch.swap_remove(0),
            address: direct as usize,
            exits: first_exit..self.exits.len() as u32,
            lowering,
            cranelift,
            loading,
        })
    }

    /// Remembers where a function and those that it calls have their entries.
    fn name_functions(
        &mut self,
        context: &Context<'_>,
        function: &Function,
        addresses: &dyn Addresses,
    ) {
        for id in direct_callees(function).chain([function.id]) {
            let name = context.program.function(id).name;
            let name = name.map_or("fn", |name| context.ast.text(name));
            self.symbols
                .entry(addresses.function(id) as u64)
                .or_insert_with(|| format!("entries of {name}"));
        }
    }

    /// The functions that this one calls directly and that have no entry for it yet.
    fn callees_without_code(&self, context: &Context<'_>, function: &Function) -> Vec<FunctionId> {
        let is_missing = |&id: &FunctionId| id != function.id && !self.has_direct[id.index()];
        let mut missing: Vec<FunctionId> = direct_callees(function).filter(is_missing).collect();
        missing.sort_unstable();
        missing.dedup();
        debug_assert!(missing.iter().all(|id| id.index() < context.program.functions.len()));
        missing
    }

    fn install(&mut self, vm: &VmFunction, direct: *const u8, convention: &Convention) {
        self.has_direct[vm.id as usize] = true;
        vm.direct.set(direct);
        let tagged = match convention.is_universal() {
            true => direct,
            false => self.tagged_entries[vm.id as usize] as *const u8,
        };
        vm.tagged.set(tagged);
        vm.memory.set(self.memory_entries[vm.arity as usize] as *const u8);
        let body = std::ptr::from_ref(vm).cast();
        let run = if self.options.is_sampled { run_compiled_sampled } else { run_compiled };
        vm.code.set(run);
        vm.body.set(body);
        vm.inner_code.set(run);
        vm.inner_body.set(body);
    }
}

/// The functions that a function calls without looking for them.
fn direct_callees(function: &Function) -> impl Iterator<Item = FunctionId> + '_ {
    let body = function.blocks.iter().flat_map(|block| &block.body);
    let calls = body.filter_map(|&value| match &function.instruction(value).op {
        Op::Call(callee, _) => Some(*callee),
        _ => None,
    });
    let ends = function.blocks.iter().filter_map(|block| match &block.end {
        End::TailCall { callee, .. } => Some(*callee),
        _ => None,
    });
    calls.chain(ends).filter_map(|callee| match callee {
        Callee::Known { function, .. } => Some(function),
        Callee::Fitting(_) | Callee::Unknown(_) => None,
    })
}

/// The bodies that a function is made of, as return addresses will find them.
fn scopes(function: &Function) -> Box<[Scope]> {
    let scope = |scope: &ScopeData| Scope {
        function: scope.function.index() as u32,
        caller: scope.caller.map(|site| (site.scope.0, site.node.index() as u32)),
    };
    function.scopes.iter().map(scope).collect()
}
