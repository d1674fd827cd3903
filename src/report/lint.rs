//! Findings as JSON, in the shape that ESLint gave to the outputs of linters
//! (<https://eslint.org/docs/latest/use/formatters/#json>): editors and reviewers of changes read it.
//!
//! An array with an object for each input: `filePath`, `messages`, `errorCount`, `warningCount` and,
//! beyond ESLint's, `omittedCount`. Each message has `ruleId` (the finding's stable name), `severity`
//! (2 an error, 1 a warning), `message`, `line`, `column`, `endLine`, `endColumn` (from 1; columns in
//! characters) and, beyond ESLint's, `offset` and `endOffset` (in bytes, from 0), `label`, `help`
//! and `related`, other places that explain it. Where only a tree is at hand, and not the source that
//! it was made from, there are no lines and columns, and `file` names that source.
//! `docs/schemas/check.schema.json` describes all of it.

use serde_json::{Map, Value, json};

use super::{Places, Source};
use crate::syntax::ast::Span;
use crate::syntax::diagnostic::{Diagnostic, Label, Severity};

/// The object for one input: all that was found about it, `omitted` warnings more not being among it.
pub fn lint_json(name: &str, source: Source<'_>, found: &[Diagnostic], omitted: usize) -> Value {
    let places = match source {
        Source::Text { text, .. } => Some(Places::new(text)),
        Source::Tree(_) => None,
    };
    let writer = Writer { source, places };
    let errors = found.iter().filter(|found| found.severity == Severity::Error).count();
    json!({
        "filePath": name,
        "messages": found.iter().map(|found| writer.message(found)).collect::<Vec<_>>(),
        "errorCount": errors,
        "warningCount": found.len() - errors + omitted,
        "omittedCount": omitted,
    })
}

struct Writer<'a> {
    source: Source<'a>,
    places: Option<Places<'a>>,
}

impl Writer<'_> {
    fn message(&self, found: &Diagnostic) -> Value {
        let mut message = Map::new();
        message.insert("ruleId".to_owned(), found.code.into());
        let severity = match found.severity {
            Severity::Error => 2,
            Severity::Warning => 1,
        };
        message.insert("severity".to_owned(), severity.into());
        message.insert("message".to_owned(), found.message.as_str().into());
        self.place(&mut message, found.primary.span);
        message.insert("label".to_owned(), found.primary.text.as_str().into());
        message.insert("help".to_owned(), found.help.as_slice().into());
        let related = found.secondary.iter().map(|label| self.related(label));
        message.insert("related".to_owned(), related.collect());
        Value::Object(message)
    }

    fn related(&self, label: &Label) -> Value {
        let mut related = Map::new();
        related.insert("message".to_owned(), label.text.as_str().into());
        self.place(&mut related, label.span);
        Value::Object(related)
    }

    fn place(&self, into: &mut Map<String, Value>, span: Span) {
        if let Some(places) = &self.places {
            let (start, end) = (places.of(span.start as usize), places.of(span.end as usize));
            into.insert("line".to_owned(), start.line.into());
            into.insert("column".to_owned(), start.column.into());
            into.insert("endLine".to_owned(), end.line.into());
            into.insert("endColumn".to_owned(), end.column.into());
        }
        if let Source::Tree(ast) = self.source {
            into.insert("file".to_owned(), ast.file(span.file).into());
        }
        into.insert("offset".to_owned(), span.start.into());
        into.insert("endOffset".to_owned(), span.end.into());
    }
}
