//! A run of a program: what watches it, what can end it, what it comes to.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use galo_runtime::{Data, GuestStack, Interrupts, Limits, Machine, Output, Request};

use super::error::ProgramError;
use super::events::{Collections, Observer};
use super::program::{Evaluation, Program};
use super::sampling::{Sampler, Sampling};
use super::stats::RunStats;
use super::tiers::Attached;
use super::timer::Timer;
use crate::core::FunctionId;

/// A run of a program that is yet to begin.
///
/// ```
/// use galo::{Config, Engine, ErrorKind};
///
/// let engine = Engine::new(Config::default());
/// let program = engine.load("forever.rinha", b"let f = fn () => { f() }; f()")?;
/// let run = program.prepare();
/// let handle = run.interrupt_handle();
/// std::thread::spawn(move || handle.interrupt());
/// let error = run.start(&mut Vec::new()).unwrap_err();
/// assert_eq!(error.kind, ErrorKind::Interrupted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Run<'p> {
    program: &'p Program,
    observer: Option<&'p dyn Observer>,
    interrupts: Arc<Interrupts>,
}

/// Ends a run from another thread. All clones are for the same run.
#[derive(Clone, Debug)]
pub struct InterruptHandle {
    interrupts: Arc<Interrupts>,
}

impl InterruptHandle {
    /// Makes the run end with the error [`Interrupted`](galo_runtime::ErrorKind::Interrupted) at the next
    /// call of a function, or the next round of a loop. If it has not begun, it ends as soon as it does;
    /// if it has ended, nothing happens.
    ///
    /// What the runtime does by itself is finished first: it prints or compares a value, makes a string or
    /// collects garbage, all of which memory limits.
    ///
    /// This is nothing but a few atomic operations, which signal handlers may do.
    pub fn interrupt(&self) {
        self.interrupts.request(Request::End);
    }

    /// Whether that was asked for.
    pub fn is_interrupted(&self) -> bool {
        self.interrupts.is_requested(Request::End)
    }
}

impl<'p> Run<'p> {
    pub(super) fn new(program: &'p Program) -> Run<'p> {
        Run { program, observer: None, interrupts: Arc::default() }
    }

    /// Tells an observer of all that happens.
    pub fn observe(self, observer: &'p dyn Observer) -> Run<'p> {
        Run { observer: Some(observer), ..self }
    }

    /// What other threads can end the run with.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle { interrupts: Arc::clone(&self.interrupts) }
    }

    /// Runs the program. What it prints goes to `output`, buffered, and is flushed at the
    /// end, also when the program fails.
    ///
    /// # Errors
    /// If the program fails, or a limit of the configuration is reached, or the output
    /// cannot be written, or the run is interrupted.
    pub fn start(self, output: &mut dyn Write) -> Result<RunStats, Box<ProgramError>> {
        Ok(self.evaluate(output, 0)?.stats)
    }

    /// Runs the program and copies its value, if that takes no more than `limit` bytes (see
    /// [`Data::of`]).
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn evaluate(
        self,
        output: &mut dyn Write,
        limit: usize,
    ) -> Result<Evaluation, Box<ProgramError>> {
        let start = Instant::now();
        let Run { program, observer, interrupts } = self;
        let config = &program.config;
        let limits = Limits {
            heap_bytes: config.max_heap,
            stack_bytes: config.max_stack,
            zeal: config.is_zealous(),
        };
        let output = Output::new(output, config.flush_lines);
        let collections = observer.map(Collections);
        let tiers = Attached::new(program, observer);
        let mut stack = GuestStack::new(config.max_stack).map_err(|e| program.no_memory(&e))?;
        let names = Arc::clone(&program.loaded.names);
        let mut machine = Machine::new(&limits, stack.limit(), config.lenient, names, output)
            .map_err(|e| program.no_memory(&e))?;
        machine.set_interrupts(Arc::clone(&interrupts));
        if let Some(fuel) = config.fuel {
            machine.set_fuel(fuel);
        }
        if let Some(bytes) = config.max_output {
            machine.output.limit(bytes);
        }
        if let Some(collections) = &collections {
            machine.heap.observe(collections);
        }
        if let Some(requests) = config.fail_allocations_after {
            machine.heap.fail_after(requests);
        }
        if config.may_compile() {
            // SAFETY: what the tiers store in functions is code of the compiler's, which
            // follows the runtime's conventions and lives as long as the program.
            unsafe { machine.attach(&tiers) };
            tiers.begin();
        }
        if let Some(period) = config.jit.stress {
            machine.force_exits(period.get().try_into().unwrap_or(i64::MAX));
        }
        if let Some(sampling) = config.sampling {
            machine.start_sampling(sampling.pace(), program.code.function(FunctionId::MAIN));
        }
        let interval = config.sampling.and_then(Sampling::interval);
        let sampler = interval.map(|interval| Sampler::start(interval, Arc::clone(&interrupts)));
        let sampler = sampler.transpose().map_err(|e| program.no_memory(&e))?;
        let timer = config.timeout.map(|timeout| Timer::start(start, timeout, interrupts));
        let timer = timer.transpose().map_err(|e| program.no_memory(&e))?;
        let value = machine.listening(|machine| stack.run(|| program.code.run(machine)));
        drop((timer, sampler));
        if let (Some(samples), Some(observer)) = (machine.take_samples(), observer) {
            observer.sampled(&samples);
        }
        let flushed = machine.output.flush();
        let stats = RunStats {
            time: start.elapsed(),
            heap: machine.heap.stats(),
            printed_bytes: machine.output.printed_bytes(),
            // The call that was one too many is not made.
            calls: config.fuel.map(|fuel| fuel.min(i64::MAX as u64) - machine.fuel().max(0) as u64),
            stack_bytes: config.profile.then(|| stack.peak_bytes()).flatten(),
            frame_bytes: config.profile.then(|| machine.peak_frame_bytes()).flatten(),
        };
        if let Some(fault) = machine.take_fault() {
            return Err(ProgramError::new(*fault, stats, &program.loaded));
        }
        flushed.map_err(|cause| program.output_closed(cause, stats))?;
        Ok(Evaluation { value: Data::of(value, limit), stats })
    }
}
