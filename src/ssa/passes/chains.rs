//! Makes one concatenation of a chain of `+` on strings: of `"(" + a + ", " + b`, which is
//! `"(" + (a + (", " + b))`, no string is made but the last.
//!
//! # Soundness
//! A `+` of which an operand or the result is proven to be a Str concatenates, or fails. If its
//! right operand is such a `+`, too, which nobody else refers to (states count), then both can
//! be done at once where the outer one is: the operands of both are there, and nothing with an
//! effect lies in between, so that nobody can tell that the inner one was done later. Strings have
//! no identity. The runtime tells which of the two fails by the place of the first and the number
//! of the operator; that holds if the places are consecutive, which is asked for, not assumed.
//!
//! That the result is a Str is proven by an `Unbox` of it that is always evaluated after it: in the
//! same block, with nothing in between that could leave.

use galo_runtime::concat::MAX_PARTS;
use rustc_hash::FxHashSet;

use crate::ssa::analysis::Graph;
use crate::ssa::{Block, Context, Function, Op, State, Type, Value};
use crate::syntax::ast::BinaryOp;

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let graph = Graph::new(function);
    let blocks = graph.order();
    if !blocks.iter().any(|&block| has_sums(function, block)) {
        return;
    }
    let uses = uses(function, blocks);
    let mut chains = Chains { function, uses, merged: FxHashSet::default() };
    for &block in blocks {
        chains.block(block);
    }
    let Chains { function, merged, .. } = chains;
    if merged.is_empty() {
        return;
    }
    for &block in blocks {
        let mut body = std::mem::take(&mut function.blocks[block.0 as usize].body);
        body.retain(|&value| !merged.contains(&base(function, value)));
        function.blocks[block.0 as usize].body = body;
    }
}

fn is_sum(function: &Function, value: Value) -> bool {
    matches!(function.instruction(value).op, Op::Generic(BinaryOp::Add, ..))
}

fn has_sums(function: &Function, block: Block) -> bool {
    function.block(block).body.iter().any(|&value| is_sum(function, value))
}

/// The value in another representation, if this one is nothing else.
fn represented(function: &Function, value: Value) -> Option<Value> {
    match function.instruction(value).op {
        Op::Box(other) | Op::Unbox(other) | Op::Copy(other) => Some(other),
        _ => None,
    }
}

/// What the value is in its first representation.
fn base(function: &Function, mut value: Value) -> Value {
    while let Some(other) = represented(function, value) {
        value = other;
    }
    value
}

/// By value: how often it is referred to, in whatever representation.
fn uses(function: &Function, blocks: &[Block]) -> Vec<u32> {
    let mut uses = vec![0; function.values.len()];
    let mut note = |value: Value| uses[base(function, value).0 as usize] += 1;
    for &block in blocks {
        let data = function.block(block);
        for &value in &data.body {
            if represented(function, value).is_none() {
                function.instruction(value).op.operands().into_iter().for_each(&mut note);
            }
        }
        data.end.operands().into_iter().for_each(&mut note);
    }
    function.states.iter().flat_map(State::values).for_each(note);
    uses
}

struct Chains<'a> {
    function: &'a mut Function,
    /// By value.
    uses: Vec<u32>,
    /// Concatenations that have become part of another.
    merged: FxHashSet<Value>,
}

impl Chains<'_> {
    fn block(&mut self, block: Block) {
        if !has_sums(self.function, block) {
            return;
        }
        let proven = self.proven(block);
        let body = std::mem::take(&mut self.function.blocks[block.0 as usize].body);
        let mut new = Vec::with_capacity(body.len());
        // The last instruction with an effect.
        let mut last = None;
        for value in body {
            let made = match self.function.instruction(value).op {
                Op::Generic(BinaryOp::Add, lhs, rhs)
                    if proven.contains(&value) || self.is_str(lhs) || self.is_str(rhs) =>
                {
                    let made = self.concatenation(value, [lhs, rhs], last);
                    self.function.values[value.0 as usize].op = Op::Box(made);
                    new.push(made);
                    made
                }
                _ => value,
            };
            if self.function.instruction(made).op.has_effect() {
                last = Some(made);
            }
            new.push(value);
        }
        self.function.blocks[block.0 as usize].body = new;
    }

    /// The sums of a block that are taken as Strs before anything else happens.
    fn proven(&self, block: Block) -> FxHashSet<Value> {
        let mut proven = FxHashSet::default();
        let mut last = None;
        for &value in &self.function.block(block).body {
            let instruction = self.function.instruction(value);
            match instruction.op {
                Op::Unbox(sum) if instruction.ty == Type::Str && last == Some(sum) => {
                    proven.insert(sum);
                }
                ref op if op.has_effect() => last = Some(value),
                _ => {}
            }
        }
        proven
    }

    /// Whether a value is known to be a Str.
    fn is_str(&self, mut value: Value) -> bool {
        loop {
            if self.function.ty(value) == Type::Str {
                return true;
            }
            match represented(self.function, value) {
                Some(other) => value = other,
                None => return false,
            }
        }
    }

    /// The concatenation that a sum is. `last` is what happened last before it.
    fn concatenation(&mut self, sum: Value, [lhs, rhs]: [Value; 2], last: Option<Value>) -> Value {
        let site = self.function.instruction(sum).site;
        let inner = base(self.function, rhs);
        let mut parts = vec![lhs];
        match &self.function.instruction(inner).op {
            Op::Concat(others)
                if last == Some(inner)
                    && self.uses[inner.0 as usize] == 1
                    && others.len() < MAX_PARTS
                    && self.function.instruction(inner).site.is_right_before(site) =>
            {
                parts.extend(others);
                self.merged.insert(inner);
            }
            _ => parts.push(rhs),
        }
        let made = self.function.add(Op::Concat(parts.into()), Type::Str, site);
        self.uses.push(self.uses[sum.0 as usize]);
        made
    }
}

#[cfg(test)]
mod tests;
