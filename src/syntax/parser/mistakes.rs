//! What the parser says, and does, where a source departs from the grammar.
//!
//! Each function here is reached at one kind of mistake. It says what was found and
//! what would be accepted, and returns the state in which the parser goes on: as if
//! the intention had been written correctly where that is plain, else after skipping.

use super::super::ast::{BinaryOp, Node, Span};
use super::super::diagnostic::Diagnostic;
use super::super::lexer::{MAX_SOURCE_LEN, TokenKind};
use super::frame::{Builtin, Closer, Frame};
use super::{Construct, Parser, State};

pub(super) fn source_too_large(len: usize, span: Span) -> Diagnostic {
    Diagnostic::error(
        "source-too-large",
        format!("the source has {len} bytes, the limit is {MAX_SOURCE_LEN}"),
        span,
        "too large",
    )
}

impl Parser<'_> {
    fn token_span(&self) -> Span {
        self.span(self.token.start, self.token.end)
    }

    /// An error at the token to look at.
    pub(super) fn error(
        &self,
        code: &'static str,
        message: impl Into<String>,
        label: &str,
    ) -> Diagnostic {
        Diagnostic::error(code, message, self.token_span(), label)
    }

    /// "expected …, found …" at the token to look at, with what helps in general.
    fn unexpected(&self, expected: &str, code: &'static str) -> Diagnostic {
        match self.token.kind {
            TokenKind::Invalid => self.invalid_characters(),
            TokenKind::UnterminatedString => self.unterminated_string(),
            TokenKind::UnterminatedComment => self.unterminated_comment(),
            TokenKind::InvalidEscape => self.invalid_escape(),
            _ => {
                let found = self.describe(self.token);
                let message = format!("expected {expected}, found {found}");
                self.error(code, message, &format!("expected {expected}"))
            }
        }
    }

    pub(super) fn expected(&mut self, expected: &str, code: &'static str) -> State {
        let error = self.unexpected(expected, code);
        self.report_and_recover(error)
    }

    // Where a term or an operand should begin.

    /// At a token that begins no operand; `state` says whether a term was asked for.
    pub(super) fn no_operand(&mut self, state: State) -> State {
        match self.token.kind {
            TokenKind::Sub => self.unary_minus(),
            TokenKind::Let | TokenKind::If | TokenKind::Fn | TokenKind::BraceOpen => {
                self.operand_without_parenthesis()
            }
            TokenKind::External => {
                let error = self.reserved_word();
                let next = self.literal(Node::Int(0));
                self.report(error, next)
            }
            TokenKind::InvalidEscape => {
                let error = self.invalid_escape();
                let next = self.string();
                self.report(error, next)
            }
            _ if state == State::Term => {
                let error = self.missing_term();
                self.report_and_recover(error)
            }
            _ => self.expected("an operand", "expected-operand"),
        }
    }

    fn unary_minus(&mut self) -> State {
        let error = self
            .error("unary-minus", "there is no unary minus", "expected an operand")
            .with_help("write `0 - x` for `-x`, in parentheses as an operand");
        self.advance();
        self.report(error, State::Operand)
    }

    fn operand_without_parenthesis(&mut self) -> State {
        let what = match self.token.kind {
            TokenKind::BraceOpen => "a block".to_owned(),
            _ => self.describe(self.token),
        };
        let error = self
            .error("bare-operand", format!("{what} cannot be an operand"), "expected an operand")
            .with_help("put parentheses around it");
        self.report(error, State::Term)
    }

    fn missing_term(&self) -> Diagnostic {
        let ends = matches!(
            self.token.kind,
            TokenKind::Eof
                | TokenKind::ParenClose
                | TokenKind::BraceClose
                | TokenKind::Comma
                | TokenKind::Semicolon
        );
        match self.stack.last() {
            None if self.token.kind == TokenKind::Eof => self
                .error("empty-program", "the file holds no program", "expected a term")
                .with_help("a program is one term, for example `print(\"hello\")`"),
            Some(Frame::FnBody { .. }) if ends => self
                .unexpected("the body of the function", "missing-body")
                .with_help("the body follows the arrow: `fn (x) => x`"),
            Some(&Frame::LetNext { start, .. }) if ends => self
                .unexpected("a term after the `;`", "missing-term-after-let")
                .with_label(self.span(start, start + 3), "this `let` binds a name for nothing")
                .with_help("a `let` ends in the term that uses it: `let x = 1; x`"),
            Some(Frame::Block { .. } | Frame::IfThen { .. } | Frame::IfElse { .. })
                if self.token.kind == TokenKind::BraceClose =>
            {
                self.unexpected("a term", "expected-term")
                    .with_help("a block has the value of the term in it and cannot be empty")
            }
            _ => self.unexpected("a term", "expected-term"),
        }
    }

    // Names.

    fn reserved_word(&self) -> Diagnostic {
        let word = self.text(self.token);
        self.error("reserved-word", format!("`{word}` is a reserved word"), "expected a name")
            .with_help("choose another name")
    }

    /// Whether the token is a word that would be a name if it were not reserved; it
    /// is then taken for one.
    pub(super) fn accept_reserved_name(&mut self) -> bool {
        let reserved = matches!(
            self.token.kind,
            TokenKind::External
                | TokenKind::Print
                | TokenKind::First
                | TokenKind::Second
                | TokenKind::True
                | TokenKind::False
        );
        if reserved {
            let error = self.reserved_word();
            self.report(error, State::Term);
        }
        reserved
    }

    pub(super) fn let_without_name(&mut self, start: u32) -> State {
        let name = self.ast.intern("_");
        let span = self.token_span();
        let name = super::Name { text: name, span }.into();
        self.stack.push(Frame::LetValue { start, name });
        self.expected("a name", "expected-name")
    }

    // Functions.

    /// After `fn` without its parenthesis; goes on after what seems to be the list.
    pub(super) fn parameters_without_parenthesis(&mut self) -> Option<State> {
        let mut error = self.unexpected("`(`", "expected-parameters");
        error = match self.token.kind {
            TokenKind::Name => {
                let name = self.text(self.token);
                error.with_help(format!(
                    "parameters stand in parentheses; a function gets its name from a `let`: \
                     `let {name} = fn (x) => x;`"
                ))
            }
            _ => error.with_help("a function is written `fn (a, b) => { a + b }`"),
        };
        self.skip_parameters(error)
    }

    pub(super) fn bad_parameters(&mut self, open: u32) -> Option<State> {
        let expected = match self.source.as_bytes().get(self.previous_end as usize - 1) {
            Some(b'(' | b',') => "a name or `)`",
            _ => "`,` or `)`",
        };
        let error = self
            .unexpected(expected, "expected-parameters")
            .with_label(self.span(open, open + 1), "the parameters begin here");
        self.skip_parameters(error)
    }

    fn skip_parameters(&mut self, error: Diagnostic) -> Option<State> {
        if self.report(error, State::Term) == State::Done {
            return Some(State::Done);
        }
        let mut depth = 0_usize;
        loop {
            match self.token.kind {
                TokenKind::ParenOpen => depth += 1,
                TokenKind::ParenClose => depth = depth.saturating_sub(1),
                TokenKind::Arrow | TokenKind::BraceOpen => return None,
                TokenKind::Eof | TokenKind::Semicolon | TokenKind::BraceClose | TokenKind::Let => {
                    return Some(self.recover());
                }
                _ => {}
            }
            self.advance();
            if depth == 0 && self.token.kind == TokenKind::Arrow {
                return None;
            }
        }
    }

    /// After parameters; goes on if a body follows all the same.
    pub(super) fn function_without_arrow(&mut self) -> Option<State> {
        let error = self
            .unexpected("`=>`", "expected-arrow")
            .with_help("a function is written `fn (a, b) => { a + b }`");
        match self.token.kind {
            // `fn (x) = x` and `fn (x) -> x`.
            TokenKind::Assign => self.advance(),
            TokenKind::BraceOpen => {}
            _ => return Some(self.report_and_recover(error)),
        }
        match self.report(error, State::Term) {
            State::Done => Some(State::Done),
            _ => None,
        }
    }

    pub(super) fn builtin_without_parenthesis(&mut self, start: u32) -> State {
        let word = &self.source[start as usize..self.previous_end as usize];
        let error = self
            .unexpected("`(`", "expected-argument")
            .with_help(format!("`{word}` is a reserved word and always applied: `{word}(x)`"));
        self.report_and_recover(error)
    }

    // `if`.

    pub(super) fn if_without_parenthesis(&mut self, start: u32) -> State {
        let error = self
            .unexpected("`(`", "expected-condition")
            .with_help("the condition of an `if` stands in parentheses");
        self.stack.push(Frame::IfCondition { start, open: start });
        self.report(error, State::Term)
    }

    pub(super) fn branch_without_brace(&mut self) -> State {
        if self.token.kind == TokenKind::If {
            return self.else_if();
        }
        let error = self
            .unexpected("`{`", "expected-branch")
            .with_help("the branches of an `if` stand in braces: `if (c) { a } else { b }`");
        self.report_and_recover(error)
    }

    /// At the second `if` of `else if`, which takes the place of the first.
    fn else_if(&mut self) -> State {
        let error = self
            .unexpected("`{`", "else-if")
            .with_help("there is no `else if`: write `else { if (c) { a } else { b } }`");
        self.stack.pop();
        self.report(error, State::Term)
    }

    pub(super) fn missing_else(&mut self, start: u32) -> State {
        let error = self
            .unexpected("`else`", "missing-else")
            .with_label(self.span(start, start + 2), "this `if` has one branch")
            .with_help("an `if` has a value in both cases: add `else { … }`");
        self.stack.pop();
        self.value_start = start;
        self.report(error, State::Complete(Construct::If))
    }

    // After operands and terms.

    pub(super) fn assignment(&mut self) -> State {
        let error = self
            .unexpected("an operator", "assignment")
            .with_help("to compare, write `==`")
            .with_help("a name is bound with `let name = value;` and never changes");
        let next = self.operator(BinaryOp::Eq);
        self.report(error, next)
    }

    pub(super) fn record_access(&mut self) -> State {
        let access = self
            .error("record-access", "values have no fields", "expected an operator")
            .with_help("the parts of a tuple are `first(x)` and `second(x)`");
        let fraction = self
            .error("fraction", "there are no numbers but integers", "expected an operator")
            .with_help("to compute with a hundredth, count in hundredths: `150` for 1.5");
        self.advance();
        let is_fraction = self.eat(TokenKind::Int);
        if !is_fraction {
            self.eat(TokenKind::Name);
        }
        self.report(if is_fraction { fraction } else { access }, State::AfterOperand)
    }

    /// At the comma of a tuple that stands where only an operand can.
    pub(super) fn tuple_as_operand(&mut self, open: u32) -> State {
        let error = self
            .error("bare-operand", "a tuple cannot be an operand", "expected `)`")
            .with_label(self.span(open, open + 1), "the tuple begins here")
            .with_help("bind it with `let`, or put parentheses around it: `((a, b))`");
        self.advance();
        let next = self.replace(Frame::TupleSecond { open, first: self.value, operand: true });
        self.report(error, next)
    }

    /// At an operator or a call after a term that is no operand.
    pub(super) fn term_as_operand(&mut self, construct: Construct) -> State {
        let what = match construct {
            Construct::Tuple => "a tuple",
            Construct::Block => "a block",
            Construct::If => "an `if`",
        };
        let role = match self.token.kind {
            TokenKind::ParenOpen => "called",
            _ => "an operand",
        };
        let found = self.describe(self.token);
        let label = self.span(self.value_start, self.previous_end);
        let error = self
            .error("bare-operand", format!("{what} cannot be {role}"), "expected the end of a term")
            .with_label(label, format!("put this in parentheses to have {found} after it"));
        self.report(error, State::AfterOperand)
    }

    /// After a whole term: at a token that does not go on with `frame`, the innermost
    /// one, or with the file.
    pub(super) fn bad_end(&mut self, frame: Option<Frame>) -> State {
        if let (Some(Frame::IfCondition { start, open }), TokenKind::BraceOpen) =
            (frame, self.token.kind)
        {
            return self.unclosed_condition(start, open);
        }
        let closer = frame.map(|frame| frame.closer());
        match (self.token.kind, closer) {
            (TokenKind::Semicolon, None | Some(Closer::Brace)) => self.stray_semicolon(),
            (kind, None | Some(Closer::Brace)) if begins_term(kind) => self.sequence(frame),
            (kind, Some(Closer::Semicolon)) if begins_term(kind) && self.on_new_line() => {
                self.missing_semicolon(frame)
            }
            _ => {
                let error = self.wrong_end(frame);
                self.report_and_recover(error)
            }
        }
    }

    fn wrong_end(&self, frame: Option<Frame>) -> Diagnostic {
        let end = frame.map_or("the end of the file", |frame| frame.expected());
        let expected = match self.operator_possible() {
            true => format!("an operator or {end}"),
            false => end.to_owned(),
        };
        let mut error = self.unexpected(&expected, "unexpected-token");
        if let Some(open) = frame.and_then(|frame| frame.open()) {
            error = error.with_label(self.span(open, open + 1), "not closed");
        }
        if let Some(Frame::Builtin { builtin, .. }) = frame
            && self.token.kind == TokenKind::Comma
        {
            error = error.with_help(match builtin {
                Builtin::Print => "`print` takes one value; a tuple is printed by `print((a, b))`",
                Builtin::First | Builtin::Second => "of a tuple in place: `first((a, b))`",
            });
        }
        if let Some(name) = self.name_before().filter(|name| name.ends_with('/')) {
            error = error.with_help(format!(
                "`/` belongs to the name `{name}` here: put a space before it to divide"
            ));
        }
        error
    }

    fn stray_semicolon(&mut self) -> State {
        let error = self.unexpected("the end of the term", "stray-semicolon");
        self.advance();
        match self.token.kind {
            TokenKind::Eof | TokenKind::BraceClose => {
                let error = error.with_help("no `;` follows the last term: remove it");
                self.report(error, State::Ended)
            }
            _ => {
                let error = error.with_help(IN_ORDER);
                self.report(error, State::Term)
            }
        }
    }

    /// At the brace after a condition whose parenthesis is open, or was never there.
    fn unclosed_condition(&mut self, start: u32, open: u32) -> State {
        let error = self.unexpected("an operator or `)`", "unexpected-token");
        let next = self.begin_then(start);
        if open == start {
            return next;
        }
        self.report(error.with_label(self.span(open, open + 1), "not closed"), next)
    }

    /// One term after another with nothing between.
    fn sequence(&mut self, frame: Option<Frame>) -> State {
        let error = self.wrong_end(frame);
        if !self.on_new_line() {
            return self.report_and_recover(error);
        }
        self.report(error.with_help(IN_ORDER), State::Term)
    }

    fn missing_semicolon(&mut self, frame: Option<Frame>) -> State {
        let error = self.wrong_end(frame);
        let end = self.previous_end;
        let error = error.with_label(self.span(end, end), "a `;` here ends the `let`");
        let next = match self.stack.last() {
            Some(&Frame::LetValue { start, name }) => {
                self.replace(Frame::LetNext { start, name, value: self.value })
            }
            _ => State::Term,
        };
        self.report(error, next)
    }

    /// Whether the token stands on a later line than the one before it.
    fn on_new_line(&self) -> bool {
        let gap = &self.source[self.previous_end as usize..self.token.start as usize];
        gap.contains('\n')
    }

    /// Whether the term before the token could have been continued by an operator:
    /// blocks, branches and functions in braces could not.
    fn operator_possible(&self) -> bool {
        let before = &self.source[..self.previous_end as usize];
        !before.ends_with('}')
    }

    /// The name that the token follows, if it is one.
    fn name_before(&self) -> Option<&str> {
        match self.ast.node(self.value) {
            Node::Var(name) if self.ast.span(self.value).end == self.previous_end => {
                Some(self.ast.text(name))
            }
            _ => None,
        }
    }
}

const IN_ORDER: &str =
    "to do one thing after another, bind the first: `let _ = print(1); print(2)`";

fn begins_term(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(
        kind,
        Let | If
            | Fn
            | Print
            | First
            | Second
            | True
            | False
            | Name
            | Int
            | Str
            | InvalidEscape
            | BraceOpen
    )
}
