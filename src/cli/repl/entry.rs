//! What is typed, taken apart: definitions, and perhaps a term behind them.

use crate::syntax::ast::{Ast, Node};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::lexer::{Lexer, TokenKind};
use crate::syntax::parser;

/// What messages call the session's text.
pub(super) const NAME: &str = "<repl>";

/// One `let`, without what follows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Definition {
    /// The name that it binds.
    pub(super) name: String,
    /// Its text, up to and with its semicolon.
    pub(super) text: String,
}

/// An input that can be evaluated.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Entry {
    /// The definitions, in order.
    pub(super) definitions: Vec<Definition>,
    /// The term behind them.
    pub(super) term: Option<String>,
    /// Whether that is a `print`, whose value has been seen already.
    pub(super) prints: bool,
}

/// What an input is.
#[derive(Debug)]
pub(super) enum Parsed {
    /// Something to evaluate.
    Entry(Entry),
    /// The beginning of something.
    Incomplete,
    /// Nothing that can be understood, and why.
    Wrong(Vec<Diagnostic>),
}

/// Reads an input: a term, as in a file, or definitions alone.
pub(super) fn parse(input: &str) -> Parsed {
    let errors = match parser::parse(NAME, input) {
        Ok(ast) => return Parsed::Entry(entry(&ast, input, true)),
        Err(errors) => errors,
    };
    // A line feed ends what may be a comment.
    for end in ["\n0", "\n;0"] {
        let definitions = format!("{input}{end}");
        if let Ok(ast) = parser::parse(NAME, &definitions)
            && matches!(ast.node(ast.root()), Node::Let { .. })
        {
            return Parsed::Entry(entry(&ast, &definitions, false));
        }
    }
    let is_open = |error: &Diagnostic| {
        error.primary.span.start as usize >= input.trim_end().len()
            || matches!(error.code, "unterminated-string" | "unterminated-comment")
    };
    if errors.iter().all(is_open) { Parsed::Incomplete } else { Parsed::Wrong(errors) }
}

fn entry(ast: &Ast, text: &str, has_term: bool) -> Entry {
    let (mut next, mut entry, mut rest) = (ast.root(), Entry::default(), 0);
    while let Node::Let { name, value, next: body } = ast.node(next) {
        let (term_end, end) = ends(text, ast.span(value).end as usize);
        let name = ast.text(name.text).to_owned();
        let text = format!("{};", text[rest..term_end].trim_start());
        entry.definitions.push(Definition { name, text });
        (next, rest) = (body, end);
    }
    if has_term {
        entry.term = Some(text[rest..].trim().to_owned());
        entry.prints = matches!(ast.node(next), Node::Print(_));
    }
    entry
}

/// Where a term that goes on until `start` at least ends, and where the semicolon behind it does:
/// there are at most closing parentheses and comments before that.
fn ends(text: &str, start: usize) -> (usize, usize) {
    let (mut lexer, mut term_end) = (Lexer::new(&text[start..]), start);
    loop {
        let token = lexer.next_token();
        let end = start + token.end as usize;
        match token.kind {
            TokenKind::Semicolon | TokenKind::Eof => return (term_end, end),
            TokenKind::LineComment | TokenKind::BlockComment => {}
            _ => term_end = end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(input: &str) -> Entry {
        match parse(input) {
            Parsed::Entry(entry) => entry,
            other => panic!("{input}: {other:?}"),
        }
    }

    fn texts(entry: &Entry) -> Vec<&str> {
        entry.definitions.iter().map(|definition| definition.text.as_str()).collect()
    }

    #[test]
    fn definitions_and_terms_are_told_apart() {
        for input in ["let x = (1)", "let x = (1);", "let x = (1); // one", "let x = (1) // one"] {
            let entry = entry(input);
            assert_eq!((entry.definitions.len(), &entry.term), (1, &None), "{input}");
            assert_eq!(entry.definitions[0].name, "x");
            assert_eq!(entry.definitions[0].text, "let x = (1);");
        }
        let both = entry("let a = (1); let b = fn (x) => { let y = x; y };\n(b)(a)");
        assert_eq!(texts(&both), ["let a = (1);", "let b = fn (x) => { let y = x; y };"]);
        assert_eq!(both.term.as_deref(), Some("(b)(a)"));
        assert!(entry("let a = 1; print(a)").prints);
        assert!(!entry("(print(1), 2)").prints);
    }

    #[test]
    fn beginnings_are_waited_for() {
        for input in ["fn (a) =>", "let x =", "if (true) {", "\"a", "1 +", "(1,", "f(1", "let"] {
            assert!(matches!(parse(input), Parsed::Incomplete), "{input}");
        }
        for input in ["1 + * 2", ")", "let 1 = 2;", "a b"] {
            assert!(matches!(parse(input), Parsed::Wrong(_)), "{input}");
        }
    }
}
