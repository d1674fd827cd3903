//! Any bytes: a program, which means the same in every tier as to the reference
//! evaluator; and the same trace as in the interpreter, if it fails.

#![no_main]

use std::num::NonZeroU64;

use galo::{Config, JitConfig, Tier};
use galo_testing::corpus::Program;
use galo_testing::differential::{self, Way};
use galo_testing::generator;
use galo_testing::modes;
use galo_testing::observation::Observation;
use galo_testing::reference::Dialect;
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Unstructured::new(bytes);
    let choices: u8 = bytes.arbitrary().unwrap_or(0);
    let dialect = if choices & 1 == 0 { Dialect::Strict } else { Dialect::Lenient };
    let zeal = choices & 6 == 6;
    let threshold = u64::from(choices >> 3 & 7);
    let period = u64::from(choices >> 6) * 5 + 1;
    let ast = generator::program(&mut bytes, dialect);
    let configs = [
        ("interp", Config { tier: Tier::Interp, ..Config::default() }),
        ("auto", Config { zeal, jit: after(threshold), ..Config::default() }),
        ("jit", Config { zeal, tier: Tier::Jit, ..Config::default() }),
        ("stress", Config { jit: stress(threshold, period), ..Config::default() }),
    ];
    let runs = configs.map(|(name, config)| (name, run_with(config)));
    let ways: Vec<Way<'_>> = runs.iter().map(|(name, run)| Way { name, run }).collect();
    if let Err(difference) = differential::compare(&ast, dialect, &ways) {
        panic!("{difference}");
    }
});

/// Functions are compiled after so many calls.
fn after(threshold: u64) -> JitConfig {
    JitConfig { threshold: Some(threshold), ..JitConfig::default() }
}

/// The same, and every so manyth guard and probe fails.
fn stress(threshold: u64, period: u64) -> JitConfig {
    JitConfig { stress: NonZeroU64::new(period), ..after(threshold) }
}

fn run_with(config: Config) -> impl Fn(Program<'_>) -> Result<Observation, String> {
    move |program| modes::run(program, config.clone())
}
