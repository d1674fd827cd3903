//! Folds constants, and undoes what an operand's instruction did: an `Unbox` of a `Box`, the
//! `First` of a `Tuple` made here, a captured value of a `Closure` made here, a branch on a
//! constant.
//!
//! # Soundness
//! Each instruction is replaced by a value that dominates its operands, or by an operation on
//! the same operands that computes the same value. Objects never change, so that what went in
//! comes out, however much happens in between. Operations that fail, divisions by the constant
//! 0, stay; a division that is folded did not fail.
//!
//! A global is bound once, by the program's own body, so that whatever is dominated by the
//! binding sees its value. Checks and guards fall away only if their operand is a `Box` of just
//! that type.

pub mod arithmetic;

use rustc_hash::FxHashMap;

use super::copies;
use crate::core::{FunctionId, Slot};
use crate::ssa::analysis::{Dominators, Graph};
use crate::ssa::{Block, Context, End, Function, Op, Type, Value};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph, function);
    let mut simplify = Simplify { function, dominators, globals: FxHashMap::default() };
    for &block in graph.order() {
        simplify.block(block);
    }
    copies::resolve(function);
}

struct Simplify<'a> {
    function: &'a mut Function,
    dominators: Dominators,
    /// Where globals have been bound, and to what.
    globals: FxHashMap<Slot, (Block, Value)>,
}

impl Simplify<'_> {
    fn block(&mut self, block: Block) {
        for at in 0..self.function.block(block).body.len() {
            let value = self.function.block(block).body[at];
            copies::use_originals(self.function, value);
            while let Some(op) = self.simpler(block, value) {
                self.function.values[value.0 as usize].op = op;
            }
            if let Op::SetGlobal(slot, bound) = self.function.instruction(value).op {
                self.globals.insert(slot, (block, bound));
            }
        }
        copies::use_originals_at_end(self.function, block);
        while let Some(end) = self.simpler_end(block) {
            self.function.blocks[block.0 as usize].end = end;
        }
    }

    /// A simpler way to make a value.
    fn simpler(&self, block: Block, value: Value) -> Option<Op> {
        let f = &*self.function;
        let ty = f.ty(value);
        match f.instruction(value).op {
            Op::Unbox(operand)
            | Op::Guard { value: operand, .. }
            | Op::Check { value: operand, .. } => self.unboxed(operand, ty),
            Op::CheckInt { lhs, rhs, left, .. } => self.unboxed(if left { lhs } else { rhs }, ty),
            Op::Arith(op, lhs, rhs) => arithmetic::arith(f, op, lhs, rhs),
            Op::Divide(op, lhs, rhs) => arithmetic::divide(f, op, lhs, rhs),
            Op::ShiftRight(value, by) => f.int(value).map(|int| Op::Int(int >> by)),
            Op::Compare(op, lhs, rhs) => arithmetic::compare(f, op, lhs, rhs),
            Op::CompareBool(op, lhs, rhs) => arithmetic::compare_bool(f, op, lhs, rhs),
            Op::First(tuple) => self.component(tuple, true),
            Op::Second(tuple) => self.component(tuple, false),
            Op::Capture(closure, index) => self.captured(closure, index, ty),
            Op::IsFunction(closure, function) => self.is_function(closure, function),
            Op::Global(slot) if ty == Type::Tagged => self.global(block, slot),
            Op::CheckBound(maybe, _) => self.bound(block, maybe),
            _ => None,
        }
    }

    /// What was boxed, if that was of the type.
    fn unboxed(&self, tagged: Value, ty: Type) -> Option<Op> {
        match self.function.instruction(tagged).op {
            Op::Box(inner) if self.function.ty(inner) == ty => Some(Op::Copy(inner)),
            _ => None,
        }
    }

    fn component(&self, tuple: Value, first: bool) -> Option<Op> {
        match self.function.instruction(tuple).op {
            Op::Tuple(component, _) if first => Some(Op::Copy(component)),
            Op::Tuple(_, component) => Some(Op::Copy(component)),
            _ => None,
        }
    }

    fn captured(&self, closure: Value, index: u32, ty: Type) -> Option<Op> {
        match &self.function.instruction(closure).op {
            Op::Closure(_, captures) => {
                let captured = captures[index as usize];
                (self.function.ty(captured) == ty).then_some(Op::Copy(captured))
            }
            _ => None,
        }
    }

    fn is_function(&self, closure: Value, function: FunctionId) -> Option<Op> {
        match self.function.instruction(closure).op {
            Op::Function(made) | Op::Closure(made, _) => Some(Op::Bool(made == function)),
            _ => None,
        }
    }

    fn global(&self, block: Block, slot: Slot) -> Option<Op> {
        let &(binder, value) = self.globals.get(&slot)?;
        self.dominators.dominates(binder, block).then_some(Op::Copy(value))
    }

    fn bound(&self, block: Block, maybe: Value) -> Option<Op> {
        match self.function.instruction(maybe).op {
            Op::Global(slot) => self.global(block, slot),
            _ => None,
        }
    }

    fn simpler_end(&self, block: Block) -> Option<End> {
        let f = &*self.function;
        let End::Branch { condition, ref then, ref otherwise } = f.block(block).end else {
            return None;
        };
        if let Op::Bool(bool) = f.instruction(condition).op {
            return Some(End::Jump(if bool { then } else { otherwise }.clone()));
        }
        if then == otherwise {
            return Some(End::Jump(then.clone()));
        }
        let condition = arithmetic::negated(f, condition)?;
        Some(End::Branch { condition, then: otherwise.clone(), otherwise: then.clone() })
    }
}

#[cfg(test)]
mod tests;
