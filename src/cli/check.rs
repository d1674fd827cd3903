//! `galo check`: errors and warnings, without running.

use std::process::ExitCode;

use super::Outcome;
use super::args::CheckArgs;
use super::failure::say;
use super::input::Input;
use crate::check::{Findings, check as find};

pub(super) fn check(args: &CheckArgs, color: bool) -> Outcome {
    let input = Input::read(&args.input)?;
    let ast = input.parse(color)?;
    let findings = find(&ast).map_err(|error| input.refused(&ast, &[*error], color))?;
    let reporter = input.reporter(&ast, color);
    for warning in &findings.warnings {
        say(&reporter.diagnostic(warning));
        say("\n");
    }
    let count = findings.warnings.len() + findings.omitted;
    if count == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    say(&summary(&input.name, count, &findings));
    Ok(if args.deny_warnings { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn summary(name: &str, count: usize, findings: &Findings) -> String {
    let plural = if count == 1 { "" } else { "s" };
    match findings.omitted {
        0 => format!("{name}: {count} warning{plural}\n"),
        _ => format!("{name}: {count} warning{plural}, {} shown\n", findings.warnings.len()),
    }
}
