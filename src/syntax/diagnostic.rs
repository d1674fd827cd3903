//! What can be said about an input: errors and warnings, as data.
//!
//! How they look on a terminal is the business of `report`.

use super::ast::Span;

/// How serious a diagnostic is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The input is not a program.
    Error,
    /// The input is a program, but perhaps not the one that was meant.
    Warning,
}

/// A place and what is to be said there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The remark, without a final stop.
    pub text: String,
}

/// One finding about an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable name for the kind of finding, in kebab case: `unbound-name`.
    pub code: &'static str,
    /// The finding in one line, without a final stop.
    pub message: String,
    /// The place it is about.
    pub primary: Label,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// What to do about it, a line each.
    pub help: Vec<String>,
}
