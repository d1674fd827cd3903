//! The guest stack: programs recurse on a stack of their own.
//!
//! It is a large, lazily committed reservation between guard pages. Every call of the
//! interpreter compares the stack pointer with a limit that leaves [`HEADROOM_BYTES`]
//! for what runs between two checks, so depth is bounded by the reservation alone and
//! the host's stack never matters.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::mapping::Mapping;

/// What may be used between two checks of the limit, in bytes.
const HEADROOM_BYTES: usize = 256 << 10;

/// What a stack has besides what was asked for, in bytes.
pub(crate) const STACK_MARGIN_BYTES: usize = 2 * HEADROOM_BYTES;

/// The largest stack that there is: calls that would fit it can be counted in 32 bits.
pub const MAX_STACK_BYTES: usize = 64 << 30;

/// A stack to run a program on.
#[derive(Debug)]
pub struct GuestStack {
    mapping: Mapping,
}

impl GuestStack {
    /// Reserves a stack on which `bytes` can be used before the limit is reached.
    ///
    /// # Errors
    /// If the system refuses the address space, or it is more than [`MAX_STACK_BYTES`].
    pub fn new(bytes: usize) -> io::Result<GuestStack> {
        if bytes > MAX_STACK_BYTES {
            return Err(io::Error::other("no stack is larger than 64 GiB"));
        }
        Ok(GuestStack { mapping: Mapping::reserve(bytes + STACK_MARGIN_BYTES)? })
    }

    /// The stack pointer below which no further call may be made.
    pub fn limit(&self) -> usize {
        self.mapping.start() as usize + HEADROOM_BYTES
    }

    /// The most bytes of it that were in use so far, in whole pages, if the system tells.
    pub fn peak_bytes(&self) -> Option<usize> {
        self.mapping.committed()
    }

    /// Runs `body` on this stack and returns what it returns. A panic in it goes on in
    /// the caller.
    pub fn run<R, F: FnOnce() -> R>(&mut self, body: F) -> R {
        let mut job = Job { body: Some(body), result: None };
        let top = self.mapping.end() as usize & !15;
        // SAFETY: `top` is the aligned end of a stack that nothing else uses, since
        // `self` is borrowed mutably; `run_job` does not unwind and matches `job`.
        unsafe { switch(top, run_job::<R, F>, (&raw mut job).cast()) };
        match job.result.expect("a job leaves its result") {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic),
        }
    }
}

struct Job<R, F> {
    body: Option<F>,
    result: Option<std::thread::Result<R>>,
}

extern "C" fn run_job<R, F: FnOnce() -> R>(job: *mut ()) {
    // SAFETY: `run` passes a job of this very type, which outlives the call.
    let job = unsafe { &mut *job.cast::<Job<R, F>>() };
    let body = job.body.take().expect("a job runs once");
    job.result = Some(catch_unwind(AssertUnwindSafe(body)));
}

/// Calls `function(argument)` with the stack pointer at `top`.
///
/// # Safety
/// `top` is the 16-byte aligned end of an unused stack; `function` does not unwind.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn switch(top: usize, function: extern "C" fn(*mut ()), argument: *mut ()) {
    core::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "mov rsp, rdi",
        "mov rdi, rdx",
        "call rsi",
        "mov rsp, rbp",
        "pop rbp",
        "ret",
    )
}

/// Calls `function(argument)` with the stack pointer at `top`.
///
/// # Safety
/// `top` is the 16-byte aligned end of an unused stack; `function` does not unwind.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn switch(top: usize, function: extern "C" fn(*mut ()), argument: *mut ()) {
    core::arch::naked_asm!(
        "stp x29, x30, [sp, #-16]!",
        "mov x29, sp",
        "mov sp, x0",
        "mov x0, x2",
        "blr x1",
        "mov sp, x29",
        "ldp x29, x30, [sp], #16",
        "ret",
    )
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("galo switches stacks by hand: this architecture has no `switch` yet");

/// An address close to the stack pointer's.
#[inline(always)]
pub fn stack_pointer() -> usize {
    #[cfg(miri)]
    let sp = usize::MAX; // Miri runs no assembly, and checks its stack itself.
    #[cfg(not(miri))]
    let sp: usize;
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags));
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mov {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags));
    }
    sp
}

// Miri runs no assembly.
#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn a_closure_runs_on_the_guest_stack() {
        let mut stack = GuestStack::new(1 << 20).unwrap();
        let (low, high) = (stack.mapping.start() as usize, stack.mapping.end() as usize);
        let mut seen = 0;
        let result = stack.run(|| {
            seen = stack_pointer();
            format!("{}", 6 * 7)
        });
        assert_eq!(result, "42");
        assert!(low < seen && seen < high);
    }

    #[test]
    fn depth_is_bounded_by_the_reservation() {
        fn descend(limit: usize, depth: u64) -> u64 {
            let pad = std::hint::black_box([depth; 16]);
            if stack_pointer() < limit { depth } else { descend(limit, depth + 1) + pad[3] - depth }
        }
        let mut stack = GuestStack::new(256 << 20).unwrap();
        let limit = stack.limit();
        assert!(stack.run(|| descend(limit, 0)) > 100_000);
    }

    #[test]
    fn a_panic_goes_on_in_the_caller() {
        let mut stack = GuestStack::new(1 << 20).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| stack.run(|| panic!("ouch"))));
        assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "ouch");
        assert_eq!(stack.run(|| 7), 7);
    }

    #[test]
    fn an_absurd_size_is_an_error() {
        assert!(GuestStack::new(usize::MAX).is_err());
    }
}
