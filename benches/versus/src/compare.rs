//! Whether galo got slower between two files of results, beyond the noise.
//!
//! The two were measured at different times, perhaps with different disturbances, so that
//! absolute times prove nothing. What is compared is galo's processor time over that of a
//! *yardstick* run in the same round, a peer that both files have and that has not changed:
//! the first of [`YARDSTICKS`] that ran the benchmark in both. A row got slower if
//!
//! - the median of these ratios grew by at least the threshold (5 %), **and**
//! - the one-sided Mann–Whitney test says that this or more would happen by chance in fewer than
//!   one of a hundred cases. It asks nothing of the distribution but that the runs are
//!   independent. With five runs each, at most one of the 25 pairs may lie the other way round;
//!   fewer than four runs cannot show anything.
//!
//! A row that was timed and now fails, differs or runs into the limit got slower, too.

use std::fmt::Write;
use std::process::ExitCode;

use crate::args::CompareArgs;
use crate::peers::{GALO, INTERP, NO_SHARE};
use crate::results::{Benchmark, Measure, Outcome, Results};
use crate::stats::{chance_of_slower, median, ratios};

/// Peers by the constancy of their times: compiled ahead of time before compiled while running.
pub const YARDSTICKS: &[&str] =
    &["gcc-O2", "clang-O2", "gcc-O1", "rustc", "ocamlopt", "chez", "luajit", "node", "java"];

/// Chances below this are no noise.
pub const SIGNIFICANCE: f64 = 0.01;

/// How a row changed.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// Slower by this factor.
    Slower(f64),
    /// Faster by this factor, by the same rule.
    Faster(f64),
    /// By this factor, which may be noise.
    Same(f64),
    /// It cannot be run any more.
    Broken(String),
    /// One of the files has too little of it.
    Unknown,
}

/// A row of both files.
#[derive(Clone, Debug)]
pub struct Change {
    /// The benchmark.
    pub benchmark: String,
    /// Which galo.
    pub peer: &'static str,
    /// What its times were divided by.
    pub yardstick: Option<&'static str>,
    /// What came of it.
    pub verdict: Verdict,
}

/// Compares two files and prints what changed.
///
/// # Errors
/// With a message, when a file cannot be read.
pub fn command(args: &CompareArgs) -> Result<ExitCode, String> {
    let (old, new) = (Results::read(&args.old)?, Results::read(&args.new)?);
    let changes = compare(&old, &new, args.threshold / 100.0);
    print!("{}", describe(&changes));
    let is_worse =
        |change: &Change| matches!(change.verdict, Verdict::Slower(_) | Verdict::Broken(_));
    Ok(if changes.iter().any(is_worse) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The changes of all rows of galo that the old file has.
pub fn compare(old: &Results, new: &Results, threshold: f64) -> Vec<Change> {
    let mut changes = Vec::new();
    for before in &old.benchmarks {
        // A benchmark that was not run again is no news.
        let Some(after) = new.benchmark(&before.name) else { continue };
        for peer in [GALO, NO_SHARE, INTERP] {
            if before.row(peer).is_none() || after.row(peer).is_none() {
                continue;
            }
            let yardstick = YARDSTICKS.iter().copied().find(|yardstick| {
                let has = |b: &Benchmark| b.values(yardstick, Measure::Processor).is_some();
                has(before) && has(after)
            });
            let verdict = judge(before, after, peer, yardstick, threshold);
            changes.push(Change { benchmark: before.name.clone(), peer, yardstick, verdict });
        }
    }
    changes
}

fn judge(
    before: &Benchmark,
    after: &Benchmark,
    peer: &str,
    yardstick: Option<&str>,
    threshold: f64,
) -> Verdict {
    let values = |b: &Benchmark| match yardstick {
        Some(other) => {
            let galo = b.values(peer, Measure::Processor)?;
            Some(ratios(&galo, &b.values(other, Measure::Processor)?))
        }
        None => b.values(peer, Measure::Processor),
    };
    let Some(old) = values(before) else { return Verdict::Unknown };
    let Some(new) = values(after) else {
        return Verdict::Broken(match after.row(peer).map(|row| &row.outcome) {
            Some(Outcome::Failed(why)) => why.clone(),
            Some(Outcome::Differs(how)) => format!("prints something else: {how}"),
            Some(Outcome::MoreThan(limit)) => format!("takes more than {limit} s"),
            Some(Outcome::Samples(_)) | None => "not there".into(),
        });
    };
    let (Some(old_median), Some(new_median)) = (median(&old), median(&new)) else {
        return Verdict::Unknown;
    };
    let factor = new_median / old_median;
    if factor >= 1.0 + threshold && chance_of_slower(&old, &new) < SIGNIFICANCE {
        Verdict::Slower(factor)
    } else if 1.0 / factor >= 1.0 + threshold && chance_of_slower(&new, &old) < SIGNIFICANCE {
        Verdict::Faster(factor)
    } else {
        Verdict::Same(factor)
    }
}

/// The changes as text, the worst first.
pub fn describe(changes: &[Change]) -> String {
    let mut text = String::new();
    let line = |change: &Change, what: String| {
        let by = change.yardstick.map_or("no yardstick".into(), |by| format!("measured by {by}"));
        format!("{what:<14} {}, {} ({by})\n", change.benchmark, change.peer)
    };
    for change in changes {
        if let Verdict::Broken(why) = &change.verdict {
            let _ = writeln!(text, "BROKEN         {}, {}: {why}", change.benchmark, change.peer);
        }
    }
    for change in changes {
        if let Verdict::Slower(factor) = change.verdict {
            text += &line(change, format!("SLOWER x {factor:.2}"));
        }
    }
    for change in changes {
        match change.verdict {
            Verdict::Faster(factor) => text += &line(change, format!("faster x {factor:.2}")),
            Verdict::Same(factor) => text += &line(change, format!("same   x {factor:.2}")),
            Verdict::Unknown => text += &line(change, "unknown".into()),
            Verdict::Slower(_) | Verdict::Broken(_) => {}
        }
    }
    text
}
