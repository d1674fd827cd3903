//! One program in several modes, and what the reference evaluator makes of it: do all
//! agree?

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use galo::syntax::ast::Ast;
use galo::syntax::json;

use crate::corpus::{Form, Program, Settings};
use crate::observation::{Observation, is_limit};
use crate::reference::{self, Dialect, Limits};
use crate::shrink::{self, shrink};

/// How much of a generated program is run: little, so that one without end is given
/// up soon.
pub const LIMITS: Limits = Limits { steps: 30_000, depth: 2_000, bytes: 1 << 18 };

/// A way to run a program.
pub struct Way<'a> {
    /// What to call it.
    pub name: &'a str,
    /// Runs a program.
    pub run: &'a dyn Fn(Program<'_>) -> Result<Observation, String>,
    /// Whether the engine's limits are so low that the program may meet one that the
    /// reference evaluator does not know.
    pub is_limited: bool,
}

/// A way that does not do what the program says.
#[derive(Debug)]
pub struct Difference {
    /// The way's name.
    pub way: String,
    /// What it did instead of what.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.way, self.what)
    }
}

/// Compares all ways with the reference evaluator, unless that gives up, and with the
/// first of them, which knows more: messages and traces.
///
/// # Errors
/// The first difference, for the smallest program that shows it, with that program as source
/// and as JSON.
pub fn check(ast: &Ast, dialect: Dialect, ways: &[Way<'_>]) -> Result<(), String> {
    let Err(difference) = compare(ast, dialect, ways) else { return Ok(()) };
    let last = difference.way.clone();
    let is_needed = |(index, way): &(usize, &Way<'_>)| *index == 0 || way.name == last;
    let needed: Vec<&Way<'_>> =
        ways.iter().enumerate().filter(is_needed).map(|(_, way)| way).collect();
    let difference_of =
        |ast: &Ast| compare_with(ast, dialect, &needed).err().filter(|found| found.way == last);
    let smallest = shrink(ast, shrink::TRIES, &mut |ast| difference_of(ast).is_some());
    let difference = difference_of(&smallest).unwrap_or(difference);
    let (source, json) = (shrink::text(&smallest), json_of(&smallest));
    Err(format!("{difference}\nin the {dialect:?} program\n{source}\nwhich is\n{json}"))
}

/// The same without looking for a smaller program.
///
/// # Errors
/// The first difference.
pub fn compare(ast: &Ast, dialect: Dialect, ways: &[Way<'_>]) -> Result<(), Difference> {
    compare_with(ast, dialect, &ways.iter().collect::<Vec<_>>())
}

fn compare_with(ast: &Ast, dialect: Dialect, ways: &[&Way<'_>]) -> Result<(), Difference> {
    let outcome = reference::run(ast, dialect, LIMITS);
    let Some(mut expected) = Observation::of_reference(outcome) else { return Ok(()) };
    let text = &json_of(ast);
    let settings = &Settings::new(dialect);
    let program = Program { name: "generated.rinha", form: Form::Json, text, settings };
    for way in ways {
        let difference = |what| Err(Difference { way: way.name.to_owned(), what });
        let seen = match catch_unwind(AssertUnwindSafe(|| (way.run)(program))) {
            Ok(Ok(seen)) => seen,
            Ok(Err(refusal)) => return difference(format!("refused it: {refusal}")),
            Err(panic) => return difference(format!("panicked: {}", message(&*panic))),
        };
        // The reference knows no limit for strings that nobody looks at.
        if seen.is_out_of_memory() || (way.is_limited && stopped_at_limit(&seen)) {
            if !expected.stdout.starts_with(&seen.stdout) {
                return difference(format!(
                    "printed {seen:#?}\nwhich does not begin {expected:#?}"
                ));
            }
            continue;
        }
        if !seen.agrees_with(&expected) {
            return difference(format!("saw {seen:#?}\ninstead of {expected:#?}"));
        }
        if expected.error.as_ref().is_some_and(|error| error.message.is_none()) {
            expected = seen;
        }
    }
    Ok(())
}

fn stopped_at_limit(seen: &Observation) -> bool {
    seen.error.as_ref().is_some_and(|error| is_limit(&error.kind))
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

fn json_of(ast: &Ast) -> String {
    let mut text = Vec::new();
    json::write(ast, &mut text).expect("a vector takes everything");
    String::from_utf8(text).expect("JSON is text")
}
