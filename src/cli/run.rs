//! `galo run`: runs a program.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use super::Outcome;
use super::args::RunArgs;
use super::failure::{Failure, say, warn};
use super::input::Input;
use super::naming::named_after;
use super::signals::Signals;
use super::{dump, output};
use crate::engine::{Run, RunStats, Sampling};
use crate::inspect::{
    Dumps, Inspector, Names, Overview, PassOverview, Profile, ProfileOptions, Statistics,
    StatsOptions, StatsWriter, Trace, TraceOptions,
};
use crate::report::{Call, Locator};
use crate::syntax::diagnostic::{Diagnostic, Label, Severity};
use crate::{
    Config, Engine, ErrorKind, InputError, JitConfig, Program, ProgramError, engine::TraceFrame,
};

pub(super) fn run(args: &RunArgs, color: bool) -> Outcome {
    if args.inspect.wants_overview() {
        return output::print(|out| write!(out, "{Overview}"));
    }
    if args.jit.wants_overview() {
        return output::print(|out| write!(out, "{PassOverview}"));
    }
    let begin = Instant::now();
    let input = Input::read_or_contest(&args.input)?;
    let (dump_options, trace_options) = (args.inspect.dump_options(), args.inspect.trace_options());
    let profile_options = profile_options(args);
    let written = [
        dump_options.as_ref().map(|options| options.target.clone()),
        trace_options.as_ref().map(|options| options.target.clone()),
        args.inspect.stats.as_ref().map(|options| options.target.clone()),
        profile_options.as_ref().and_then(|options| options.target()),
    ];
    written.iter().flatten().try_for_each(|target| Input::spare(&args.input, target))?;
    let dumps = dump_options.as_ref().map(|options| dump::open(options, &input, color));
    let (dumps, trace) = (dumps.transpose()?, trace_options.as_ref().map(open_trace).transpose()?);
    let stats = args.inspect.stats.as_ref().map(open_stats).transpose()?;
    let engine = Engine::new(config(args));
    let program = load(&engine, &input, color)?;
    let profile = profile_options.as_ref().map(open_profile).transpose()?;
    let watched = Watched { dumps, trace, profile, stats };
    let run = match watched {
        Watched { dumps: None, trace: None, profile: None, stats: None } => {
            start(program.prepare(), &mut io::stdout().lock())
        }
        _ => {
            let names = Names::new(&program, Locator::new(&input.reporter(program.ast(), false)));
            run_watched(args, profile_options, &names, watched, color)?
        }
    };
    warn_of_no_compiler(&program, color);
    if args.inspect.time {
        say(&format!("time: {:.3} ms\n", begin.elapsed().as_secs_f64() * 1e3));
    }
    outcome(&input, run, color)
}

/// A run that has ended.
pub(super) struct Finished {
    pub(super) result: Result<RunStats, Box<ProgramError>>,
    /// The signal that came meanwhile.
    signal: Option<i32>,
}

/// Runs a program that signals can interrupt.
pub(super) fn start(run: Run<'_>, output: &mut dyn Write) -> Finished {
    // Without handlers signals end galo all the same, if less politely.
    let signals = Signals::interrupt(&run.interrupt_handle()).ok();
    let result = run.start(output);
    Finished { result, signal: signals.and_then(|signals| signals.came()) }
}

/// What a run comes to.
pub(super) fn outcome(input: &Input, run: Finished, color: bool) -> Outcome {
    match (run.result, run.signal) {
        (Ok(_), _) => Ok(ExitCode::SUCCESS),
        (Err(error), _) if error.is_closed_pipe() => Ok(ExitCode::SUCCESS),
        (Err(error), Some(signal)) if error.kind == ErrorKind::Interrupted => {
            Err(Failure::Interrupted { text: error_text(input, &error, color), signal })
        }
        (Err(error), _) => Err(program_error(input, &error, color)),
    }
}

/// What is told of a run while it goes on.
struct Watched<'a> {
    dumps: Option<Dumps<'a>>,
    trace: Option<Trace<'a>>,
    profile: Option<Profile>,
    stats: Option<StatsWriter>,
}

/// Runs a program and tells what was asked for of it.
fn run_watched(
    args: &RunArgs,
    profile_options: Option<ProfileOptions>,
    names: &Names<'_>,
    watched: Watched<'_>,
    color: bool,
) -> Result<Finished, Failure> {
    let Watched { dumps, trace, profile, stats } = watched;
    if let Some(dumps) = &dumps {
        dumps.program(names);
    }
    let inspector = Inspector { names, trace, dumps, profile };
    let run = start(names.program.prepare().observe(&inspector), &mut io::stdout().lock());
    if let (Some(trace), Some(options)) = (inspector.trace, &args.inspect.trace) {
        trace.finish().map_err(|e| Failure::unwritable_target(&options.target, e))?;
    }
    if let (Some(profile), Some(options)) = (inspector.profile, &profile_options) {
        let samples = profile.finish().map_err(|e| unwritable_profile(options, e))?;
        if let (Some(samples), Some(target)) = (samples, options.target()) {
            say(&format!("wrote {samples} samples to {}\n", target.name()));
        }
    }
    if let Some(dumps) = &inspector.dumps {
        dump::finish(dumps, names, color)?;
    }
    if let (Some(stats), Some(options)) = (stats, &args.inspect.stats) {
        let cost = run.result.as_ref().map_or_else(|error| error.stats, |run| *run);
        let statistics = Statistics { names, run: cost, tiers: names.program.tier_stats() };
        stats.write(&statistics).map_err(|e| Failure::unwritable_target(&options.target, e))?;
    }
    Ok(run)
}

/// Says so if machine code was wanted and cannot be had.
pub(super) fn warn_of_no_compiler(program: &Program, color: bool) {
    if let Some(error) = program.missing_compiler() {
        warn(&format!("everything was interpreted: {error}"), color);
    }
}

/// The profile that is wanted. Where folded stacks go if nobody says is named after the program.
fn profile_options(args: &RunArgs) -> Option<ProfileOptions> {
    let options = args.inspect.profile.clone()?;
    let path = || named_after(args.input.file.as_deref(), "profile", "folded");
    Some(options.in_file(path))
}

fn open_profile(options: &ProfileOptions) -> Result<Profile, Failure> {
    Profile::open(options).map_err(|error| unwritable_profile(options, error))
}

fn unwritable_profile(options: &ProfileOptions, error: io::Error) -> Failure {
    match options.target() {
        Some(target) => Failure::unwritable_target(&target, error),
        None => Failure::Unwritable { name: "the debugger".to_owned(), error },
    }
}

fn open_trace(options: &TraceOptions) -> Result<Trace<'_>, Failure> {
    Trace::open(options).map_err(|error| Failure::unwritable_target(&options.target, error))
}

fn open_stats(options: &StatsOptions) -> Result<StatsWriter, Failure> {
    StatsWriter::open(options).map_err(|error| Failure::unwritable_target(&options.target, error))
}

/// Loads a program, or says why it is none.
pub(super) fn load(engine: &Engine, input: &Input, color: bool) -> Result<Program, Failure> {
    engine.load(&input.name, &input.bytes).map_err(|error| refused(input, &error, color))
}

fn config(args: &RunArgs) -> Config {
    args.limits.config(Config {
        tier: args.jit.tier,
        jit: JitConfig { count_calls: args.inspect.stats.is_some(), ..args.jit.config() },
        profile: args.inspect.stats.is_some(),
        sampling: matches!(args.inspect.profile, Some(ProfileOptions::Folded(_)))
            .then(Sampling::default),
        flush_lines: io::stdout().is_terminal(),
        zeal: args.zeal,
        ..Config::default()
    })
}

/// The failure to load `input`: it cannot be read as a tree, or the tree is refused.
fn refused(input: &Input, error: &InputError, color: bool) -> Failure {
    match input.parse(color) {
        Ok(ast) => input.refused(&ast, &error.diagnostics, color),
        Err(failure) => failure,
    }
}

/// The failure that is due to a program error.
pub(super) fn program_error(input: &Input, error: &ProgramError, color: bool) -> Failure {
    Failure::ProgramError(error_text(input, error, color))
}

/// A program error, shown like an error in the input.
pub(super) fn error_text(input: &Input, error: &ProgramError, color: bool) -> String {
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
    text + &reporter.trace(&calls)
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
