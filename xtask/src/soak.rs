//! `cargo xtask soak`: long runs, whose memory must stay flat.
//!
//! Two processes at the same time, each for the whole of it: one galo that runs a program
//! without end which allocates, builds strings, changes the kinds that its functions see (so
//! that they are compiled again) and prints; and one that loads, compiles, runs and drops
//! programs, one after the other. Memory is sampled from outside.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use crate::Outcome;
use crate::process::{nice, root, run};

/// How long, and where the samples go.
#[derive(Args)]
pub struct Options {
    /// For how long
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Write what was seen to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// How many samples are taken.
const SAMPLES: u32 = 120;
/// Memory may grow by a tenth and this, in KiB, after the first quarter.
const SLACK_KIB: u64 = 8 << 10;

/// Runs without end: lists and strings that live for a while, kinds that change, output.
const ENDLESS: &str = r#"
let list = fn (n, rest) => { if (n == 0) { rest } else { list(n - 1, (n, rest)) } };
let sum = fn (list, n, total) => {
  if (n == 0) { total } else { sum(second(list), n - 1, total + first(list)) }
};
let text = fn (n, so_far) => { if (n == 0) { so_far } else { text(n - 1, so_far + n + ",") } };
let compose = fn (f, g) => fn (x) => f(g(x));
let twice = fn (x) => x + x;
let add = fn (a, b) => a + b;
let round = fn (n, keep) => {
  let l = list(1000, keep);
  let s = text(200, "");
  let mixed = if (n % 64 == 0) { add("n", n) } else { add(n, 1) };
  let f = compose(twice, compose(twice, fn (x) => x + n % 7));
  let _ = if (n % 1000 == 0) { print((sum(l, 1000, 0), (mixed, f(n % 100)))) } else { n };
  let _ = if (n % 5000 == 0) { print(s) } else { n };
  round((n + 1) % 1000000, if (n % 50 == 0) { "end" } else { l })
};
round(1, "end")
"#;

/// One process, and what it held at each sample, in KiB.
struct Watched {
    name: &'static str,
    child: Child,
    resident: Vec<u64>,
}

/// Runs both, and judges.
pub fn soak(options: &Options) -> Outcome {
    run(nice(5, "cargo").args(["build", "--bin", "galo"]))?;
    run(nice(5, "cargo").args(["build", "-p", "galo-testing", "--bin", "soak"]))?;
    let program = std::env::temp_dir().join(format!("galo-soak-{}.rinha", std::process::id()));
    fs::write(&program, ENDLESS).map_err(|error| error.to_string())?;
    let galo = spawn("one program without end", "target/debug/galo", program.to_str())?;
    let soak = spawn("program after program", "target/debug/soak", None)?;
    let mut watched = [galo, soak];
    let result = sample(&mut watched, Duration::from_secs_f64(options.minutes * 60.0));
    for watched in &mut watched {
        let _ = watched.child.kill();
        let _ = watched.child.wait();
    }
    let _ = fs::remove_file(&program);
    result?;
    let mut report = format!("{} minutes; resident memory in MiB\n\n", options.minutes);
    report +=
        "| Process | After a quarter | Most afterwards | At the end |\n| --- | --- | --- | --- |\n";
    let mut grown = Vec::new();
    for Watched { name, resident, .. } in &watched {
        let (early, late) = resident.split_at(resident.len() / 4);
        let before = early.iter().copied().max().unwrap_or(0);
        let after = late.iter().copied().max().unwrap_or(0);
        let end = resident.last().copied().unwrap_or(0);
        let [a, b, c] = [before, after, end].map(|kib| kib as f64 / 1024.0);
        report += &format!("| {name} | {a:.1} | {b:.1} | {c:.1} |\n");
        if after > before + before / 10 + SLACK_KIB {
            grown.push(*name);
        }
    }
    println!("{report}");
    if let Some(path) = &options.report {
        fs::write(path, &report).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if grown.is_empty() { Ok(()) } else { Err(format!("memory grows: {}", grown.join(", "))) }
}

fn spawn(name: &'static str, program: &str, argument: Option<&str>) -> Result<Watched, String> {
    let mut command = nice(10, root().join(program).to_str().ok_or("the path is not UTF-8")?);
    command.args(argument).stdout(Stdio::null());
    let child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
    Ok(Watched { name, child, resident: Vec::new() })
}

fn sample(watched: &mut [Watched], time: Duration) -> Outcome {
    let start = Instant::now();
    for number in 1..=SAMPLES {
        let until = time * number / SAMPLES;
        std::thread::sleep(until.saturating_sub(start.elapsed()));
        for Watched { name, child, resident } in &mut *watched {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                return Err(format!("{name}: ended with {status}"));
            }
            resident.push(resident_kib(child.id())?);
        }
    }
    Ok(())
}

fn resident_kib(process: u32) -> Result<u64, String> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| format!("{path} does not say how much memory is resident"))
}
