//! Trees back to source: the formatter and the one-line form for messages.
//!
//! The tree is written as a [`document`] by the [`printer`], which decides nothing
//! about the width of lines, and laid out from there. Comments come from the source's
//! tokens and are put where the printer passes their place ([`comments`]).
//!
//! What holds of the result: it parses to the same tree, places aside; formatting it
//! again changes nothing; no comment is lost. All of it takes linear time and no
//! native stack.

mod comments;
mod document;
mod printer;
mod terms;
#[cfg(test)]
mod tests;
mod writable;

use super::ast::{Ast, NodeId};
use super::diagnostic::Diagnostic;
use super::parser::parse;
use comments::Trivia;
use document::Op;
use printer::Printer;

/// Formats a source with its comments, or says why it does not parse.
pub fn format_source(file_name: &str, source: &str) -> Result<String, Vec<Diagnostic>> {
    let ast = parse(file_name, source)?;
    Ok(print(&ast, Trivia::of(source)))
}

/// Formats a tree that came from elsewhere, or says what in it no source can express.
pub fn format_ast(ast: &Ast) -> Result<String, Vec<Diagnostic>> {
    writable::check(ast)?;
    Ok(print(ast, Trivia::default()))
}

fn print(ast: &Ast, trivia: Trivia<'_>) -> String {
    let mut printer = Printer::new(ast, trivia);
    printer.begin(ast.root());
    while printer.step() {}
    document::layout(&printer.finish())
}

/// The source of a node on one line of at most `max_chars` characters, cut with `…`.
///
/// For messages: whatever the tree holds is shown as it is, and only as much of the
/// tree is visited as the line has room for.
pub fn snippet(ast: &Ast, node: NodeId, max_chars: usize) -> String {
    // Callees stand before what is printed of their calls: a bound on the steps keeps
    // a chain of a million calls from being walked for its first name.
    const STEPS_PER_CHAR: usize = 16;
    let mut printer = Printer::new(ast, Trivia::default());
    printer.begin(node);
    let mut line = Line { text: String::new(), room: max_chars };
    for _ in 0..max_chars.saturating_mul(STEPS_PER_CHAR) {
        if !printer.step() {
            return line.text;
        }
        for op in printer.take() {
            if !line.push(op) {
                return line.cut();
            }
        }
    }
    line.cut()
}

/// A line with room for some more characters.
struct Line {
    text: String,
    room: usize,
}

impl Line {
    /// Appends what `op` is on one line; whether there was room.
    fn push(&mut self, op: Op<'_>) -> bool {
        let digits;
        let text = match op {
            Op::Text(text) => text,
            Op::Int(value) => {
                digits = value.to_string();
                &digits
            }
            Op::Line { flat } => flat,
            Op::Hard { .. } => " ",
            Op::Indent | Op::Dedent | Op::Begin | Op::End => "",
        };
        for character in text.chars() {
            if self.room == 0 {
                return false;
            }
            self.room -= 1;
            self.text.push(if character.is_control() { ' ' } else { character });
        }
        true
    }

    /// The line with its end replaced by `…`.
    fn cut(mut self) -> String {
        if self.room == 0 {
            self.text.pop();
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push('…');
        self.text
    }
}
