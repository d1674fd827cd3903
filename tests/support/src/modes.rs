//! All ways in which a program of the tests is run: one table.

use std::num::NonZeroU64;

use galo::engine::{Failure, Sampling, TraceFrame};
use galo::ssa::{PassSet, Switches};
use galo::syntax::ast::Ast;
use galo::syntax::{json, parser};
use galo::{Config, Engine, JitConfig, ProgramError, Tier};

use crate::corpus::{Form, Program, Settings};
use crate::observation::{Error, Observation, is_limit};
use crate::reference::{self, Dialect, Limits};

/// One way to run a program.
pub struct Mode {
    /// Its name, in words that a program can skip.
    pub name: &'static str,
    /// Runs a program.
    pub run: fn(Program<'_>) -> Result<Observation, String>,
}

/// The table, the most trustworthy mode first.
pub const MODES: &[Mode] = &[
    Mode { name: "reference", run: run_reference },
    Mode { name: "interp", run: |program| run(program, interp()) },
    Mode { name: "interp-json", run: |program| run_as_json(program, interp()) },
    Mode { name: "interp-zeal", run: |program| run(program, Config { zeal: true, ..interp() }) },
    Mode { name: "auto", run: |program| run(program, Config::default()) },
    Mode { name: "auto-eager", run: |program| run(program, eager()) },
    Mode { name: "auto-sampled", run: |program| run(program, sampled()) },
    Mode { name: "jit", run: |program| run(program, jit()) },
    Mode { name: "jit-plain", run: |program| run(program, plain()) },
    Mode { name: "jit-zeal", run: |program| run(program, Config { zeal: true, ..jit() }) },
    Mode { name: "jit-stress-zeal", run: |program| run(program, stress()) },
];

/// The mode whose messages and traces the other tiers must give, too.
pub const YARDSTICK: &Mode = &MODES[1];

impl Mode {
    /// Whether a program is to be run in this mode.
    pub fn takes(&self, settings: &Settings) -> bool {
        !self.name.split('-').any(|word| settings.skip.iter().any(|skip| skip == word))
    }
}

fn interp() -> Config {
    Config { tier: Tier::Interp, ..Config::default() }
}

/// Functions are compiled after a few calls, when little of their profile is known.
fn eager() -> Config {
    let jit = JitConfig { threshold: Some(3), ..JitConfig::default() };
    Config { jit, ..Config::default() }
}

/// The stack is looked at again and again, in both tiers and between them.
fn sampled() -> Config {
    Config { sampling: NonZeroU64::new(101).map(Sampling::EveryPolls), ..eager() }
}

fn jit() -> Config {
    Config { tier: Tier::Jit, ..Config::default() }
}

/// Without the optimiser.
fn plain() -> Config {
    let switches = Switches { passes: PassSet::NONE, ..Switches::ALL };
    Config { jit: JitConfig { switches, ..JitConfig::default() }, ..jit() }
}

fn stress() -> Config {
    let jit = JitConfig { stress: Some(JitConfig::STRESS), ..JitConfig::default() };
    Config { jit, ..Config::default() }
}

fn run_reference(program: Program<'_>) -> Result<Observation, String> {
    let ast = read(program)?;
    let outcome = reference::run(&ast, program.settings.dialect, Limits::default());
    Observation::of_reference(outcome).ok_or("the reference evaluator gave up".into())
}

/// Runs a program with a configuration, of which its settings may say otherwise.
pub fn run(program: Program<'_>, config: Config) -> Result<Observation, String> {
    let engine = Engine::new(Config {
        lenient: program.settings.dialect == Dialect::Lenient,
        max_heap: program.settings.max_heap.unwrap_or(config.max_heap),
        max_stack: program.settings.max_stack.unwrap_or(config.max_stack),
        ..config
    });
    let loaded = engine.load(program.name, program.text.as_bytes());
    let loaded = loaded.map_err(|error| error.to_string())?;
    let mut stdout = Vec::new();
    let error = loaded.run(&mut stdout).err().map(|error| observed(&error));
    compiler_is_right(&loaded)?;
    Ok(Observation { stdout, error })
}

/// A program goes on in the interpreter if the compiler has panicked, or has made something malformed:
/// its output would not tell.
fn compiler_is_right(program: &galo::Program) -> Result<(), String> {
    let is_bug = |failure: &Failure| !matches!(failure, Failure::Jit(_));
    let failures = program.tier_stats().failures;
    let bug = failures.iter().find(|(_, failure)| is_bug(failure));
    bug.map_or(Ok(()), |(id, failure)| {
        Err(format!("function {} was not compiled: {failure}", id.index()))
    })
}

fn observed(error: &ProgramError) -> Error {
    let kind = error.kind.name();
    Error {
        kind: kind.to_owned(),
        place: (error.span.start, error.span.end),
        message: Some(error.message.clone()),
        trace: (!is_limit(kind)).then(|| error.trace.iter().map(in_words).collect()),
    }
}

fn in_words(frame: &TraceFrame) -> String {
    match frame {
        TraceFrame::Call { function, span, count, recursive, .. } => {
            let (start, end) = (span.start, span.end);
            let by = if *recursive { " by itself" } else { "" };
            format!("{function}, called{by} at {start}-{end}, {count} times")
        }
        TraceFrame::Omitted(count) => format!("{count} calls"),
    }
}

fn run_as_json(program: Program<'_>, config: Config) -> Result<Observation, String> {
    let mut text = Vec::new();
    json::write(&read(program)?, &mut text).map_err(|error| error.to_string())?;
    let text = &String::from_utf8(text).map_err(|error| error.to_string())?;
    run(Program { form: Form::Json, text, ..program }, config)
}

fn read(program: Program<'_>) -> Result<Ast, String> {
    match program.form {
        Form::Source => parser::parse(program.name, program.text).map_err(|e| format!("{e:#?}")),
        Form::Json => json::read(program.name, program.text).map_err(|e| format!("{e:#?}")),
    }
}
