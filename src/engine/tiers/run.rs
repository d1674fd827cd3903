//! The tiers in one run: what the runtime asks of them.

use galo_runtime::native::Trampoline;
use galo_runtime::{Machine, Site, Tiers as RuntimeTiers, Value, VmFunction};

use super::super::events::{Event, Observer, Trigger};
use super::super::program::Program;
use super::materialize::materialize;
use crate::core::FunctionId;
use crate::jit::{Culprit, Exit, Jit, Reason};
use crate::syntax::ast;

/// A program's tiers, and who watches this run.
#[derive(Debug)]
pub(in super::super) struct Attached<'r> {
    pub(super) program: &'r Program,
    pub(super) observer: Option<&'r dyn Observer>,
}

impl<'r> Attached<'r> {
    pub(in super::super) fn new(
        program: &'r Program,
        observer: Option<&'r dyn Observer>,
    ) -> Attached<'r> {
        Attached { program, observer }
    }

    /// Compiles the program's body if everything is compiled before its first call.
    pub(in super::super) fn begin(&self) {
        let main = self.program.code.function(FunctionId::MAIN);
        if self.program.tiers.policy.is_eager() && !main.is_compiled() {
            self.hot(main);
        }
    }

    /// Tells whoever watches.
    pub(super) fn tell<'e>(&self, event: impl FnOnce() -> Event<'e>) {
        if let Some(observer) = self.observer {
            observer.event(&event());
        }
    }
}

impl RuntimeTiers for Attached<'_> {
    fn hot(&self, function: &VmFunction) {
        // While another function is being compiled, this one has to ask again.
        if function.is_compiled() || self.program.tiers.is_compiling.get() {
            return;
        }
        let (calls, iterations) = (function.calls.spent(), function.loops.spent());
        let id = FunctionId::new(function.id as usize);
        let nodes = self.program.core().function(id).nodes().len();
        let compiled = self.program.tiers.counters.borrow().compiled;
        let policy = &self.program.tiers.policy;
        if let Some((calls, iterations)) = policy.postpones(nodes, compiled, calls, iterations) {
            function.calls.allow(calls);
            function.loops.allow(iterations);
            return;
        }
        if self.compile_hot(id, Trigger::Hot { calls, iterations }) {
            // Whoever is in the function's loop comes over at the next iteration.
            function.loops.allow(0);
        } else {
            function.calls.allow(i64::MAX);
            function.loops.allow(i64::MAX);
        }
    }

    fn trampoline(&self) -> Trampoline {
        let jit = self.program.tiers.jit.borrow();
        jit.as_ref().expect("compiled code has its compiler").trampoline()
    }

    fn calls_at(&self, return_address: usize, each: &mut dyn FnMut(u32, Site)) {
        if let Some(jit) = self.program.tiers.jit.borrow().as_ref() {
            jit.calls_at(return_address).for_each(|(function, site)| each(function, site));
        }
    }

    unsafe fn exit(
        &self,
        machine: &mut Machine<'_>,
        exit: u32,
        frame: *mut Value,
        value: Value,
    ) -> Value {
        let tiers = &self.program.tiers;
        let taken = {
            let jit = tiers.jit.borrow();
            let taken = jit.as_ref().expect("compiled code has its compiler").exit(exit);
            taken.count.set(taken.count.get() + 1);
            taken.clone()
        };
        let Exit { compiled, function, site, reason, frames, new, culprit, count } = taken;
        let count = count.get();
        if let Some(observer) = self.observer {
            let culprit = culprit.map(|culprit| match culprit {
                Culprit::Resumed => value,
                // SAFETY: by contract, the exit has stored the slots of its frames.
                Culprit::Slot(slot) => unsafe { frame.add(slot as usize).read() },
            });
            let shown = culprit.map(|value| machine.show(value));
            let (number, value) = (exit, shown.as_deref());
            let event = Event::Exit { function, site, reason, count, compiled, number, value };
            observer.event(&event);
        }
        if reason != Reason::Forced && tiers.policy.gives_up(count) && self.is_last(compiled, exit)
        {
            machine.compiling(|_| self.give_up(compiled, site));
        }
        let program = self.program;
        // SAFETY: by contract, compiled code has checked that there are slots for the parts.
        let made = unsafe { materialize(&program.code, machine, &new, frame, value) };
        let (value, left) = match made {
            Ok(value) => (value, 0),
            // The frames further in were never there for the object's maker.
            Err((error, maker)) => {
                let maker = frames.iter().position(|frame| frame.function == maker);
                (error, maker.unwrap_or(0))
            }
        };
        let frames = &frames[left..];
        // SAFETY: by contract; the code was made from the program's Core.
        unsafe { program.code.resume_all(program.core(), machine, frames, frame, value) }
    }
}

impl Attached<'_> {
    /// Compiles a function anew, because of the guess about this operation, and without any of its
    /// guesses that has failed several times.
    fn give_up(&self, compiled: FunctionId, site: ast::NodeId) {
        let tiers = &self.program.tiers;
        let first = tiers.functions.borrow()[compiled.index()].first_exit;
        let failed: Vec<(FunctionId, ast::NodeId)> = {
            let jit = tiers.jit.borrow();
            let exits = jit.as_ref().map_or(&[][..], Jit::exits);
            let latest = exits.iter().skip(first as usize).filter(|exit| exit.compiled == compiled);
            let failed = latest.filter(|exit| tiers.policy.doubts(exit.count.get()));
            failed.map(|exit| (exit.function, exit.site)).collect()
        };
        self.compile_again(compiled, &failed, site);
    }

    /// Whether an exit is of a function's last version, and another one may follow.
    fn is_last(&self, function: FunctionId, exit: u32) -> bool {
        let tiers = &self.program.tiers;
        let tier = &tiers.functions.borrow()[function.index()];
        !tier.is_final && exit >= tier.first_exit && !tiers.is_compiling.get()
    }
}
