//! The time of a run that is watched: a clock that stands while the watcher works.
//!
//! Writing down every form of every function takes longer than compiling it. None of that belongs
//! to the run, so the clock is stopped meanwhile.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Tells how long the run has been going.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    /// How long the watcher has worked.
    stopped: Cell<Duration>,
}

impl Clock {
    /// A clock that starts now.
    pub(super) fn new() -> Clock {
        Clock { start: Instant::now(), stopped: Cell::default() }
    }

    /// Stops the clock while `work` is done, which is told the time.
    pub(super) fn stop<T>(&self, work: impl FnOnce(Duration) -> T) -> T {
        let since = Instant::now();
        let result = work(since.duration_since(self.start).saturating_sub(self.stopped.get()));
        self.stopped.set(self.stopped.get() + since.elapsed());
        result
    }

    /// The time.
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed().saturating_sub(self.stopped.get())
    }
}
