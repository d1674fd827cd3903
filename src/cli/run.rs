//! `galo run`: runs a program.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Instant;

use super::Outcome;
use super::args::RunArgs;
use super::failure::{Failure, say};
use super::input::Input;
use super::stats::Statistics;
use crate::report::Call;
use crate::syntax::diagnostic::{Diagnostic, Label, Severity};
use crate::{Config, Engine, InputError, ProgramError, engine::TraceFrame};

pub(super) fn run(args: &RunArgs, color: bool) -> Outcome {
    let start = Instant::now();
    let input = Input::read_or_contest(&args.input)?;
    let engine = Engine::new(config(args));
    let program =
        engine.load(&input.name, &input.bytes).map_err(|error| refused(&input, &error, color))?;
    let result = program.run(&mut io::stdout().lock());
    if args.time {
        say(&format!("time: {:.3} ms\n", start.elapsed().as_secs_f64() * 1e3));
    }
    if let Some(file) = &args.stats {
        let run = result.as_ref().map_or_else(|error| error.stats, |run| *run);
        let reporter = input.reporter(program.ast(), false);
        let place = |span| reporter.place(span);
        let statistics = Statistics { program: &program, run, place: &place };
        match file {
            Some(path) => statistics.write(path)?,
            None => say(&statistics.table()),
        }
    }
    match result {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) if error.is_closed_pipe() => Ok(ExitCode::SUCCESS),
        Err(error) => Err(program_error(&input, &error, color)),
    }
}

fn config(args: &RunArgs) -> Config {
    Config {
        tier: args.tier,
        max_heap: args.max_heap.0,
        max_stack: args.max_stack.0,
        lenient: args.lenient,
        profile: args.stats.is_some(),
        flush_lines: io::stdout().is_terminal(),
        zeal: args.zeal,
    }
}

/// The failure to load `input`: it cannot be read as a tree, or the tree is refused.
fn refused(input: &Input, error: &InputError, color: bool) -> Failure {
    match input.parse(color) {
        Ok(ast) => input.refused(&ast, &error.diagnostics, color),
        Err(failure) => failure,
    }
}

/// The failure that is due to a program error, shown like an error in the input.
fn program_error(input: &Input, error: &ProgramError, color: bool) -> Failure {
    let diagnostic = Diagnostic {
        severity: Severity::Error,
        code: error.kind.name(),
        message: error.message.clone(),
        primary: Label { span: error.span, text: error.label.clone() },
        secondary: Vec::new(),
        help: error.help.iter().cloned().collect(),
    };
    let reporter = input.reporter(error.ast(), color);
    let calls: Vec<_> = error.trace.iter().flat_map(calls).collect();
    let text = reporter.diagnostic_of(&diagnostic, error.node);
    Failure::ProgramError(text + &reporter.trace(&calls))
}

/// The lines that an entry of the trace takes.
fn calls(frame: &TraceFrame) -> impl Iterator<Item = Call<'_>> {
    let (call, repeated) = match frame {
        TraceFrame::Call { function, span, count, .. } => {
            let function = function.as_str();
            let repeated = (*count > 1).then(|| Call::Repeated { function, count: count - 1 });
            (Call::Frame { function, call: *span }, repeated)
        }
        TraceFrame::Omitted(count) => (Call::Omitted { count: *count }, None),
    };
    std::iter::once(call).chain(repeated)
}
