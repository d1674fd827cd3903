//! The command; see the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use versus::args::{Args, Command};
use versus::{compare, report, run};

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        None => run::run(&args.run),
        Some(Command::Compare(compared)) => compare::command(compared),
        Some(Command::Report(reported)) => report::command(reported),
        Some(Command::Peers) => run::list_peers(),
    };
    done.unwrap_or_else(|message| {
        eprintln!("versus: {message}");
        ExitCode::FAILURE
    })
}
