//! What programs may use besides heap and stack: calls and output, the same in every tier.

use std::path::Path;

use galo::ssa::{PassSet, Switches};
use galo::{Config, Engine, ErrorKind, JitConfig, Tier};
use galo_testing::corpus::{Case, Settings};
use galo_testing::reference::Dialect;

fn configs() -> Vec<(&'static str, Config)> {
    let jit = |jit| Config { jit, ..Config::default() };
    let threshold = |calls| JitConfig { threshold: Some(calls), ..JitConfig::default() };
    let plain = Switches { passes: PassSet::NONE, ..Switches::ALL };
    vec![
        ("interp", Config { tier: Tier::Interp, ..Config::default() }),
        ("recording", Config { tier: Tier::Interp, profile: true, ..Config::default() }),
        ("jit", Config { tier: Tier::Jit, ..Config::default() }),
        (
            "plain",
            Config {
                jit: JitConfig { switches: plain, ..JitConfig::default() },
                tier: Tier::Jit,
                ..Config::default()
            },
        ),
        ("auto", Config::default()),
        ("early", jit(threshold(3))),
        ("mixed", jit(JitConfig { limit: Some(2), ..threshold(1) })),
        ("stress", jit(JitConfig { stress: Some(JitConfig::STRESS), ..JitConfig::default() })),
    ]
}

/// What can be seen of a run: output, error and its place, calls.
#[derive(PartialEq, Debug)]
struct Seen {
    output: Vec<u8>,
    error: Option<(ErrorKind, u32, u32)>,
    calls: Option<u64>,
}

fn run(source: &[u8], config: &Config) -> Option<Seen> {
    let program = Engine::new(config.clone()).load("limits.rinha", source).ok()?;
    let mut output = Vec::new();
    let (error, stats) = match program.run(&mut output) {
        Ok(stats) => (None, stats),
        Err(error) => (Some((error.kind, error.span.start, error.span.end)), error.stats),
    };
    Some(Seen { output, error, calls: stats.calls })
}

fn is_of_memory(seen: &Seen) -> bool {
    let kind = seen.error.map(|(kind, ..)| kind);
    matches!(kind, Some(ErrorKind::StackOverflow | ErrorKind::OutOfMemory))
}

/// Runs a program in every tier with so much fuel, and compares.
fn compare(
    name: &str,
    source: &[u8],
    lenient: bool,
    fuel: u64,
    tiers: fn(&str) -> bool,
) -> Option<u64> {
    let mut expected: Option<Seen> = None;
    let configs = configs().into_iter().filter(|(tier, _)| tiers(tier));
    for (tier, config) in configs {
        let seen = run(source, &Config { fuel: Some(fuel), lenient, ..config })?;
        match &expected {
            // How deep a stack is depends on the tier, and on what else is in a frame.
            Some(expected) if !is_of_memory(expected) && !is_of_memory(&seen) => {
                assert_eq!(&seen, expected, "{name} in {tier} with {fuel} calls");
            }
            Some(_) => {}
            None => expected = Some(seen),
        }
    }
    expected.and_then(|seen| seen.calls)
}

#[test]
fn the_same_calls_are_counted_in_every_tier() {
    const FUEL: u64 = 500;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut compared, mut ended) = (0, 0);
    for folder in ["tests/corpus", "examples"] {
        for case in Case::all_below(&root.join(folder)).expect("the corpus can be read") {
            let program = case.program();
            let Settings { skip, .. } = &case.settings;
            if skip.iter().any(|word| ["stress", "zeal"].contains(&word.as_str())) {
                continue;
            }
            let lenient = case.settings.dialect == Dialect::Lenient;
            let compare = |fuel, tiers: fn(&str) -> bool| {
                compare(&case.name, program.text.as_bytes(), lenient, fuel, tiers)
            };
            let Some(calls) = compare(FUEL, |_| true) else { continue };
            compared += 1;
            ended += usize::from(calls == FUEL);
            if calls > 1 {
                compare(calls / 2, |tier| ["interp", "jit", "early"].contains(&tier));
            }
        }
    }
    assert!(compared > 100 && ended > 10, "{compared} programs, {ended} ended");
}

#[test]
fn fuel_ends_the_program_at_the_call_that_is_too_many() {
    const SOURCE: &str = "let f = fn (n) => { let _ = print(n); f(n + 1) }; f(0)";
    for (tier, config) in configs() {
        let seen = run(SOURCE.as_bytes(), &Config { fuel: Some(3), ..config }).expect("a program");
        assert_eq!(seen.output, b"0\n1\n2\n", "{tier}");
        let place = SOURCE.find("fn").unwrap() as u32;
        let error = seen.error.map(|(kind, start, _)| (kind, start));
        assert_eq!(error, Some((ErrorKind::OutOfFuel, place)), "{tier}");
        assert_eq!(seen.calls, Some(3), "{tier}");
    }
}

#[test]
fn fuel_that_suffices_changes_nothing() {
    const FIB: &str = "let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
        print(fib(15))";
    for (tier, config) in configs() {
        // As many calls as fib(15) makes: 2 * fib(16) - 1.
        let seen = run(FIB.as_bytes(), &Config { fuel: Some(1973), ..config.clone() });
        let seen = seen.expect("a program");
        assert_eq!((&seen.output[..], seen.error), (&b"610\n"[..], None), "{tier}");
        assert_eq!(seen.calls, Some(1973), "{tier}");
        let seen = run(FIB.as_bytes(), &Config { fuel: Some(1972), ..config }).expect("a program");
        assert_eq!(seen.error.map(|(kind, ..)| kind), Some(ErrorKind::OutOfFuel), "{tier}");
    }
}

#[test]
fn exactly_as_much_is_printed_as_may_be() {
    let long = format!("print((\"{}\", 1))", "long".repeat(50_000));
    let sources = ["let f = fn (n) => { let _ = print(n); f(n + 1) }; f(1000)", &long];
    for source in sources {
        for (tier, config) in configs() {
            for (limit, flush_lines) in [(0, false), (7, true), (1003, false), (70_000, true)] {
                let (max_output, config) = (Some(limit), config.clone());
                let config = Config { max_output, flush_lines, fuel: Some(100_000), ..config };
                let seen = run(source.as_bytes(), &config).expect("a program");
                assert_eq!(seen.output.len() as u64, limit, "{tier}");
                let kind = seen.error.map(|(kind, ..)| kind);
                assert_eq!(kind, Some(ErrorKind::OutputLimit), "{tier}");
            }
        }
    }
    let config = Config { max_output: Some(3), ..Config::default() };
    let seen = run(b"print(12)", &config).expect("a program");
    assert_eq!((&seen.output[..], seen.error), (&b"12\n"[..], None));
}
