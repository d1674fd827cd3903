//! Watches a run and keeps what the page will tell of it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::clock::Clock;
use super::code::Code;
use super::sites::Sites;
use super::timeline::{ExitOwners, Timeline};
use crate::Program;
use crate::core::FunctionId;
use crate::engine::events::{Event, Form, FormStage, Observer, Samples};
use crate::ssa::passes::inline::Decision;

/// The most lines of all functions together; a page with more would be too large to be read.
pub(super) const MAX_LINES: usize = 1 << 20;

/// Watches one run.
#[derive(Debug)]
pub struct Recorder {
    clock: Clock,
    seen: RefCell<Seen>,
    /// When the last form came.
    last_form: Cell<Duration>,
}

/// What was seen of a run that is over.
#[derive(Debug)]
pub struct Recording {
    /// How long it took, without the watching.
    pub(super) time: Duration,
    pub(super) seen: Seen,
}

/// What was seen.
#[derive(Default, Debug)]
pub(super) struct Seen {
    pub(super) sites: Sites,
    pub(super) timeline: Timeline,
    pub(super) owners: ExitOwners,
    /// By function.
    pub(super) code: Vec<Code>,
    /// How many lines there are of all functions.
    pub(super) lines: usize,
    /// Who was running, as samples see it.
    pub(super) samples: Samples,
}

impl Recorder {
    /// Watches a run of a program, which begins now.
    pub fn new(program: &Program) -> Recorder {
        let count = program.core().functions.len();
        let code = std::iter::repeat_with(Code::default).take(count).collect();
        let seen = RefCell::new(Seen { code, ..Seen::default() });
        Recorder { clock: Clock::new(), seen, last_form: Cell::default() }
    }

    /// Ends with the run.
    pub fn finish(self) -> Recording {
        Recording { time: self.clock.now(), seen: self.seen.into_inner() }
    }

    fn keep_form(&self, now: Duration, form: &Form<'_>) {
        let Form { function, version, context, stage } = *form;
        let seen = &mut *self.seen.borrow_mut();
        let time = now.saturating_sub(self.last_form.replace(now));
        let code = &mut seen.code[function.index()];
        let before = code.lines.len();
        let sites = &mut seen.sites;
        match stage {
            _ if seen.lines > MAX_LINES => code.cut(version),
            FormStage::Built(ssa) => code.stage(version, "built", time, ssa, context, sites),
            FormStage::Passed(pass, ssa) => code.stage(version, pass, time, ssa, context, sites),
            // The last pass has left it like this.
            FormStage::Optimised(_) => {}
            FormStage::Compiled(compiled, jit) => {
                seen.owners.add(compiled.exits.start, function, version);
                code.compiled(version, compiled, jit, context.ast, sites);
            }
        }
        seen.lines += code.lines.len() - before;
    }
}

impl Observer for Recorder {
    fn event(&self, event: &Event<'_>) {
        self.clock.stop(|now| {
            let Seen { sites, timeline, owners, .. } = &mut *self.seen.borrow_mut();
            timeline.note(now, event, sites, &|exit| owners.version(exit));
            self.last_form.set(now);
        });
    }

    fn form(&self, form: &Form<'_>) {
        self.clock.stop(|now| self.keep_form(now, form));
    }

    fn sampled(&self, samples: &Samples) {
        self.clock.stop(|_| self.seen.borrow_mut().samples = samples.clone());
    }

    fn decision(&self, function: FunctionId, version: u32, decision: &Decision) {
        self.clock.stop(|_| {
            let Seen { sites, code, .. } = &mut *self.seen.borrow_mut();
            code[function.index()].decision(version, decision, sites);
        });
    }
}
