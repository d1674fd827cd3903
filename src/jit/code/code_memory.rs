//! Runs Cranelift, and owns the memory that compiled functions are in.

use std::fmt;
use std::time::{Duration, Instant};

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_codegen::{CompiledCode, Context, FinalizedMachReloc, FinalizedRelocTarget, ir};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{FuncId, Module, ModuleError, ModuleReloc, default_libcall_names};
use rustc_hash::FxHashSet;

use super::compiled::{CallSite, Compiled, Reference, SiteRange, scope_of, site_of};
use super::containment::contain;
use super::error::{CompileError, LoadError, SetupError};
use super::{epilogue, polls, schedule, target};

/// Address space for the code of a program. Reserving it costs nothing until it is used. It
/// is what a direct call of aarch64 reaches, in either direction, so that none needs a detour;
/// a program with more code than this, a few million operations, runs the rest interpreted.
pub(super) const ARENA_BYTES: usize = 128 << 20;

/// What each batch may take on top of its bytes: memory is given out in whole pages, of which
/// some systems have large ones.
const PAGE_BYTES: usize = 64 << 10;

/// What cranelift-jit may add to a function for each of its references: a jump to an address
/// beyond the reach of a direct call.
const VENEER_BYTES: usize = 24;

/// What is wanted of a compilation besides the code.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// Whether a [disassembly](super::disassembly) will be asked for.
    pub listing: bool,
}

/// A function in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// The function, as it was declared.
    pub id: FuncId,
    /// Where it begins. Good as long as the [`CodeMemory`] is.
    pub address: *const u8,
    /// How many bytes it has, constants included.
    pub len: usize,
}

/// Functions that were loaded together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// In the order in which they were given.
    pub functions: Vec<Loaded>,
    /// How long loading took.
    pub time: Duration,
}

/// Cranelift, and the machine code of one program.
///
/// Code is freed when this is dropped, and not before. Calling it is up to others, and so is
/// seeing to it that by then nothing of it runs and nobody will call it: whoever turns an
/// address into a function must not let it outlive this.
pub struct CodeMemory {
    /// Taken only to free it.
    module: Option<JITModule>,
    /// Memory that Cranelift uses again for every function.
    context: Context,
    /// The register allocator's.
    registers: regalloc2::Ctx,
    /// The names of the declared functions, by their ids.
    names: Vec<String>,
    loaded: FxHashSet<FuncId>,
    /// How much of the arena may be in use, at most.
    used: usize,
    /// Why nothing can be loaded any more.
    failure: Option<String>,
}

impl CodeMemory {
    /// Prepares Cranelift and reserves address space. `verify` has Cranelift check the CLIF that it
    /// is given, and after each of its passes; compiling takes a third longer then.
    ///
    /// # Errors
    /// If there is no Cranelift for this processor, or the system does not let us execute what
    /// we make.
    pub fn new(verify: bool) -> Result<CodeMemory, SetupError> {
        let isa = target::host(verify)?;
        let arena = ArenaMemoryProvider::new_with_size(ARENA_BYTES)
            .map_err(|error| SetupError::NoAddressSpace(error.to_string()))?;
        let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
        builder.memory_provider(Box::new(arena));
        let mut memory = CodeMemory {
            module: Some(JITModule::new(builder)),
            context: Context::new(),
            registers: regalloc2::Ctx::default(),
            names: Vec::new(),
            loaded: FxHashSet::default(),
            used: 0,
            failure: None,
        };
        memory.try_execution()?;
        Ok(memory)
    }

    /// Some systems refuse what has been writable to become executable; better to know at once.
    fn try_execution(&mut self) -> Result<(), SetupError> {
        let refused = |error: &dyn fmt::Display| SetupError::ExecutionRefused(error.to_string());
        let signature = ir::Signature::new(CallConv::Tail);
        let id = self.declare("(trial)", &signature).map_err(|error| refused(&error))?;
        self.reserve(1).map_err(|error| refused(&error))?;
        self.define_all([(id, 1, &[0][..], &[][..])]).map_err(|error| refused(&error))?;
        self.loaded.insert(id);
        Ok(())
    }

    /// What code is made for.
    pub fn isa(&self) -> &dyn TargetIsa {
        self.module().isa()
    }

    /// Announces a function, so that others, and it itself, can call it directly. Names are for
    /// people and need not differ.
    ///
    /// # Errors
    /// If Cranelift has no room for more.
    pub fn declare(
        &mut self,
        name: &str,
        signature: &ir::Signature,
    ) -> Result<FuncId, CompileError> {
        let id = self
            .module_mut()
            .declare_anonymous_function(signature)
            .map_err(|error| CompileError::Unsupported(error.to_string()))?;
        debug_assert_eq!(id.as_u32() as usize, self.names.len());
        self.names.push(name.to_string());
        Ok(id)
    }

    /// The name that a function was declared with.
    pub fn name(&self, id: FuncId) -> &str {
        &self.names[id.as_u32() as usize]
    }

    /// Lets a function in CLIF call a declared one directly. That one must be loaded before it,
    /// or together with it.
    pub fn reference(&mut self, id: FuncId, function: &mut ir::Function) -> ir::FuncRef {
        self.module_mut().declare_func_in_func(id, function)
    }

    /// Compiles a declared function. `function` is left as Cranelift has optimised it.
    ///
    /// It takes some 70 KiB of stack, however large the function is: that fits below a program
    /// that is about to be told that it has used up its own.
    ///
    /// # Errors
    /// If Cranelift rejects it or panics. `function` may be in any state then.
    pub fn compile(
        &mut self,
        id: FuncId,
        function: &mut ir::Function,
        options: Options,
    ) -> Result<Compiled, CompileError> {
        let start = Instant::now();
        self.context.clear();
        self.context.set_disasm(options.listing);
        std::mem::swap(&mut self.context.func, function);
        let result = contain(|| self.run_cranelift());
        std::mem::swap(&mut self.context.func, function);
        match result {
            Ok(Ok(code)) => Ok(self.collect(id, function, &code, start)),
            Ok(Err(error)) => Err(error),
            Err(message) => {
                self.context = Context::new();
                self.registers = regalloc2::Ctx::default();
                Err(CompileError::Panicked(message))
            }
        }
    }

    fn run_cranelift(&mut self) -> Result<CompiledCode, CompileError> {
        let isa = self.module.as_ref().expect(ALIVE).isa();
        let plane = &mut ControlPlane::default();
        self.context.optimize(isa, plane)?;
        schedule::sink_updates(&mut self.context.func);
        self.context.verify_if(isa)?;
        let Context { func, domtree, want_disasm, .. } = &self.context;
        let code = isa.compile_function(func, domtree, &mut self.registers, *want_disasm, plane)?;
        Ok(code.apply_params(&func.params))
    }

    /// What Cranelift has made of a function.
    fn collect(
        &self,
        id: FuncId,
        function: &ir::Function,
        code: &CompiledCode,
        start: Instant,
    ) -> Compiled {
        let sites = sites(code.buffer.get_srclocs_sorted());
        let isa = self.module().isa();
        let alignment = u64::from(code.buffer.alignment)
            .max(u64::from(isa.function_alignment().preferred))
            .max(isa.symbol_alignment());
        let mut blocks = code.bb_starts.clone();
        blocks.sort_unstable();
        blocks.dedup();
        let relocations = code.buffer.relocs();
        let mut compiled = Compiled {
            id,
            name: self.name(id).to_string(),
            bytes: code.code_buffer().to_vec(),
            alignment,
            relocations: relocations
                .iter()
                .map(|relocation| ModuleReloc::from_mach_reloc(relocation, function, id))
                .collect(),
            references: relocations
                .iter()
                .filter_map(|relocation| self.named(relocation, function))
                .collect(),
            blocks,
            frame_size: code.buffer.frame_layout().map_or(0, |layout| layout.frame_to_fp_offset),
            calls: Vec::new(),
            sites,
            removed_moves: 0,
            listing: code.vcode.clone(),
            has_handlers: code.buffer.call_sites().any(|call| !call.exception_handlers.is_empty()),
            time: Duration::ZERO,
        };
        compiled.calls = calls(&compiled, code.buffer.call_sites().map(|call| call.ret_addr));
        compiled.removed_moves = epilogue::lighten(&mut compiled);
        polls::fold(&mut compiled, super::POLL_STUB);
        compiled.time = start.elapsed();
        compiled
    }

    fn named(&self, relocation: &FinalizedMachReloc, function: &ir::Function) -> Option<Reference> {
        let FinalizedRelocTarget::ExternalName(target) = &relocation.target else { return None };
        let name = match target {
            ir::ExternalName::User(name) => {
                let user = &function.params.user_named_funcs()[*name];
                self.names.get(user.index as usize)?.clone()
            }
            other => other.display(Some(&function.params)).to_string(),
        };
        Some(Reference { offset: relocation.offset, name })
    }

    /// Puts functions into memory, resolves their references and makes them executable. They
    /// share pages: functions that are finished together should be loaded together.
    ///
    /// # Errors
    /// If one of them cannot be loaded; then none is.
    pub fn load(&mut self, batch: &[Compiled]) -> Result<Batch, LoadError> {
        let start = Instant::now();
        if let Some(failure) = &self.failure {
            return Err(LoadError::Failed(failure.clone()));
        }
        self.check_references(batch)?;
        let len = |compiled: &Compiled| {
            compiled.bytes.len()
                + compiled.alignment as usize
                + VENEER_BYTES * compiled.relocations.len()
        };
        self.reserve(batch.iter().map(len).sum())?;
        self.define_all(batch.iter().map(|compiled| {
            let Compiled { id, alignment, bytes, relocations, .. } = compiled;
            (*id, *alignment, &bytes[..], &relocations[..])
        }))?;
        self.loaded.extend(batch.iter().map(|compiled| compiled.id));
        let module = self.module();
        let loaded = |compiled: &Compiled| Loaded {
            id: compiled.id,
            address: module.get_finalized_function(compiled.id),
            len: compiled.bytes.len(),
        };
        Ok(Batch { functions: batch.iter().map(loaded).collect(), time: start.elapsed() })
    }

    /// Finds out what cranelift-jit would panic about.
    fn check_references(&self, batch: &[Compiled]) -> Result<(), LoadError> {
        let mut new = FxHashSet::default();
        for compiled in batch {
            if self.loaded.contains(&compiled.id) || !new.insert(compiled.id) {
                return Err(LoadError::Duplicate(compiled.name.clone()));
            }
        }
        for target in batch.iter().flat_map(Compiled::targets) {
            if !self.loaded.contains(&target) && !new.contains(&target) {
                return Err(LoadError::Undefined(self.name(target).to_string()));
            }
        }
        Ok(())
    }

    /// Takes note that so many bytes of the arena will be in use.
    fn reserve(&mut self, bytes: usize) -> Result<(), LoadError> {
        let used = self.used.saturating_add(bytes).next_multiple_of(PAGE_BYTES);
        if used > ARENA_BYTES {
            return Err(LoadError::Full);
        }
        self.used = used;
        Ok(())
    }

    /// Has cranelift-jit define these functions (id, alignment, bytes, relocations) and
    /// finish. If that fails the module is in a state that only freeing it ends well.
    fn define_all<'a>(
        &mut self,
        functions: impl IntoIterator<Item = (FuncId, u64, &'a [u8], &'a [ModuleReloc])>,
    ) -> Result<(), LoadError> {
        let module = self.module.as_mut().expect(ALIVE);
        let result = contain(|| {
            for (id, alignment, bytes, relocations) in functions {
                module
                    .define_function_bytes(id, alignment, bytes, relocations)
                    .map_err(|error| describe(&error))?;
            }
            module.finalize_definitions().map_err(|error| describe(&error))
        });
        let reason = match result {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) | Err(reason) => reason,
        };
        self.failure = Some(reason.clone());
        Err(LoadError::Failed(reason))
    }

    fn module(&self) -> &JITModule {
        self.module.as_ref().expect(ALIVE)
    }

    fn module_mut(&mut self) -> &mut JITModule {
        self.module.as_mut().expect(ALIVE)
    }
}

/// Why the module is there.
const ALIVE: &str = "only dropping takes the module";

impl Drop for CodeMemory {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: whoever called code in it had to see to it that this comes after.
            unsafe { module.free_memory() };
        }
    }
}

impl fmt::Debug for CodeMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeMemory")
            .field("declared", &self.names.len())
            .field("loaded", &self.loaded.len())
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

fn describe(error: &ModuleError) -> String {
    match error {
        ModuleError::Backend(error) => format!("{error:#}"),
        other => other.to_string(),
    }
}

/// Cranelift's ranges, those that touch and have the same site joined.
fn sites(ranges: &[cranelift_codegen::MachSrcLoc<cranelift_codegen::Final>]) -> Vec<SiteRange> {
    let mut sites: Vec<SiteRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        let Some(site) = site_of(range.loc) else { continue };
        let scope = scope_of(range.loc);
        match sites.last_mut() {
            Some(last) if (last.site, last.scope, last.bytes.end) == (site, scope, range.start) => {
                last.bytes.end = range.end;
            }
            _ => sites.push(SiteRange { bytes: range.start..range.end, site, scope }),
        }
    }
    sites
}

/// The calls that have a place: the call instruction ends where the callee returns to.
fn calls(compiled: &Compiled, returns: impl Iterator<Item = u32>) -> Vec<CallSite> {
    let site = |return_offset: u32| {
        let &SiteRange { site, scope, .. } = compiled.range_at(return_offset.checked_sub(1)?)?;
        Some(CallSite { return_offset, site, scope })
    };
    returns.filter_map(site).collect()
}
