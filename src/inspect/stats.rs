//! `--stats`: what a run cost and what the interpreter noted of it, as a table for people
//! or as JSON for programs.

use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};

use super::names::Names;
use super::sink::{Sink, Target};
use super::words;
use crate::core::FunctionId;
use crate::engine::RunStats;
use crate::interp::profile::{FunctionProfile, SiteProfile};
use crate::syntax::ast::NodeId;

/// How many functions the table lists.
const LISTED_FUNCTIONS: usize = 10;

/// How statistics are wanted, and where.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct StatsOptions {
    /// As JSON, for programs, rather than as a table for people.
    pub json: bool,
    /// Where to.
    pub target: Target,
}

impl FromStr for StatsOptions {
    type Err = String;

    /// Reads `text` or `json`, and `:FILE` perhaps.
    fn from_str(text: &str) -> Result<StatsOptions, String> {
        let (format, file) = match text.split_once(':') {
            Some((format, file)) => (format, Some(file)),
            None => (text, None),
        };
        let json = match format {
            "text" => false,
            "json" => true,
            _ => return Err(words::unknown("format", format, ["text", "json"].into_iter())),
        };
        let target = file.map_or(Target::Stderr, |file| Target::of_path(Path::new(file)));
        Ok(StatsOptions { json, target })
    }
}

/// What can be said of a run.
#[derive(Debug)]
pub struct Statistics<'a> {
    /// Whose run it was.
    pub names: &'a Names<'a>,
    /// What it cost.
    pub run: RunStats,
}

impl Statistics<'_> {
    /// Writes the figures.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn write(&self, options: &StatsOptions) -> io::Result<()> {
        let text = if options.json { format!("{:#}\n", self.json()) } else { self.table() };
        Sink::open(&options.target)?.append(&text)
    }

    /// The figures for people.
    pub fn table(&self) -> String {
        let mut out = String::new();
        self.costs(&mut out).expect("a string takes any text");
        self.functions(&mut out).expect("a string takes any text");
        out
    }

    fn costs(&self, out: &mut String) -> fmt::Result {
        let (load, run, heap) = (self.names.program.load_times(), &self.run, &self.run.heap);
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
        self.names.program.function_profiles().filter(|p| p.calls + p.loops > 0).collect()
    }

    /// The name and place of a function.
    fn function(&self, id: u32) -> (&str, String) {
        let id = FunctionId::new(id as usize);
        (self.names.name(id), self.names.function_place(id))
    }

    /// Every figure by its name, which says the unit.
    pub fn json(&self) -> Value {
        let (load, run, heap) = (self.names.program.load_times(), &self.run, &self.run.heap);
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
            "sites": self.names.program.site_profiles().map(|p| self.site_json(&p)).collect::<Value>(),
        })
    }

    fn function_json(&self, profile: &FunctionProfile) -> Value {
        let (name, place) = self.function(profile.function);
        json!({ "name": name, "place": place, "calls": profile.calls, "loops": profile.loops })
    }

    fn site_json(&self, profile: &SiteProfile) -> Value {
        let node = NodeId::new(profile.site as usize);
        json!({
            "place": self.names.place(node),
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
