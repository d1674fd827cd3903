//! Ctrl-C and its kin: the first one ends the program, the second one galo.
//!
//! The handler only does what handlers may: it leaves a request for the running program and notes which
//! signal came, all of it by atomic operations. The program ends at its next call or round, what it had
//! printed is written, and galo dies of the signal as it would have without a handler, so that shells and makefiles see
//! what happened. If that takes too long (a collection, a blocked output), a second signal finds the
//! system's own action back in its place.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signal_hook::SigId;
pub(super) use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;
use signal_hook::{flag, low_level};

use crate::engine::InterruptHandle;

/// The signals that ask politely.
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// What the run before has left: the handlers that do what there would be without any. (The system's own
/// action cannot be put back behind signal-hook's back.)
static LEFT: Mutex<Vec<SigId>> = Mutex::new(Vec::new());

/// While it lives, signals interrupt a run.
#[derive(Debug)]
pub(super) struct Signals {
    interrupts: Vec<SigId>,
    defaults: Vec<SigId>,
    /// Whether the next signal has the effect that it would have without handlers.
    is_default: Arc<AtomicBool>,
    /// The signal that came, or 0.
    came: Arc<AtomicI32>,
}

impl Signals {
    /// Lets signals interrupt a run. Those that are ignored (`nohup`, a shell's background job) stay
    /// ignored.
    ///
    /// # Errors
    /// If the system lets us handle none.
    pub(super) fn interrupt(handle: &InterruptHandle) -> io::Result<Signals> {
        let (is_default, came) = (Arc::default(), Arc::default());
        let mut signals = Signals { interrupts: vec![], defaults: vec![], is_default, came };
        for signal in SIGNALS.into_iter().filter(|&signal| !is_ignored(signal)) {
            // Handlers run in this order: when the second signal comes, this one's turn is first.
            let default = flag::register_conditional_default(signal, signals.is_default.clone())?;
            signals.defaults.push(default);
            let (handle, came) = (handle.clone(), Arc::clone(&signals.came));
            let is_default = Arc::clone(&signals.is_default);
            let interrupt = move || {
                came.store(signal, Ordering::SeqCst);
                is_default.store(true, Ordering::SeqCst);
                handle.interrupt();
            };
            // SAFETY: these are atomic operations, which handlers may do.
            signals.interrupts.push(unsafe { low_level::register(signal, interrupt) }?);
        }
        left().drain(..).for_each(unregister);
        Ok(signals)
    }

    /// The signal that came, if one did.
    pub(super) fn came(&self) -> Option<i32> {
        Some(self.came.load(Ordering::SeqCst)).filter(|&signal| signal != 0)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.is_default.store(true, Ordering::SeqCst);
        self.interrupts.drain(..).for_each(unregister);
        left().append(&mut self.defaults);
    }
}

fn unregister(id: SigId) {
    low_level::unregister(id);
}

fn left() -> MutexGuard<'static, Vec<SigId>> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether whoever started galo wants it to ignore a signal.
fn is_ignored(signal: i32) -> bool {
    // SAFETY: all zeros are an action, and asking changes nothing.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
    }
}

/// Ends galo as the signal would have ended it.
pub(super) fn die_of(signal: i32) -> ! {
    let _ = low_level::emulate_default_handler(signal);
    std::process::exit(128 + signal)
}
