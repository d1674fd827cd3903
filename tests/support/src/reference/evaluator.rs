//! The walk over the tree.

use std::cell::Cell;
use std::io::Write;

use bumpalo::Bump;
use galo::syntax::ast::{Ast, BinaryOp, Node, NodeId, Nodes};

use super::scope::{Scope, Slot};
use super::text::Text;
use super::value::{Closure, Piece, Value, part_pairs, pieces};
use super::witness::{Event, Sightings, Witness};
use super::{Dialect, End, ErrorKind, Failure, Limits, Outcome};

/// Why an evaluation has no value.
enum Stop {
    Failed(ErrorKind, NodeId),
    GaveUp,
}

type Eval<T> = Result<T, Stop>;

/// Whether two closures are one: two evaluations of one `fn` may share a closure or
/// not, so that nothing can be said about them.
fn same_closure<'a>(left: &Closure<'a>, right: &Closure<'a>) -> Eval<bool> {
    if std::ptr::eq(left, right) {
        Ok(true)
    } else if left.function == right.function {
        Err(Stop::GaveUp)
    } else {
        Ok(false)
    }
}

fn fail<T>(kind: ErrorKind, place: NodeId) -> Eval<T> {
    Err(Stop::Failed(kind, place))
}

/// The state of one run.
pub struct Evaluator<'a> {
    arena: &'a Bump,
    ast: &'a Ast,
    dialect: Dialect,
    left: Limits,
    stdout: Vec<u8>,
    witness: Option<Witness>,
}

impl<'a> Evaluator<'a> {
    pub fn new(arena: &'a Bump, ast: &'a Ast, dialect: Dialect, limits: Limits) -> Self {
        Evaluator { arena, ast, dialect, left: limits, stdout: Vec::new(), witness: None }
    }

    /// Runs with a witness.
    pub fn watch(mut self) -> (Outcome, Sightings) {
        self.witness = Some(Witness::new(self.ast));
        let outcome = self.evaluate();
        (outcome, self.witness.expect("it stays").testify())
    }

    pub fn run(mut self) -> Outcome {
        self.evaluate()
    }

    fn evaluate(&mut self) -> Outcome {
        let end = match self.eval(self.ast.root(), &Scope::Empty) {
            Ok(_) => End::Done,
            Err(Stop::Failed(kind, place)) => {
                End::Failed(Failure { kind, span: self.ast.span(place) })
            }
            Err(Stop::GaveUp) => End::GaveUp,
        };
        Outcome { stdout: std::mem::take(&mut self.stdout), end }
    }

    /// The value of a node that something waits for.
    fn eval(&mut self, node: NodeId, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        self.left.depth = self.left.depth.checked_sub(1).ok_or(Stop::GaveUp)?;
        let mark = self.witness.as_ref().map(Witness::begin).unwrap_or_default();
        let value = self.eval_tail(node, scope);
        if let Some(witness) = &mut self.witness {
            if let Err(Stop::Failed(..)) = value {
                witness.happens(Event::Failure);
            }
            witness.end(mark, value.as_ref().ok().copied());
        }
        self.left.depth += 1;
        value
    }

    /// What stands in tail position takes the place of what it is the tail of.
    fn eval_tail(&mut self, mut node: NodeId, mut scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        loop {
            self.step()?;
            if let Some(witness) = &mut self.witness {
                witness.visit(node);
            }
            match self.ast.node(node) {
                Node::Let { .. } => (node, scope) = self.bind_chain(node, scope)?,
                Node::If { condition, then, otherwise } => {
                    node = if self.eval_bool(condition, scope)? { then } else { otherwise };
                }
                Node::Call { callee, arguments } => {
                    (node, scope) = self.enter(node, callee, arguments, scope)?;
                }
                _ => return self.eval_operation(node, scope),
            }
        }
    }

    fn eval_operation(&mut self, node: NodeId, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        match self.ast.node(node) {
            Node::Int(int) => Ok(Value::Int(int)),
            Node::Bool(bool) => Ok(Value::Bool(bool)),
            Node::Str(text) => Ok(self.text(Text::flat(self.ast.text(text)))),
            Node::Var(name) => scope.look_up(name).or_else(|kind| fail(kind, node)),
            Node::Function { .. } => {
                Ok(Value::Closure(self.arena.alloc(Closure { function: node, scope })))
            }
            Node::Binary { op, lhs, rhs } => self.eval_binary(op, lhs, rhs, scope),
            Node::Tuple { first, second } => {
                let pair = (self.eval(first, scope)?, self.eval(second, scope)?);
                self.happens(Event::Allocation);
                Ok(Value::Tuple(self.arena.alloc(pair)))
            }
            Node::First(argument) => Ok(self.eval_tuple(argument, scope)?.0),
            Node::Second(argument) => Ok(self.eval_tuple(argument, scope)?.1),
            Node::Print(argument) => {
                let value = self.eval(argument, scope)?;
                self.print(value)?;
                Ok(value)
            }
            Node::Let { .. } | Node::If { .. } | Node::Call { .. } => {
                unreachable!("evaluated in tail position")
            }
        }
    }

    /// Binds all `let`s of a chain; returns what follows them, and its scope.
    fn bind_chain(
        &mut self,
        start: NodeId,
        mut scope: &'a Scope<'a>,
    ) -> Eval<(NodeId, &'a Scope<'a>)> {
        let chain = std::iter::successors(Some(start), |&node| match self.ast.node(node) {
            Node::Let { next, .. } => Some(next),
            _ => None,
        });
        let names: Vec<_> = chain
            .map_while(|node| match self.ast.node(node) {
                Node::Let { name, .. } => Some(name.text),
                _ => None,
            })
            .collect();
        let lets: &'a [(_, Slot<'a>)] =
            self.arena.alloc_slice_fill_iter(names.into_iter().map(|name| (name, Cell::new(None))));

        let mut node = start;
        let mut index = 0;
        while let Node::Let { value, next, .. } = self.ast.node(node) {
            self.step()?;
            let (name, slot) = &lets[index];
            let around = self.scope(Scope::Later { lets: &lets[index..], outer: scope });
            let bound = self.scope(Scope::Bound { name: *name, slot, outer: scope });
            let sees_itself = matches!(self.ast.node(value), Node::Function { .. });
            let own = self.scope(Scope::Bound { name: *name, slot, outer: around });
            slot.set(Some(self.eval(value, if sees_itself { own } else { around })?));
            (node, scope, index) = (next, bound, index + 1);
        }
        Ok((node, scope))
    }

    /// Evaluates a call up to the point where the body takes over.
    fn enter(
        &mut self,
        call: NodeId,
        callee: NodeId,
        arguments: Nodes,
        scope: &'a Scope<'a>,
    ) -> Eval<(NodeId, &'a Scope<'a>)> {
        let function = self.eval(callee, scope)?;
        let mut values = Vec::new();
        for &argument in self.ast.list(arguments) {
            values.push(self.eval(argument, scope)?);
        }
        let Value::Closure(closure) = function else {
            return fail(ErrorKind::NotAFunction, callee);
        };
        let Node::Function { parameters, body } = self.ast.node(closure.function) else {
            unreachable!("closures are made of functions");
        };
        let names = self.ast.names(parameters);
        if names.len() != values.len() {
            return fail(ErrorKind::Arity, call);
        }
        if let Some(witness) = &mut self.witness {
            witness.enter(call, closure.function, &values);
        }
        let values = self.arena.alloc_slice_copy(&values);
        Ok((body, self.scope(Scope::Parameters { names, values, outer: closure.scope })))
    }

    fn eval_bool(&mut self, node: NodeId, scope: &'a Scope<'a>) -> Eval<bool> {
        match self.eval(node, scope)? {
            Value::Bool(bool) => Ok(bool),
            _ => fail(ErrorKind::TypeError, node),
        }
    }

    fn eval_tuple(
        &mut self,
        node: NodeId,
        scope: &'a Scope<'a>,
    ) -> Eval<&'a (Value<'a>, Value<'a>)> {
        match self.eval(node, scope)? {
            Value::Tuple(pair) => Ok(pair),
            _ => fail(ErrorKind::TypeError, node),
        }
    }

    fn eval_binary(
        &mut self,
        op: BinaryOp,
        lhs: NodeId,
        rhs: NodeId,
        scope: &'a Scope<'a>,
    ) -> Eval<Value<'a>> {
        use BinaryOp::*;
        if let And | Or = op {
            let decided = self.eval_bool(lhs, scope)? == (op == Or);
            let result = if decided { op == Or } else { self.eval_bool(rhs, scope)? };
            return Ok(Value::Bool(result));
        }
        let (left, right) = (self.eval(lhs, scope)?, self.eval(rhs, scope)?);
        let operands = Operands { left, right, lhs, rhs };
        match op {
            Add => self.add(operands),
            Eq => Ok(Value::Bool(self.equal(operands)?)),
            Neq => Ok(Value::Bool(!self.equal(operands)?)),
            Lt => Ok(Value::Bool(self.compare(operands)?.is_lt())),
            Gt => Ok(Value::Bool(self.compare(operands)?.is_gt())),
            Lte => Ok(Value::Bool(self.compare(operands)?.is_le())),
            Gte => Ok(Value::Bool(self.compare(operands)?.is_ge())),
            _ => operands.arithmetic(op).map(Value::Int),
        }
    }

    fn add(&mut self, operands: Operands<'a>) -> Eval<Value<'a>> {
        let lenient = self.dialect == Dialect::Lenient;
        match (operands.left, operands.right) {
            (Value::Int(left), Value::Int(right)) => Ok(Value::Int(left.wrapping_add(right))),
            (Value::Str(_), Value::Int(_) | Value::Str(_)) | (Value::Int(_), Value::Str(_)) => {
                self.concatenate(operands.left, operands.right)
            }
            (Value::Str(_), _) | (_, Value::Str(_)) if lenient => {
                self.concatenate(operands.left, operands.right)
            }
            (left, _) if lenient || matches!(left, Value::Int(_) | Value::Str(_)) => {
                fail(ErrorKind::TypeError, operands.rhs)
            }
            _ => fail(ErrorKind::TypeError, operands.lhs),
        }
    }

    fn concatenate(&mut self, left: Value<'a>, right: Value<'a>) -> Eval<Value<'a>> {
        self.happens(Event::Allocation);
        let (left, right) = (self.as_text(left)?, self.as_text(right)?);
        Ok(self.text(Text::joined(left, right)))
    }

    fn as_text(&mut self, value: Value<'a>) -> Eval<&'a Text<'a>> {
        if let Value::Str(text) = value {
            return Ok(text);
        }
        let mut bytes = Vec::new();
        self.write(value, &mut bytes)?;
        let piece = self.arena.alloc_str(std::str::from_utf8(&bytes).expect("values are text"));
        Ok(self.arena.alloc(Text::flat(piece)))
    }

    fn equal(&mut self, operands: Operands<'a>) -> Eval<bool> {
        if self.dialect == Dialect::Strict {
            operands.check_comparable()?;
        }
        for (left, right) in part_pairs(operands.left, operands.right) {
            self.step()?;
            let same = match (left, right) {
                (Value::Int(left), Value::Int(right)) => left == right,
                (Value::Bool(left), Value::Bool(right)) => left == right,
                (Value::Str(left), Value::Str(right)) => {
                    left.len == right.len && self.flatten(left)? == self.flatten(right)?
                }
                (Value::Closure(left), Value::Closure(right)) => same_closure(left, right)?,
                _ => false,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn compare(&mut self, operands: Operands<'a>) -> Eval<std::cmp::Ordering> {
        if self.dialect == Dialect::Lenient
            && let Value::Str(left) = operands.left
        {
            let Value::Str(right) = operands.right else {
                return fail(ErrorKind::TypeError, operands.rhs);
            };
            return Ok(self.flatten(left)?.cmp(&self.flatten(right)?));
        }
        let (left, right) = operands.ints()?;
        Ok(left.cmp(&right))
    }

    fn print(&mut self, value: Value<'a>) -> Eval<()> {
        self.happens(Event::Print);
        let mut bytes = Vec::new();
        self.write(value, &mut bytes)?;
        self.stdout.append(&mut bytes);
        self.stdout.push(b'\n');
        Ok(())
    }

    fn write(&mut self, value: Value<'a>, out: &mut Vec<u8>) -> Eval<()> {
        for piece in pieces(value) {
            self.step()?;
            let start = out.len();
            match piece {
                Piece::Mark(mark) => out.extend(mark.bytes()),
                Piece::Int(int) => write!(out, "{int}").expect("a vector takes everything"),
                Piece::Text(text) => out.append(&mut self.flatten(text)?),
            }
            self.left.bytes = self.left.bytes.checked_sub(out.len() - start).ok_or(Stop::GaveUp)?;
        }
        Ok(())
    }

    fn flatten(&mut self, text: &'a Text<'a>) -> Eval<Vec<u8>> {
        let mut bytes = Vec::new();
        for piece in text.pieces() {
            self.step()?;
            self.left.bytes = self.left.bytes.checked_sub(piece.len()).ok_or(Stop::GaveUp)?;
            bytes.extend(piece.bytes());
        }
        Ok(bytes)
    }

    fn happens(&mut self, event: Event) {
        if let Some(witness) = &mut self.witness {
            witness.happens(event);
        }
    }

    fn step(&mut self) -> Eval<()> {
        self.left.steps = self.left.steps.checked_sub(1).ok_or(Stop::GaveUp)?;
        Ok(())
    }

    fn scope(&self, scope: Scope<'a>) -> &'a Scope<'a> {
        self.arena.alloc(scope)
    }

    fn text(&self, text: Text<'a>) -> Value<'a> {
        Value::Str(self.arena.alloc(text))
    }
}

/// The operands of a binary operator, and where they come from.
#[derive(Clone, Copy)]
struct Operands<'a> {
    left: Value<'a>,
    right: Value<'a>,
    lhs: NodeId,
    rhs: NodeId,
}

impl<'a> Operands<'a> {
    fn ints(self) -> Eval<(i32, i32)> {
        match (self.left, self.right) {
            (Value::Int(left), Value::Int(right)) => Ok((left, right)),
            (Value::Int(_), _) => fail(ErrorKind::TypeError, self.rhs),
            _ => fail(ErrorKind::TypeError, self.lhs),
        }
    }

    fn arithmetic(self, op: BinaryOp) -> Eval<i32> {
        let (left, right) = self.ints()?;
        match op {
            BinaryOp::Sub => Ok(left.wrapping_sub(right)),
            BinaryOp::Mul => Ok(left.wrapping_mul(right)),
            _ if right == 0 => fail(ErrorKind::DivisionByZero, self.rhs),
            BinaryOp::Div => Ok(left.wrapping_div(right)),
            BinaryOp::Rem => Ok(left.wrapping_rem(right)),
            _ => unreachable!("not arithmetic on Ints alone"),
        }
    }

    fn check_comparable(self) -> Eval<()> {
        match (self.left, self.right) {
            (Value::Int(_), Value::Int(_))
            | (Value::Bool(_), Value::Bool(_))
            | (Value::Str(_), Value::Str(_)) => Ok(()),
            (Value::Int(_) | Value::Bool(_) | Value::Str(_), _) => {
                fail(ErrorKind::TypeError, self.rhs)
            }
            _ => fail(ErrorKind::TypeError, self.lhs),
        }
    }
}
