//! A program compiled to closures, ready to run.

use std::io;

use galo_runtime::{Machine, Statics, Value, VmFunction};
use rustc_hash::FxHashMap;

use super::arena::Arena;
use super::compile;
use super::profile::{FunctionProfile, Recording, Silent, SiteProfile, SiteRecord};
use super::resume::Interior;
use crate::core::{FunctionId, NodeId, Program};
use crate::syntax::ast::{Ast, Symbol};

/// What the interpreter does besides running the program.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Options {
    /// It notes a profile.
    pub records: bool,
    /// It counts every call.
    pub counts_fuel: bool,
    /// It keeps the list of who is running, for samples.
    pub is_sampled: bool,
}

/// The nodes of a program and everything they refer to.
#[derive(Debug)]
pub struct Code {
    /// Owns the nodes and the sites' records.
    pub(super) _arena: Arena,
    /// Owns the functions, literals and constant closures.
    pub(super) _statics: Statics,
    /// By id; the first is the program's body.
    pub(super) functions: Vec<*const VmFunction>,
    /// By function: its closure, if it captures nothing.
    pub(super) closures: Vec<Option<Value>>,
    /// The literals.
    pub(super) strings: FxHashMap<Symbol, Value>,
    /// Names that error messages mention.
    pub(super) names: FxHashMap<Symbol, Box<str>>,
    pub(super) sites: Vec<*const SiteRecord>,
    /// By function, if the program notes its profile.
    pub(super) interiors: Vec<Interior>,
    pub(super) globals: u32,
}

impl Code {
    /// Compiles a program.
    ///
    /// # Errors
    /// If the system has no memory left.
    pub fn new(program: &Program, ast: &Ast, options: Options) -> io::Result<Code> {
        if options.records {
            compile::compile::<Recording>(program, ast, options)
        } else {
            compile::compile::<Silent>(program, ast, options)
        }
    }

    /// Runs the program on a fresh machine, on the current stack. The result is a value
    /// or the signal of an error, which is then in the machine.
    pub fn run(&self, machine: &mut Machine<'_>) -> Value {
        let frame = machine.base();
        if !machine.has_slots(frame, self.globals) {
            return machine.stack_overflow(0);
        }
        // SAFETY: the globals are the first slots of the first frame, which is the main
        // function's; the functions live as long as `self`.
        unsafe {
            for slot in 0..self.globals as usize {
                frame.add(slot).write(Value::UNBOUND);
            }
            let main = &*self.functions[0];
            main.calls.spend();
            (main.code.get())(main.body.get(), machine, frame)
        }
    }

    /// The run-time half of a function, at an address that is fixed as long as the code
    /// lives.
    pub fn function(&self, id: FunctionId) -> &VmFunction {
        // SAFETY: the functions live as long as `self`.
        unsafe { &*self.functions[id.index()] }
    }

    /// The closure of a function that captures nothing; it never moves.
    pub fn static_closure(&self, id: FunctionId) -> Option<Value> {
        self.closures[id.index()]
    }

    /// The Str of a literal of the program; it never moves.
    pub fn literal(&self, text: Symbol) -> Option<Value> {
        self.strings.get(&text).copied()
    }

    /// The name of a variable that is read where it may not be bound, for error messages; at
    /// an address that is fixed as long as the code lives.
    pub fn name(&self, name: Symbol) -> Option<&str> {
        self.names.get(&name).map(|name| &**name)
    }

    /// Whether a function was ever called other than by a caller that knew its base case.
    pub fn has_run(&self, id: FunctionId) -> bool {
        let function = self.function(id);
        function.calls.spent() > 0 || function.loops.spent() > 0
    }

    /// The kinds other than Int that the operands of a binary operation were seen to have,
    /// left and right, as [bits](galo_runtime::Kind::bit). None at all if it has seen only
    /// Ints, or has not run, or nothing is noted.
    pub fn operand_kinds(&self, id: FunctionId, node: NodeId) -> [u8; 2] {
        let record = self.interiors.get(id.index()).and_then(|i| i.records[node.index()]);
        record.map_or([0; 2], |record| record.operand_kinds())
    }

    /// The only function that a call was seen to reach, of those calls whose callee is not known
    /// beforehand.
    pub fn only_callee(&self, id: FunctionId, node: NodeId) -> Option<FunctionId> {
        let record = self.interiors.get(id.index()).and_then(|i| i.records[node.index()])?;
        record.only_callee().map(|id| FunctionId::new(id as usize))
    }

    /// What was noted of each function, over all runs.
    pub fn function_profiles(&self) -> impl Iterator<Item = FunctionProfile> + '_ {
        self.functions.iter().map(|&function| {
            // SAFETY: the functions live as long as `self`.
            let function = unsafe { &*function };
            let (calls, loops) = (function.calls.spent(), function.loops.spent());
            let compiled_calls = function.compiled_calls.get();
            FunctionProfile { function: function.id, calls, loops, compiled_calls }
        })
    }

    /// What was noted of each operation that saw something else than Ints.
    pub fn site_profiles(&self) -> impl Iterator<Item = SiteProfile> + '_ {
        // SAFETY: the records live as long as the arena.
        self.sites.iter().filter_map(|&site| unsafe { (*site).profile() })
    }
}

// SAFETY: everything that the pointers point to is owned by the value, or counters that
// only a run of it touches; a run borrows it, and it is not `Sync`.
unsafe impl Send for Code {}
