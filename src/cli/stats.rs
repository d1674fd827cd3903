//! `--stats`: what a run cost and what the interpreter noted of it, as a table for people
//! or as JSON for programs.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::failure::Failure;
use crate::Program;
use crate::core::FunctionId;
use crate::engine::RunStats;
use crate::interp::profile::{FunctionProfile, SiteProfile};
use crate::syntax::ast::{NodeId, Span};

/// How many functions the table lists.
const LISTED_FUNCTIONS: usize = 10;

/// What can be said of a run.
pub(super) struct Statistics<'a> {
    pub(super) program: &'a Program,
    pub(super) run: RunStats,
    /// Names the place of a span.
    pub(super) place: &'a dyn Fn(Span) -> String,
}

impl Statistics<'_> {
    /// The figures for people.
    pub(super) fn table(&self) -> String {
        let mut out = String::new();
        self.costs(&mut out).expect("a string takes any text");
        self.functions(&mut out).expect("a string takes any text");
        out
    }

    fn costs(&self, out: &mut String) -> fmt::Result {
        let (load, run, heap) = (self.program.load_times(), &self.run, &self.run.heap);
        writeln!(out, "read         {}", millis(load.read))?;
        writeln!(out, "lower        {}", millis(load.lower))?;
        writeln!(out, "compile      {}", millis(load.compile))?;
        writeln!(out, "run          {}", millis(run.time))?;
        let (pause, longest) = (heap.pause_nanos, heap.longest_pause_nanos);
        let nanos = |n| millis(Duration::from_nanos(n));
        writeln!(out, "collecting   {}, at most {} at a time", nanos(pause), nanos(longest))?;
        let (minor, major) = (heap.minor_collections, heap.major_collections);
        writeln!(out, "collections  {minor} minor, {major} major")?;
        writeln!(out, "allocated    {} bytes", heap.allocated_bytes)?;
        writeln!(out, "survived     {} bytes", heap.promoted_bytes)?;
        writeln!(out, "live         {} bytes at most", heap.peak_bytes)?;
        writeln!(out, "printed      {} bytes", run.printed_bytes)
    }

    /// The functions that ran most.
    fn functions(&self, out: &mut String) -> fmt::Result {
        let mut profiles = self.noted_functions();
        profiles.sort_by_key(|profile| std::cmp::Reverse(profile.calls + profile.loops));
        writeln!(out, "\n{:>12} {:>12}  function", "calls", "loops")?;
        for profile in profiles.iter().take(LISTED_FUNCTIONS) {
            let (name, place) = self.function(profile.function);
            writeln!(out, "{:>12} {:>12}  {name} ({place})", profile.calls, profile.loops)?;
        }
        match profiles.len().saturating_sub(LISTED_FUNCTIONS) {
            0 => Ok(()),
            more => writeln!(out, "{:>25}  … and {more} more", ""),
        }
    }

    /// The functions that ran at all, in the order of the program.
    fn noted_functions(&self) -> Vec<FunctionProfile> {
        self.program.function_profiles().filter(|p| p.calls + p.loops > 0).collect()
    }

    /// The name and place of a function.
    fn function(&self, id: u32) -> (&str, String) {
        let id = FunctionId::new(id as usize);
        let origin = self.program.core().function(id).origin;
        (self.program.function_name(id), (self.place)(self.program.ast().span(origin)))
    }

    /// Writes the figures to `path` as one JSON object.
    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        self.try_write(path).map_err(|error| Failure::unwritable(path, error))
    }

    fn try_write(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        serde_json::to_writer_pretty(&mut out, &self.json())?;
        writeln!(out)?;
        out.flush()
    }

    /// Every figure by its name, which says the unit.
    fn json(&self) -> Value {
        let (load, run, heap) = (self.program.load_times(), &self.run, &self.run.heap);
        let nanos = |time: Duration| time.as_nanos() as u64;
        let functions = self.noted_functions();
        json!({
            "read_nanos": nanos(load.read),
            "lower_nanos": nanos(load.lower),
            "compile_nanos": nanos(load.compile),
            "run_nanos": nanos(run.time),
            "minor_collections": heap.minor_collections,
            "major_collections": heap.major_collections,
            "allocated_bytes": heap.allocated_bytes,
            "promoted_bytes": heap.promoted_bytes,
            "peak_bytes": heap.peak_bytes,
            "pause_nanos": heap.pause_nanos,
            "longest_pause_nanos": heap.longest_pause_nanos,
            "printed_bytes": run.printed_bytes,
            "functions": functions.iter().map(|p| self.function_json(p)).collect::<Value>(),
            "sites": self.program.site_profiles().map(|p| self.site_json(&p)).collect::<Value>(),
        })
    }

    fn function_json(&self, profile: &FunctionProfile) -> Value {
        let (name, place) = self.function(profile.function);
        json!({ "name": name, "place": place, "calls": profile.calls, "loops": profile.loops })
    }

    fn site_json(&self, profile: &SiteProfile) -> Value {
        let node = NodeId::new(profile.site as usize);
        json!({
            "place": (self.place)(self.program.ast().span(node)),
            "function": self.function(profile.function).0,
            "left": profile.left,
            "right": profile.right,
            "result": profile.result,
            "callee": profile.callee.map(|callee| self.function(callee).0),
            "other_callees": profile.megamorphic,
        })
    }
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}
