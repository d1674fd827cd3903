//! Results made up, and snapshots.
#![allow(dead_code, reason = "each test uses a part")]

use std::path::Path;
use std::{env, fs};

use versus::results::{Benchmark, Machine, Outcome, Results, Row, Sample, Settings, Version};

/// A row with those processor times; the wall time is a tenth more.
pub fn row(peer: &str, times: &[f64]) -> Row {
    let sample = |time: &f64| Sample {
        wall: (time * 1.1e6).round() as u64,
        user: (time * 0.75e6).round() as u64,
        system: (time * 0.25e6).round() as u64,
        peak_kib: 4096,
    };
    with_outcome(peer, Outcome::Samples(times.iter().map(sample).collect()))
}

/// A row that came to something else.
pub fn with_outcome(peer: &str, outcome: Outcome) -> Row {
    Row { peer: peer.into(), build: None, command: format!("run {peer}"), outcome }
}

/// A benchmark of those rows.
pub fn benchmark(name: &str, rows: Vec<Row>) -> Benchmark {
    Benchmark { name: name.into(), rows }
}

/// Results of those benchmarks, of a machine made up.
pub fn results(benchmarks: Vec<Benchmark>) -> Results {
    Results {
        date: "2024-02-29 12:34 UTC".into(),
        machine: Machine {
            processor: "Abacus 3000".into(),
            processors: 2,
            memory_mib: 4096,
            kernel: "Linux 1.0".into(),
            system: "Debian".into(),
        },
        settings: Settings { runs: 5, warm_up: 1, slow: 20.0, limit: 120.0 },
        versions: vec![Version { peer: "galo".into(), version: "galo 0.1".into() }],
        missing: vec!["PyPy is left out: no `pypy3`; `apt-get install pypy3`".into()],
        benchmarks,
    }
}

/// Results with a bit of everything.
pub fn everything() -> Results {
    results(vec![
        benchmark(
            "fib",
            vec![
                row("galo", &[0.01, 0.012, 0.009]),
                row("galo-no-share", &[1.0, 1.1, 1.2]),
                row("galo-interp", &[11.0]),
                row("gcc-O2", &[2.0, 2.1, 1.9]),
                row("node", &[13.0, 14.0, 13.5]),
                row("luajit-joff", &[50.0]),
                with_outcome("python", Outcome::MoreThan(120.0)),
            ],
        ),
        benchmark(
            "list",
            vec![
                row("galo", &[1.5, 1.4, 1.6]),
                row("galo-no-share", &[1.5, 1.5, 1.6]),
                row("gcc-O2", &[1.0, 1.1, 0.9]),
                row("ocamlopt", &[2.0, 2.1, 1.9]),
                with_outcome("chez", Outcome::Differs("line 1: `6` instead of `7`".into())),
                with_outcome("node", Outcome::Failed("signal: 11: no message".into())),
            ],
        ),
        benchmark("hello", vec![row("galo", &[0.002, 0.003]), row("luajit", &[0.001, 0.0025])]),
    ])
}

/// Compares with the file of that name, or writes it when `GALO_BLESS` is set.
pub fn assert_snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if env::var_os("GALO_BLESS").is_some() {
        fs::write(path, text).expect("can be written");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{} is out of date; see with GALO_BLESS=1\n{text}", path.display());
}
