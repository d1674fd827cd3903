//! From the bytes of a file to a tree: which form they have, and whether they are
//! text at all.
//!
//! The form is told by content: a JSON object begins with `{`, white space, a
//! string and a colon, and no program does, though one may well begin with `{`.

use super::ast::{Ast, Span};
use super::diagnostic::{Diagnostic, Label, Severity};
use super::{json, parser};

/// The form that a program comes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Source text.
    Source,
    /// The contest's JSON.
    Json,
}

/// Reads the program in `bytes`, the contents of the file `name`.
///
/// Places in diagnostics are offsets into [`text`]'s result.
pub fn read(name: &str, bytes: &[u8]) -> Result<Ast, Vec<Diagnostic>> {
    let text = text(name, bytes).map_err(|error| vec![*error])?;
    match form(text) {
        Form::Source => parser::parse(name, text),
        Form::Json => json::read(name, text).map_err(|error| vec![*error]),
    }
}

/// The text of a file, without a byte order mark.
pub fn text<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    let bytes = without_byte_order_mark(bytes);
    if u32::try_from(bytes.len()).is_err() {
        let message = "a program is smaller than 4 GiB".to_owned();
        return Err(error("too-large", message, name, 0, "this file is larger"));
    }
    str::from_utf8(bytes).map_err(|invalid| {
        let at = invalid.valid_up_to();
        let message = format!("the file is not UTF-8: there is an invalid byte at offset {at}");
        error("not-utf-8", message, name, at, &format!("this byte is 0x{:02X}", bytes[at]))
    })
}

/// What follows the byte order mark, if there is one: places are counted from there.
pub fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// The form of a program's text.
pub fn form(text: &str) -> Form {
    let Some(inside) = skip_space(text).strip_prefix('{') else { return Form::Source };
    match skip_space(inside).strip_prefix('"') {
        Some(string) => match end_of_string(string).map(skip_space) {
            Some(rest) if rest.starts_with(':') => Form::Json,
            _ => Form::Source,
        },
        None if skip_space(inside).starts_with('}') => Form::Json,
        None => Form::Source,
    }
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

/// What follows the quote that ends the string whose contents `text` begins with.
fn end_of_string(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(&text[end + 1..])
}

fn error(
    code: &'static str,
    message: String,
    name: &str,
    at: usize,
    label: &str,
) -> Box<Diagnostic> {
    let file = Ast::new(name).file_span().file;
    let start = u32::try_from(at).unwrap_or(u32::MAX);
    let span = Span { start, end: start.saturating_add(1), file };
    Box::new(Diagnostic {
        severity: Severity::Error,
        code,
        message,
        primary: Label { span, text: label.to_owned() },
        secondary: Vec::new(),
        help: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_from_blocks() {
        for json in ["{\"name\": 1", " {\n \"a\\\"\" \r\n:", "{}", "{ }"] {
            assert_eq!(form(json), Form::Json, "{json}");
        }
        for source in
            ["{ \"a\" }", "{ \"a\" + \"b\" }", "{ 1 }", "{", "", "// {\n{\"a\": 1}", "{\"a"]
        {
            assert_eq!(form(source), Form::Source, "{source}");
        }
    }

    #[test]
    fn the_byte_order_mark_is_no_text() {
        assert_eq!(text("f", b"\xEF\xBB\xBF1"), Ok("1"));
    }

    #[test]
    fn bytes_that_are_no_text_are_pointed_at() {
        let error = text("f", b"1 + \xFF").unwrap_err();
        assert_eq!((error.code, error.primary.span.start), ("not-utf-8", 4));
    }
}
