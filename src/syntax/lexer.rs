//! Source text to tokens, by the rules of the contest's grammar.
//!
//! The longest match wins and a keyword beats a name of the same length, which has
//! consequences that readers may not expect: `/` is a letter inside of names, so that
//! `n//c` is one name and no comment. White space is Unicode's. Comments are tokens
//! here: the parser steps over them, the formatter keeps them.
//!
//! The lexer never fails: what is no token becomes a token of an error kind, and a
//! run of invalid characters is one such token. Spans are bytes of the file, a
//! leading byte order mark included. No token allocates.

use logos::Logos;
use memchr::{memchr, memchr2};

/// The kind of a [`Token`].
#[derive(Logos, Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
#[logos(skip r"\s+", error = TokenKind)]
pub enum TokenKind {
    /// `let`
    #[token("let")]
    Let,
    /// `if`
    #[token("if")]
    If,
    /// `else`
    #[token("else")]
    Else,
    /// `fn`
    #[token("fn")]
    Fn,
    /// `print`
    #[token("print")]
    Print,
    /// `first`
    #[token("first")]
    First,
    /// `second`
    #[token("second")]
    Second,
    /// `true`
    #[token("true")]
    True,
    /// `false`
    #[token("false")]
    False,
    /// `external`, which the grammar reserves and never uses.
    #[token("external")]
    External,
    /// A name, `_` included.
    #[token("_")]
    #[regex("[a-zA-Z][a-zA-Z0-9/_]*")]
    Name,
    /// Decimal digits, of any length.
    #[regex("[0-9]+")]
    Int,
    /// A string literal with its quotes.
    #[token("\"", string)]
    Str,
    /// `(`
    #[token("(")]
    ParenOpen,
    /// `)`
    #[token(")")]
    ParenClose,
    /// `{`
    #[token("{")]
    BraceOpen,
    /// `}`
    #[token("}")]
    BraceClose,
    /// `,`
    #[token(",")]
    Comma,
    /// `;`
    #[token(";")]
    Semicolon,
    /// `.`, for which the grammar has no use.
    #[token(".")]
    Dot,
    /// `=`
    #[token("=")]
    Assign,
    /// `=>`
    #[token("=>")]
    Arrow,
    /// `+`
    #[token("+")]
    Add,
    /// `-`
    #[token("-")]
    Sub,
    /// `*`
    #[token("*")]
    Mul,
    /// `/`
    #[token("/")]
    Div,
    /// `%`
    #[token("%")]
    Rem,
    /// `==`
    #[token("==")]
    Eq,
    /// `!=`
    #[token("!=")]
    Neq,
    /// `<`
    #[token("<")]
    Lt,
    /// `>`
    #[token(">")]
    Gt,
    /// `<=`
    #[token("<=")]
    Lte,
    /// `>=`
    #[token(">=")]
    Gte,
    /// `&&`
    #[token("&&")]
    And,
    /// `||`
    #[token("||")]
    Or,
    /// A comment to the end of its line, the line end not included.
    #[token("//", line_comment)]
    LineComment,
    /// A comment from `/*` to the first `*/`.
    #[token("/*", block_comment)]
    BlockComment,
    /// Error: characters that begin no token.
    #[default]
    Invalid,
    /// Error: a string literal in which a backslash precedes something else than a
    /// backslash or a quote.
    InvalidEscape,
    /// Error: a string literal that the file ends in.
    UnterminatedString,
    /// Error: a block comment that the file ends in.
    UnterminatedComment,
    /// The end of the file.
    Eof,
}

/// A token: its kind and its bytes in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// The kind.
    pub kind: TokenKind,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Token {
    /// The token's bytes as a range of the source.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The longest source that spans can address.
pub const MAX_SOURCE_LEN: usize = u32::MAX as usize;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The tokens of a source, comments included; after the last token it yields
/// [`TokenKind::Eof`] for ever.
pub struct Lexer<'s> {
    inner: logos::Lexer<'s, TokenKind>,
    /// The token that ended a run of invalid characters.
    ahead: Option<Token>,
}

impl<'s> Lexer<'s> {
    /// A lexer at the beginning of `source`, after its byte order mark if it has one.
    ///
    /// # Panics
    /// If `source` is longer than [`MAX_SOURCE_LEN`].
    pub fn new(source: &'s str) -> Self {
        assert!(source.len() <= MAX_SOURCE_LEN, "spans are 32 bits wide");
        let mut inner = TokenKind::lexer(source);
        if source.starts_with(BYTE_ORDER_MARK) {
            inner.bump(BYTE_ORDER_MARK.len_utf8());
        }
        Lexer { inner, ahead: None }
    }

    /// The next token.
    #[inline]
    pub fn next_token(&mut self) -> Token {
        let token = match self.ahead.take() {
            Some(token) => token,
            None => self.scan(),
        };
        if token.kind == TokenKind::Invalid { self.fold_invalid(token) } else { token }
    }

    #[inline]
    fn scan(&mut self) -> Token {
        let kind = match self.inner.next() {
            Some(Ok(kind) | Err(kind)) => kind,
            None => TokenKind::Eof,
        };
        let span = self.inner.span();
        Token { kind, start: span.start as u32, end: span.end as u32 }
    }

    /// Joins the invalid characters that follow `first` without a gap to it.
    #[cold]
    fn fold_invalid(&mut self, first: Token) -> Token {
        let mut run = first;
        loop {
            let next = self.scan();
            if next.kind != TokenKind::Invalid || next.start != run.end {
                self.ahead = Some(next);
                return run;
            }
            run.end = next.end;
        }
    }
}

/// Finds the end of a string literal. Escapes that the grammar does not know are
/// stepped over like the others, so that one mistake does not shift all quotes after it.
fn string(lexer: &mut logos::Lexer<'_, TokenKind>) -> Result<(), TokenKind> {
    let rest = lexer.remainder().as_bytes();
    let mut at = 0;
    let mut valid = true;
    while let Some(found) = memchr2(b'"', b'\\', &rest[at..]) {
        at += found + 1;
        if rest[at - 1] == b'"' {
            lexer.bump(at);
            return if valid { Ok(()) } else { Err(TokenKind::InvalidEscape) };
        }
        let Some(&escaped) = rest.get(at) else { break };
        valid &= matches!(escaped, b'"' | b'\\');
        // An escaped character of several bytes holds neither a quote nor a backslash
        // in its later ones, so that stepping over its first byte suffices.
        at += 1;
    }
    lexer.bump(rest.len());
    Err(TokenKind::UnterminatedString)
}

fn line_comment(lexer: &mut logos::Lexer<'_, TokenKind>) {
    let rest = lexer.remainder().as_bytes();
    lexer.bump(memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()));
}

fn block_comment(lexer: &mut logos::Lexer<'_, TokenKind>) -> Result<(), TokenKind> {
    let rest = lexer.remainder().as_bytes();
    let mut at = 0;
    while let Some(found) = memchr(b'*', &rest[at..]) {
        at += found + 1;
        if rest.get(at) == Some(&b'/') {
            lexer.bump(at + 1);
            return Ok(());
        }
    }
    lexer.bump(rest.len());
    Err(TokenKind::UnterminatedComment)
}

#[cfg(test)]
mod tests {
    use super::TokenKind::*;
    use super::*;

    fn tokens(source: &str) -> Vec<(TokenKind, &str)> {
        let mut lexer = Lexer::new(source);
        let mut tokens = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == Eof {
                return tokens;
            }
            tokens.push((token.kind, &source[token.range()]));
        }
    }

    fn kinds(source: &str) -> Vec<TokenKind> {
        tokens(source).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn keywords_beat_names_of_the_same_length_only() {
        assert_eq!(
            kinds("let if else fn print first second true false external"),
            [Let, If, Else, Fn, Print, First, Second, True, False, External]
        );
        assert_eq!(kinds("lets iff fn_ printf first1 true/"), [Name; 6]);
    }

    #[test]
    fn a_slash_belongs_to_the_name_before_it() {
        assert_eq!(tokens("n//c"), [(Name, "n//c")]);
        assert_eq!(tokens("n/ 2"), [(Name, "n/"), (Int, "2")]);
        assert_eq!(tokens("1//c"), [(Int, "1"), (LineComment, "//c")]);
        assert_eq!(tokens("a/* b"), [(Name, "a/"), (Mul, "*"), (Name, "b")]);
    }

    #[test]
    fn an_underscore_is_a_name_and_begins_none() {
        assert_eq!(tokens("_a _1"), [(Name, "_"), (Name, "a"), (Name, "_"), (Int, "1")]);
    }

    #[test]
    fn operators_take_the_longest_match() {
        assert_eq!(kinds("<=<==>=>==="), [Lte, Lte, Arrow, Arrow, Eq, Assign]);
        assert_eq!(
            kinds("= => == != && || .;,"),
            [Assign, Arrow, Eq, Neq, And, Or, Dot, Semicolon, Comma]
        );
    }

    #[test]
    fn strings_may_span_lines_and_know_two_escapes() {
        assert_eq!(tokens(r#""a\"b\\" "x"#), [(Str, r#""a\"b\\""#), (UnterminatedString, "\"x")]);
        assert_eq!(kinds("\"a\nb\""), [Str]);
        assert_eq!(kinds(r#""a\n" 1"#), [InvalidEscape, Int]);
        assert_eq!(kinds("\"\\é\" 1"), [InvalidEscape, Int]);
        assert_eq!(kinds(r#""\"#), [UnterminatedString]);
    }

    #[test]
    fn comments_end_at_the_line_or_at_the_first_closer() {
        assert_eq!(tokens("//a\r\n//\n1"), [(LineComment, "//a"), (LineComment, "//"), (Int, "1")]);
        assert_eq!(
            tokens("/***/ /*/**/ */"),
            [(BlockComment, "/***/"), (BlockComment, "/*/**/"), (Mul, "*"), (Div, "/")]
        );
        assert_eq!(kinds("1 /*/ 2"), [Int, UnterminatedComment]);
    }

    #[test]
    fn white_space_is_that_of_unicode() {
        assert_eq!(kinds("\u{b}1\u{c}2\u{85}3\u{a0}4\u{2003}5\u{2028}6\u{3000}7\r\t"), [Int; 7]);
        assert_eq!(kinds("1\u{200b}2"), [Int, Invalid, Int]);
    }

    #[test]
    fn runs_of_invalid_characters_are_one_token() {
        assert_eq!(
            tokens("a@#§\0b @ @"),
            [(Name, "a"), (Invalid, "@#§\0"), (Name, "b"), (Invalid, "@"), (Invalid, "@")]
        );
        assert_eq!(kinds("& | !"), [Invalid; 3]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_but_counted() {
        let token = Lexer::new("\u{feff}1").next_token();
        assert_eq!(token, Token { kind: Int, start: 3, end: 4 });
        assert_eq!(kinds("1\u{feff}"), [Int, Invalid]);
    }

    #[test]
    fn the_end_of_the_file_stays() {
        let mut lexer = Lexer::new("1 ");
        lexer.next_token();
        for _ in 0..3 {
            assert_eq!(lexer.next_token(), Token { kind: Eof, start: 2, end: 2 });
        }
    }
}
