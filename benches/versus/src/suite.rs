//! The suite: which benchmarks there are, and which of them the targets group together.

use std::fs;
use std::io;
use std::path::Path;

use wildmatch::WildMatch;

/// The one that does nothing but start and stop. It is timed more often, and by itself.
pub const START: &str = "hello";
/// The one that gets a table of its own.
pub const FIB: &str = "fib";
/// The one that is a million calls deep.
pub const DEEP: &str = "deep";
/// How deep, at most.
pub const DEPTH: f64 = 1_000_000.0;
/// Those that only calculate.
pub const INTEGER: &[&str] =
    &["fib", "tak", "ackermann", "combination", "loop", "collatz", "mandelbrot"];

/// The order of tables; what is not listed comes behind, by name.
const ORDER: &[&str] = &[
    "fib",
    "tak",
    "ackermann",
    "combination",
    "loop",
    "collatz",
    "mandelbrot",
    "perf",
    "list",
    "trees",
    "queens",
    "closures",
    "meta",
    "strings",
    "poly",
    "deep",
    "contest",
    START,
];

/// How many times as often as the others a benchmark is run.
pub fn repetition(benchmark: &str) -> usize {
    if benchmark == START { 10 } else { 1 }
}

/// The benchmarks in a folder of folders whose names match; no pattern matches all.
///
/// # Errors
/// When the folder cannot be read.
pub fn find(programs: &Path, only: &[String]) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(programs)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.retain(|name| matches_any(only, name));
    let rank = |name: &String| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len());
    names.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    Ok(names)
}

/// Whether a name matches one of the patterns, or there are none.
pub fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| WildMatch::new(pattern).matches(name))
}
