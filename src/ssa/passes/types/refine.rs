//! Uses what dominating checks and guards say of a Tagged value: further checks for the same type
//! vanish, generic operators on two Ints or two Bools become those for Ints or Bools.
//!
//! # Soundness
//! Whatever is dominated by a check, guard or `Unbox` of a value runs only if the value is of that
//! type. A generic operator on operands of known types does what the typed one does on what they
//! hold, failing on division by zero included.

use rustc_hash::FxHashMap;

use crate::ssa::analysis::{Dominators, Edge, Step};
use crate::ssa::passes::copies;
use crate::ssa::passes::scoped::Scoped;
use crate::ssa::{Block, Function, Op, Type, Value};
use crate::syntax::ast::BinaryOp;

/// What is known of the Tagged arguments of jumps: by edge and place, the argument as the type that
/// it has.
#[derive(Debug, Default)]
pub struct Passed(FxHashMap<(Edge, u32), Value>);

impl Passed {
    /// The argument as the type that it is known to have.
    pub fn get(&self, edge: Edge, at: usize) -> Option<Value> {
        self.0.get(&(edge, at as u32)).copied()
    }
}

/// Does it to a function, whose blocks stay as they are, and says what is known at its jumps.
pub fn refine(function: &mut Function, dominators: &Dominators) -> Passed {
    let mut refine = Refine { function, known: Scoped::new(), passed: Passed::default() };
    for &step in dominators.steps() {
        match step {
            Step::Enter(block) => refine.enter(block),
            Step::Leave(_) => refine.known.leave(),
        }
    }
    let passed = refine.passed;
    copies::resolve(function);
    passed
}

struct Refine<'a> {
    function: &'a mut Function,
    /// Tagged values as the types that they are known to have; never copies.
    known: Scoped<Value, Value>,
    passed: Passed,
}

impl Refine<'_> {
    fn enter(&mut self, block: Block) {
        self.known.enter();
        let body = std::mem::take(&mut self.function.blocks[block.0 as usize].body);
        for value in body {
            copies::use_originals(self.function, value);
            self.instruction(block, value);
            self.function.blocks[block.0 as usize].body.push(value);
        }
        copies::use_originals_at_end(self.function, block);
        self.note_passed(block);
    }

    /// The value as the type that it is known to have.
    fn typed(&self, tagged: Value) -> Option<Value> {
        match self.function.instruction(tagged).op {
            Op::Box(inner) => Some(inner),
            _ => self.known.get(&tagged),
        }
    }

    fn instruction(&mut self, block: Block, value: Value) {
        match self.function.instruction(value).op {
            Op::Unbox(tagged)
            | Op::Guard { value: tagged, .. }
            | Op::Check { value: tagged, .. } => {
                self.check(value, tagged);
            }
            Op::CheckInt { lhs, rhs, left, .. } => self.check(value, if left { lhs } else { rhs }),
            Op::Generic(op, lhs, rhs) => self.generic(block, value, op, lhs, rhs),
            _ => {}
        }
    }

    fn check(&mut self, value: Value, tagged: Value) {
        match self.typed(tagged) {
            Some(typed) if self.function.ty(typed) == self.function.ty(value) => {
                self.function.values[value.0 as usize].op = Op::Copy(typed);
            }
            Some(_) => {}
            None => self.known.insert(tagged, value),
        }
    }

    fn generic(&mut self, block: Block, value: Value, op: BinaryOp, lhs: Value, rhs: Value) {
        let (Some(lhs), Some(rhs)) = (self.typed(lhs), self.typed(rhs)) else { return };
        let site = self.function.instruction(value).site;
        let op = match (self.function.ty(lhs), self.function.ty(rhs)) {
            (Type::Int, Type::Int) => match int_operation(op, lhs, rhs) {
                comparison @ Op::Compare(..) => comparison,
                op => Op::Box(super::super::append(self.function, block, op, Type::Int, site)),
            },
            (Type::Bool, Type::Bool) if matches!(op, BinaryOp::Eq | BinaryOp::Neq) => {
                Op::CompareBool(op, lhs, rhs)
            }
            _ => return,
        };
        self.function.values[value.0 as usize].op = op;
    }

    fn note_passed(&mut self, from: Block) {
        for (index, jump) in self.function.block(from).end.jumps().enumerate() {
            let edge = Edge { from, index: index as u8 };
            for (at, &argument) in jump.arguments.iter().enumerate() {
                if let Some(typed) = self.typed(argument) {
                    self.passed.0.insert((edge, at as u32), typed);
                }
            }
        }
    }
}

/// The operation on two Ints that an operator stands for.
fn int_operation(op: BinaryOp, lhs: Value, rhs: Value) -> Op {
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => Op::Arith(op, lhs, rhs),
        BinaryOp::Div | BinaryOp::Rem => Op::Divide(op, lhs, rhs),
        _ => Op::Compare(op, lhs, rhs),
    }
}
