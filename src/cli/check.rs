//! `galo check`: errors and warnings, without running.

use std::process::ExitCode;

use serde_json::Value;

use super::args::{CheckArgs, Format, InputArgs};
use super::failure::{NOT_A_PROGRAM, say};
use super::files::for_each;
use super::input::Input;
use super::{Outcome, output};
use crate::check::{Findings, check as find};
use crate::report::{Source, lint_json};
use crate::syntax::input::read;

pub(super) fn check(args: &CheckArgs, color: bool) -> Outcome {
    if args.format == Format::Text {
        return for_each(&args.inputs, color, |input| text(args, input, color));
    }
    let mut reports = Vec::new();
    let status = for_each(&args.inputs, color, |input| {
        let (report, status) = json(args, &Input::read(input)?);
        reports.push(report);
        Ok(ExitCode::from(status))
    })?;
    if !reports.is_empty() {
        output::print(|out| writeln!(out, "{:#}", Value::Array(reports)))?;
    }
    Ok(status)
}

/// What there is to say of an input, for people.
fn text(args: &CheckArgs, input: &InputArgs, color: bool) -> Outcome {
    let input = Input::read(input)?;
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

/// The same as JSON, also if the input is no program, and the exit status.
fn json(args: &CheckArgs, input: &Input) -> (Value, u8) {
    match read(&input.name, &input.bytes) {
        Err(errors) => {
            let source = Source::Text { name: &input.name, text: &input.shown() };
            (lint_json(&input.name, source, &errors, 0), NOT_A_PROGRAM)
        }
        Ok(ast) => match find(&ast) {
            Err(error) => (lint_json(&input.name, input.source(&ast), &[*error], 0), NOT_A_PROGRAM),
            Ok(Findings { warnings, omitted }) => {
                let is_denied = args.deny_warnings && !warnings.is_empty();
                let report = lint_json(&input.name, input.source(&ast), &warnings, omitted);
                (report, u8::from(is_denied))
            }
        },
    }
}

fn summary(name: &str, count: usize, findings: &Findings) -> String {
    let plural = if count == 1 { "" } else { "s" };
    match findings.omitted {
        0 => format!("{name}: {count} warning{plural}\n"),
        _ => format!("{name}: {count} warning{plural}, {} shown\n", findings.warnings.len()),
    }
}
