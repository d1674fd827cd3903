//! From an error of the JSON reader to a [`Diagnostic`] with its place and path.

use std::fmt::Write;

use memchr::{memchr_iter, memrchr_iter};
use serde_json::error::Category;

use super::read::{Reader, Step};
use crate::syntax::ast::Span;
use crate::syntax::diagnostic::{Diagnostic, Label, Severity};

/// Says what is wrong with `text`, of which `reader` has read the beginning.
pub(super) fn diagnose(error: &serde_json::Error, reader: Reader<'_>, text: &str) -> Diagnostic {
    let end = offset(text, error.line(), error.column());
    let (code, message, start) = match (error.classify(), &reader.message) {
        (Category::Data, Some(message)) => ("json-ast", message.clone(), token_start(text, end)),
        _ => ("json-syntax", syntax_message(error), end.saturating_sub(1)),
    };
    let start = text.floor_char_boundary(start);
    Diagnostic {
        severity: Severity::Error,
        code,
        message,
        primary: Label {
            span: Span { start: start as u32, end: end as u32, file: reader.input_file() },
            text: format!("at `{}`", path(&reader.path)),
        },
        secondary: Vec::new(),
        help: reader.help.into_iter().collect(),
    }
}

/// What serde_json says, without the place that it appends.
fn syntax_message(error: &serde_json::Error) -> String {
    let mut message = error.to_string();
    if let Some(place) = message.rfind(" at line ") {
        message.truncate(place);
    }
    format!("this is not JSON: {message}")
}

/// The byte offset of a place that serde_json gives: `column` bytes into `line`.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(breaks) => memchr_iter(b'\n', text.as_bytes()).nth(breaks).map_or(0, |at| at + 1),
    };
    text.ceil_char_boundary((start + column).min(text.len()))
}

/// Where the token begins that ends at `end`, white space aside: errors of the tree
/// are found when a token has been read.
fn token_start(text: &str, end: usize) -> usize {
    let read = text[..end].trim_end().as_bytes();
    let Some((&last, before)) = read.split_last() else { return 0 };
    match last {
        b'"' => memrchr_iter(b'"', before).find(|&at| !is_escaped(before, at)).unwrap_or(0),
        b'[' | b']' | b'{' | b'}' | b',' | b':' => before.len(),
        _ => before.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1),
    }
}

/// Whether the quote at `at` has an odd number of backslashes before it. Within a
/// string all have, so that the first that has not, going back, begins the string.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// The way from the root, in the usual notation: `$.expression.arguments[2].value`.
/// The middle of a long way is left out.
fn path(steps: &[Step]) -> String {
    const ENDS: usize = 6;
    let mut path = "$".to_owned();
    for (index, step) in steps.iter().rev().enumerate() {
        if steps.len() > 2 * ENDS && (ENDS..steps.len() - ENDS).contains(&index) {
            if index == ENDS {
                let _ = write!(path, " … {} more … ", steps.len() - 2 * ENDS);
            }
            continue;
        }
        let _ = match step {
            Step::Field(field) => write!(path, ".{}", field.name()),
            Step::Index(index) => write!(path, "[{index}]"),
        };
    }
    path
}
