//! `--stats`: what a run cost, as a table for people or JSON for programs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::failure::Failure;
use crate::{Program, RunStats};

/// Every figure by its name, which says the unit.
fn figures(program: &Program, run: &RunStats) -> [(&'static str, u128); 12] {
    let load = program.load_times();
    [
        ("read_nanos", load.read.as_nanos()),
        ("lower_nanos", load.lower.as_nanos()),
        ("compile_nanos", load.compile.as_nanos()),
        ("run_nanos", run.time.as_nanos()),
        ("minor_collections", run.heap.minor_collections.into()),
        ("major_collections", run.heap.major_collections.into()),
        ("allocated_bytes", run.heap.allocated_bytes.into()),
        ("promoted_bytes", run.heap.promoted_bytes.into()),
        ("peak_bytes", run.heap.peak_bytes.into()),
        ("pause_nanos", run.heap.pause_nanos.into()),
        ("longest_pause_nanos", run.heap.longest_pause_nanos.into()),
        ("printed_bytes", run.printed_bytes.into()),
    ]
}

/// The figures, a line each.
pub(super) fn table(program: &Program, run: &RunStats) -> String {
    let figures = figures(program, run).into_iter();
    figures.map(|(name, value)| format!("{name:<20} {value:>16}\n")).collect()
}

/// Writes the figures to `path` as one JSON object.
pub(super) fn write(path: &Path, program: &Program, run: &RunStats) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut before = '{';
    for (name, value) in figures(program, run) {
        write!(out, "{before}\n  \"{name}\": {value}")?;
        before = ',';
    }
    writeln!(out, "\n}}")?;
    Ok(out.flush()?)
}
