//! Measuring: who is run how often, and who is not timed. Nothing here looks at a clock.

use std::io;
use std::time::Duration;

use versus::measure::{Plan, measure};
use versus::process::{End, Run, Runner};
use versus::results::{Outcome, Sample};

const PLAN: Plan = Plan { runs: 3, slow: Duration::from_secs(20), limit: Duration::from_secs(120) };

fn ended(output: &str, seconds: u64) -> Run {
    let wall = seconds * 1_000_000;
    let sample = Sample { wall, user: wall, system: 0, peak_kib: 1 };
    Run { sample, output: output.into(), end: End::Well }
}

/// Who ran, row by row, and what came of it.
fn measured(rows: usize, run: &dyn Fn(usize, usize) -> Run) -> (Vec<usize>, Vec<Outcome>) {
    let mut order = Vec::new();
    let outcomes = measure(rows, PLAN, &mut |row, round| {
        order.push(row);
        Ok(run(row, round))
    });
    (order, outcomes)
}

fn count(outcome: &Outcome) -> usize {
    let Outcome::Samples(samples) = outcome else { panic!("{outcome:?}") };
    samples.len()
}

#[test]
fn rows_take_turns_after_a_warm_up() {
    let (order, outcomes) = measured(2, &|_, round| ended("7\n", round as u64));
    assert_eq!(order, [0, 1, 0, 1, 0, 1, 0, 1]);
    let Outcome::Samples(samples) = &outcomes[1] else { panic!() };
    let walls: Vec<_> = samples.iter().map(|sample| sample.wall).collect();
    assert_eq!(walls, [1_000_000, 2_000_000, 3_000_000], "the warm-up does not count");
}

#[test]
fn who_prints_something_else_is_not_timed() {
    let (order, outcomes) =
        measured(3, &|row, _| ended(if row == 1 { "7\n8\n" } else { "7\n9\n" }, 1));
    assert_eq!(order, [0, 1, 2, 0, 2, 0, 2, 0, 2]);
    let Outcome::Differs(how) = &outcomes[1] else { panic!() };
    assert_eq!(how, "line 2: `8` instead of `9`");
    assert_eq!((count(&outcomes[0]), count(&outcomes[2])), (3, 3));
}

#[test]
fn who_changes_its_mind_later_is_not_timed_either() {
    let (_, outcomes) =
        measured(2, &|row, round| ended(if row + round == 3 { "" } else { "7" }, 1));
    let Outcome::Differs(how) = &outcomes[1] else { panic!() };
    assert_eq!(how, "line 1: the end instead of `7`");
}

#[test]
fn slow_rows_are_run_once() {
    let (order, outcomes) = measured(2, &|row, _| ended("7", if row == 1 { 21 } else { 1 }));
    assert_eq!(order, [0, 1, 0, 0, 0]);
    assert_eq!(count(&outcomes[1]), 1);
}

#[test]
fn failures_and_limits_are_outcomes() {
    let (_, outcomes) = measured(3, &|row, _| Run {
        end: [End::Well, End::TooLate, End::Badly("exit status: 1: oops".into())][row].clone(),
        ..ended("7", 1)
    });
    assert!(matches!(outcomes[1], Outcome::MoreThan(limit) if limit == 120.0));
    let Outcome::Failed(why) = &outcomes[2] else { panic!() };
    assert_eq!(why, "exit status: 1: oops");
}

#[test]
fn nobody_is_timed_when_galo_fails() {
    let mut asked = 0;
    let outcomes = measure(3, PLAN, &mut |_, _| {
        asked += 1;
        Err(io::Error::other("no such file"))
    });
    assert_eq!((asked, outcomes.len()), (1, 3));
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Failed(_))));
}

/// The same with real processes: a shell is everywhere.
#[test]
fn processes_are_run_to_their_end() {
    let folder = std::env::temp_dir().join(format!("versus-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("can be made");
    let runner = Runner { folder: folder.clone(), scratch: folder.clone() };
    let shell = |script: &str, limit| {
        runner.run(&["sh".into(), "-c".into(), script.into()], limit).expect("starts")
    };
    let plenty = Duration::from_secs(3600);
    let run = shell("echo 7; echo trouble >&2", plenty);
    assert_eq!((run.output.as_slice(), &run.end), (b"7\n".as_slice(), &End::Well));
    assert!(run.sample.peak_kib > 0 && run.sample.wall > 0);
    let run = shell("echo trouble >&2; exit 3", plenty);
    assert_eq!(run.end, End::Badly("exit status: 3: trouble".into()));
    let run = shell("while :; do :; done", Duration::from_millis(20));
    assert_eq!(run.end, End::TooLate);
    let scripts = ["echo 7", "echo 8"];
    let outcomes = measure(2, PLAN, &mut |row, _| Ok(shell(scripts[row], plenty)));
    assert_eq!(count(&outcomes[0]), 3);
    assert!(matches!(&outcomes[1], Outcome::Differs(how) if how == "line 1: `8` instead of `7`"));
    std::fs::remove_dir_all(folder).expect("is there");
}
