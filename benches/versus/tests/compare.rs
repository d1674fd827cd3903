//! What counts as slower.

mod support;

use support::{benchmark, results, row, with_outcome};
use versus::compare::{Verdict, compare, describe};
use versus::results::{Outcome, Results, Row};

fn with(galo: Row, gcc: &[f64]) -> Results {
    results(vec![benchmark("fib", vec![galo, row("gcc-O2", gcc)])])
}

fn verdict(old: &[f64], new: &[f64], gcc_then: &[f64], gcc_now: &[f64]) -> Verdict {
    let (old, new) = (with(row("galo", old), gcc_then), with(row("galo", new), gcc_now));
    let changes = compare(&old, &new, 0.05);
    assert_eq!(changes[0].yardstick, Some("gcc-O2"));
    changes[0].verdict.clone()
}

const STEADY: &[f64] = &[1.0; 5];
const BEFORE: &[f64] = &[1.0, 1.01, 1.02, 1.03, 1.04];

#[test]
fn a_tenth_more_in_every_run_is_slower() {
    let after = [1.10, 1.12, 1.13, 1.14, 1.15];
    let Verdict::Slower(factor) = verdict(BEFORE, &after, STEADY, STEADY) else { panic!() };
    assert!((factor - 1.13 / 1.02).abs() < 1e-6);
    let faster = verdict(&after, BEFORE, STEADY, STEADY);
    assert!(matches!(faster, Verdict::Faster(_)), "{faster:?}");
}

#[test]
fn a_slower_machine_is_no_slower_galo() {
    let after: Vec<_> = BEFORE.iter().map(|time| time * 2.0).collect();
    let verdict = verdict(BEFORE, &after, STEADY, &[2.0; 5]);
    assert_eq!(verdict, Verdict::Same(1.0));
}

#[test]
fn noise_and_trifles_are_not_slower() {
    // The median is a fifth higher, but runs of both kinds lie among each other.
    let noisy = verdict(&[1.0, 1.1, 1.2, 1.3, 1.6], &[1.0, 1.25, 1.44, 1.5, 1.7], STEADY, STEADY);
    assert!(matches!(noisy, Verdict::Same(_)), "{noisy:?}");
    let little = verdict(&[1.0; 5], &[1.04; 5], STEADY, STEADY);
    assert!(matches!(little, Verdict::Same(_)), "{little:?}");
    let few = verdict(&[1.0; 3], &[2.0; 3], &STEADY[..3], &STEADY[..3]);
    assert!(matches!(few, Verdict::Same(_)), "three runs show nothing: {few:?}");
}

#[test]
fn what_ran_and_fails_is_broken() {
    let old = with(row("galo", BEFORE), STEADY);
    let new = with(with_outcome("galo", Outcome::Failed("signal: 11".into())), STEADY);
    let changes = compare(&old, &new, 0.05);
    assert_eq!(changes[0].verdict, Verdict::Broken("signal: 11".into()));
    assert_eq!(describe(&changes), "BROKEN         fib, galo: signal: 11\n");
}

#[test]
fn what_was_not_run_again_is_no_news() {
    let old = with(row("galo", BEFORE), STEADY);
    assert!(compare(&old, &results(Vec::new()), 0.05).is_empty());
}
