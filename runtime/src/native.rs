//! The border between the runtime, which is Rust, and compiled code.
//!
//! Compiled code is entered through [`run_compiled`], the [`VmCode`](crate::VmCode) of
//! compiled functions, and calls back through the [helpers](crate::abi::HELPERS). Each
//! entry is a *segment*: a run of compiled frames on the native stack with a record of the
//! entry's saved registers below it. Inside a segment all frames are linked by their frame
//! pointers; Rust's frames lie between segments and are never walked.
//!
//! # Errors
//! A helper that fails returns the signal of the error to its compiled caller, which calls
//! [`escape`]. That walks the segment's frames, adds each call to the trace,
//! drops all of them at once and returns the signal from the segment's entry, so that
//! calls in compiled code test for nothing. No Rust frame is ever dropped: helpers
//! have returned by then.
//!
//! # Panics
//! No panic crosses compiled code, which could not be unwound. Those of the host's code (its
//! writer, its observers) are caught in the helper that called it, kept in the machine while
//! the segment is left as if for an error, and go on in the Rust code that had entered it.
//!
//! # Tail calls between tiers
//! [`Machine::interpret`] runs a function and the tail calls that follow, until there is a
//! value or the next function is compiled. Then it returns the signal of a tail call to the
//! stub that it was called from, which jumps to that function: however often the tiers
//! alternate, the stack does not grow.

mod asm;

use std::any::Any;
use std::fmt;
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

pub use asm::escape;

use crate::fault::Site;
use crate::function::VmFunction;
use crate::machine::Machine;
use crate::tiers::Tiers;
use crate::value::Value;

/// Sets the registers that compiled code keeps for itself and calls the function's `memory`
/// entry with the frame and the function. Made by the code generator, with the C calling
/// convention of the platform; keeps a frame pointer.
pub type Trampoline = unsafe extern "C" fn(
    machine: *mut Machine<'_>,
    frame: *mut Value,
    function: *const VmFunction,
) -> Value;

/// What a machine keeps for compiled code.
pub(crate) struct Native<'out> {
    /// Where the frame of what is called next can begin: code that has no frame of its own
    /// goes by it.
    pub(crate) frame_top: *mut Value,
    /// The frame of compiled code that calls a helper on a path that is seldom taken.
    pub(crate) kept_frame: *mut Value,
    /// The registers that the innermost entry saved; null outside of compiled code.
    pub(crate) segment: *const usize,
    /// Counted down by code that is compiled for it; an exit is forced below zero.
    pub(crate) forced_exit_countdown: i64,
    forced_exit_period: i64,
    tiers: Option<&'out dyn Tiers>,
    trampoline: Option<Trampoline>,
    /// Of an error on its way up: the function that ran last in the frame that the error
    /// is leaving, if its caller cannot know.
    running: Option<u32>,
    /// Of an error on its way up: it was found by a function that was being called, and
    /// belongs to the call, whose site is not known yet.
    at_entry: bool,
    /// What the Rust code that entered the innermost segment is to panic with.
    panic: Option<Box<dyn Any + Send>>,
}

impl Native<'_> {
    pub(crate) fn new(base: *mut Value) -> Self {
        Native {
            frame_top: base,
            kept_frame: base,
            segment: std::ptr::null(),
            forced_exit_countdown: i64::MAX,
            forced_exit_period: i64::MAX,
            tiers: None,
            trampoline: None,
            running: None,
            at_entry: false,
            panic: None,
        }
    }

    /// A new error begins its way up.
    pub(crate) fn begin_error(&mut self) {
        self.running = None;
        self.at_entry = false;
    }
}

impl fmt::Debug for Native<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Native")
            .field("frame_top", &self.frame_top)
            .field("segment", &self.segment)
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}

/// The frame pointer up to which the frames of a segment are linked.
pub(crate) fn end_of_segment(segment: *const usize) -> *const usize {
    segment.wrapping_add(asm::SEGMENT_WORDS)
}

/// The segment outside of which this one was entered.
///
/// # Safety
/// There is such a segment.
pub(crate) unsafe fn outer_segment(segment: *const usize) -> *const usize {
    // SAFETY: by contract; the entry has kept it there.
    let outer = unsafe { *segment.add(asm::OUTER_SEGMENT) };
    std::ptr::with_exposed_provenance(outer)
}

/// Where the current segment is in a machine.
const SEGMENT: usize = offset_of!(Machine<'static>, native.segment);

/// Runs a compiled function: what its [`VmFunction::code`] is.
///
/// # Safety
/// `body` is a [`VmFunction`] whose `memory` entry is code of the tiers that the machine
/// [is attached to](Machine::attach); the frame holds its arguments and, behind them, its
/// closure if it takes itself, and all slots below them hold values.
///
/// # Panics
/// If the machine is not attached to any tiers.
pub unsafe fn run_compiled(body: *const (), machine: &mut Machine<'_>, frame: *mut Value) -> Value {
    let tiers = machine.native.tiers.expect("compiled code runs on attached machines");
    // Code is only made once something is hot, and so is the way into it.
    let trampoline = *machine.native.trampoline.get_or_insert_with(|| tiers.trampoline());
    let frame_top = std::mem::replace(&mut machine.native.frame_top, frame);
    // SAFETY: by contract; the trampoline matches the code.
    let value = unsafe { asm::enter(machine, frame, body.cast(), trampoline) };
    machine.native.frame_top = frame_top;
    debug_assert!(!value.is_signal() || value.is_error());
    if value.is_error()
        && let Some(panic) = machine.native.panic.take()
    {
        resume_unwind(panic);
    }
    value
}

impl<'out> Machine<'out> {
    /// Lets the machine run the code of these tiers.
    ///
    /// # Safety
    /// What the tiers store in functions and return is as the trait says.
    pub unsafe fn attach(&mut self, tiers: &'out dyn Tiers) {
        self.native.tiers = Some(tiers);
    }

    /// Makes code that is compiled for it leave at every `period`th of its probes.
    pub fn force_exits(&mut self, period: i64) {
        self.native.forced_exit_period = period;
        self.native.forced_exit_countdown = period;
    }

    /// A function's budget of calls or iterations is used up.
    #[cold]
    #[inline(never)]
    pub fn hot(&mut self, function: &VmFunction) {
        match self.native.tiers {
            Some(tiers) if !function.is_compiled() => self.compiling(|_| tiers.hot(function)),
            Some(_) => {}
            None => {
                function.calls.allow(i64::MAX);
                function.loops.allow(i64::MAX);
            }
        }
        if function.is_compiled() {
            function.calls.allow(i64::MAX);
            // Whoever is still in the interpreter's loop is to leave it.
            function.loops.allow(0);
        }
    }

    /// What a helper does, without its panics.
    pub(crate) fn contain(&mut self, work: impl FnOnce(&mut Self) -> Value) -> Value {
        match catch_unwind(AssertUnwindSafe(|| work(self))) {
            Ok(value) => value,
            Err(panic) => {
                self.native.panic = Some(panic);
                Value::error(std::ptr::from_mut(self).cast())
            }
        }
    }

    /// Runs a function for compiled code. Returns a value, the signal of an error or, if
    /// the next function to run is compiled, that of a tail call, which the caller must
    /// make by that function's `memory` entry.
    ///
    /// # Safety
    /// The frame holds the function's arguments and, behind them, its closure if it takes
    /// itself; all slots below hold values.
    pub unsafe fn interpret(&mut self, function: *const VmFunction, frame: *mut Value) -> Value {
        if !self.has_room(frame)
            && let Some(error) = self.make_room(frame, 0)
        {
            self.set_at_entry();
            return error;
        }
        let frame_top = self.native.frame_top;
        // SAFETY: by contract.
        unsafe { self.run_tail_calls(function, frame, frame_top) }
    }

    /// Goes on in the interpreter after a failed guard; returns as
    /// [`interpret`](Self::interpret) does.
    ///
    /// # Safety
    /// As for [`Tiers::exit`].
    pub(crate) unsafe fn exit(&mut self, exit: u32, frame: *mut Value, value: Value) -> Value {
        if self.native.forced_exit_countdown < 0 {
            self.native.forced_exit_countdown = self.native.forced_exit_period;
        }
        let frame_top = self.native.frame_top;
        let tiers = self.native.tiers.expect("only compiled code exits");
        // SAFETY: by contract.
        let value = unsafe { tiers.exit(self, exit, frame, value) };
        if value.is_signal() && !value.is_error() {
            let (function, frame) = self.tail();
            // SAFETY: that is what the signal says.
            return unsafe { self.run_tail_calls(function, frame, frame_top) };
        }
        self.native.frame_top = frame_top;
        value
    }

    /// # Safety
    /// As for [`interpret`](Self::interpret).
    unsafe fn run_tail_calls(
        &mut self,
        mut function: *const VmFunction,
        mut frame: *mut Value,
        frame_top: *mut Value,
    ) -> Value {
        let mut last = None;
        loop {
            // SAFETY: functions live as long as the program.
            let callee = unsafe { &*function };
            if self.is_wanted()
                && let Some(error) = self.poll_at_tail_call(last)
            {
                self.native.frame_top = frame_top;
                return error;
            }
            if !callee.is_compiled() && callee.calls.spend() {
                self.hot(callee);
            }
            if callee.is_compiled() {
                // The frame is the one that the caller's callee was to have, or the one of
                // the caller itself, which has no other if it goes by `frame_top`.
                self.native.frame_top = frame;
                return self.tail_call(function, frame);
            }
            // SAFETY: by contract, or by that of the signal.
            let value = unsafe { (callee.code.get())(callee.body.get(), self, frame) };
            if !value.is_signal() || value.is_error() {
                if value.is_error() {
                    self.left_by_error(callee.id);
                }
                self.native.frame_top = frame_top;
                return value;
            }
            last = Some(callee.id);
            (function, frame) = self.tail();
        }
    }

    /// Notes that an error leaves a frame in which this function ran last, unless who did is
    /// known already.
    pub fn left_by_error(&mut self, function: u32) {
        self.native.running.get_or_insert(function);
    }

    /// The function that ran last in the frame that the error on its way up is leaving;
    /// `function` if its caller knows best.
    pub(crate) fn take_running(&mut self, function: u32) -> u32 {
        self.native.running.take().unwrap_or(function)
    }

    /// The stack is too small for a call, as the called function finds out: the error
    /// belongs to the call, which is yet to be found.
    #[cold]
    #[inline(never)]
    pub fn stack_overflow_at_entry(&mut self) -> Value {
        let error = self.stack_overflow(0);
        self.set_at_entry();
        error
    }

    /// The error just raised belongs to the first call that it passes, which is yet to be found.
    pub(crate) fn set_at_entry(&mut self) {
        self.native.at_entry = true;
    }

    /// Whether the error on its way up belongs to the first call that it passes, which then
    /// is no part of the trace.
    pub(crate) fn take_at_entry(&mut self) -> bool {
        std::mem::take(&mut self.native.at_entry)
    }

    /// The functions that are in the middle of a call which returns to an address, as
    /// [`Tiers::calls_at`] shows them.
    pub(crate) fn calls_at(&self, return_address: usize, each: &mut dyn FnMut(u32, Site)) {
        if let Some(tiers) = self.native.tiers {
            tiers.calls_at(return_address, each);
        }
    }

    /// Adds the calls of the innermost segment to the trace of the error on its way up.
    ///
    /// # Safety
    /// `frame_pointer` is that of a compiled frame of the innermost segment, whose code
    /// is about to return from a call to `return_address`.
    unsafe fn unwind(&mut self, return_address: usize, mut frame_pointer: *const usize) {
        let Some(tiers) = self.native.tiers else {
            return;
        };
        let end = end_of_segment(self.native.segment);
        // The call that fails is where the error is; those around it are in the trace.
        let mut is_innermost = true;
        tiers.calls_at(return_address, &mut |function, site| {
            if !std::mem::take(&mut is_innermost) {
                self.trace(function, function, site);
            }
            self.left_by_error(function);
        });
        while frame_pointer != end {
            // SAFETY: compiled code links its frames like C: the caller's frame pointer,
            // then the return address. The chain ends at the segment's entry.
            let (caller, return_address) = unsafe { (*frame_pointer, *frame_pointer.add(1)) };
            tiers.calls_at(return_address, &mut |function, site| {
                self.trace(function, function, site);
                self.left_by_error(function);
            });
            frame_pointer = std::ptr::with_exposed_provenance(caller);
        }
    }
}

/// What [`escape`] calls: gives the error its trace, and returns its signal.
///
/// # Safety
/// As for [`Machine::unwind`].
unsafe extern "C" fn unwind(
    machine: &mut Machine<'_>,
    return_address: usize,
    frame_pointer: *const usize,
) -> Value {
    // SAFETY: by contract.
    unsafe { machine.unwind(return_address, frame_pointer) };
    Value::error(std::ptr::from_mut(machine).cast())
}

#[cfg(all(test, target_arch = "x86_64", target_os = "linux", not(miri)))]
mod tests;
