//! Looking inside: dumps, traces and statistics of a program and its run, and a page to explore them.
//!
//! All of it is made from what a [`Program`](crate::Program) tells and from the engine's
//! [events]; nothing below knows that it is here, and what is not asked for costs nothing.
//!
//! [events]: crate::engine::events

mod code;
mod dump;
pub mod explore;
pub mod flame;
mod names;
mod passes;
mod profile;
mod sink;
mod stage;
mod stats;
mod syntax;
mod trace;

pub use dump::{DumpOptions, Dumps};
pub use names::Names;
pub use passes::{PassList, PassOverview};
pub use profile::{Profile, ProfileOptions, write_folded};
pub use sink::Target;
pub use stage::{Overview, Stage, StageList, Stages};
pub use stats::{Statistics, StatsOptions, StatsWriter};
pub use trace::{Topic, Trace, TraceOptions};

use crate::engine::events::{Event, Form, Observer, Samples};
use crate::words;

/// Watches a run for a trace and for dumps.
#[derive(Debug)]
pub struct Inspector<'a> {
    /// What functions and places are called.
    pub names: &'a Names<'a>,
    /// The events that are written down.
    pub trace: Option<Trace<'a>>,
    /// The forms of functions that are written down.
    pub dumps: Option<Dumps<'a>>,
    /// What profilers are told of compiled code.
    pub profile: Option<Profile>,
}

impl Observer for Inspector<'_> {
    fn event(&self, event: &Event<'_>) {
        if let Some(trace) = &self.trace {
            trace.event(self.names, event);
        }
    }

    fn wants_listings(&self) -> bool {
        self.dumps.as_ref().is_some_and(Dumps::wants_listings)
    }

    fn form(&self, form: &Form<'_>) {
        if let Some(dumps) = &self.dumps {
            dumps.form(self.names, form);
        }
        if let Some(profile) = &self.profile {
            profile.form(self.names, form);
        }
    }

    fn sampled(&self, samples: &Samples) {
        if let Some(profile) = &self.profile {
            profile.sampled(self.names, samples);
        }
    }
}
