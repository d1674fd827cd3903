//! A program compiled to closures, ready to run.

use std::io;

use galo_runtime::{Machine, Statics, Value, VmFunction};

use super::arena::Arena;
use super::compile;
use super::profile::{FunctionProfile, Recording, Silent, SiteProfile, SiteRecord};
use crate::core::Program;
use crate::syntax::ast::Ast;

/// The nodes of a program and everything they refer to.
#[derive(Debug)]
pub struct Code {
    /// Owns the nodes and the sites' records.
    pub(super) _arena: Arena,
    /// Owns the functions, literals and constant closures.
    pub(super) _statics: Statics,
    /// By id; the first is the program's body.
    pub(super) functions: Vec<*const VmFunction>,
    pub(super) sites: Vec<*const SiteRecord>,
    /// Names that error messages mention.
    pub(super) _names: Vec<Box<str>>,
    pub(super) globals: u32,
}

impl Code {
    /// Compiles a program; `records` says whether it will note its profile.
    ///
    /// # Errors
    /// If the system has no memory left.
    pub fn new(program: &Program, ast: &Ast, records: bool) -> io::Result<Code> {
        if records {
            compile::compile::<Recording>(program, ast)
        } else {
            compile::compile::<Silent>(program, ast)
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

    /// What was noted of each function, over all runs.
    pub fn function_profiles(&self) -> impl Iterator<Item = FunctionProfile> + '_ {
        self.functions.iter().map(|&function| {
            // SAFETY: the functions live as long as `self`.
            let function = unsafe { &*function };
            let (calls, loops) = (function.calls.spent(), function.loops.spent());
            FunctionProfile { function: function.id, calls, loops }
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
