//! One line on standard error that says how far long work is, for somebody who watches.
//!
//! It is there only on a terminal that can take a line back, and only where nothing else is
//! written to that terminal meanwhile. It looks at no clock: it changes when something happens.

use std::cell::Cell;
use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};

use super::failure::say;
use crate::core::FunctionId;
use crate::engine::events::{Event, Form, Observer, Samples};
use crate::ssa::passes::inline::Decision;

/// Goes back to the start of the line and empties it.
const BACK: &str = "\r\x1B[K";

/// The line; it is gone when this is.
#[derive(Debug)]
pub(super) struct Progress {
    is_shown: bool,
}

impl Progress {
    /// A line beside work that writes to standard output, if `output` is true, and to a file
    /// otherwise.
    pub(super) fn beside(output: bool) -> Progress {
        let is_free = !output || !io::stdout().is_terminal();
        let can_show = is_able(env::var_os("TERM").as_deref()) && io::stderr().is_terminal();
        Progress { is_shown: is_free && can_show }
    }

    /// Says something instead of what was said before.
    pub(super) fn say(&self, text: &str) {
        if self.is_shown {
            say(&format!("{BACK}galo: {text}"));
            let _ = io::stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            say(BACK);
        }
    }
}

/// Whether a kind of terminal can take a line back.
fn is_able(term: Option<&OsStr>) -> bool {
    term.is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// Says how far a run is, beside somebody else who watches it.
#[derive(Debug)]
pub(super) struct Watched<'a> {
    inner: &'a dyn Observer,
    progress: &'a Progress,
    compiled: Cell<u64>,
    collections: Cell<u64>,
}

/// After so many collections the line changes.
const COLLECTIONS: u64 = 16;

impl<'a> Watched<'a> {
    /// Says from now on how far the run is that `inner` watches.
    pub(super) fn new(inner: &'a dyn Observer, progress: &'a Progress) -> Watched<'a> {
        let watched =
            Watched { inner, progress, compiled: Cell::default(), collections: Cell::default() };
        progress.say(&watched.line());
        watched
    }

    fn line(&self) -> String {
        let count = |count: &Cell<u64>, what: &str| match count.get() {
            0 => String::new(),
            1 => format!(", 1 {what}"),
            more => format!(", {more} {what}s"),
        };
        let (compiled, collections) =
            (count(&self.compiled, "compilation"), count(&self.collections, "collection"));
        format!("running{compiled}{collections}")
    }
}

impl Observer for Watched<'_> {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::CompileFinished { .. } => {
                self.compiled.set(self.compiled.get() + 1);
                self.progress.say(&self.line());
            }
            Event::Collection(_) => {
                self.collections.set(self.collections.get() + 1);
                if self.collections.get().is_multiple_of(COLLECTIONS) {
                    self.progress.say(&self.line());
                }
            }
            _ => {}
        }
        self.inner.event(event);
    }

    fn wants_listings(&self) -> bool {
        self.inner.wants_listings()
    }

    fn form(&self, form: &Form<'_>) {
        self.inner.form(form);
    }

    fn sampled(&self, samples: &Samples) {
        self.inner.sampled(samples);
    }

    fn decision(&self, function: FunctionId, version: u32, decision: &Decision) {
        self.inner.decision(function, version, decision);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminals_that_can_are_asked_to_take_lines_back() {
        let able = |term: &str| is_able(Some(OsStr::new(term)));
        assert!(able("xterm-256color"));
        assert!(!able("dumb") && !able("") && !is_able(None));
    }

    #[derive(Debug)]
    struct Nobody;

    impl Observer for Nobody {
        fn event(&self, _: &Event<'_>) {}
    }

    #[test]
    fn the_line_counts() {
        let progress = Progress { is_shown: false };
        let watched = Watched::new(&Nobody, &progress);
        assert_eq!(watched.line(), "running");
        watched.compiled.set(1);
        watched.collections.set(32);
        assert_eq!(watched.line(), "running, 1 compilation, 32 collections");
    }
}
