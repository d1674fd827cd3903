//! The command line: one file per subcommand, and what they share.
//!
//! Subcommands return a [`Failure`] or an exit code; only [`main`] prints failures, so
//! that all exit codes are in one place, [`failure`].

mod args;
mod ast;
mod bug;
mod calls;
mod check;
mod dump;
mod explore;
mod failure;
mod files;
mod flame;
mod fmt;
mod input;
mod naming;
mod nearest;
mod options;
mod output;
mod page;
mod progress;
mod repl;
mod run;
mod shell;
mod signals;
mod size;
mod span;
mod unit;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Color, Command};
use failure::Failure;

/// What a subcommand comes to.
type Outcome = Result<ExitCode, Failure>;

/// Does what the command line says.
pub fn main() -> ExitCode {
    bug::install_hook();
    let Cli { command, run, color } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let color = color.unwrap_or_default().is_wanted();
    let outcome = match command {
        None => run::run(&run, color),
        Some(Command::Run(args)) => run::run(&args, color),
        Some(Command::Check(args)) => check::check(&args, color),
        Some(Command::Ast(args)) => ast::ast(&args, color),
        Some(Command::Fmt(args)) => fmt::fmt(&args, color),
        Some(Command::Dump(args)) => dump::dump(&args, color),
        Some(Command::Explore(args)) => explore::explore(&args, color),
        Some(Command::Flame(args)) => flame::flame(&args, color),
        Some(Command::Repl(args)) => repl::repl(&args, color),
        Some(Command::Completions(args)) => shell::completions(&args),
        Some(Command::Man(args)) => shell::man(&args),
        Some(Command::Version) => output::print(|out| writeln!(out, "galo {}", VERSION)),
    };
    outcome.unwrap_or_else(|failure| failure.report(color))
}

/// Says what is wrong with the command line, or what it asks about itself.
fn refused(error: &clap::Error) -> ExitCode {
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match nearest::misplaced(error, &words) {
        Some(message) => Failure::Usage(message).report(Color::default().is_wanted()),
        None => match error.print() {
            Ok(()) => ExitCode::from(error.exit_code() as u8),
            Err(error) => Failure::from(error).report(false),
        },
    }
}

/// What `galo version` says.
const VERSION: &str = env!("CARGO_PKG_VERSION");
