//! What the line editor knows of the language: where an input ends, its colours, its names.

use std::borrow::Cow;

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::command::Command;
use super::entry::{Parsed, parse};
use crate::syntax::lexer::{Lexer, TokenKind};

/// Words that are syntax.
const WORDS: [&str; 9] = ["let", "if", "else", "fn", "print", "first", "second", "true", "false"];

/// The editor's helper.
#[derive(Debug)]
pub(super) struct Rinha {
    /// The names that are bound.
    pub(super) names: Vec<String>,
    /// Whether to colour what is typed.
    pub(super) color: bool,
}

impl Helper for Rinha {}

impl Hinter for Rinha {
    type Hint = String;
}

impl Validator for Rinha {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = ctx.input();
        let is_open = !is_command(input)
            && !input.trim().is_empty()
            // An empty line ends everything.
            && !input.ends_with("\n\n")
            && matches!(parse(input), Parsed::Incomplete);
        Ok(if is_open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Rinha {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..position];
        if let Some(word) = before.strip_prefix(':')
            && !word.contains(' ')
        {
            let names = Command::names().filter(|name| name.starts_with(word));
            return Ok((1, names.map(str::to_owned).collect()));
        }
        let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '/';
        let start = before
            .rfind(|char| !is_part(char))
            .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
        let word = &before[start..];
        let all = WORDS.iter().copied().chain(self.names.iter().map(String::as_str));
        let mut words: Vec<_> = all.filter(|name| name.starts_with(word)).collect();
        words.sort_unstable();
        words.dedup();
        Ok((start, words.into_iter().map(str::to_owned).collect()))
    }
}

impl Highlighter for Rinha {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if self.color && !is_command(line) { Cow::Owned(colored(line)) } else { line.into() }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.color
    }
}

/// Whether an input is a command rather than a program.
pub(super) fn is_command(input: &str) -> bool {
    input.trim_start().starts_with(':')
}

fn colored(line: &str) -> String {
    let (mut lexer, mut text, mut done) = (Lexer::new(line), String::new(), 0);
    loop {
        let token = lexer.next_token();
        let range = token.range();
        text += &line[done..range.start];
        done = range.end;
        match code(token.kind) {
            _ if token.kind == TokenKind::Eof => return text + &line[range.start..],
            Some(code) => text += &format!("\x1B[{code}m{}\x1B[0m", &line[range]),
            None => text += &line[range],
        }
    }
}

/// The colour of a token, as terminals number them.
fn code(kind: TokenKind) -> Option<u8> {
    use TokenKind::*;
    match kind {
        Let | If | Else | Fn => Some(35),
        Print | First | Second => Some(36),
        Int | True | False => Some(33),
        Str | UnterminatedString => Some(32),
        LineComment | BlockComment | UnterminatedComment => Some(90),
        Invalid => Some(31),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_coloured_and_nothing_is_lost() {
        let text = colored("let a = \"b\" // c\n  1");
        assert!(text.starts_with("\x1B[35mlet\x1B[0m a = \x1B[32m\"b\"\x1B[0m "), "{text:?}");
        let mut plain = text;
        for code in [32, 33, 35, 90, 0] {
            plain = plain.replace(&format!("\x1B[{code}m"), "");
        }
        assert_eq!(plain, "let a = \"b\" // c\n  1");
    }

    #[test]
    fn names_words_and_commands_are_completed() {
        let names = vec!["fib".to_owned(), "fold".to_owned()];
        let editor = Rinha { names, color: false };
        let history = rustyline::history::MemHistory::new();
        let complete =
            |line: &str| editor.complete(line, line.len(), &Context::new(&history)).unwrap();
        assert_eq!(
            complete("1 + f"),
            (4, ["false", "fib", "first", "fn", "fold"].map(str::to_owned).to_vec())
        );
        assert_eq!(complete("é(fi"), (3, vec!["fib".to_owned(), "first".to_owned()]));
        assert_eq!(complete(":as"), (1, vec!["asm".to_owned()]));
        assert_eq!(complete(":asm fo"), (5, vec!["fold".to_owned()]));
    }
}
