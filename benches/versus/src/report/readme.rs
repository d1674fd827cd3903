//! The README's section: the chart, one table, fib.

use std::fmt::Write;

use super::page::fib_table;
use super::table::ratio_table;
use crate::peers::{GALO, NO_SHARE};
use crate::results::{Measure, Results};
use crate::suite::FIB;

const BEGIN: &str = "<!-- versus: written by `cargo run --release -p versus`, not by hand -->\n";
const END: &str = "<!-- versus: end -->\n";

/// The peers of the README's table; the page has them all.
const SHOWN: &[&str] =
    &[NO_SHARE, "gcc-O2", "clang-O2", "rustc", "ocamlopt", "chez", "node", "luajit", "java"];

/// What stands between the markers.
pub fn section(results: &Results, name: &str) -> String {
    let machine = &results.machine;
    let mut text = format!(
        "![galo and its peers, processor time](benches/results/{name}.svg)\n\n\
         galo's processor time over the peer's, whole processes, medians of {} interleaved runs; below 1 galo \
         is faster. {}, {}. Spread, wall time, memory, versions and commands: \
         [results](benches/results/{name}.md).\n\n",
        results.settings.runs, machine.processor, results.date
    );
    text += &ratio_table(results, GALO, SHOWN, Measure::Processor, false);
    if let Some(benchmark) = results.benchmark(FIB) {
        let _ = write!(text, "\nfib(46), everybody:\n\n{}", fib_table(benchmark));
    }
    text
}

/// The page with a new section between its markers, if it has any.
pub fn replace(page: &str, section: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{section}\n{END}{after}"))
}
