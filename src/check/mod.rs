//! Warnings: what is a program but perhaps not the one that was meant.
//!
//! Each lint is a file with one function that looks at a node and its names, or at an operation and
//! what is proven of its operands. Nodes are visited in one loop over the arena, so that nothing
//! here recurses.

mod argument_count;
mod condition;
mod grouping;
mod impossible;
mod operators;
mod unbound;
mod unused;

use std::collections::BTreeMap;

use crate::core::Names;
use crate::flow;
use crate::syntax::ast::{Ast, Name, Node, NodeId, Span};
use crate::syntax::diagnostic::{Diagnostic, Label, Severity};

/// More warnings than this are only counted.
pub const MAX_WARNINGS: usize = 100;

/// What there is to say about a program.
#[derive(Debug, Default)]
pub struct Findings {
    /// The first [`MAX_WARNINGS`] warnings, in the order of the source.
    pub warnings: Vec<Diagnostic>,
    /// How many more there are.
    pub omitted: usize,
}

/// Looks for what is probably a mistake.
///
/// # Errors
/// If the program is one that galo does not run.
pub fn check(ast: &Ast) -> Result<Findings, Box<Diagnostic>> {
    let names = &Names::resolve(ast)?;
    let context = Context { ast, names };
    let mut findings = Collector::default();
    let mut grouping = grouping::Grouping::new(ast);
    for id in (0..ast.len()).map(NodeId::new) {
        unbound::check(context, id, &mut findings);
        unused::check(context, id, &mut findings);
        argument_count::check(context, id, &mut findings);
        condition::check(context, id, &mut findings);
    }
    // Parents first: an operator chain is judged where it begins.
    for id in (0..ast.len()).rev().map(NodeId::new) {
        grouping.check(id, &mut findings);
    }
    let program = names.lower();
    impossible::check(ast, &program, &flow::analyze(&program, false), &mut findings);
    Ok(findings.made())
}

/// What lints look at.
#[derive(Clone, Copy)]
struct Context<'a> {
    ast: &'a Ast,
    names: &'a Names<'a>,
}

/// Collects warnings, which come in any order. They are made at the end: to find a similar name takes
/// long, and there may be a million of them.
#[derive(Default)]
struct Collector<'a> {
    /// The first ones, by where they are and in which order they came.
    first: BTreeMap<(u32, usize), Box<dyn FnOnce() -> Diagnostic + 'a>>,
    count: usize,
}

impl<'a> Collector<'a> {
    /// Adds what `warning` makes, which is about this place.
    fn add(&mut self, place: Span, warning: impl FnOnce() -> Diagnostic + 'a) {
        let key = (place.start, self.count);
        self.count += 1;
        let is_full = self.first.len() == MAX_WARNINGS;
        if is_full && self.first.last_key_value().is_some_and(|(&last, _)| last < key) {
            return;
        }
        self.first.insert(key, Box::new(warning));
        if is_full {
            self.first.pop_last();
        }
    }

    fn made(self) -> Findings {
        let omitted = self.count - self.first.len();
        Findings { warnings: self.first.into_values().map(|warning| warning()).collect(), omitted }
    }
}

/// A warning about one place.
fn warning(code: &'static str, message: String, span: Span, label: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code,
        message,
        primary: Label { span, text: label.to_owned() },
        secondary: Vec::new(),
        help: Vec::new(),
    }
}

/// A name as a message quotes it: cut, for names have any length.
fn quoted(name: &str) -> String {
    const MOST: usize = 40;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &name[..end]),
        None => format!("`{name}`"),
    }
}

/// The names that a node binds.
fn bound_names(ast: &Ast, node: Node) -> &[Name] {
    match node {
        Node::Function { parameters, .. } => ast.names(parameters),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::syntax::parser;

    /// The warnings about `source`: their codes and what they point at.
    pub(super) fn warnings(source: &str) -> Vec<(&'static str, &str)> {
        let ast = parser::parse("test", source).unwrap();
        let warnings = check(&ast).unwrap().warnings.into_iter();
        let place =
            |span: crate::syntax::ast::Span| &source[span.start as usize..span.end as usize];
        warnings.map(|warning| (warning.code, place(warning.primary.span))).collect()
    }

    /// The help lines of the only warning about `source`.
    pub(super) fn help(source: &str) -> Vec<String> {
        let ast = parser::parse("test", source).unwrap();
        let mut warnings = check(&ast).unwrap().warnings;
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        warnings.remove(0).help
    }

    #[test]
    fn warnings_are_bounded_and_counted() {
        let source = vec!["x"; 1_000].join(" + ");
        let findings = check(&parser::parse("test", &source).unwrap()).unwrap();
        assert_eq!((findings.warnings.len(), findings.omitted), (100, 900));
        let starts = findings.warnings.iter().map(|warning| warning.primary.span.start);
        assert!(starts.eq((0..100).map(|index| 4 * index)), "the first ones");
    }

    #[test]
    fn a_good_program_has_no_warnings() {
        let source = "let even = fn (n) => { if (n == 0) { true } else { odd(n - 1) } };
            let odd = fn (n) => { if (n == 0) { false } else { even(n - 1) } };
            let _ = print((even(10), odd(7)));
            print(1 + 2 + 3)";
        assert_eq!(warnings(source), []);
    }
}
