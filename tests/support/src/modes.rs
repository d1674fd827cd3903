//! All ways in which a program of the tests is run: one table.

use galo::syntax::ast::Ast;
use galo::syntax::{json, parser};

use crate::corpus::{Case, Form};
use crate::observation::Observation;
use crate::reference::{self, Limits};

/// One way to run a program.
pub struct Mode {
    /// Its name, in words that a program can skip.
    pub name: &'static str,
    /// Runs a program: its name, its text, and how.
    pub run: fn(&Case) -> Result<Observation, String>,
}

/// The table; the first mode that runs a program is the one to bless from.
pub const MODES: &[Mode] = &[Mode { name: "reference", run: run_reference }];

impl Mode {
    /// Whether a program is to be run in this mode.
    pub fn takes(&self, case: &Case) -> bool {
        !self.name.split('-').any(|word| case.settings.skip.iter().any(|skip| skip == word))
    }
}

fn run_reference(case: &Case) -> Result<Observation, String> {
    let ast = read(case)?;
    let outcome = reference::run(&ast, case.settings.dialect, Limits::default());
    Observation::of_reference(outcome).ok_or("the reference evaluator gave up".into())
}

fn read(case: &Case) -> Result<Ast, String> {
    match case.form {
        Form::Source => {
            parser::parse(&case.name, &case.text).map_err(|errors| format!("{errors:#?}"))
        }
        Form::Json => json::read(&case.name, &case.text).map_err(|error| format!("{error:#?}")),
    }
}
