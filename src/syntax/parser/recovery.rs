//! Going on after an error.
//!
//! Panic mode with the parser's own stack as the guide: tokens are skipped until one
//! that a frame of the stack waits for, and the frames above that one are given up.
//! Frames inside of an unclosed brace are out of reach of `;`, `)` and `,`, so that a
//! mistake in one block stays there. Each error costs one walk over the stack and the
//! number of errors is bounded, which keeps the parser linear.

use super::super::ast::Node;
use super::super::diagnostic::Diagnostic;
use super::super::lexer::TokenKind;
use super::frame::{Closer, Frame};
use super::{MAX_ERRORS, Parser, State};

/// The innermost frames, by their place on the stack, that can go on at a `;`, at a
/// `)` and at a `}`.
#[derive(Default)]
struct Targets {
    semicolon: Option<usize>,
    paren: Option<usize>,
    brace: Option<usize>,
}

impl Parser<'_> {
    /// Keeps `error` and goes on in `next`, or not at all after too many.
    pub(super) fn report(&mut self, error: Diagnostic, next: State) -> State {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
        if self.errors.len() < MAX_ERRORS { next } else { State::Done }
    }

    /// Keeps `error` and skips to where the stack can go on.
    pub(super) fn report_and_recover(&mut self, error: Diagnostic) -> State {
        match self.report(error, State::Ended) {
            State::Ended => self.recover(),
            halt => halt,
        }
    }

    /// Makes something that stands for a term that could not be read the value.
    pub(super) fn placeholder(&mut self) {
        let start = self.token.start;
        self.finish_node(Node::Int(0), start);
    }

    pub(super) fn recover(&mut self) -> State {
        let targets = self.targets();
        let mut skipped = Skipped::default();
        loop {
            let outside = skipped.opened.is_empty();
            let target = match self.token.kind {
                TokenKind::Eof => return State::Done,
                TokenKind::Let if outside => return self.resume_at_let(&targets),
                TokenKind::Semicolon if outside => targets.semicolon,
                TokenKind::Comma if outside => {
                    targets.paren.filter(|&index| self.stack[index].takes_comma())
                }
                TokenKind::ParenClose if !skipped.close_paren() => targets.paren,
                TokenKind::BraceClose if !skipped.close_brace() => targets.brace,
                kind => {
                    skipped.open(kind);
                    None
                }
            };
            if let Some(index) = target {
                self.stack.truncate(index + 1);
                self.placeholder();
                return State::Ended;
            }
            self.advance();
        }
    }

    fn targets(&self) -> Targets {
        let mut targets = Targets::default();
        for (index, frame) in self.stack.iter().enumerate().rev() {
            match frame.closer() {
                Closer::Semicolon => _ = targets.semicolon.get_or_insert(index),
                Closer::Paren => _ = targets.paren.get_or_insert(index),
                Closer::Inherited => {}
                Closer::Brace => {
                    targets.brace = Some(index);
                    break;
                }
            }
        }
        targets
    }

    /// A `let` begins anew: it is what follows the `let` whose value went wrong, or
    /// else the term of the block around.
    fn resume_at_let(&mut self, targets: &Targets) -> State {
        let kept = targets.semicolon.or(targets.brace.map(|index| index + 1)).unwrap_or(0);
        let frame = self.stack.get(kept).copied();
        self.stack.truncate(kept);
        self.placeholder();
        if let Some(Frame::LetValue { start, name }) = frame {
            self.stack.push(Frame::LetNext { start, name, value: self.value });
        }
        State::Term
    }
}

/// The brackets that were opened while skipping.
#[derive(Default)]
struct Skipped {
    opened: Vec<Closer>,
}

impl Skipped {
    fn open(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::ParenOpen => self.opened.push(Closer::Paren),
            TokenKind::BraceOpen => self.opened.push(Closer::Brace),
            _ => {}
        }
    }

    /// Whether a `)` belongs to what is skipped: it closes a parenthesis in it, or
    /// stands in a brace of it where it closes nothing.
    fn close_paren(&mut self) -> bool {
        if self.opened.last() == Some(&Closer::Paren) {
            self.opened.pop();
            return true;
        }
        !self.opened.is_empty()
    }

    /// Whether a `}` belongs to what is skipped; it closes the parentheses in its
    /// brace along with it.
    fn close_brace(&mut self) -> bool {
        while let Some(opened) = self.opened.pop() {
            if opened == Closer::Brace {
                return true;
            }
        }
        false
    }
}
