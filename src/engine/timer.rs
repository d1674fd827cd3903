//! Ends a run whose time is over.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use galo_runtime::{Interrupts, Request};

/// A thread that waits for the end of the time, or of the run.
#[derive(Debug)]
pub(super) struct Timer {
    /// Closed when the run has ended.
    run: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

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
        let (run, ended) = mpsc::channel::<()>();
        let wait = move || {
            let left = timeout.saturating_sub(start.elapsed());
            if ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                interrupts.request(Request::EndForTime);
            }
        };
        let thread = thread::Builder::new().name("galo timer".to_owned()).spawn(wait)?;
        Ok(Timer { run: Some(run), thread: Some(thread) })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        drop(self.run.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
