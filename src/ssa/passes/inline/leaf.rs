//! The short ways through a function that calls itself like a tree: what its calls of itself begin
//! with.
//!
//! At least half of the calls of such a function are those of leaves. Where such a call is, the function's
//! first tests are made, with what ends behind them; on all other ways the function is called as before, and
//! makes the same tests again. An interpreter that walks expressions takes 0.85 of the time then.
//! (This is partial inlining, as GCC does it for early returns.) Leaves that are a comparison of parameters
//! are [decided](crate::core::EarlyReturn) before the call when it is built.
//!
//! # Soundness
//! Up to where the function is called nothing has happened that could be noticed twice: it was loaded, compared
//! and checked only. A check that fails does so as the call would.

use rustc_hash::FxHashMap;

use super::choose::weight;
use crate::core::{EarlyReturn, Leaf};
use crate::flow::Kinds;
use crate::ssa::analysis::Graph;
use crate::ssa::{Block, BlockData, Callee, Context, End, Function, Jump, Op, StateId, Value};

/// The most code of the short ways: some loads and tests.
const MOST: usize = 9;

/// A function that does the same as this one: it ends at once where this one soon ends, and
/// otherwise calls this one. `None` where that pays for no call.
pub(super) fn short_ways(function: &Function, context: &Context<'_>) -> Option<Function> {
    // Where calls are counted, one that is made later would be counted twice.
    if context.fuel || is_decided(function, context) {
        return None;
    }
    let graph = Graph::new(function);
    let blocks = short(function, &graph);
    (!blocks.is_empty()).then(|| copy(function, &graph, &blocks, context))
}

/// Whether each call that was built has decided already how the function begins.
fn is_decided(function: &Function, context: &Context<'_>) -> bool {
    let Some(early) = EarlyReturn::of(context.program.function(function.id)) else { return false };
    let parameters = &context.facts.function(function.id).parameters;
    [early.lhs, early.rhs].into_iter().all(|leaf| match leaf {
        Leaf::Parameter(index) => parameters[index as usize] == Kinds::INT,
        Leaf::Int(_) => true,
        Leaf::Bool(_) => false,
    })
}

/// Whether there is a way through the function on which it calls itself, and then again.
pub(super) fn calls_itself_twice(function: &Function) -> bool {
    let graph = Graph::new(function);
    let calls = |&block: &Block| {
        let ops = function.block(block).body.iter().map(|&value| &function.instruction(value).op);
        let is_own = |op: &&Op| matches!(op, Op::Call(callee, _) if callee.is(function.id));
        ops.filter(is_own).count()
    };
    let mut seen = vec![false; function.blocks.len()];
    let mut behind: Vec<Block> = Vec::new();
    for block in graph.order() {
        match calls(block) {
            0 => {}
            1 => behind.push(*block),
            _ => return true,
        }
    }
    while let Some(block) = behind.pop() {
        for jump in function.block(block).end.jumps() {
            if !std::mem::replace(&mut seen[jump.to.0 as usize], true) {
                if calls(&jump.to) > 0 {
                    return true;
                }
                behind.push(jump.to);
            }
        }
    }
    false
}

/// The blocks of the short ways, the entry first; none if no way is short.
fn short(function: &Function, graph: &Graph) -> Vec<Block> {
    let mut found = vec![Block::ENTRY];
    let mut is_found = vec![false; function.blocks.len()];
    is_found[0] = true;
    let (mut size, mut at) = (0, 0);
    // By how many tests come before, so that the shortest ways come first.
    while let Some(&block) = found.get(at) {
        let data = function.block(block);
        let ops = || data.body.iter().map(|&value| &function.instruction(value).op);
        let code: usize = ops().map(weight).sum();
        let fits = size + code <= MOST;
        if fits && may_end(&data.end, function) && ops().all(|op| is_repeatable(op) || makes(op)) {
            (size, at) = (size + code, at + 1);
        } else if fits && data.end.jumps().next().is_some() && ops().all(is_repeatable) {
            (size, at) = (size + code, at + 1);
            for jump in data.end.jumps().filter(|jump| graph.is_ahead(block, jump.to)) {
                if !std::mem::replace(&mut is_found[jump.to.0 as usize], true) {
                    found.push(jump.to);
                }
            }
        } else {
            found.remove(at);
        }
    }
    // Only what leads to an end.
    let mut leads = vec![false; function.blocks.len()];
    let is_tried = |block: &&Block| found.contains(block);
    for &block in graph.order().iter().filter(is_tried).rev() {
        let end = &function.block(block).end;
        let ahead = |jump: &Jump| graph.is_ahead(block, jump.to) && leads[jump.to.0 as usize];
        leads[block.0 as usize] = may_end(end, function) || end.jumps().any(ahead);
    }
    found.retain(|block| leads[block.0 as usize]);
    found
}

/// Whether the function may end like this on a short way.
fn may_end(end: &End, function: &Function) -> bool {
    match end {
        End::Return(_) => true,
        End::TailCall { callee: Callee::Known { function: callee, .. }, .. } => {
            *callee != function.id
        }
        _ => false,
    }
}

/// Whether nothing can be noticed of it when it is evaluated again, unless it ends the function.
fn is_repeatable(op: &Op) -> bool {
    let may_end =
        matches!(op, Op::Guard { .. } | Op::Check { .. } | Op::CheckInt { .. } | Op::Probe(_));
    (may_end || !op.has_effect()) && !makes(op) && !matches!(op, Op::NewCell)
}

/// Whether it makes an object that is all there when it is made.
fn makes(op: &Op) -> bool {
    matches!(op, Op::Tuple(..) | Op::Closure(..))
}

/// A function of these blocks only. Where others would come, it calls the function.
fn copy(function: &Function, graph: &Graph, blocks: &[Block], context: &Context<'_>) -> Function {
    let mut copy = Function::new(function.id);
    let mut values = FxHashMap::default();
    for &block in blocks {
        let BlockData { parameters, body, .. } = function.block(block);
        for &value in parameters.iter().chain(body) {
            let instruction = function.instruction(value).clone();
            values.insert(value, copy.add(instruction.op, instruction.ty, instruction.site));
        }
    }
    let new = |value: &mut Value| *value = values[value];
    for value in 0..copy.values.len() {
        let mut op = std::mem::replace(&mut copy.values[value].op, Op::Parameter);
        op.for_each_operand_mut(&mut |value| new(value));
        if let Op::Guard { state, .. } | Op::Probe(state) = &mut op {
            let mut old = function.state(*state).clone();
            debug_assert!(old.caller.is_none(), "nothing is inlined in a body yet");
            old.for_each_mut(&mut |value| new(value));
            *state = StateId(copy.states.len() as u32);
            copy.states.push(old);
        }
        copy.values[value].op = op;
    }
    let place = |block| blocks.iter().position(|&b| b == block).map(|at| Block(at as u32));
    let rest = Block(blocks.len() as u32);
    let all = |old: &[Value]| old.iter().map(|value| values[value]).collect::<Vec<_>>();
    for &block in blocks {
        let BlockData { parameters, body, end } = function.block(block);
        let mut end = end.clone();
        for jump in end.jumps_mut() {
            match place(jump.to).filter(|_| graph.is_ahead(block, jump.to)) {
                Some(to) => jump.to = to,
                None => *jump = Jump { to: rest, arguments: Vec::new() },
            }
        }
        end.for_each_operand_mut(&mut |value| new(value));
        copy.blocks.push(BlockData { parameters: all(parameters), body: all(body), end });
    }
    let core = context.program.function(function.id);
    let mut passed = copy.block(Block::ENTRY).parameters.iter().copied();
    let closure = if core.takes_self { passed.next() } else { None };
    let callee = Callee::Known { function: function.id, closure };
    let end = End::TailCall { callee, arguments: passed.collect(), site: core.origin.into() };
    copy.blocks.push(BlockData { parameters: Vec::new(), body: Vec::new(), end });
    copy
}
