//! How other threads reach a running program.
//!
//! Every function entry compares the stack pointer with a limit in the machine, and every loop looks
//! at a word beside it. Whoever wants something of the run leaves a request and *raises* both words: the next
//! entry or round takes the path that is otherwise taken when the stack is used up, and there the
//! running thread [polls](Machine::poll): lowers the words, takes the requests, and goes on or ends.
//! The running program pays nothing that it would not pay anyway but the look at the word in loops.
//!
//! # Requests are never lost
//! Whoever requests leaves the request first and raises the words after. The running thread lowers
//! the words first, by an exchange that sees whatever was left before they were raised, and takes the
//! requests after. So a request is either taken, or the words are raised once more after it was left;
//! at worst somebody polls for nothing. A request to end stays there until the run has ended.
//!
//! # Requests reach only the run that they are for
//! There is one [`Interrupts`] for each run. It knows the machine only while the program runs, and
//! [detaching](Machine::listening) waits for those who are just about to raise its words. A request
//! before that is seen when the run begins; one after it does nothing.
//!
//! [`Interrupts::request`] consists of a handful of atomic operations: it never blocks or allocates,
//! and signal handlers may call it.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crate::fault::{Blame, ErrorKind, Site};
use crate::machine::Machine;
use crate::value::Value;

/// What can be wanted of a running program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Request {
    /// It is to end: somebody wants that.
    End = 1,
    /// It is to end: its time is over.
    EndForTime = 2,
    /// Somebody wants to know what it is doing.
    Sample = 4,
}

/// Requests of other threads to one run of a program.
#[derive(Debug, Default)]
pub struct Interrupts {
    /// The requests that nobody has taken yet.
    pending: AtomicU32,
    /// The words of the machine while it runs.
    polls: AtomicPtr<Polls>,
    /// How many are about to raise them.
    raising: AtomicUsize,
    /// How many ticks have passed that were not counted yet.
    ticks: AtomicU64,
}

impl Interrupts {
    /// Wants something of the run, which will see it at the next call or the next round of a loop.
    /// Nothing but a few atomic operations.
    pub fn request(&self, request: Request) {
        self.pending.fetch_or(request as u32, Ordering::SeqCst);
        self.raising.fetch_add(1, Ordering::SeqCst);
        let polls = self.polls.load(Ordering::SeqCst);
        if !polls.is_null() {
            // SAFETY: it is the machine's, which does not go away before `raising` is zero again.
            unsafe { Polls::raise(polls) };
        }
        self.raising.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether something is wanted that nobody has taken yet.
    pub fn is_requested(&self, request: Request) -> bool {
        self.pending.load(Ordering::SeqCst) & request as u32 != 0
    }

    /// Lets ticks pass, and wants them counted.
    pub(crate) fn add_ticks(&self, ticks: u64) {
        self.ticks.fetch_add(ticks, Ordering::SeqCst);
        self.request(Request::Sample);
    }

    /// The ticks that were not counted yet, which are now.
    pub(crate) fn take_ticks(&self) -> u64 {
        self.ticks.swap(0, Ordering::SeqCst)
    }

    /// Takes the requests, but leaves those to end.
    fn take(&self) -> u32 {
        const STAY: u32 = Request::End as u32 | Request::EndForTime as u32;
        self.pending.fetch_and(STAY, Ordering::SeqCst)
    }
}

/// The words that running code looks at. Compiled code reads them where they are in the machine.
///
/// They change while the running thread holds the machine mutably; Rust will have `UnsafePinned` to
/// say so. Until then it is the atomic operations, on both sides, that keep compilers from assuming
/// that nobody else is there.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Polls {
    /// The stack pointer below which no call may be made, or more if somebody wants something.
    pub(crate) stack_limit: AtomicUsize,
    /// 0, or the largest number there is if somebody wants something: above every stack pointer.
    pub(crate) is_raised: AtomicUsize,
}

impl Polls {
    pub(crate) fn new(stack_limit: usize) -> Polls {
        Polls { stack_limit: AtomicUsize::new(stack_limit), is_raised: AtomicUsize::new(0) }
    }

    /// # Safety
    /// There are words.
    unsafe fn raise(this: *const Polls) {
        // SAFETY: by contract.
        unsafe { &*this }.raise_here();
    }

    /// Raises the words of the running thread itself.
    pub(crate) fn raise_here(&self) {
        self.stack_limit.swap(usize::MAX, Ordering::SeqCst);
        self.is_raised.swap(usize::MAX, Ordering::SeqCst);
    }

    fn lower(&self, stack_limit: usize) {
        self.is_raised.swap(0, Ordering::SeqCst);
        self.stack_limit.swap(stack_limit, Ordering::SeqCst);
    }
}

impl<'out> Machine<'out> {
    /// Who can reach the program that runs on this machine.
    pub fn interrupts(&self) -> &Arc<Interrupts> {
        &self.interrupts
    }

    /// Takes requests that come by these from now on.
    pub fn set_interrupts(&mut self, interrupts: Arc<Interrupts>) {
        self.interrupts = interrupts;
    }

    /// Runs something that takes requests.
    pub fn listening<R>(&mut self, body: impl FnOnce(&mut Self) -> R) -> R {
        let polls = &raw const self.polls;
        let _attached = Attached::new(Arc::clone(&self.interrupts), polls);
        body(self)
    }

    /// Whether somebody wants something.
    #[inline(always)]
    pub fn is_wanted(&self) -> bool {
        self.polls.is_raised.load(Ordering::Relaxed) != 0
    }

    /// Sees to what others want of the run; the signal of an error, at `site`, if it is to end.
    #[cold]
    #[inline(never)]
    pub fn poll(&mut self, site: Site) -> Option<Value> {
        self.see_to_requests(site, None)
    }

    /// The same if somebody wants something: for what the runtime does for long.
    #[inline]
    pub(crate) fn poll_if_wanted(&mut self, site: Site) -> Option<Value> {
        if self.is_wanted() { self.poll(site) } else { None }
    }

    /// The same after a function that was `last` in its frame.
    fn see_to_requests(&mut self, site: Site, last: Option<u32>) -> Option<Value> {
        self.polls.lower(self.stack_limit);
        let requests = self.interrupts.take();
        self.sample_at_poll(last);
        let wants = |request: Request| requests & request as u32 != 0;
        if wants(Request::End) {
            return Some(self.interrupted(site));
        }
        if wants(Request::EndForTime) {
            return Some(self.timed_out(site));
        }
        None
    }

    /// The same where the place is that of the first call that the error passes. `last` is the function that
    /// makes a tail call in the interpreter, if one does.
    #[cold]
    #[inline(never)]
    pub fn poll_at_tail_call(&mut self, last: Option<u32>) -> Option<Value> {
        let error = self.see_to_requests(0, last)?;
        self.set_at_entry();
        Some(error)
    }

    /// Polls if one more call does not fit its limits, and says whether it does not even so.
    #[cold]
    #[inline(never)]
    pub fn make_room(&mut self, frame: *mut Value, site: Site) -> Option<Value> {
        let is_wanted = self.is_wanted() || self.stack_limit_is_raised();
        if is_wanted && let Some(error) = self.poll(site) {
            return Some(error);
        }
        (!self.has_room_for(frame)).then(|| self.stack_overflow(site))
    }

    fn stack_limit_is_raised(&self) -> bool {
        self.polls.stack_limit.load(Ordering::Relaxed) != self.stack_limit
    }

    fn interrupted(&mut self, site: Site) -> Value {
        let message = "interrupted";
        self.raise(ErrorKind::Interrupted, site, Blame::Whole, message, "running here")
    }

    fn timed_out(&mut self, site: Site) -> Value {
        let message = "the time that the program may take is over";
        self.raise(ErrorKind::Timeout, site, Blame::Whole, message, "running here")
    }
}

/// While it lives, requests reach a machine.
struct Attached {
    interrupts: Arc<Interrupts>,
}

impl Attached {
    fn new(interrupts: Arc<Interrupts>, polls: *const Polls) -> Attached {
        let before = interrupts.polls.swap(polls.cast_mut(), Ordering::SeqCst);
        assert!(before.is_null(), "requests are for one run");
        // Those that came before the run began.
        if interrupts.pending.load(Ordering::SeqCst) != 0 {
            // SAFETY: the machine is there.
            unsafe { Polls::raise(polls) };
        }
        Attached { interrupts }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.interrupts.polls.store(ptr::null_mut(), Ordering::SeqCst);
        // Whoever has read the pointer before is a few instructions from being done with it. A signal
        // handler of this very thread is done when this goes on.
        while self.interrupts.raising.load(Ordering::SeqCst) != 0 {
            std::thread::yield_now();
        }
    }
}
