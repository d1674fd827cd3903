//! What galo is to reach, and whether it did, as far as whole processes can tell.

use crate::peers::{GALO, INTERP, NO_SHARE};
use crate::results::{Benchmark, Measure, Results};
use crate::stats::{geometric_mean, median, ratios};
use crate::suite::{DEEP, DEPTH, FIB, INTEGER, START};

/// Runtimes that compile dynamic languages, among them the best counts.
pub const DYNAMIC: &[&str] = &["node", "luajit", "chez"];

/// One line of the report.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is measured.
    pub what: String,
    /// What it may be at most.
    pub goal: f64,
    /// What it is, by processor time (or memory); this decides.
    pub value: Option<f64>,
    /// The same by the clock.
    pub wall: Option<f64>,
    /// The same by processor time when galo makes every call.
    pub unshared: Option<f64>,
    /// What it counts; nothing for a ratio.
    pub unit: &'static str,
}

impl Target {
    /// Whether it was reached, or by how much not.
    pub fn verdict(&self) -> String {
        match self.value {
            None => "not measured".into(),
            Some(value) if value <= self.goal => "reached".into(),
            Some(value) => format!("missed by a factor of {:.2}", value / self.goal),
        }
    }
}

/// All of them.
pub fn targets(results: &Results) -> Vec<Target> {
    let best = |who: &str, m| best_of_dynamic(results, who, m);
    let worst = |who: &str, m| best(who, m).into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let mean_of = |ratios: Vec<(String, f64)>| {
        geometric_mean(&ratios.into_iter().map(|(_, ratio)| ratio).collect::<Vec<_>>())
    };
    let worst_name = worst(GALO, Measure::Processor);
    let worst_name = worst_name.map_or(String::new(), |(name, _)| format!(": {name}"));
    let start = results.benchmark(START);
    vec![
        Target {
            unshared: None,
            ..ratio("fib(46) against `gcc -O2`, `--no-share-calls`", 0.6, &|_, m| {
                against(results.benchmark(FIB)?, NO_SHARE, "gcc-O2", m)
            })
        },
        ratio("fib(46) against `gcc -O2`, all optimisations on", 0.01, &|who, m| {
            against(results.benchmark(FIB)?, who, "gcc-O2", m)
        }),
        ratio("integer benchmarks against `gcc -O2`, geometric mean", 1.2, &|who, m| {
            mean_of(all(results, who, "gcc-O2", m, &|name| INTEGER.contains(&name)))
        }),
        ratio(
            &format!("the worst benchmark against the best of Node, LuaJIT, Chez{worst_name}"),
            1.0,
            &|who, m| Some(worst(who, m)?.1),
        ),
        ratio("all benchmarks against the best of those, geometric mean", 0.5, &|who, m| {
            mean_of(best(who, m))
        }),
        ratio("all benchmarks against `ocamlopt`, geometric mean", 1.0, &|who, m| {
            mean_of(all(results, who, "ocamlopt", m, &|_| true))
        }),
        Target {
            unshared: None,
            ..ratio("`--tier=interp` against `luajit -joff`, geometric mean", 3.0, &|_, m| {
                mean_of(all(results, INTERP, "luajit-joff", m, &|_| true))
            })
        },
        Target {
            value: start.and_then(|b| against(b, GALO, "luajit", Measure::Wall)),
            ..ratio("hello world against `luajit`, by the clock", 1.5, &|who, m| {
                against(start?, who, "luajit", m)
            })
        },
        Target {
            what: "hello world, resident memory".into(),
            goal: 8.0,
            value: start.and_then(memory).map(|kib| kib / 1024.0),
            wall: None,
            unshared: None,
            unit: " MiB",
        },
        Target {
            what: "a level of `deep`: resident memory beyond that of hello world".into(),
            goal: 64.0,
            value: start
                .and_then(memory)
                .zip(results.benchmark(DEEP).and_then(memory))
                .map(|(start, deep)| (deep - start) * 1024.0 / DEPTH),
            wall: None,
            unshared: None,
            unit: " B",
        },
    ]
}

/// A target for a ratio, which is asked for each galo and measure.
fn ratio(what: &str, goal: f64, of: &dyn Fn(&str, Measure) -> Option<f64>) -> Target {
    Target {
        what: what.into(),
        goal,
        value: of(GALO, Measure::Processor),
        wall: of(GALO, Measure::Wall),
        unshared: of(NO_SHARE, Measure::Processor),
        unit: "",
    }
}

/// The median ratio of two rows.
pub fn against(benchmark: &Benchmark, who: &str, peer: &str, measure: Measure) -> Option<f64> {
    median(&ratios(&benchmark.values(who, measure)?, &benchmark.values(peer, measure)?))
}

fn memory(benchmark: &Benchmark) -> Option<f64> {
    median(&benchmark.values(GALO, Measure::Memory)?)
}

/// The ratio of each benchmark of the suite that both ran.
fn all(
    results: &Results,
    who: &str,
    peer: &str,
    measure: Measure,
    counts: &dyn Fn(&str) -> bool,
) -> Vec<(String, f64)> {
    let counted = |b: &&Benchmark| b.name != START && counts(&b.name);
    let ratio = |b: &Benchmark| Some((b.name.clone(), against(b, who, peer, measure)?));
    results.benchmarks.iter().filter(counted).filter_map(ratio).collect()
}

/// Each benchmark against whoever of the dynamic runtimes was fastest.
pub fn best_of_dynamic(results: &Results, who: &str, measure: Measure) -> Vec<(String, f64)> {
    let ratio = |benchmark: &Benchmark| {
        let ratios = DYNAMIC.iter().filter_map(|peer| against(benchmark, who, peer, measure));
        Some((benchmark.name.clone(), ratios.max_by(f64::total_cmp)?))
    };
    results.benchmarks.iter().filter(|b| b.name != START).filter_map(ratio).collect()
}
