//! Inputs out of what is no terminal: a pipe or a file.
//!
//! An input goes on for as many lines as it takes. While a bracket, a text or a comment is open, or an
//! operator has no right side, that is known without parsing, so that long inputs take time in proportion
//! to their length; an empty line ends an input that nothing but the grammar keeps open.

use std::io::{self, BufRead};

use super::editor::is_command;
use super::entry::{Parsed, parse};
use crate::syntax::lexer::{Lexer, TokenKind};

/// Reads inputs.
#[derive(Debug)]
pub(super) struct Lines<R> {
    from: R,
    /// Whether nothing has been read: there may be a byte order mark.
    is_first: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(from: R) -> Lines<R> {
        Lines { from, is_first: true }
    }

    /// The next input, or `None` at the end. What the end cuts off is an input, too: whoever
    /// reads it sees what is missing.
    ///
    /// # Errors
    /// The input cannot be read, or is not UTF-8.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        let (mut text, mut open) = (String::new(), Open::default());
        loop {
            let line = text.len();
            if self.from.read_line(&mut text)? == 0 {
                return Ok((!text.trim().is_empty()).then_some(text));
            }
            if std::mem::take(&mut self.is_first) && text.starts_with('\u{FEFF}') {
                text.drain(..'\u{FEFF}'.len_utf8());
            }
            if line == 0 && is_command(&text) {
                return Ok(Some(text));
            }
            open.read(&text, line);
            let is_empty = text[line..].trim().is_empty();
            let lacks_more = || open.lacks_more || matches!(parse(&text), Parsed::Incomplete);
            let goes_on = open.is_open() || (!is_empty && lacks_more());
            if !goes_on {
                return Ok(Some(text));
            }
        }
    }
}

/// What no term ends with, so that another line is wanted without asking the parser.
const LACK_MORE: &[TokenKind] = {
    use TokenKind::*;
    &[
        Add, Sub, Mul, Div, Rem, Eq, Neq, Lt, Gt, Lte, Gte, And, Or, Assign, Arrow, Comma, Let, If,
        Else, Fn,
    ]
};

/// What is open at the end of whole lines, of which there are more and more.
#[derive(Debug, Default)]
struct Open {
    /// How many brackets are.
    brackets: usize,
    /// Up to where tokens have been counted: the end, or the beginning of a text or comment that
    /// is open.
    counted: usize,
    /// Whether there is one, and what may end it.
    cut: Option<char>,
    /// Whether what comes last needs something behind it.
    lacks_more: bool,
}

impl Open {
    /// Counts what has come since: a line.
    fn read(&mut self, text: &str, line: usize) {
        use TokenKind::*;
        if self.cut.is_some_and(|end| !text[line..].contains(end)) {
            return;
        }
        let (mut lexer, start) = (Lexer::new(&text[self.counted..]), self.counted);
        loop {
            let token = lexer.next_token();
            self.counted = start + token.range().start;
            self.cut = match token.kind {
                UnterminatedString => Some('"'),
                UnterminatedComment => Some('/'),
                _ => None,
            };
            match token.kind {
                Eof | UnterminatedString | UnterminatedComment => return,
                LineComment | BlockComment => continue,
                ParenOpen | BraceOpen => self.brackets += 1,
                ParenClose | BraceClose => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
            self.lacks_more = LACK_MORE.contains(&token.kind);
        }
    }

    fn is_open(&self) -> bool {
        self.cut.is_some() || self.brackets > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(text: &str) -> Vec<String> {
        let mut lines = Lines::new(text.as_bytes());
        std::iter::from_fn(|| lines.next().unwrap()).map(|input| input.trim().to_owned()).collect()
    }

    #[test]
    fn an_input_takes_as_many_lines_as_it_needs() {
        let texts = [
            "let f = fn (x) => {\n\n  x\n}",
            "f(1)",
            ":list (",
            "let a =\n  1",
            "if (true) { 1 }\nelse { 2 }",
            "\"a\n\nb\"",
            "/* (\n\n */ 1",
            "1 + // one\n// and\n 2",
        ];
        assert_eq!(inputs(&texts.join("\n")), texts);
    }

    #[test]
    fn an_empty_line_ends_what_is_only_unfinished() {
        assert_eq!(inputs("1 +\n\n2\n"), ["1 +", "2"]);
        assert_eq!(inputs("1\n\n\n2"), ["1", "", "", "2"]);
    }

    #[test]
    fn what_the_end_cuts_off_is_an_input() {
        assert_eq!(inputs("1\n(2,\n 3"), ["1", "(2,\n 3"]);
        assert_eq!(inputs("let x ="), ["let x ="]);
        assert_eq!(inputs(") )\n(1\n)"), [") )", "(1\n)"]);
        assert_eq!(inputs("\u{FEFF}1\n2"), ["1", "2"]);
    }
}
