//! All ways in which a program of the tests is run: one table.

use galo::syntax::ast::Ast;
use galo::syntax::{json, parser};
use galo::{Config, Engine, Tier};

use crate::corpus::{Form, Program, Settings};
use crate::observation::{Error, Observation};
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
    Mode { name: "interp", run: |program| run(program, Tier::Interp, false) },
    Mode { name: "interp-json", run: |program| run_as_json(program, Tier::Interp) },
    Mode { name: "interp-zeal", run: |program| run(program, Tier::Interp, true) },
    Mode { name: "auto", run: |program| run(program, Tier::Auto, false) },
];

impl Mode {
    /// Whether a program is to be run in this mode.
    pub fn takes(&self, settings: &Settings) -> bool {
        !self.name.split('-').any(|word| settings.skip.iter().any(|skip| skip == word))
    }
}

fn run_reference(program: Program<'_>) -> Result<Observation, String> {
    let ast = read(program)?;
    let outcome = reference::run(&ast, program.settings.dialect, Limits::default());
    Observation::of_reference(outcome).ok_or("the reference evaluator gave up".into())
}

fn run(program: Program<'_>, tier: Tier, zeal: bool) -> Result<Observation, String> {
    let defaults = Config::default();
    let engine = Engine::new(Config {
        tier,
        zeal,
        lenient: program.settings.dialect == Dialect::Lenient,
        max_heap: program.settings.max_heap.unwrap_or(defaults.max_heap),
        max_stack: program.settings.max_stack.unwrap_or(defaults.max_stack),
        ..defaults
    });
    let loaded = engine.load(program.name, program.text.as_bytes());
    let loaded = loaded.map_err(|error| error.to_string())?;
    let mut stdout = Vec::new();
    let error = loaded.run(&mut stdout).err().map(|error| Error {
        kind: error.kind.name().to_owned(),
        place: (error.span.start, error.span.end),
        message: Some(error.message),
    });
    Ok(Observation { stdout, error })
}

fn run_as_json(program: Program<'_>, tier: Tier) -> Result<Observation, String> {
    let mut text = Vec::new();
    json::write(&read(program)?, &mut text).map_err(|error| error.to_string())?;
    let text = &String::from_utf8(text).map_err(|error| error.to_string())?;
    run(Program { form: Form::Json, text, ..program }, tier, false)
}

fn read(program: Program<'_>) -> Result<Ast, String> {
    match program.form {
        Form::Source => parser::parse(program.name, program.text).map_err(|e| format!("{e:#?}")),
        Form::Json => json::read(program.name, program.text).map_err(|e| format!("{e:#?}")),
    }
}
