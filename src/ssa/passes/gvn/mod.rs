//! Global value numbering: what has been computed, loaded, checked or decided before is not
//! done again.
//!
//! A walk over the dominator tree keeps what is known in a [`Scoped`] map: by what instruction
//! an operation on these operands was done, and which comparisons are decided because the walk
//! is behind a branch.
//!
//! # Soundness
//! An instruction is replaced by one of equal value that dominates it. Equal operations on equal
//! operands are equal, since values never change:
//! - An operation that can fail and was done before did not fail then. So a check or guard of the
//!   same value for the same type vanishes behind another one, and so do equal divisions.
//! - Loads of components, captures and *bound* globals always give the same. An unbound global is
//!   bound by the program's own body only, which does not run while another function does.
//! - A cell is filled once: what `CheckBound` made of its contents remains what it holds.
//! - A pair is equal to any other of the same values, and so is, unless `--lenient` compares them
//!   by identity, a closure.
//! - A function that prints nothing does the same each time that it is called with the same
//!   arguments: if it has returned before, it returns the same again.
//!
//! - `n - 1 - 1` is `n - 2`: Ints wrap around.
//!
//! Behind a branch, in a block that only this jump leads to, the condition is what it was found
//! to be, and so are comparisons that follow from it: of the same two Ints, of any that differ from
//! them by constants, and of those in whose [ranges] there is no other possibility.

mod divisions;
mod ranges;

use rustc_hash::FxHashMap;

use self::ranges::{Ranges, Sum};

use super::copies;
use super::relations::Comparison;
use super::scoped::Scoped;
use crate::core::{FunctionId, Slot};
use crate::ssa::analysis::{Dominators, Graph, Step};
use crate::ssa::{Block, Callee, Context, End, Function, Instruction, Op, Type, Value};
use crate::syntax::ast::{BinaryOp, Symbol};

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph, function);
    let mut numbering = Numbering::new(function, context);
    for &step in dominators.steps() {
        match step {
            Step::Enter(block) => {
                numbering.enter();
                numbering.block(&graph, block);
            }
            Step::Leave(_) => numbering.leave(),
        }
    }
    copies::resolve(function);
}

/// What can be known of an operation on these operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Key {
    Int(i32),
    Bool(bool),
    Str(Symbol),
    Function(FunctionId),
    Box(Value),
    /// A Tagged value as what it was found to be.
    As(Value, Type),
    /// Arithmetic, divisions, comparisons of Bools.
    Operation(BinaryOp, Value, Value),
    ShiftRight(Value, u8),
    Compare(Comparison),
    Generic(BinaryOp, Value, Value),
    Tuple(Value, Value),
    First(Value),
    Second(Value),
    Capture(Value, u32),
    IsFunction(Value, FunctionId),
    Global(Slot, Type),
    /// What a Maybe is, once it is bound.
    Bound(Value),
    /// What a cell holds, once it is filled.
    Filled(Value),
    /// An Int that is another one and a constant.
    Sum(Sum),
    /// Whether an Int is equal to another one and a constant.
    Equal(Value, Sum),
    /// A condition that a branch has decided.
    Condition(Value),
    /// A call of a known function, by its callee's closure and arguments.
    Call(FunctionId, List, Type),
    /// A closure of a function, by what it captures.
    Closure(FunctionId, List),
}

/// A list of operands, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct List(u32);

/// What is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Value(Value),
    Bool(bool),
}

/// What is known in a part of the dominator tree.
pub struct Numbering<'a> {
    /// The function, whose instructions become copies of others.
    pub function: &'a mut Function,
    context: &'a Context<'a>,
    known: Scoped<Key, Known>,
    ranges: Ranges,
    lists: FxHashMap<Vec<Value>, List>,
}

impl<'a> Numbering<'a> {
    /// Knows nothing yet.
    pub fn new(function: &'a mut Function, context: &'a Context<'a>) -> Numbering<'a> {
        let (known, ranges) = (Scoped::new(), Ranges::new());
        Numbering { function, context, known, ranges, lists: FxHashMap::default() }
    }

    /// Enters a part of the tree.
    pub fn enter(&mut self) {
        self.known.enter();
        self.ranges.enter();
    }

    /// Leaves it, and forgets what holds only there.
    pub fn leave(&mut self) {
        self.known.leave();
        self.ranges.leave();
    }

    fn block(&mut self, graph: &Graph, block: Block) {
        if let &[edge] = graph.incoming(block)
            && let End::Branch { condition, .. } = self.function.block(edge.from).end
        {
            self.learn_condition(condition, edge.index == 0);
        }
        for at in 0..self.function.block(block).body.len() {
            let value = self.function.block(block).body[at];
            copies::use_originals(self.function, value);
            self.instruction(value);
        }
        self.end(block);
    }

    fn learn(&mut self, key: Key, known: Known) {
        self.known.insert(key, known);
    }

    /// From here on, a condition is known.
    pub fn learn_condition(&mut self, condition: Value, holds: bool) {
        self.learn(Key::Condition(condition), Known::Bool(holds));
        if let Op::Compare(op, lhs, rhs) = self.function.instruction(condition).op {
            for (comparison, holds) in Comparison::new(op, lhs, rhs).decided(holds) {
                self.learn(Key::Compare(comparison), Known::Bool(holds));
            }
            if let Some((equal, negated)) = self.equality(op, lhs, rhs) {
                self.learn(equal, Known::Bool(holds != negated));
            }
            self.ranges.learn(self.function, op, lhs, rhs, holds);
        }
    }

    /// `==` or `!=` as the question whether two roots differ by a constant, and whether the answer is
    /// the opposite.
    fn equality(&self, op: BinaryOp, lhs: Value, rhs: Value) -> Option<(Key, bool)> {
        let negated = match op {
            BinaryOp::Eq => false,
            BinaryOp::Neq => true,
            _ => return None,
        };
        let (mut lhs, mut rhs) = (self.ranges.sum(lhs), self.ranges.sum(rhs));
        if rhs.root < lhs.root {
            (lhs, rhs) = (rhs, lhs);
        }
        let offset = rhs.offset.wrapping_sub(lhs.offset);
        Some((Key::Equal(lhs.root, Sum { root: rhs.root, offset }), negated))
    }

    /// Whether a comparison follows from what is known.
    fn follows(&self, value: Value) -> Option<bool> {
        let Op::Compare(op, lhs, rhs) = self.function.instruction(value).op else { return None };
        let decided = self.ranges.decide(self.function, op, lhs, rhs);
        decided.or_else(|| {
            let (equal, negated) = self.equality(op, lhs, rhs)?;
            if let Key::Equal(root, sum) = equal
                && root == sum.root
            {
                return Some((sum.offset == 0) != negated);
            }
            match self.known.get(&equal)? {
                Known::Bool(holds) => Some(holds != negated),
                Known::Value(_) => None,
            }
        })
    }

    /// Looks at an instruction of which all operands have been looked at and are no copies.
    pub fn instruction(&mut self, value: Value) {
        if let Some(holds) = self.follows(value) {
            return self.replace(value, Op::Bool(holds));
        }
        if let Some(sum) = self.ranges.note(self.function, value) {
            if sum.offset == 0 {
                return self.replace(value, Op::Copy(sum.root));
            }
            match self.known.get(&Key::Sum(sum)) {
                Some(Known::Value(known)) => return self.replace(value, Op::Copy(known)),
                _ => return self.learn(Key::Sum(sum), Known::Value(value)),
            }
        }
        if let Some(shift) = self.as_shift(value) {
            self.replace(value, shift);
        }
        if let Some(key) = self.key(value) {
            match self.known.get(&key) {
                Some(Known::Value(known)) => return self.replace(value, Op::Copy(known)),
                Some(Known::Bool(known)) => return self.replace(value, Op::Bool(known)),
                None => self.learn(key, Known::Value(value)),
            }
        }
        self.learn_from(value);
    }

    fn replace(&mut self, value: Value, op: Op) {
        self.function.values[value.0 as usize].op = op;
    }

    /// What an instruction says about other operations than its own.
    fn learn_from(&mut self, value: Value) {
        let (key, known) = match self.function.instruction(value).op {
            Op::Unbox(tagged)
            | Op::Guard { value: tagged, .. }
            | Op::Check { value: tagged, .. } => (Key::Box(value), tagged),
            Op::CheckInt { lhs, rhs, left, .. } => (Key::Box(value), if left { lhs } else { rhs }),
            Op::FillCell(cell, held) => (Key::Filled(cell), held),
            _ => return,
        };
        self.learn(key, Known::Value(known));
    }

    /// What to look an instruction up by, if it can be shared.
    fn key(&mut self, value: Value) -> Option<Key> {
        let Instruction { op, ty, .. } = self.function.instruction(value);
        Some(match *op {
            Op::Call(Callee::Known { function, .. }, _)
                if Self::is_repeatable(self.context, function) =>
            {
                let (operands, ty) = (op.operands(), *ty);
                Key::Call(function, self.list(operands), ty)
            }
            Op::Closure(function, _) if !self.context.lenient => {
                let captures = op.operands();
                Key::Closure(function, self.list(captures))
            }
            Op::Int(int) => Key::Int(int),
            Op::Bool(bool) => Key::Bool(bool),
            Op::Str(text) => Key::Str(text),
            Op::Function(function) => Key::Function(function),
            Op::Box(inner) => Key::Box(inner),
            Op::Unbox(tagged)
            | Op::Guard { value: tagged, .. }
            | Op::Check { value: tagged, .. } => Key::As(tagged, *ty),
            Op::CheckInt { lhs, rhs, left, .. } => Key::As(if left { lhs } else { rhs }, *ty),
            Op::Arith(op @ (BinaryOp::Add | BinaryOp::Mul), lhs, rhs)
            | Op::CompareBool(op, lhs, rhs) => Key::Operation(op, lhs.min(rhs), lhs.max(rhs)),
            Op::Arith(op, lhs, rhs) | Op::Divide(op, lhs, rhs) => Key::Operation(op, lhs, rhs),
            Op::ShiftRight(value, by) => Key::ShiftRight(value, by),
            Op::Compare(op, lhs, rhs) => Key::Compare(Comparison::new(op, lhs, rhs)),
            Op::Generic(op, lhs, rhs) => Key::Generic(op, lhs, rhs),
            Op::Tuple(first, second) => Key::Tuple(first, second),
            Op::First(tuple) => Key::First(tuple),
            Op::Second(tuple) => Key::Second(tuple),
            Op::Capture(closure, index) => Key::Capture(closure, index),
            Op::IsFunction(closure, function) => Key::IsFunction(closure, function),
            Op::Global(slot) if *ty == Type::Tagged || self.function.id != FunctionId::MAIN => {
                Key::Global(slot, *ty)
            }
            Op::CheckBound(maybe, _) => match self.function.instruction(maybe).op {
                Op::ReadCell(cell) => Key::Filled(cell),
                _ => Key::Bound(maybe),
            },
            _ => return None,
        })
    }

    /// Whether a function does and returns the same each time that it is called with the same
    /// arguments. Where closures are compared by identity, those that it makes are not the same.
    pub fn is_repeatable(context: &Context<'_>, function: FunctionId) -> bool {
        let Context { lenient, switches, facts, .. } = *context;
        switches.share_calls && !lenient && !facts.function(function).effects.prints
    }

    fn list(&mut self, values: Vec<Value>) -> List {
        let next = List(self.lists.len() as u32);
        *self.lists.entry(values).or_insert(next)
    }

    /// What a condition is, if that is known, be it a constant.
    pub fn outcome(&self, condition: Value) -> Option<bool> {
        match self.function.instruction(condition).op {
            Op::Bool(bool) => Some(bool),
            _ => self.is_decided(condition),
        }
    }

    fn is_decided(&self, condition: Value) -> Option<bool> {
        match self.known.get(&Key::Condition(condition)) {
            Some(Known::Bool(holds)) => Some(holds),
            _ => None,
        }
    }

    /// Decides a branch that has been decided before.
    fn end(&mut self, block: Block) {
        let at = block.0 as usize;
        copies::use_originals_at_end(self.function, block);
        if let End::Branch { condition, then, otherwise } = &self.function.blocks[at].end
            && let Some(holds) = self.outcome(*condition)
        {
            let taken = if holds { then } else { otherwise }.clone();
            self.function.blocks[at].end = End::Jump(taken);
        }
        self.pass_constants(block);
    }

    /// Passes constants where a condition is passed that has been decided.
    fn pass_constants(&mut self, block: Block) {
        let mut decided = Vec::new();
        for (jump, to) in self.function.block(block).end.jumps().enumerate() {
            for (at, &value) in to.arguments.iter().enumerate() {
                decided.extend(self.is_decided(value).map(|holds| (jump, at, holds, value)));
            }
        }
        for (jump, at, holds, condition) in decided {
            let site = self.function.instruction(condition).site;
            let constant = super::append(self.function, block, Op::Bool(holds), Type::Bool, site);
            let end = &mut self.function.blocks[block.0 as usize].end;
            let jump = end.jumps_mut().nth(jump).expect("it was there");
            jump.arguments[at] = constant;
        }
    }
}

#[cfg(test)]
mod tests;
