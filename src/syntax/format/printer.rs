//! A tree as a [`document`](super::document): which tokens, in which groups, and where
//! the comments go.
//!
//! The printer is a loop over a stack of [`Work`], one node or token at a time; what a
//! node consists of is said in [`terms`](super::terms). What
//! separates two tokens is *pending* until the second one comes, because a comment
//! between them may change it: `x` and the break after it become `x // why` and a
//! break in any case.
//!
//! Comments are written before the first token whose place is known to be behind
//! them. These places are the same in the text that results, which is why formatting
//! it again changes nothing. Before anything is written of a term, all comments before
//! its first name, literal or keyword are: a parenthesis there may vanish.

use super::super::ast::{Ast, Name, Names, Node, NodeId, Nodes};
use super::comments::{Comment, Trivia};
use super::document::Op;

/// What is still to be printed, the next thing last.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work<'a> {
    Node(NodeId, Place),
    /// The rest of the arguments of a call.
    Arguments(Nodes, usize),
    /// The rest of the parameters of a function.
    Parameters(Names, usize),
    Name(Name),
    Text(&'a str),
    Separator(Separator),
    Op(Op<'a>),
    /// Comments inside of a bracket that closes before this byte.
    CommentsBefore(u32),
    /// Comments inside of a bracket that closes before the next `else`.
    CommentsBeforeElse,
    /// Comments inside of a bracket that closes before the next `;`.
    CommentsBeforeSemicolon,
    /// The `;` of a `let`.
    Semicolon,
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Where any term can.
    Term,
    /// Alone in a block or a file: its lines are the block's.
    Body,
    /// As the value of a `let`.
    Value,
    /// As the next of a chain of `let`s.
    Next,
    /// As an operand that needs parentheses if it binds less tightly than `precedence`;
    /// `first` if the comments before its first token are written already.
    Operand { precedence: u8, first: bool },
    /// As the right operand of an operator of the same precedence, in one group with it.
    Chain,
}

/// What stands between two tokens; a later one is a stronger one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Separator {
    Nothing,
    /// A place for a line break.
    Soft,
    Space,
    /// A space or a line break.
    SoftSpace,
    Hard,
    Blank,
}

/// What was written last; some separators depend on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Last<'a> {
    Nothing,
    Token(&'a str),
    LineComment,
    BlockComment,
}

/// See the module.
pub(super) struct Printer<'a> {
    pub(super) ast: &'a Ast,
    trivia: Trivia<'a>,
    next_comment: usize,
    next_else: usize,
    next_semicolon: usize,
    work: Vec<Work<'a>>,
    ops: Vec<Op<'a>>,
    pending: Separator,
    last: Last<'a>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(ast: &'a Ast, trivia: Trivia<'a>) -> Self {
        Printer {
            ast,
            trivia,
            next_comment: 0,
            next_else: 0,
            next_semicolon: 0,
            work: Vec::new(),
            ops: Vec::new(),
            pending: Separator::Nothing,
            last: Last::Nothing,
        }
    }

    /// Sets out to print a node.
    pub(super) fn begin(&mut self, node: NodeId) {
        self.work.push(Work::Node(node, Place::Body));
    }

    /// Prints the next bit; whether there was one.
    pub(super) fn step(&mut self) -> bool {
        let Some(work) = self.work.pop() else { return false };
        match work {
            Work::Node(id, place) => self.node(id, place),
            Work::Arguments(nodes, index) => self.arguments(nodes, index),
            Work::Parameters(names, index) => self.parameters(names, index),
            Work::Name(name) => {
                self.comments_before(name.span.start);
                self.text(self.ast.text(name.text));
            }
            Work::Text(text) => self.text(text),
            Work::Separator(separator) => self.pending = self.pending.max(separator),
            Work::Op(op) => self.op(op),
            Work::CommentsBefore(end) => self.inner_comments_before(end),
            Work::CommentsBeforeElse => {
                self.inner_comments_before(place_of(&self.trivia.elses, self.next_else));
                self.next_else += 1;
            }
            Work::CommentsBeforeSemicolon => {
                self.inner_comments_before(place_of(&self.trivia.semicolons, self.next_semicolon));
            }
            Work::Semicolon => {
                self.next_semicolon += 1;
                self.text(";");
            }
        }
        true
    }

    /// The operations since the last call.
    pub(super) fn take(&mut self) -> Vec<Op<'a>> {
        std::mem::take(&mut self.ops)
    }

    /// The whole document, once there are no steps left.
    pub(super) fn finish(mut self) -> Vec<Op<'a>> {
        self.comments_before(u32::MAX);
        self.ops
    }

    // Tokens, separators and comments.

    pub(super) fn text(&mut self, text: &'a str) {
        self.separate();
        self.last = Last::Token(text);
        self.ops.push(Op::Text(text));
    }

    pub(super) fn integer(&mut self, value: i32) {
        self.separate();
        self.last = Last::Token("");
        self.ops.push(Op::Int(value));
    }

    /// Writes the pending separator.
    fn separate(&mut self) {
        let op = match std::mem::replace(&mut self.pending, Separator::Nothing) {
            Separator::Nothing => return,
            Separator::Soft => Op::Line { flat: "" },
            Separator::Space => Op::Text(" "),
            Separator::SoftSpace => Op::Line { flat: " " },
            Separator::Hard => Op::Hard { blank: false },
            Separator::Blank => Op::Hard { blank: true },
        };
        self.ops.push(op);
    }

    /// A separator before a group is none of the group's.
    fn op(&mut self, op: Op<'a>) {
        if op == Op::Begin {
            self.separate();
        }
        self.ops.push(op);
    }

    /// Writes the comments that begin before the byte `end`.
    fn comments_before(&mut self, end: u32) {
        while let Some(&comment) = self.trivia.comments.get(self.next_comment)
            && comment.start < end
        {
            self.next_comment += 1;
            self.comment(comment);
        }
    }

    /// The same at the end of a bracket, which a comment's space need not precede.
    fn inner_comments_before(&mut self, end: u32) {
        let before = self.next_comment;
        self.comments_before(end);
        if self.next_comment > before && self.pending == Separator::Space {
            self.pending = Separator::Nothing;
        }
    }

    fn comment(&mut self, comment: Comment<'a>) {
        let separator = std::mem::replace(&mut self.pending, Separator::Nothing);
        if comment.own_line || matches!(self.last, Last::Nothing | Last::LineComment) {
            if self.last != Last::Nothing {
                let blank = comment.own_line && comment.after_blank && !self.after_opener();
                self.pending = if blank { Separator::Blank } else { Separator::Hard };
            }
            self.comment_text(comment);
            self.pending = Separator::Hard;
            return;
        }
        let after_parenthesis = matches!(self.last, Last::Token(text) if text.ends_with('('));
        if comment.is_line || !after_parenthesis {
            self.pending = Separator::Space;
        }
        self.comment_text(comment);
        self.pending = match separator {
            _ if comment.is_line => separator.max(Separator::Hard),
            Separator::Nothing => Separator::Space,
            Separator::Soft => Separator::SoftSpace,
            _ => separator,
        };
    }

    fn comment_text(&mut self, comment: Comment<'a>) {
        self.text(comment.text);
        self.last = if comment.is_line { Last::LineComment } else { Last::BlockComment };
    }

    /// Whether the last token opens a bracket, or a file: no empty line follows it.
    fn after_opener(&self) -> bool {
        match self.last {
            Last::Nothing => true,
            Last::Token(text) => text.ends_with(['(', '{']),
            Last::LineComment | Last::BlockComment => false,
        }
    }

    /// Writes the comments before the first token of a term that is no parenthesis.
    pub(super) fn comments_before_term(&mut self, id: NodeId) {
        if self.next_comment == self.trivia.comments.len() {
            return;
        }
        let mut first = id;
        while let Node::Binary { lhs: next, .. } | Node::Call { callee: next, .. } =
            self.ast.node(first)
        {
            first = next;
        }
        self.comments_before(self.ast.span(first).start);
    }

    /// Whether a comment stands between what is printed and the byte `end`.
    pub(super) fn has_comment_before(&self, end: u32) -> bool {
        self.trivia.comments.get(self.next_comment).is_some_and(|comment| comment.start < end)
    }

    /// Keeps the empty line before a term, if there is one and something stands above.
    pub(super) fn keep_blank_line_before(&mut self, id: NodeId) {
        if !self.after_opener() && self.trivia.blank_line_before(self.ast.span(id).start) {
            self.pending = Separator::Blank;
        }
    }

    /// Sets out to do `work`, its first entry first.
    pub(super) fn then<const N: usize>(&mut self, work: [Work<'a>; N]) {
        self.work.extend(work.into_iter().rev());
    }
}

/// The place of the token number `index`, or one that no comment stands before.
fn place_of(places: &[u32], index: usize) -> u32 {
    places.get(index).copied().unwrap_or(0)
}
