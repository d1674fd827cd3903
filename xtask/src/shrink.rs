//! `cargo xtask shrink`: hands a program to the shrinker of the tests' support crate.

use std::path::PathBuf;

use clap::Args;

use crate::Outcome;
use crate::process::{nice, run};

/// What to make smaller.
#[derive(Args)]
pub struct Options {
    /// The program, as source or as JSON
    file: PathBuf,
    /// Options for galo with which it goes wrong
    #[arg(last = true)]
    flags: Vec<String>,
}

/// Shrinks with a galo of the ordinary profile.
pub fn shrink(options: &Options) -> Outcome {
    let file = options.file.canonicalize();
    let file = file.map_err(|error| format!("{}: {error}", options.file.display()))?;
    run(nice(5, "cargo").args(["build", "--quiet", "--bin", "galo"]))?;
    let mut command = nice(5, "cargo");
    command.args(["run", "--quiet", "-p", "galo-testing", "--bin", "shrink", "--"]);
    run(command.arg("target/debug/galo").arg(file).args(&options.flags))
}
