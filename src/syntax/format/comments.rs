//! What a source holds besides its tree: comments, and the places of tokens that no
//! span of the tree tells.

use super::super::lexer::{Lexer, Token, TokenKind};

/// A comment of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Comment<'s> {
    /// Its first byte in the source.
    pub start: u32,
    /// Its text, without white space at the end of a line comment.
    pub text: &'s str,
    /// Whether it ends its line in any case.
    pub is_line: bool,
    /// Whether it is the first thing on its line.
    pub own_line: bool,
    /// Whether an empty line stands before it.
    pub after_blank: bool,
}

/// The comments of a source and the places of its `else`s and `;`s, each in order.
///
/// Printing a tree meets its `else`s and `;`s in the order of the source, too, so that
/// counting them is enough to know which is which.
#[derive(Default)]
pub(super) struct Trivia<'s> {
    pub source: &'s str,
    pub comments: Vec<Comment<'s>>,
    pub elses: Vec<u32>,
    pub semicolons: Vec<u32>,
}

impl<'s> Trivia<'s> {
    pub(super) fn of(source: &'s str) -> Self {
        let mut trivia = Trivia { source, ..Trivia::default() };
        let mut lexer = Lexer::new(source);
        let mut previous_end = None;
        loop {
            let token = lexer.next_token();
            match token.kind {
                TokenKind::Eof => return trivia,
                TokenKind::LineComment | TokenKind::BlockComment => {
                    trivia.push(token, previous_end);
                }
                TokenKind::Else => trivia.elses.push(token.start),
                TokenKind::Semicolon => trivia.semicolons.push(token.start),
                _ => {}
            }
            previous_end = Some(token.end);
        }
    }

    fn push(&mut self, token: Token, previous_end: Option<u32>) {
        let text = &self.source[token.range()];
        let is_line = token.kind == TokenKind::LineComment;
        let gap = &self.source[previous_end.unwrap_or(0) as usize..token.start as usize];
        self.comments.push(Comment {
            start: token.start,
            text: if is_line { text.trim_end() } else { text },
            is_line,
            own_line: previous_end.is_none() || gap.contains(['\n', '\r']),
            after_blank: holds_blank_line(gap),
        });
    }

    /// Whether an empty line ends where the token at `start` begins.
    pub(super) fn blank_line_before(&self, start: u32) -> bool {
        let Some(before) = self.source.get(..start as usize) else { return false };
        holds_blank_line(&before[before.trim_end().len()..])
    }
}

fn holds_blank_line(white_space: &str) -> bool {
    white_space.bytes().filter(|&byte| byte == b'\n').nth(1).is_some()
}
