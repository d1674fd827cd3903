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
//! - A pair is equal to any other of the same values. Closures are not: `--lenient` compares them
//!   by identity.
//!
//! Behind a branch, in a block that only this jump leads to, the condition is what it was found
//! to be, and so are comparisons that follow from it.

use super::copies;
use super::relations::Comparison;
use super::scoped::Scoped;
use crate::core::{FunctionId, Slot};
use crate::ssa::analysis::{Dominators, Graph, Step};
use crate::ssa::{Block, Context, End, Function, Instruction, Op, Type, Value};
use crate::syntax::ast::{BinaryOp, Symbol};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph, function);
    let mut numbering = Numbering { function, graph, known: Scoped::new() };
    for &step in dominators.steps() {
        match step {
            Step::Enter(block) => numbering.enter(block),
            Step::Leave(_) => numbering.known.leave(),
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
    Compare(Comparison),
    Generic(BinaryOp, Value, Value),
    Tuple(Value, Value),
    First(Value),
    Second(Value),
    Capture(Value, u32),
    Global(Slot, Type),
    /// What a Maybe is, once it is bound.
    Bound(Value),
    /// What a cell holds, once it is filled.
    Filled(Value),
    /// A condition that a branch has decided.
    Condition(Value),
}

/// What is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Value(Value),
    Bool(bool),
}

struct Numbering<'a> {
    function: &'a mut Function,
    graph: Graph,
    known: Scoped<Key, Known>,
}

impl Numbering<'_> {
    fn enter(&mut self, block: Block) {
        self.known.enter();
        self.learn_from_branch(block);
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

    /// What the only jump to a block says about its condition.
    fn learn_from_branch(&mut self, block: Block) {
        let &[edge] = self.graph.incoming(block) else { return };
        let End::Branch { condition, .. } = self.function.block(edge.from).end else { return };
        let holds = edge.index == 0;
        self.learn(Key::Condition(condition), Known::Bool(holds));
        if let Op::Compare(op, lhs, rhs) = self.function.instruction(condition).op {
            for (comparison, holds) in Comparison::new(op, lhs, rhs).decided(holds) {
                self.learn(Key::Compare(comparison), Known::Bool(holds));
            }
        }
    }

    fn instruction(&mut self, value: Value) {
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
    fn key(&self, value: Value) -> Option<Key> {
        let Instruction { op, ty, .. } = self.function.instruction(value);
        Some(match *op {
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
            Op::Compare(op, lhs, rhs) => Key::Compare(Comparison::new(op, lhs, rhs)),
            Op::Generic(op, lhs, rhs) => Key::Generic(op, lhs, rhs),
            Op::Tuple(first, second) => Key::Tuple(first, second),
            Op::First(tuple) => Key::First(tuple),
            Op::Second(tuple) => Key::Second(tuple),
            Op::Capture(closure, index) => Key::Capture(closure, index),
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
            && let Some(holds) = self.is_decided(*condition)
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
mod tests {
    use super::*;
    use crate::ssa::Demand;
    use crate::ssa::passes::testing::{Maker, Source, ops};

    fn numbered(mut function: Function) -> Function {
        run(&mut function, &Source::new("0").context());
        function
    }

    fn count(function: &Function, is: impl Fn(&Op) -> bool) -> usize {
        ops(function).iter().filter(|op| is(op)).count()
    }

    #[test]
    fn equal_sums_are_one_whichever_way_round() {
        let (mut make, [x, y]) = Maker::new([Type::Int; 2]);
        let sum = make.add(x, y);
        let other = make.add(y, x);
        let product = make.op(Op::Arith(BinaryOp::Mul, sum, other), Type::Int);
        let result = make.boxed(product);
        let function = numbered(make.returns(result));
        assert_eq!(function.instruction(product).op.operands(), [sum, sum]);
        assert_eq!(function.blocks[0].body, [sum, product, result]);
    }

    #[test]
    fn differences_are_not_exchanged() {
        let (mut make, [x, y]) = Maker::new([Type::Int; 2]);
        let one = make.op(Op::Arith(BinaryOp::Sub, x, y), Type::Int);
        let other = make.op(Op::Arith(BinaryOp::Sub, y, x), Type::Int);
        let sum = make.add(one, other);
        let result = make.boxed(sum);
        let function = numbered(make.returns(result));
        assert_eq!(function.instruction(sum).op.operands(), [one, other]);
    }

    #[test]
    fn neighbours_share_nothing() {
        let (mut make, [x, condition]) = Maker::new([Type::Int, Type::Bool]);
        let (then, []) = make.block([]);
        let (otherwise, []) = make.block([]);
        make.branch(condition, then, otherwise);
        for block in [then, otherwise] {
            make.at(block);
            let sum = make.add(x, x);
            let result = make.boxed(sum);
            make.end(End::Return(result));
        }
        let function = numbered(make.finish());
        assert_eq!(ops(&function).len(), 4);
    }

    #[test]
    fn what_was_checked_is_not_checked_again() {
        let (mut make, [x, y]) = Maker::new([Type::Tagged; 2]);
        let op = BinaryOp::Sub;
        let lhs = make.op(Op::CheckInt { op, lhs: x, rhs: y, left: true }, Type::Int);
        let rhs = make.op(Op::CheckInt { op, lhs: x, rhs: y, left: false }, Type::Int);
        let difference = make.op(Op::Arith(op, lhs, rhs), Type::Int);
        let again = make.guard(x, Type::Int);
        let sum = make.add(difference, again);
        let boxed = make.boxed(again);
        let tuple = make.op(Op::Check { value: y, demand: Demand::First }, Type::Tuple);
        let first = make.op(Op::First(tuple), Type::Tagged);
        let result = make.op(Op::Generic(BinaryOp::Add, boxed, first), Type::Tagged);
        let shown = make.boxed(sum);
        make.print(shown);
        let function = numbered(make.returns(result));
        assert_eq!(function.instruction(sum).op.operands(), [difference, lhs]);
        assert_eq!(function.instruction(result).op.operands(), [x, first]);
        assert_eq!(count(&function, |op| matches!(op, Op::CheckInt { .. })), 2);
        assert_eq!(count(&function, |op| matches!(op, Op::Guard { .. })), 0);
        // Whether it is a Tuple has not been asked before.
        assert_eq!(count(&function, |op| matches!(op, Op::Check { .. })), 1);
    }

    #[test]
    fn cells_remain_what_they_were_filled_with() {
        let (mut make, [x]) = Maker::new([Type::Tagged]);
        let name = crate::syntax::ast::Ast::new("test").intern("x");
        let cell = make.op(Op::NewCell, Type::Cell);
        make.op(Op::FillCell(cell, x), Type::Nothing);
        make.print(x);
        let maybe = make.op(Op::ReadCell(cell), Type::Maybe);
        let bound = make.op(Op::CheckBound(maybe, name), Type::Tagged);
        let function = numbered(make.returns(bound));
        assert_eq!(function.blocks[0].end, End::Return(x));
    }

    #[test]
    fn a_branch_decides_what_is_behind_it() {
        let (mut make, [x, y]) = Maker::new([Type::Int; 2]);
        let (then, []) = make.block([]);
        let (otherwise, []) = make.block([]);
        let (same, []) = make.block([]);
        let (join, [passed]) = make.block([Type::Bool]);
        let less = make.compare(BinaryOp::Lt, x, y);
        make.branch(less, then, otherwise);
        make.at(then);
        let greater = make.compare(BinaryOp::Gte, x, y);
        let equal = make.compare(BinaryOp::Eq, y, x);
        make.branch(less, same, otherwise);
        make.at(same);
        make.jump(join, [less]);
        make.at(otherwise);
        let unknown = make.compare(BinaryOp::Eq, x, y);
        make.jump(join, [unknown]);
        make.at(join);
        let result = make.boxed(passed);
        let function = numbered(make.returns(result));
        assert_eq!(function.instruction(greater).op, Op::Bool(false));
        assert_eq!(function.instruction(equal).op, Op::Bool(false));
        assert!(matches!(&function.block(then).end, End::Jump(jump) if jump.to == same));
        assert!(matches!(function.instruction(unknown).op, Op::Compare(..)));
        let [argument] = function.block(same).end.operands()[..] else { panic!("one argument") };
        assert_eq!(function.instruction(argument).op, Op::Bool(true));
    }
}
