//! What the parser has begun and not yet finished: the entries of its stack.

use super::super::ast::{BinaryOp, Name, Names, Node, NodeId, Span, Symbol};
use super::super::lexer::TokenKind;

/// A construct that waits for one of its terms to end.
///
/// `start` is the construct's first byte, parentheses around it included where an
/// enclosing operator or call counts them; `open` is the place of the bracket that
/// the awaited term stands in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Frame {
    /// `( term`; as an operand it cannot become a tuple.
    Paren { open: u32, operand: bool },
    /// `( first , term`
    TupleSecond { open: u32, first: NodeId, operand: bool },
    /// `{ term`
    Block { open: u32 },
    /// `let name = term`
    LetValue { start: u32, name: LetName },
    /// `let name = value ; term`
    LetNext { start: u32, name: LetName, value: NodeId },
    /// `if ( term`; without its parenthesis, which has been complained about, if
    /// `open` is `start`.
    IfCondition { start: u32, open: u32 },
    /// `if ( condition ) { term`
    IfThen { start: u32, open: u32, condition: NodeId },
    /// `if ( condition ) { then } else { term`
    IfElse { start: u32, open: u32, condition: NodeId, then: NodeId },
    /// `fn ( parameters ) => term`
    FnBody { start: u32, parameters: Names },
    /// `lhs op operand`
    Binary { start: u32, op: BinaryOp, lhs: NodeId },
    /// `print ( term` and its kin.
    Builtin { start: u32, open: u32, builtin: Builtin },
    /// `callee ( arguments , term`; the arguments so far begin at `base` in the
    /// parser's list.
    Arguments { start: u32, open: u32, callee: NodeId, base: u32 },
}

/// The name of a `let`, without the file that all spans of a source share.
#[derive(Clone, Copy, Debug)]
pub(super) struct LetName {
    text: Symbol,
    start: u32,
    end: u32,
}

impl From<Name> for LetName {
    fn from(name: Name) -> Self {
        LetName { text: name.text, start: name.span.start, end: name.span.end }
    }
}

impl LetName {
    /// The name in the file of `span`.
    pub(super) fn in_file_of(self, span: Span) -> Name {
        Name { text: self.text, span: Span { start: self.start, end: self.end, ..span } }
    }
}

/// The operations that look like calls and are syntax.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Builtin {
    Print,
    First,
    Second,
}

impl Builtin {
    /// The operation on a value.
    pub(super) fn node(self, value: NodeId) -> Node {
        match self {
            Builtin::Print => Node::Print(value),
            Builtin::First => Node::First(value),
            Builtin::Second => Node::Second(value),
        }
    }
}

/// What may follow a term in a frame, as far as recovery is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Closer {
    Paren,
    Brace,
    Semicolon,
    /// The construct ends where the one around it ends its term.
    Inherited,
}

impl Frame {
    pub(super) fn closer(&self) -> Closer {
        match self {
            Frame::Paren { .. }
            | Frame::TupleSecond { .. }
            | Frame::IfCondition { .. }
            | Frame::Builtin { .. }
            | Frame::Arguments { .. } => Closer::Paren,
            Frame::Block { .. } | Frame::IfThen { .. } | Frame::IfElse { .. } => Closer::Brace,
            Frame::LetValue { .. } => Closer::Semicolon,
            Frame::LetNext { .. } | Frame::FnBody { .. } | Frame::Binary { .. } => {
                Closer::Inherited
            }
        }
    }

    /// The place of the bracket that the frame waits to see closed.
    pub(super) fn open(&self) -> Option<u32> {
        match *self {
            Frame::Paren { open, .. }
            | Frame::TupleSecond { open, .. }
            | Frame::Block { open }
            | Frame::IfThen { open, .. }
            | Frame::IfElse { open, .. }
            | Frame::Builtin { open, .. }
            | Frame::Arguments { open, .. } => Some(open),
            Frame::IfCondition { start, open } => (open != start).then_some(open),
            _ => None,
        }
    }

    /// What ends the awaited term, for messages.
    pub(super) fn expected(&self) -> &'static str {
        match self {
            Frame::Paren { operand: false, .. } | Frame::Arguments { .. } => "`,` or `)`",
            _ => match self.closer() {
                Closer::Paren => "`)`",
                Closer::Brace => "`}`",
                Closer::Semicolon => "`;`",
                Closer::Inherited => "the end of the term",
            },
        }
    }

    /// Whether a comma may follow the awaited term.
    pub(super) fn takes_comma(&self) -> bool {
        matches!(self, Frame::Paren { operand: false, .. } | Frame::Arguments { .. })
    }
}

/// The operator that a token is, if it is one.
#[inline]
pub(super) fn binary_op(kind: TokenKind) -> Option<BinaryOp> {
    Some(match kind {
        TokenKind::Add => BinaryOp::Add,
        TokenKind::Sub => BinaryOp::Sub,
        TokenKind::Mul => BinaryOp::Mul,
        TokenKind::Div => BinaryOp::Div,
        TokenKind::Rem => BinaryOp::Rem,
        TokenKind::Eq => BinaryOp::Eq,
        TokenKind::Neq => BinaryOp::Neq,
        TokenKind::Lt => BinaryOp::Lt,
        TokenKind::Gt => BinaryOp::Gt,
        TokenKind::Lte => BinaryOp::Lte,
        TokenKind::Gte => BinaryOp::Gte,
        TokenKind::And => BinaryOp::And,
        TokenKind::Or => BinaryOp::Or,
        _ => return None,
    })
}
