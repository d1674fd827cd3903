//! Deciding the base case of a known callee before the call.
//!
//! Half of the calls of a doubly recursive function, and the last one of any recursion, end
//! with the first comparison. Where a function is known and
//! [begins](EarlyReturn) by comparing Ints, its caller compares, and calls only
//! if the function would go on; fib then makes half as many calls.

use super::{Builder, Op, Type, Value};
use crate::core::{EarlyReturn, FunctionId, Leaf};
use crate::ssa::{End, Jump, Site};

impl Builder<'_> {
    /// The value of type `ty` of a call of `function`: what it returns at once, or what
    /// `call` comes to.
    pub(super) fn decide_or(
        &mut self,
        function: FunctionId,
        arguments: &[Value],
        ty: Type,
        site: Site,
        call: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        // Where calls are counted, each is made.
        let early = match self.ctx.fuel {
            true => None,
            false => EarlyReturn::of(self.ctx.program.function(function)),
        };
        let Some(early) = early.and_then(|early| self.decidable(function, early, arguments)) else {
            return call(self);
        };
        let (lhs, rhs) = (early.lhs, early.rhs);
        let (lhs, rhs) = (self.of_leaf(lhs, arguments, site), self.of_leaf(rhs, arguments, site));
        let condition = self.emit(Op::Compare(early.op, lhs, rhs), Type::Bool, site);
        let (at_once, on, done) = (self.new_block(), self.new_block(), self.new_block());
        let result = self.parameter(done, ty, site);
        let jump = |to| Jump { to, arguments: Vec::new() };
        let (then, otherwise) = match early.if_holds {
            true => (jump(at_once), jump(on)),
            false => (jump(on), jump(at_once)),
        };
        self.end(End::Branch { condition, then, otherwise });
        self.enter(at_once);
        let value = self.of_leaf(early.result, arguments, site);
        let value = self.as_type(value, ty, site);
        self.jump(done, vec![value]);
        self.enter(on);
        let value = call(self);
        self.jump(done, vec![value]);
        self.enter(done);
        result
    }

    /// How a function begins, if that compares Ints, by places among the arguments that are
    /// passed.
    fn decidable(
        &self,
        function: FunctionId,
        early: EarlyReturn,
        arguments: &[Value],
    ) -> Option<EarlyReturn> {
        let facts = self.ctx.facts.function(function);
        let place = |leaf| match leaf {
            Leaf::Parameter(index) if facts.split[index as usize].is_some() => None,
            Leaf::Parameter(index) => Some(Leaf::Parameter(facts.passed_at(index as usize) as u32)),
            constant => Some(constant),
        };
        let EarlyReturn { lhs, rhs, result, .. } = early;
        let (lhs, rhs, result) = (place(lhs)?, place(rhs)?, place(result)?);
        let is_int = |leaf| match leaf {
            Leaf::Parameter(at) => self.out.ty(arguments[at as usize]) == Type::Int,
            Leaf::Int(_) => true,
            Leaf::Bool(_) => false,
        };
        (is_int(lhs) && is_int(rhs)).then_some(EarlyReturn { lhs, rhs, result, ..early })
    }

    fn of_leaf(&mut self, leaf: Leaf, arguments: &[Value], site: Site) -> Value {
        match leaf {
            Leaf::Parameter(index) => arguments[index as usize],
            Leaf::Int(n) => self.emit(Op::Int(n), Type::Int, site),
            Leaf::Bool(b) => self.emit(Op::Bool(b), Type::Bool, site),
        }
    }
}
