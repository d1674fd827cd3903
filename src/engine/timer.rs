//! Ends a run whose time is over.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use galo_runtime::{Interrupts, Request};

use super::companion::{Companion, Running};

/// A thread that waits for the end of the time, or of the run.
#[derive(Debug)]
pub(super) struct Timer(#[expect(dead_code, reason = "dropped with the run")] Companion);

impl Timer {
    /// Wants the run to end so long after its start.
    ///
    /// # Errors
    /// If there can be no more threads.
    pub(super) fn start(
        start: Instant,
        timeout: Duration,
        interrupts: Arc<Interrupts>,
    ) -> io::Result<Timer> {
        let wait = move |run: &Running| {
            if run.for_longer_than(timeout.saturating_sub(start.elapsed())) {
                interrupts.request(Request::EndForTime);
            }
        };
        Companion::start("galo timer", wait).map(Timer)
    }
}
