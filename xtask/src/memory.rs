//! Memory checkers: Miri for what is plain Rust, AddressSanitizer and valgrind for whole runs.
//!
//! Each of them sees something else. Miri knows the rules of `unsafe` Rust but no system calls
//! and no machine code of ours. AddressSanitizer sees each access of Rust code to memory of
//! the allocator; valgrind sees what compiled code reads and writes, too.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use crate::Outcome;
use crate::process::{corpus, host, need, nice, run};

/// How to get the compiler that Miri and AddressSanitizer need.
const NIGHTLY: &str = "`rustup toolchain install nightly --component miri,rust-src` gets it";

/// What is run under valgrind.
#[derive(Args)]
pub struct ValgrindOptions {
    /// Only every so manyth program of the corpus
    #[arg(long, default_value_t = 1, value_name = "N")]
    every: usize,
    /// Only programs whose path contains this
    #[arg(long, default_value = "", value_name = "TEXT")]
    only: String,
}

/// The runtime's own tests.
pub fn miri() -> Outcome {
    need("cargo", &["+nightly", "miri", "--version"], NIGHTLY)?;
    let mut command = nice(10, "cargo");
    command.args(["+nightly", "miri", "test", "-p", "galo-runtime", "--lib", "--test", "heap"]);
    // Values are words that may be addresses: their provenance is that of the heap, exposed.
    // What uses up low addresses is never freed.
    run(command.env(
        "MIRIFLAGS",
        "-Zmiri-permissive-provenance -Zmiri-disable-isolation -Zmiri-ignore-leaks",
    ))
}

/// What of the corpus is left out under AddressSanitizer, whose frames are several times as large: the interpreter,
/// to which each of a million calls exits, finds no room for them.
const TOO_DEEP: [&str; 2] =
    ["jit-stress-zeal::corpus/depth", "jit-stress-zeal::corpus/limits/stack-overflow-of-sums"];

/// The runtime's tests, and the corpus in every mode.
pub fn asan() -> Outcome {
    need("cargo", &["+nightly", "--version"], NIGHTLY)?;
    let host = host()?;
    let skips = TOO_DEEP.into_iter().flat_map(|name| ["--skip", name]);
    let corpus = ["-p", "galo", "--test", "corpus", "--"].into_iter().chain(skips);
    for what in [vec!["-p", "galo-runtime"], corpus.collect()] {
        let mut command = nice(10, "cargo");
        command.args(["+nightly", "test", "--target", &host, "--target-dir", "target/asan"]);
        command.args(what).env("RUSTFLAGS", "-Zsanitizer=address");
        command.env("RUSTDOCFLAGS", "-Zsanitizer=address");
        // Programs run on stacks of ours, which it does not know; what is left at the end is freed
        // by the system.
        command.env("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0");
        run(&mut command)?;
    }
    Ok(())
}

/// Programs that run longer than this under valgrind are left.
const PATIENCE: Duration = Duration::from_secs(120);

/// The exit status with which valgrind says that it found something.
const FOUND: i32 = 99;

/// Each program of the corpus in a process of its own, interpreted and compiled.
pub fn valgrind(options: &ValgrindOptions) -> Outcome {
    need("valgrind", &["--version"], "`apt-get install valgrind` gets it")?;
    run(nice(10, "cargo").args(["build", "--bin", "galo"]))?;
    let programs = corpus()?;
    let programs = programs.iter().filter(|path| path.to_string_lossy().contains(&options.only));
    let (mut runs, mut unfinished, mut found) = (0, 0, Vec::new());
    for path in programs.step_by(options.every.max(1)) {
        for tier in ["--tier=interp", "--tier=jit"] {
            runs += 1;
            match under_valgrind(path, tier)? {
                None => unfinished += 1,
                Some(FOUND) => found.push(format!("galo {tier} {}", path.display())),
                Some(_) => {}
            }
        }
    }
    println!("{runs} runs, {unfinished} of them not to their end, {} findings", found.len());
    if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
}

/// The exit status, unless it takes too long.
fn under_valgrind(path: &Path, tier: &str) -> Result<Option<i32>, String> {
    let mut command: Command = nice(10, "valgrind");
    command.args(["--quiet", "--smc-check=all-non-file", "--error-exitcode=99"]);
    // Optimised Rust reads a payload before it looks whether there is one, and drops what it read:
    // in safe code, too. So only addresses are judged.
    command.args(["--undef-value-errors=no", "--max-stackframe=16000000"]);
    command.args(["target/debug/galo", tier, "--max-heap=64M", "--max-stack=64M"]).arg(path);
    if std::fs::read_to_string(path).is_ok_and(|text| text.contains("flags: lenient")) {
        command.arg("--lenient");
    }
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let mut child = child.map_err(|error| error.to_string())?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Some(status.code().unwrap_or(FOUND)));
        }
        if start.elapsed() > PATIENCE {
            child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
