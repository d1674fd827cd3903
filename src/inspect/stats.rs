//! `--stats`: what a run cost, what its tiers did and what the interpreter noted of it, as a
//! table for people or as JSON for programs.
//!
//! The JSON is one object; names end in their unit, new ones may come, none changes its meaning.
//! `docs/schemas/stats.schema.json` describes every field.

use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use galo_runtime::Pauses;
use serde_json::{Value, json};

use super::names::Names;
use super::sink::{Sink, Target};
use super::words;
use crate::core::FunctionId;
use crate::engine::{ExitCount, RunStats, TierStats};
use crate::interp::profile::{FunctionProfile, SiteProfile};
use crate::syntax::ast::NodeId;

/// How many functions the table lists.
const LISTED_FUNCTIONS: usize = 10;
/// How many places at which compiled code was left.
const LISTED_EXITS: usize = 10;

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

/// Where statistics will be written: opened before the run, so that a long one is not in vain.
#[derive(Debug)]
pub struct StatsWriter {
    sink: Sink,
    json: bool,
}

impl StatsWriter {
    /// Opens what the options name.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn open(options: &StatsOptions) -> io::Result<StatsWriter> {
        Ok(StatsWriter { sink: Sink::open(&options.target)?, json: options.json })
    }

    /// Writes the figures.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn write(mut self, statistics: &Statistics<'_>) -> io::Result<()> {
        let text =
            if self.json { format!("{:#}\n", statistics.json()) } else { statistics.table() };
        self.sink.append(&text)
    }
}

/// What can be said of a run.
#[derive(Debug)]
pub struct Statistics<'a> {
    /// Whose run it was.
    pub names: &'a Names<'a>,
    /// What it cost.
    pub run: RunStats,
    /// What the tiers did.
    pub tiers: TierStats,
}

impl Statistics<'_> {
    /// The figures for people.
    pub fn table(&self) -> String {
        let mut out = String::new();
        self.costs(&mut out).expect("a string takes any text");
        self.tiers(&mut out).expect("a string takes any text");
        self.functions(&mut out).expect("a string takes any text");
        self.exits(&mut out).expect("a string takes any text");
        out
    }

    fn costs(&self, out: &mut String) -> fmt::Result {
        let (load, run) = (self.names.program.load_times(), &self.run);
        writeln!(out, "read         {}", millis(load.read))?;
        writeln!(out, "lower        {}", millis(load.lower))?;
        writeln!(out, "compile      {}", millis(load.compile))?;
        writeln!(out, "run          {}", millis(run.time))?;
        self.heap(out)?;
        for (name, bytes) in [("stack", run.stack_bytes), ("frames", run.frame_bytes)] {
            if let Some(bytes) = bytes {
                writeln!(out, "{name:<12} {bytes} bytes at most")?;
            }
        }
        writeln!(out, "printed      {} bytes", run.printed_bytes)
    }

    /// What the collector did, and how much memory the heap took.
    fn heap(&self, out: &mut String) -> fmt::Result {
        let heap = &self.run.heap;
        let nanos = |n| millis(Duration::from_nanos(n));
        writeln!(out, "collecting   {}", nanos(heap.pause_nanos()))?;
        for (name, count, pauses) in [
            ("minor", heap.minor_collections - heap.major_collections, &heap.minor_pauses),
            ("major", heap.major_collections, &heap.major_pauses),
        ] {
            let [median, most] = [50, 99].map(|percent| nanos(pauses.percentile(percent)));
            let longest = nanos(pauses.longest());
            writeln!(
                out,
                "{name:<12} {count} collections: median {median}, 99 % within {most}, at most {longest}"
            )?;
        }
        let percent = heap.promoted_bytes * 100 / heap.allocated_bytes.max(1);
        writeln!(out, "allocated    {} bytes", heap.allocated_bytes)?;
        writeln!(out, "survived     {} bytes, {percent} %", heap.promoted_bytes)?;
        let (peak, live) = (heap.peak_bytes, heap.live_bytes);
        writeln!(
            out,
            "in use       {peak} bytes at most, {live} live after the last major collection"
        )?;
        writeln!(out, "held         {} bytes at most", heap.peak_held_bytes)
    }

    /// What ran where, and what that took.
    fn tiers(&self, out: &mut String) -> fmt::Result {
        let TierStats { interpreted_calls, compiled_calls, versions, code_bytes, .. } = self.tiers;
        writeln!(out, "calls        {interpreted_calls} interpreted, {compiled_calls} compiled")?;
        if let Some(calls) = self.run.calls {
            writeln!(out, "fuel         {calls} calls")?;
        }
        let TierStats { compiled_functions, refused_functions, .. } = self.tiers;
        let failed = self.tiers.failures.len();
        writeln!(
            out,
            "compiled     {compiled_functions} functions in {versions} versions, \
             {code_bytes} bytes; {refused_functions} refused, {failed} failed"
        )?;
        let steps = self.tiers.times.steps().map(|(name, time)| format!("{name} {}", millis(time)));
        writeln!(out, "compiling    {}: {}", millis(self.tiers.times.total()), steps.join(", "))
    }

    /// Where compiled code was left most.
    fn exits(&self, out: &mut String) -> fmt::Result {
        let exits = self.exits_by_place();
        if exits.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{:>12}  left for the interpreter", "exits")?;
        for exit in exits.iter().take(LISTED_EXITS) {
            let (name, place) = (self.names.shown(exit.function), self.names.place(exit.site));
            writeln!(out, "{:>12}  {name} at {place}: {}", exit.count, exit.reason)?;
        }
        match exits.len().saturating_sub(LISTED_EXITS) {
            0 => Ok(()),
            more => writeln!(out, "{:>12}  … and at {more} more places", ""),
        }
    }

    /// All exits, those of the same place and reason as one, the most frequent first.
    fn exits_by_place(&self) -> Vec<ExitCount> {
        let mut exits = self.tiers.exits.clone();
        let key = |exit: &ExitCount| (exit.function, exit.site, exit.reason.to_string());
        exits.sort_by_cached_key(key);
        exits.dedup_by(|next, exit| {
            let same = key(next) == key(exit);
            exit.count += if same { next.count } else { 0 };
            same
        });
        exits.sort_by_key(|exit| std::cmp::Reverse(exit.count));
        exits
    }

    /// The functions that ran most.
    fn functions(&self, out: &mut String) -> fmt::Result {
        let mut profiles = self.noted_functions();
        profiles.sort_by_key(|profile| std::cmp::Reverse(activity(profile)));
        writeln!(out, "\n{:>12} {:>12} {:>12}  function", "calls", "loops", "compiled")?;
        for profile in profiles.iter().take(LISTED_FUNCTIONS) {
            let id = FunctionId::new(profile.function as usize);
            let (name, place) = (self.names.shown(id), self.names.function_place(id));
            let FunctionProfile { calls, loops, compiled_calls, .. } = profile;
            writeln!(out, "{calls:>12} {loops:>12} {compiled_calls:>12}  {name} ({place})")?;
        }
        match profiles.len().saturating_sub(LISTED_FUNCTIONS) {
            0 => Ok(()),
            more => writeln!(out, "{:>38}  … and {more} more", ""),
        }
    }

    /// The functions that ran at all, in the order of the program.
    fn noted_functions(&self) -> Vec<FunctionProfile> {
        self.names.program.function_profiles().filter(|p| activity(p) > 0).collect()
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
        let (functions, tiers) = (self.noted_functions(), &self.tiers);
        let steps = tiers.times.steps().into_iter();
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
            "live_bytes": heap.live_bytes,
            "peak_held_bytes": heap.peak_held_bytes,
            "pause_nanos": heap.pause_nanos(),
            "longest_pause_nanos": heap.longest_pause_nanos(),
            "minor_pauses": pauses_json(&heap.minor_pauses),
            "major_pauses": pauses_json(&heap.major_pauses),
            "stack_bytes": run.stack_bytes,
            "frame_bytes": run.frame_bytes,
            "printed_bytes": run.printed_bytes,
            "fuel_calls": run.calls,
            "interpreted_calls": tiers.interpreted_calls,
            "compiled_calls": tiers.compiled_calls,
            "compiled_functions": tiers.compiled_functions,
            "compiled_versions": tiers.versions,
            "refused_functions": tiers.refused_functions,
            "failed_compilations": tiers.failures.len(),
            "code_bytes": tiers.code_bytes,
            "jit_nanos": steps.map(|(name, time)| (name, nanos(time))).collect::<Value>(),
            "exits": self.exits_by_place().iter().map(|e| self.exit_json(e)).collect::<Value>(),
            "functions": functions.iter().map(|p| self.function_json(p)).collect::<Value>(),
            "sites": self.names.program.site_profiles().map(|p| self.site_json(&p)).collect::<Value>(),
        })
    }

    fn exit_json(&self, exit: &ExitCount) -> Value {
        json!({
            "function": self.names.name(exit.function),
            "place": self.names.place(exit.site),
            "reason": exit.reason.to_string(),
            "count": exit.count,
        })
    }

    fn function_json(&self, profile: &FunctionProfile) -> Value {
        let (name, place) = self.function(profile.function);
        json!({
            "name": name,
            "place": place,
            "calls": profile.calls,
            "loops": profile.loops,
            "compiled_calls": profile.compiled_calls,
        })
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

/// How often a function ran, in any tier.
fn activity(profile: &FunctionProfile) -> u64 {
    profile.calls + profile.loops + profile.compiled_calls
}

fn pauses_json(pauses: &Pauses) -> Value {
    json!({
        "median_nanos": pauses.percentile(50),
        "p99_nanos": pauses.percentile(99),
        "longest_nanos": pauses.longest(),
    })
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}
