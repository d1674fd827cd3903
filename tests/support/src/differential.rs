//! One program in several modes, and what the reference evaluator makes of it: do all
//! agree?

use galo::syntax::ast::Ast;
use galo::syntax::json;

use crate::corpus::{Form, Program, Settings};
use crate::observation::Observation;
use crate::reference::{self, Dialect, Limits};

/// How much of a generated program is run: little, so that one without end is given
/// up soon.
pub const LIMITS: Limits = Limits { steps: 30_000, depth: 2_000, bytes: 1 << 18 };

/// A way to run a program.
pub struct Way<'a> {
    /// What to call it.
    pub name: &'a str,
    /// Runs a program.
    pub run: &'a dyn Fn(Program<'_>) -> Result<Observation, String>,
}

/// Compares all ways with the reference evaluator, unless that gives up, and with the
/// first of them, which knows more: messages and traces.
///
/// # Errors
/// The first difference, with the program as JSON.
pub fn compare(ast: &Ast, dialect: Dialect, ways: &[Way<'_>]) -> Result<(), String> {
    let outcome = reference::run(ast, dialect, LIMITS);
    let Some(mut expected) = Observation::of_reference(outcome) else { return Ok(()) };
    let text = &json_of(ast);
    let settings = &Settings::new(dialect);
    let program = Program { name: "generated.rinha", form: Form::Json, text, settings };
    for Way { name, run } in ways {
        let seen = run(program)?;
        // The reference knows no limit for strings that nobody looks at.
        if seen.is_out_of_memory() {
            continue;
        }
        if !seen.agrees_with(&expected) {
            return Err(format!("{name} saw {seen:#?}\ninstead of {expected:#?}\nin {text}"));
        }
        if expected.error.as_ref().is_some_and(|error| error.message.is_none()) {
            expected = seen;
        }
    }
    Ok(())
}

fn json_of(ast: &Ast) -> String {
    let mut text = Vec::new();
    json::write(ast, &mut text).expect("a vector takes everything");
    String::from_utf8(text).expect("JSON is text")
}
