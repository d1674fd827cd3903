//! Measuring the rows of one benchmark: a warm-up that shows who prints the same, then rounds.

use std::io;
use std::time::Duration;

use crate::process::{End, Run};
use crate::results::{Outcome, Sample};

/// How to measure.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Timed runs of each row.
    pub runs: usize,
    /// Who took longer than this to warm up is not run again.
    pub slow: Duration,
    /// Who takes longer than this is ended.
    pub limit: Duration,
}

/// Runs every row once, then all those that printed the same as the first, round by round: the
/// outcome of each.
///
/// `run` starts the row of that number; it is told of the round, 0 being the warm-up.
pub fn measure(
    rows: usize,
    plan: Plan,
    run: &mut dyn FnMut(usize, usize) -> io::Result<Run>,
) -> Vec<Outcome> {
    let mut expected = None;
    let mut outcomes: Vec<_> = Vec::with_capacity(rows);
    let mut again = Vec::new();
    for row in 0..rows {
        let (outcome, sample) = match judge(run(row, 0), &mut expected, plan) {
            Err(outcome) => (outcome, None),
            Ok(sample) => (Outcome::Samples(Vec::new()), Some(sample)),
        };
        outcomes.push(outcome);
        match sample {
            Some(sample) if Duration::from_micros(sample.wall) > plan.slow => {
                outcomes[row] = Outcome::Samples(vec![sample]);
            }
            Some(_) => again.push(row),
            None => {}
        }
        // Nobody says what is right when the first row does not.
        if expected.is_none() {
            let skipped = Outcome::Failed("not run, since galo failed".into());
            outcomes.resize(rows, skipped);
            return outcomes;
        }
    }
    for round in 1..=plan.runs {
        for &row in &again {
            let judged = judge(run(row, round), &mut expected, plan);
            match (&mut outcomes[row], judged) {
                (Outcome::Samples(samples), Ok(sample)) => samples.push(sample),
                (outcome, Err(end)) => *outcome = end,
                (_, Ok(_)) => {}
            }
        }
        again.retain(|row| matches!(outcomes[*row], Outcome::Samples(_)));
    }
    outcomes
}

/// A run's sample if it ended well and printed what is expected, which the first run decides.
fn judge(
    run: io::Result<Run>,
    expected: &mut Option<Vec<u8>>,
    plan: Plan,
) -> Result<Sample, Outcome> {
    let run = run.map_err(|error| Outcome::Failed(error.to_string()))?;
    match run.end {
        End::Badly(message) => return Err(Outcome::Failed(message)),
        End::TooLate => return Err(Outcome::MoreThan(plan.limit.as_secs_f64())),
        End::Well => {}
    }
    match expected {
        Some(expected) if *expected != run.output => {
            return Err(Outcome::Differs(difference(expected, &run.output)));
        }
        Some(_) => {}
        None => *expected = Some(run.output),
    }
    Ok(run.sample)
}

/// The first line that is not the same.
fn difference(expected: &[u8], got: &[u8]) -> String {
    let (expected, got) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(got));
    let (mut expected, mut got) = (expected.lines(), got.lines());
    for number in 1.. {
        match (expected.next(), got.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                let quoted =
                    |line: Option<&str>| line.map_or("the end".into(), |l| format!("`{l}`"));
                return format!("line {number}: {} instead of {}", quoted(b), quoted(a));
            }
        }
    }
    "ends of lines".into()
}
