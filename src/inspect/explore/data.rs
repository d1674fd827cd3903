//! All that the page knows, as JSON.

use std::time::Duration;

use rustc_hash::FxHashSet;
use serde_json::{Value, json};

use super::super::Names;
use super::super::stats::Statistics;
use super::code::Code;
use super::functions::{Functions, KINDS};
use super::lines::{Runs, shorten};
use super::recorder::{MAX_LINES, Recording, Seen};
use super::samples::{self, Share};
use super::source::Shown;
use crate::core::FunctionId;
use crate::engine::RunStats;
use crate::engine::events::CompileTimes;
use crate::ssa::PassSet;
use crate::syntax::ast::NodeId;

/// A run that is over.
#[derive(Debug)]
pub struct Exploration<'a> {
    /// The program, and what things in it are called.
    pub names: &'a Names<'a>,
    /// The text that is shown as its source.
    pub shown: &'a Shown<'a>,
    /// How it was run, as one would say it on the command line.
    pub options: &'a str,
    /// What was seen of the run.
    pub recording: Recording,
    /// What it cost.
    pub run: RunStats,
    /// The beginning of what it printed.
    pub output: String,
    /// How it failed.
    pub failed: Option<Failed>,
}

/// How a program failed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The error as it is told in a terminal.
    pub text: String,
    /// Where it is.
    pub node: NodeId,
}

/// The data of a page.
#[derive(Debug)]
pub(super) struct Data {
    /// What is looked at first.
    pub(super) main: Value,
    /// By function: its code, which is looked at when somebody chooses it.
    pub(super) code: Vec<Value>,
}

impl Exploration<'_> {
    /// What the page knows.
    pub(super) fn data(self) -> Data {
        let Exploration { names, shown, options, recording, run, output, failed } = self;
        let program = names.program;
        let statistics = Statistics { names, run, tiers: program.tier_stats() }.json();
        let Recording { time, seen } = recording;
        let Seen { mut sites, timeline, mut code, lines, samples, .. } = seen;
        let (shares, samples) = samples::shares(&samples, program.core().functions.len());
        let passes = passes(&code);
        let functions = Functions::new(program);
        let ids = || (0..program.core().functions.len()).map(FunctionId::new);
        let summaries: Vec<Value> = ids()
            .map(|id| {
                let versions = &code[id.index()].versions;
                let inlined = versions.last().map(|version| version.inlined().collect());
                let inlined: FxHashSet<u32> = inlined.unwrap_or_default();
                let mut summary = functions.summary(id, &inlined, &mut sites);
                summary["versions"] = json!(versions.len());
                let Share { own, total } = shares[id.index()];
                summary["samples"] = json!([own, total]);
                summary
            })
            .collect();
        let mut room = MAX_LINES.saturating_sub(lines);
        let forms = ids().map(|id| {
            let code = &mut code[id.index()];
            let nodes = program.core().function(id).nodes().len();
            let (mut core, mut kinds) = (Runs::default(), json!([]));
            if nodes < room {
                room -= nodes;
                core = code.lines.form(functions.core(id, &mut sites));
                kinds = functions.kinds(id, &mut sites);
            }
            let versions: Value = code.versions.iter().map(|version| version.json()).collect();
            let (texts, lines) = code.lines.json();
            let core = core.json();
            json!({ "texts": texts, "lines": lines, "core": core, "kinds": kinds, "versions": versions })
        });
        let forms = forms.collect();
        let failed =
            failed.map(|failed| json!({ "text": failed.text, "site": sites.number(failed.node) }));
        let steps = CompileTimes::default().steps().map(|(name, _)| name);
        let main = json!({
            "galo": env!("CARGO_PKG_VERSION"),
            "name": shorten(program.ast().name()),
            "options": options,
            "source": shown.text(),
            "isLayout": shown.is_layout(),
            "functions": summaries,
            "events": timeline.json(),
            "micros": micros(time),
            "samples": samples,
            "steps": steps,
            "passes": passes,
            "kinds": KINDS,
            "statistics": figures(statistics, time),
            "output": output,
            "failed": failed,
            "sites": shown.spans(program.ast(), sites.iter()).concat(),
        });
        Data { main, code: forms }
    }
}

/// Every pass: what it does, how long it took in all, how often it ran and how often it changed
/// anything.
fn passes(code: &[Code]) -> Value {
    let passes = PassSet::every().map(|pass| {
        let stages = code.iter().flat_map(|code| &code.versions).flat_map(|v| v.stages());
        let (mut time, mut runs, mut changes) = (Duration::ZERO, 0, 0);
        for stage in stages.filter(|stage| stage.name == pass.name) {
            time += stage.time;
            runs += 1;
            changes += u32::from(stage.form.is_some());
        }
        json!([pass.name, pass.summary, micros(time), runs, changes])
    });
    passes.collect()
}

/// The statistics without what the page has elsewhere, and without the time of the watching.
fn figures(mut statistics: Value, time: Duration) -> Value {
    if let Some(figures) = statistics.as_object_mut() {
        for elsewhere in ["functions", "sites"] {
            figures.remove(elsewhere);
        }
        figures.insert("run_nanos".to_owned(), json!(time.as_nanos() as u64));
    }
    statistics
}

fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}
