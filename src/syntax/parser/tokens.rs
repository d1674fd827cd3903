//! Tokens in messages: how they are called, and what is wrong with those that are none.

use super::super::ast::Node;
use super::super::diagnostic::Diagnostic;
use super::super::lexer::{Token, TokenKind};
use super::{Parser, State};

impl Parser<'_> {
    /// A token as messages name it.
    pub(super) fn describe(&self, token: Token) -> String {
        const LONGEST: usize = 40;
        match token.kind {
            TokenKind::Eof => "the end of the file".to_owned(),
            TokenKind::Str => "a string".to_owned(),
            _ => {
                let text = self.text(token);
                match text.char_indices().nth(LONGEST) {
                    Some((cut, _)) => format!("`{}…`", &text[..cut]),
                    None => format!("`{text}`"),
                }
            }
        }
    }

    pub(super) fn invalid_characters(&self) -> Diagnostic {
        let mut characters = self.text(self.token).chars();
        let first = characters.next().unwrap_or_default();
        let message = match characters.next() {
            Some(_) => "these characters begin nothing in this language".to_owned(),
            None if matches!(first, '\'' | '"' | '\\') => {
                format!("the character `{first}` begins nothing")
            }
            None => format!("the character `{}` begins nothing", first.escape_debug()),
        };
        let error = self.error("invalid-character", message, "not expected anywhere");
        match first {
            '!' => error.with_help("there is no `!`: write `condition == false`"),
            '&' => error.with_help("the operator is `&&`"),
            '|' => error.with_help("the operator is `||`"),
            '\'' | '`' | '“' | '”' => error.with_help("strings are written with `\"`"),
            '#' => error.with_help("comments begin with `//`"),
            '[' | ']' => error.with_help("there are no lists: build them of tuples"),
            _ => error,
        }
    }

    pub(super) fn unterminated_string(&self) -> Diagnostic {
        let span = self.span(self.token.start, self.token.start + 1);
        Diagnostic::error("unterminated-string", "this string has no end", span, "begins here")
            .with_help("close it with `\"`; a quote in a string is written `\\\"`")
    }

    pub(super) fn unterminated_comment(&self) -> Diagnostic {
        let span = self.span(self.token.start, self.token.start + 2);
        Diagnostic::error("unterminated-comment", "this comment has no end", span, "begins here")
            .with_help("close it with `*/`")
    }

    pub(super) fn invalid_escape(&self) -> Diagnostic {
        let text = self.text(self.token);
        let (at, escaped) = first_invalid_escape(text);
        let start = self.token.start + at as u32;
        let span = self.span(start, start + 1 + escaped.len_utf8() as u32);
        let message = format!("unknown escape `\\{}`", escaped.escape_debug());
        Diagnostic::error("invalid-escape", message, span, "not an escape of this language")
            .with_help("only `\\\\` and `\\\"` may follow a backslash")
            .with_help("for a line break, break the line: strings may span lines")
    }

    pub(super) fn integer_out_of_range(&mut self) -> State {
        let error = self
            .error("integer-out-of-range", "this integer is too large", "out of range")
            .with_help(format!("integers end at {}", i32::MAX));
        let next = self.literal(Node::Int(0));
        self.report(error, next)
    }
}

/// Where in a string literal the first unknown escape is, and what it escapes.
fn first_invalid_escape(literal: &str) -> (usize, char) {
    let mut characters = literal.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '\\' {
            continue;
        }
        match characters.next() {
            Some((_, '"' | '\\')) => {}
            Some((_, escaped)) => return (at, escaped),
            None => break,
        }
    }
    (0, '"')
}
