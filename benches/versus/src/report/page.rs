//! The page of a file of results: all tables.

use std::fmt::Write;

use super::table::{Table, cell, heading, number, ratio_table, value};
use crate::peers::{GALO, INTERP, NO_SHARE, PEERS, title};
use crate::results::{Benchmark, Measure, Outcome, Results};
use crate::suite::{FIB, START};
use crate::targets::targets;

/// All that ran, in the table's order.
fn present(results: &Results) -> Vec<&'static str> {
    let ran = |id: &str| results.benchmarks.iter().any(|benchmark| benchmark.row(id).is_some());
    PEERS.iter().map(|peer| peer.id).filter(|id| ran(id)).collect()
}

/// Peers other than the rows of galo itself.
fn others(results: &Results) -> Vec<&'static str> {
    let is_galo = |id: &str| [GALO, NO_SHARE, INTERP].contains(&id);
    present(results).into_iter().filter(|id| !is_galo(id)).collect()
}

/// galo against all others, with the spread.
pub fn main_table(results: &Results) -> String {
    ratio_table(results, GALO, &others(results), Measure::Processor, true)
}

/// What was reached.
pub fn targets_table(results: &Results) -> String {
    let heading =
        ["Target", "at most", "processor time", "wall time", "with `--no-share-calls`", "verdict"];
    let mut table = Table::new(heading);
    for target in targets(results) {
        let show = |value: Option<f64>| {
            value.map_or("–".into(), |value| format!("{}{}", number(value), target.unit))
        };
        let goal = format!("{}{}", target.goal, target.unit);
        let verdict = target.verdict();
        let (value, wall) = (show(target.value), show(target.wall));
        table.push(vec![target.what, goal, value, wall, show(target.unshared), verdict]);
    }
    table.to_markdown()
}

/// The page.
pub fn page(results: &Results, name: &str) -> String {
    let mut text = format!("# Results: {name}\n\nWritten by `cargo run --release -p versus`.\n\n");
    text += &circumstances(results);
    let mut section = |title: &str, remark: &str, table: String| {
        let remark = if remark.is_empty() { String::new() } else { format!("{remark}\n\n") };
        let _ = write!(text, "\n## {title}\n\n{remark}{table}");
    };
    section("Targets", TARGETS, targets_table(results));
    section("galo's time over the peers'", MAIN, main_table(results));
    if let Some(benchmark) = results.benchmark(FIB) {
        section("fib(46)", FIB_REMARK, fib_table(benchmark));
    }
    if present(results).contains(&NO_SHARE) {
        let table = ratio_table(results, NO_SHARE, &others(results), Measure::Processor, true);
        section("The same with every call made", NO_SHARE_REMARK, table);
        let table = ratio_table(results, NO_SHARE, &[GALO], Measure::Processor, true);
        section("What sharing calls is worth", WORTH, table);
    }
    if present(results).contains(&INTERP) {
        let table = ratio_table(results, INTERP, &others(results), Measure::Processor, true);
        section("The interpreter's time over the peers'", INTERP_REMARK, table);
    }
    let table = ratio_table(results, GALO, &others(results), Measure::Wall, true);
    section("galo's wall time over the peers'", WALL, table);
    if let Some(benchmark) = results.benchmark(START) {
        section("Starting and stopping", START_REMARK, start_table(benchmark));
    }
    let seconds = value_table(results, Measure::Processor, 1.0);
    section("Processor time", "Seconds, medians.", seconds);
    let memory = value_table(results, Measure::Memory, 1.0 / 1024.0);
    section("Memory", "The most that was resident, in MiB; medians.", memory);
    section("Not measured", "", not_measured(results));
    section("Commands", COMMANDS, commands(results));
    text
}

const TARGETS: &str = "Processor time decides, except where the line says otherwise. Beside it are wall \
    time, and processor time with every call made. What whole processes cannot tell (time in the compiler, \
    the collector's pauses, throughput of the front end) is not here.";
const MAIN: &str = "Processor time, user and system, of the whole process: below 1 galo is faster. Each is \
    the median of the ratios of runs of the same round, in parentheses the quartiles of those ratios. One \
    number alone: a run that was too slow to be repeated. `<`: the peer ran into the limit. Means are \
    over the benchmarks that the peer has.";
const FIB_REMARK: &str = "Medians. Sharing equal calls of pure functions changes how many calls are made; \
    `gcc -O2`, too, makes only some of them, `gcc -O1` all.";
const NO_SHARE_REMARK: &str = "galo with `--no-share-calls`, against the same runs of the peers.";
const WORTH: &str = "The time without over the time with it.";
const INTERP_REMARK: &str = "galo with `--tier=interp`, against the same runs of the peers.";
const WALL: &str =
    "By the clock. Node and Java collect and compile on other processors where there are some.";
const START_REMARK: &str = "A program that prints `hello world`: medians of wall time in milliseconds, \
    of the memory that was resident, and of galo's wall time over the peer's with its quartiles. No process \
    can show less memory than the harness has, from which it was forked.";

const COMMANDS: &str = "How the first program of each row was built and run; the others alike.";

fn circumstances(results: &Results) -> String {
    let (machine, settings) = (&results.machine, &results.settings);
    let mut text = format!(
        "{}, {}, {} processors, {} MiB, {}, {}. {} timed runs of each program after {} to warm up, \
         interleaved: A B C A B C …; what took more than {} s to warm up is run only then, and ended \
         after {} s.\n\n",
        results.date,
        machine.processor,
        machine.processors,
        machine.memory_mib,
        machine.system,
        machine.kernel,
        settings.runs,
        settings.warm_up,
        settings.slow,
        settings.limit
    );
    let mut table = Table::new(["", "version"]);
    for version in &results.versions {
        table.push(vec![title(&version.peer).into(), version.version.clone()]);
    }
    text += &table.to_markdown();
    text
}

/// fib: who took how long.
pub fn fib_table(benchmark: &Benchmark) -> String {
    let against = "gcc-O2";
    let mut table = Table::new(["", "processor s", "wall s", "MiB", "over `gcc -O2`"]);
    for row in &benchmark.rows {
        table.push(vec![
            title(&row.peer).into(),
            value(benchmark, &row.peer, Measure::Processor, 1.0),
            value(benchmark, &row.peer, Measure::Wall, 1.0),
            value(benchmark, &row.peer, Measure::Memory, 1.0 / 1024.0),
            match row.outcome {
                Outcome::Samples(_) => {
                    cell_or_empty(benchmark, &row.peer, against, Measure::Processor)
                }
                _ => String::new(),
            },
        ]);
    }
    table.to_markdown()
}

fn cell_or_empty(benchmark: &Benchmark, who: &str, peer: &str, measure: Measure) -> String {
    cell(benchmark, who, peer, measure, true)
}

fn start_table(benchmark: &Benchmark) -> String {
    let mut table = Table::new(["", "ms", "MiB", "galo's time over this"]);
    for row in &benchmark.rows {
        table.push(vec![
            title(&row.peer).into(),
            value(benchmark, &row.peer, Measure::Wall, 1000.0),
            value(benchmark, &row.peer, Measure::Memory, 1.0 / 1024.0),
            cell(benchmark, GALO, &row.peer, Measure::Wall, true),
        ]);
    }
    table.to_markdown()
}

fn value_table(results: &Results, measure: Measure, factor: f64) -> String {
    let peers = present(results);
    let mut table = Table::new(heading("", &peers));
    for benchmark in &results.benchmarks {
        let mut cells = vec![benchmark.name.clone()];
        cells.extend(peers.iter().map(|peer| value(benchmark, peer, measure, factor)));
        table.push(cells);
    }
    table.to_markdown()
}

fn not_measured(results: &Results) -> String {
    let mut text = String::new();
    for missing in &results.missing {
        let _ = writeln!(text, "- {missing}");
    }
    for benchmark in &results.benchmarks {
        for row in &benchmark.rows {
            let (name, peer) = (&benchmark.name, title(&row.peer));
            let _ = match &row.outcome {
                Outcome::Samples(_) => Ok(()),
                Outcome::MoreThan(limit) => writeln!(text, "- {name}, {peer}: more than {limit} s"),
                Outcome::Differs(how) => writeln!(text, "- {name}, {peer}: output differs, {how}"),
                Outcome::Failed(why) => writeln!(text, "- {name}, {peer}: failed, {why}"),
            };
        }
    }
    if text.is_empty() { "Nothing was left out.\n".into() } else { text }
}

/// The commands of the first benchmark that a peer has.
fn commands(results: &Results) -> String {
    let mut text = String::from("```sh\n");
    for peer in present(results) {
        let Some(row) = results.benchmarks.iter().find_map(|benchmark| benchmark.row(peer)) else {
            continue;
        };
        if let Some(build) = &row.build {
            let _ = writeln!(text, "{build}");
        }
        let _ = writeln!(text, "{}", row.command);
    }
    text + "```\n"
}
