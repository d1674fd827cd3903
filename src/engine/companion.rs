//! Threads that accompany a run, and end with it.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A thread that ends, at the latest, when this is dropped.
#[derive(Debug)]
pub(super) struct Companion {
    /// Closed when the run has ended.
    run: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread sees of the run.
#[derive(Debug)]
pub(super) struct Running(Receiver<()>);

impl Running {
    /// Waits, and returns whether the run is still going on then; at once if it ends before.
    pub(super) fn for_longer_than(&self, time: Duration) -> bool {
        self.0.recv_timeout(time) == Err(RecvTimeoutError::Timeout)
    }
}

impl Companion {
    /// Starts the thread.
    ///
    /// # Errors
    /// If there can be no more threads.
    pub(super) fn start(
        name: &str,
        body: impl FnOnce(&Running) + Send + 'static,
    ) -> io::Result<Companion> {
        let (run, ended) = mpsc::channel();
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || body(&Running(ended)))?;
        Ok(Companion { run: Some(run), thread: Some(thread) })
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        drop(self.run.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
