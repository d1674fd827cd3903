//! Tokens to the syntax tree of the contest's tool, location for location.
//!
//! A pushdown automaton: a loop over [`State`]s with an explicit stack of [`Frame`]s,
//! so that neither time nor the native stack depends on how deeply a program nests.
//! Three rules of the grammar shape it:
//!
//! - All binary operators associate to the right. An operator therefore closes only
//!   the operations on the stack that bind tighter than itself.
//! - `let`, `if`, `fn`, tuples and blocks are terms but no operands: what follows them
//!   must end the term they are ([`State::Complete`]).
//! - Parentheses leave no node, but the operator or call around them begins at them:
//!   next to the finished value the parser keeps where it began.
//!
//! After an error the parser goes on in one of two ways: where the intention is plain
//! it pretends that it had been met, else it skips to the next place where a frame of
//! its stack can continue ([`recovery`]). The tree is then only scaffolding.

mod frame;
mod mistakes;
mod recovery;
#[cfg(test)]
mod tests;
mod tokens;

use super::ast::{Ast, BinaryOp, Name, Node, NodeId, Span};
use super::diagnostic::Diagnostic;
use super::lexer::{Lexer, MAX_SOURCE_LEN, Token, TokenKind};
use frame::{Builtin, Frame, binary_op};

/// Reads a source into a tree, or says what is wrong with it: at most
/// [`MAX_ERRORS`] errors, in the order of the source, whose spans lie in the first
/// file of `Ast::new(file_name)`.
pub fn parse(file_name: &str, source: &str) -> Result<Ast, Vec<Diagnostic>> {
    let ast = Ast::new(file_name);
    if source.len() > MAX_SOURCE_LEN {
        return Err(vec![mistakes::source_too_large(source.len(), ast.file_span())]);
    }
    Parser::new(ast, source).run()
}

/// After this many errors the parser gives up.
pub const MAX_ERRORS: usize = 20;

/// Where the automaton stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Before a term.
    Term,
    /// Before an operand.
    Operand,
    /// After an operand: a call or an operator may continue it.
    AfterOperand,
    /// After a term that cannot be continued.
    Complete(Construct),
    /// After a whole term: the frame on top of the stack goes on.
    Ended,
    /// At the end of the file, or past too many errors.
    Done,
}

/// The terms that are no operands and end in a bracket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Construct {
    Tuple,
    Block,
    If,
}

struct Parser<'s> {
    source: &'s str,
    lexer: Lexer<'s>,
    /// The token to look at; never a comment.
    token: Token,
    /// Where the token before ended.
    previous_end: u32,
    ast: Ast,
    stack: Vec<Frame>,
    /// The arguments of all unfinished calls, see [`Frame::Arguments`].
    arguments: Vec<NodeId>,
    /// The parameters of the function that is being read.
    parameters: Vec<Name>,
    /// The term or operand that ended last.
    value: NodeId,
    /// Where it began, parentheses included.
    value_start: u32,
    errors: Vec<Diagnostic>,
}

impl<'s> Parser<'s> {
    fn new(ast: Ast, source: &'s str) -> Self {
        Parser {
            source,
            lexer: Lexer::new(source),
            token: Token { kind: TokenKind::Eof, start: 0, end: 0 },
            previous_end: 0,
            ast,
            stack: Vec::new(),
            arguments: Vec::new(),
            parameters: Vec::new(),
            value: NodeId::new(0),
            value_start: 0,
            errors: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Ast, Vec<Diagnostic>> {
        self.advance();
        let start = self.token.start;
        let mut state = State::Term;
        while state != State::Done {
            state = match state {
                State::Term => self.term(),
                State::Operand => self.operand(),
                State::AfterOperand => self.after_operand(),
                State::Complete(construct) => self.complete(construct),
                State::Ended => self.ended(),
                State::Done => State::Done,
            };
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let span = self.span(start, self.previous_end);
        let name = self.ast.file(span.file).to_owned();
        self.ast.finish(&name, span);
        Ok(self.ast)
    }

    #[inline]
    fn advance(&mut self) {
        self.previous_end = self.token.end;
        self.token = self.lexer.next_token();
        while matches!(self.token.kind, TokenKind::LineComment | TokenKind::BlockComment) {
            self.token = self.lexer.next_token();
        }
    }

    fn text(&self, token: Token) -> &'s str {
        &self.source[token.range()]
    }

    /// The range of bytes in the file that is being read.
    fn span(&self, start: u32, end: u32) -> Span {
        Span { start, end, ..self.ast.file_span() }
    }

    /// Steps over a token of the kind if it is there.
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.token.kind == kind;
        if found {
            self.advance();
        }
        found
    }

    /// Makes a node that began at `start` and ended with the last token the value.
    #[inline]
    fn finish_node(&mut self, node: Node, start: u32) {
        let span = self.span(start, self.previous_end);
        self.value = self.ast.push(node, span);
        self.value_start = start;
    }

    /// Steps over an opening bracket; what is in it will be awaited by `frame`.
    #[inline]
    fn open(&mut self, frame: Frame) -> State {
        self.advance();
        self.stack.push(frame);
        State::Term
    }

    fn term(&mut self) -> State {
        let start = self.token.start;
        match self.token.kind {
            TokenKind::Let => self.begin_let(start),
            TokenKind::If => self.begin_if(start),
            TokenKind::Fn => self.begin_function(start),
            TokenKind::BraceOpen => self.open(Frame::Block { open: start }),
            TokenKind::ParenOpen => self.open(Frame::Paren { open: start, operand: false }),
            _ => self.simple_operand(State::Term),
        }
    }

    fn operand(&mut self) -> State {
        match self.token.kind {
            TokenKind::ParenOpen => {
                self.open(Frame::Paren { open: self.token.start, operand: true })
            }
            _ => self.simple_operand(State::Operand),
        }
    }

    /// An operand that is no parenthesis; `state` says what was asked for.
    fn simple_operand(&mut self, state: State) -> State {
        match self.token.kind {
            TokenKind::Name => {
                let symbol = self.ast.intern(&self.source[self.token.range()]);
                self.literal(Node::Var(symbol))
            }
            TokenKind::Int => match self.text(self.token).parse() {
                Ok(value) => self.literal(Node::Int(value)),
                Err(_) => self.integer_out_of_range(),
            },
            TokenKind::Str => self.string(),
            TokenKind::True => self.literal(Node::Bool(true)),
            TokenKind::False => self.literal(Node::Bool(false)),
            TokenKind::Print => self.begin_builtin(Builtin::Print),
            TokenKind::First => self.begin_builtin(Builtin::First),
            TokenKind::Second => self.begin_builtin(Builtin::Second),
            _ => self.no_operand(state),
        }
    }

    #[inline]
    fn literal(&mut self, node: Node) -> State {
        let start = self.token.start;
        self.advance();
        self.finish_node(node, start);
        State::AfterOperand
    }

    fn string(&mut self) -> State {
        let range = self.token.range();
        let symbol = self.ast.intern(&self.source[range.start + 1..range.end - 1]);
        self.literal(Node::Str(symbol))
    }

    /// A name where one is bound; its span is the token's.
    fn binding(&mut self) -> Name {
        let text = self.ast.intern(&self.source[self.token.range()]);
        let span = self.span(self.token.start, self.token.end);
        self.advance();
        Name { text, span }
    }

    fn begin_let(&mut self, start: u32) -> State {
        self.advance();
        if self.token.kind != TokenKind::Name && !self.accept_reserved_name() {
            return self.let_without_name(start);
        }
        let name = self.binding().into();
        self.stack.push(Frame::LetValue { start, name });
        if !self.eat(TokenKind::Assign) {
            return self.expected("`=`", "expected-assign");
        }
        State::Term
    }

    fn begin_if(&mut self, start: u32) -> State {
        self.advance();
        let open = self.token.start;
        if !self.eat(TokenKind::ParenOpen) {
            return self.if_without_parenthesis(start);
        }
        self.stack.push(Frame::IfCondition { start, open });
        State::Term
    }

    fn begin_function(&mut self, start: u32) -> State {
        self.advance();
        self.parameters.clear();
        if let Some(halt) = self.parameter_list() {
            return halt;
        }
        if !self.eat(TokenKind::Arrow)
            && let Some(halt) = self.function_without_arrow()
        {
            return halt;
        }
        let parameters = self.ast.push_names(&self.parameters);
        self.stack.push(Frame::FnBody { start, parameters });
        State::Term
    }

    /// `( names )`, up to and with the parenthesis; a state if there is no going on.
    fn parameter_list(&mut self) -> Option<State> {
        let open = self.token.start;
        if !self.eat(TokenKind::ParenOpen) {
            return self.parameters_without_parenthesis();
        }
        while self.token.kind == TokenKind::Name || self.accept_reserved_name() {
            let name = self.binding();
            self.parameters.push(name);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if self.eat(TokenKind::ParenClose) { None } else { self.bad_parameters(open) }
    }

    fn begin_builtin(&mut self, builtin: Builtin) -> State {
        let start = self.token.start;
        self.advance();
        let open = self.token.start;
        if !self.eat(TokenKind::ParenOpen) {
            return self.builtin_without_parenthesis(start);
        }
        self.stack.push(Frame::Builtin { start, open, builtin });
        State::Term
    }

    fn after_operand(&mut self) -> State {
        match self.token.kind {
            TokenKind::ParenOpen => self.begin_call(),
            TokenKind::Assign => self.assignment(),
            TokenKind::Dot => self.record_access(),
            kind => match binary_op(kind) {
                Some(op) => self.operator(op),
                None => State::Ended,
            },
        }
    }

    fn begin_call(&mut self) -> State {
        let (start, open, callee) = (self.value_start, self.token.start, self.value);
        self.advance();
        let base = self.arguments.len() as u32;
        if self.token.kind == TokenKind::ParenClose {
            return self.end_call(start, callee, base);
        }
        self.stack.push(Frame::Arguments { start, open, callee, base });
        State::Term
    }

    /// At the parenthesis that ends a call.
    fn end_call(&mut self, start: u32, callee: NodeId, base: u32) -> State {
        self.advance();
        let arguments = self.ast.push_list(&self.arguments[base as usize..]);
        self.arguments.truncate(base as usize);
        self.finish_node(Node::Call { callee, arguments }, start);
        State::AfterOperand
    }

    /// At an operator whose left operand is the value: the operations on the stack
    /// that bind tighter are that operand.
    fn operator(&mut self, op: BinaryOp) -> State {
        while let Some(&Frame::Binary { start, op: pending, lhs }) = self.stack.last()
            && pending.precedence() > op.precedence()
        {
            self.end_binary(start, pending, lhs);
        }
        self.advance();
        self.stack.push(Frame::Binary { start: self.value_start, op, lhs: self.value });
        State::Operand
    }

    fn end_binary(&mut self, start: u32, op: BinaryOp, lhs: NodeId) {
        self.stack.pop();
        self.finish_node(Node::Binary { op, lhs, rhs: self.value }, start);
    }

    fn complete(&mut self, construct: Construct) -> State {
        match self.token.kind {
            TokenKind::ParenOpen | TokenKind::Dot => self.term_as_operand(construct),
            kind if binary_op(kind).is_some() => self.term_as_operand(construct),
            _ => State::Ended,
        }
    }

    /// After a whole term: what the innermost frame makes of it.
    fn ended(&mut self) -> State {
        let Some(&frame) = self.stack.last() else {
            return match self.token.kind {
                TokenKind::Eof => State::Done,
                _ => self.bad_end(None),
            };
        };
        match (frame, self.token.kind) {
            (Frame::Binary { start, op, lhs }, _) => {
                self.end_binary(start, op, lhs);
                State::Ended
            }
            (Frame::LetNext { start, name, value }, _) => {
                let name = name.in_file_of(self.ast.file_span());
                self.end(Node::Let { name, value, next: self.value }, start, State::Ended)
            }
            (Frame::FnBody { start, parameters }, _) => {
                self.end(Node::Function { parameters, body: self.value }, start, State::Ended)
            }
            (Frame::LetValue { start, name }, TokenKind::Semicolon) => {
                self.advance();
                self.replace(Frame::LetNext { start, name, value: self.value })
            }
            (Frame::Arguments { .. }, TokenKind::Comma) => self.next_argument(),
            (Frame::Paren { open, operand }, TokenKind::Comma) => self.tuple(open, operand),
            (frame, TokenKind::ParenClose) => self.close_paren(frame),
            (frame, TokenKind::BraceClose) => self.close_brace(frame),
            (frame, _) => self.bad_end(Some(frame)),
        }
    }

    /// Ends the frame on top of the stack with `node`, whose last token is behind.
    fn end(&mut self, node: Node, start: u32, state: State) -> State {
        self.stack.pop();
        self.finish_node(node, start);
        state
    }

    /// Puts `frame` in the place of the one on top and reads its term.
    fn replace(&mut self, frame: Frame) -> State {
        self.stack.pop();
        self.stack.push(frame);
        State::Term
    }

    fn next_argument(&mut self) -> State {
        self.arguments.push(self.value);
        self.advance();
        match self.stack.last() {
            Some(&Frame::Arguments { start, callee, base, .. })
                if self.token.kind == TokenKind::ParenClose =>
            {
                self.stack.pop();
                self.end_call(start, callee, base)
            }
            _ => State::Term,
        }
    }

    fn tuple(&mut self, open: u32, operand: bool) -> State {
        if operand {
            return self.tuple_as_operand(open);
        }
        self.advance();
        self.replace(Frame::TupleSecond { open, first: self.value, operand })
    }

    fn close_paren(&mut self, frame: Frame) -> State {
        match frame {
            Frame::Paren { open, .. } => {
                self.advance();
                self.stack.pop();
                self.value_start = open;
                State::AfterOperand
            }
            Frame::Builtin { start, builtin, .. } => {
                self.advance();
                self.end(builtin.node(self.value), start, State::AfterOperand)
            }
            Frame::Arguments { start, callee, base, .. } => {
                self.arguments.push(self.value);
                self.stack.pop();
                self.end_call(start, callee, base)
            }
            Frame::TupleSecond { open, first, operand } => {
                self.advance();
                let state =
                    if operand { State::AfterOperand } else { State::Complete(Construct::Tuple) };
                self.end(Node::Tuple { first, second: self.value }, open, state)
            }
            Frame::IfCondition { start, .. } => {
                self.advance();
                self.begin_then(start)
            }
            _ => self.bad_end(Some(frame)),
        }
    }

    fn close_brace(&mut self, frame: Frame) -> State {
        match frame {
            Frame::Block { open } => {
                self.advance();
                self.stack.pop();
                self.value_start = open;
                State::Complete(Construct::Block)
            }
            Frame::IfThen { start, condition, .. } => {
                self.advance();
                self.begin_else(start, condition)
            }
            Frame::IfElse { start, condition, then, .. } => {
                self.advance();
                let node = Node::If { condition, then, otherwise: self.value };
                self.end(node, start, State::Complete(Construct::If))
            }
            _ => self.bad_end(Some(frame)),
        }
    }

    /// After the condition of an `if`, which is the value.
    fn begin_then(&mut self, start: u32) -> State {
        let open = self.token.start;
        if !self.eat(TokenKind::BraceOpen) {
            return self.branch_without_brace();
        }
        self.replace(Frame::IfThen { start, open, condition: self.value })
    }

    /// After the first branch of an `if`, which is the value.
    fn begin_else(&mut self, start: u32, condition: NodeId) -> State {
        if !self.eat(TokenKind::Else) {
            return self.missing_else(start);
        }
        let open = self.token.start;
        if !self.eat(TokenKind::BraceOpen) {
            return self.branch_without_brace();
        }
        self.replace(Frame::IfElse { start, open, condition, then: self.value })
    }
}
