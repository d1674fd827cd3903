//! `cargo xtask fuzz`: all fuzz targets in turn, each for its share of the time.
//!
//! A target that fails is started anew until its share is over, so that one failure does not
//! hide others. Corpora stay in `fuzz/corpus` and failures in `fuzz/artifacts`, both ignored.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::Args;

use crate::Outcome;
use crate::process::{host, need, nice, root, run};

/// The targets, as `fuzz/Cargo.toml` names them.
const TARGETS: [&str; 7] =
    ["differential", "switches", "stress", "limits", "forms", "source", "json"];

/// A target that fails so often has said enough.
const MAX_FAILURES: u32 = 10;

/// How programs are fuzzed.
#[derive(Args)]
pub struct Options {
    /// For how long, all targets together
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Only these
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    targets: Vec<String>,
    /// How much is left to other programs
    #[arg(long, default_value_t = 10, value_name = "LEVEL")]
    nice: u8,
    /// Append a line for each target to this file
    #[arg(long, value_name = "FILE")]
    log: Option<std::path::PathBuf>,
}

/// What a target came to.
#[derive(Default)]
struct Figures {
    executions: u64,
    coverage: u64,
    failures: u32,
    time: Duration,
}

/// Builds the targets and runs them.
pub fn fuzz(options: &Options) -> Outcome {
    need("cargo", &["fuzz", "--version"], "`cargo install cargo-fuzz` gets it")?;
    let wanted =
        |name: &&str| options.targets.is_empty() || options.targets.iter().any(|t| t == name);
    let targets: Vec<&str> = TARGETS.into_iter().filter(|name| wanted(name)).collect();
    if let Some(name) = options.targets.iter().find(|name| !TARGETS.contains(&name.as_str())) {
        return Err(format!("there is no target {name:?}; there are {}", TARGETS.join(", ")));
    }
    let mut build = nice(options.nice, "cargo");
    // Coverage needs an option that stable compilers do not have.
    build.args(["fuzz", "build", "-s", "none"]).env("RUSTC_BOOTSTRAP", "1");
    run(build.current_dir(root().join("fuzz")))?;
    let share = Duration::from_secs_f64(options.minutes * 60.0 / targets.len() as f64);
    let mut failures = 0;
    for name in targets {
        let figures = run_target(name, share, options.nice)?;
        failures += figures.failures;
        let line = format!(
            "{name:<13} {:>9} executions in {:>6.1} min, coverage {:>6}, {} failures",
            figures.executions,
            figures.time.as_secs_f64() / 60.0,
            figures.coverage,
            figures.failures,
        );
        println!("{line}");
        if let Some(log) = &options.log {
            let file = File::options().create(true).append(true).open(log);
            let written = file.and_then(|mut file| writeln!(file, "{line}"));
            written.map_err(|error| format!("{}: {error}", log.display()))?;
        }
    }
    match failures {
        0 => Ok(()),
        _ => Err(format!("{failures} failures; see fuzz/artifacts and what was said above")),
    }
}

fn run_target(name: &str, share: Duration, level: u8) -> Result<Figures, String> {
    let binary = root().join(format!("fuzz/target/{}/release/{name}", host()?));
    let (corpus, artifacts) = (folder("corpus", name)?, folder("artifacts", name)?);
    let mut figures = Figures::default();
    let start = Instant::now();
    while figures.failures < MAX_FAILURES {
        let left = share.saturating_sub(start.elapsed()).as_secs();
        if left == 0 {
            break;
        }
        let mut command = nice(level, binary.to_str().ok_or("the path is not UTF-8")?);
        command.arg(&corpus).args(["-print_final_stats=1", "-timeout=120", "-rss_limit_mb=6144"]);
        command.arg(format!("-max_total_time={left}"));
        command.arg(format!("-artifact_prefix={artifacts}/"));
        let child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn();
        let mut child = child.map_err(|error| format!("{name}: {error}"))?;
        let stderr = child.stderr.take().expect("a pipe");
        let mut last = Vec::new();
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            figures.note(&line);
            if !line.starts_with('#') {
                last.push(line);
            }
        }
        let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
        if !status.success() {
            figures.failures += 1;
            println!("{name}: {status}\n{}", last.join("\n"));
        }
    }
    figures.time = start.elapsed();
    Ok(figures)
}

impl Figures {
    /// Reads a line of libFuzzer's.
    fn note(&mut self, line: &str) {
        let number = |text: &str| text.split_whitespace().next().and_then(|word| word.parse().ok());
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:").and_then(number) {
            self.executions += count;
        }
        let coverage = line.split_once(" cov: ").and_then(|(_, rest)| number(rest));
        self.coverage = self.coverage.max(coverage.unwrap_or(0));
    }
}

fn folder(kind: &str, name: &str) -> Result<String, String> {
    let path = root().join("fuzz").join(kind).join(name);
    fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = |path: &Path| path.to_str().map(str::to_owned);
    text(&path).ok_or_else(|| "the path is not UTF-8".to_owned())
}
