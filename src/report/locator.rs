//! The places of a program for those who name many of them.

use super::{Place, Places, Reporter, Source, place_in_text, tree_place};
use crate::syntax::ast::{Ast, Span};

/// Names places of one program, each in one line.
#[derive(Debug)]
pub struct Locator<'a> {
    source: Prepared<'a>,
}

#[derive(Debug)]
enum Prepared<'a> {
    Text { name: &'a str, places: Places<'a> },
    Tree(&'a Ast),
}

impl<'a> Locator<'a> {
    /// Prepares the places of what a reporter reports on.
    pub fn new(reporter: &Reporter<'a>) -> Locator<'a> {
        let source = match reporter.source {
            Source::Text { name, text } => Prepared::Text { name, places: Places::new(text) },
            Source::Tree(ast) => Prepared::Tree(ast),
        };
        Locator { source }
    }

    /// Where a span begins: file, line and column.
    pub fn place(&self, span: Span) -> String {
        match &self.source {
            Prepared::Text { name, places } => place_in_text(name, places.of(span.start as usize)),
            Prepared::Tree(ast) => tree_place(ast, span),
        }
    }

    /// The file of a span and the place where it begins, if the source is at hand.
    pub fn file_and_place(&self, span: Span) -> Option<(String, Place)> {
        match &self.source {
            Prepared::Text { name, places } => {
                Some(((*name).to_owned(), places.of(span.start as usize)))
            }
            Prepared::Tree(_) => None,
        }
    }

    /// The same without the file.
    pub fn short(&self, span: Span) -> String {
        match &self.source {
            Prepared::Text { places, .. } => places.of(span.start as usize).to_string(),
            Prepared::Tree(_) => format!("bytes {}..{}", span.start, span.end),
        }
    }
}
