//! The other architecture that galo has code for, on machines that are not of it.
//!
//! galo differs between architectures in a few lines of assembly and in what Cranelift selects
//! for the same IR. QEMU runs a Linux program of another architecture in a process of this one:
//! its system calls are the machine's own, so that guest stacks, guard pages and mappings are
//! real. Its time means nothing.

use clap::Args;

use crate::Outcome;
use crate::process::{need, nice, run};

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// What cross compilers call the same.
const LINKER: &str = "aarch64-linux-gnu-gcc";
/// Where Debian's cross compiler keeps the C library of its target.
const SYSROOT: &str = "/usr/aarch64-linux-gnu";

/// Each of a million calls is left for the interpreter here, and a level of that takes 544 bytes of a
/// development build (464 on x86-64): a little more than there is.
const TOO_DEEP: [&str; 4] = ["argument", "left-operand", "let", "mutual"];

/// Guest addresses are given out again within this much: QEMU's own tables grow with all that ever
/// were, and every program of the corpus reserves gigabytes. (Tests of mappings go without: QEMU 7.2
/// loses pages that are moved among addresses that it has reserved.)
const ADDRESSES: &str = "-R 64G ";

/// What is run on ARM64.
#[derive(Args)]
pub struct Options {
    /// Only trials of the corpus whose name contains this, as `jit::` or `corpus/tail`
    #[arg(long, default_value = "", value_name = "TEXT")]
    only: String,
}

/// The runtime's tests, and the corpus in every mode.
pub fn arm64(options: &Options) -> Outcome {
    need("qemu-aarch64", &["--version"], "`apt-get install qemu-user` gets it")?;
    need(LINKER, &["--version"], "`apt-get install gcc-aarch64-linux-gnu` gets it")?;
    run(nice(0, "rustup").args(["target", "add", TARGET]))?;
    cargo("", &["-p", "galo-runtime"])?;
    let deep = TOO_DEEP.map(|name| format!("--skip=jit-stress-zeal::corpus/depth/{name}-million"));
    let mut corpus = vec!["-p", "galo", "--test", "corpus", "--", &options.only];
    corpus.extend(deep.iter().map(String::as_str));
    cargo(ADDRESSES, &corpus)
}

/// Builds and runs tests for the target, with these options of QEMU's.
fn cargo(emulator: &str, tests: &[&str]) -> Outcome {
    let mut command = nice(10, "cargo");
    command.args(["test", "--target", TARGET]).args(tests);
    command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER);
    let runner = format!("qemu-aarch64 {emulator}-L {SYSROOT}");
    run(command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", runner))
}
