//! Guards the first arguments of loops, so that the loops run unboxed.
//!
//! A parameter of a loop whose rounds always bring an Int, but whose first value is an argument of
//! the function and may be anything, is Tagged and is guarded in each round. If the guess is made
//! once, before the loop, type propagation does the rest.
//!
//! # Soundness
//! A guard may stand wherever its state is right. These stand at the very beginning of the function,
//! before any effect, and their state is that: an exit runs the function in the interpreter from the
//! start. Checks are not hoisted, since they would fail programs that never come to them; a guard
//! that guesses that a check will pass only leaves compiled code early.
//!
//! # Whether it is worth it
//! Only where each round that goes on to another one would guard or check the value anyway: a guess
//! that fails is then one that would have failed in the loop. And only in functions that guess
//! something already, since there is a last version of a function that is to have no guards.

use rustc_hash::FxHashMap;

use super::types::refine::{Passed, refine};
use super::types::solve::{Found, solve};
use crate::ssa::analysis::{Dominators, Edge, Graph};
use crate::ssa::{
    Block, Context, Function, Instruction, Op, Resume, Scope, Shape, Site, State, StateId, Type,
    Value,
};

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let graph = Graph::new(function);
    if !has_guards(function, &graph) {
        return;
    }
    let dominators = Dominators::new(&graph, function);
    let candidates = candidates(function, &graph, &dominators);
    if candidates.is_empty() {
        return;
    }
    let passed = refine(function, &dominators);
    let chosen = always_ints(function, context, &graph, &passed, candidates);
    if !chosen.is_empty() {
        guard_at_start(function, context, &chosen);
    }
}

fn has_guards(function: &Function, graph: &Graph) -> bool {
    let mut all = graph.order().iter().flat_map(|&block| &function.block(block).body);
    all.any(|&value| matches!(function.instruction(value).op, Op::Guard { .. }))
}

/// A loop's parameter that it would be good to know to be an Int when the loop begins.
#[derive(Clone, Copy)]
struct Candidate {
    parameter: Value,
    /// The jump into the loop.
    entry: Edge,
    /// The parameter's place.
    at: usize,
    /// Where the loop guards or checks it.
    site: Site,
}

/// A loop: its head, the one jump into it, and the blocks that jump back.
struct Loop {
    head: Block,
    entry: Edge,
    back: Vec<Block>,
}

fn loops(graph: &Graph, dominators: &Dominators) -> Vec<Loop> {
    let mut loops = Vec::new();
    for &head in graph.order() {
        let incoming = graph.incoming(head).iter();
        let (back, entries): (Vec<Edge>, Vec<Edge>) =
            incoming.partition(|edge| dominators.dominates(head, edge.from));
        if let ([entry], false) = (&entries[..], back.is_empty()) {
            let back = back.into_iter().map(|edge| edge.from).collect();
            loops.push(Loop { head, entry: *entry, back });
        }
    }
    loops
}

fn candidates(function: &Function, graph: &Graph, dominators: &Dominators) -> Vec<Candidate> {
    let asked = asked(function, graph);
    let mut candidates = Vec::new();
    for Loop { head, entry, back } in loops(graph, dominators) {
        for (at, &parameter) in function.block(head).parameters.iter().enumerate() {
            let first = function.jump(entry).arguments[at];
            let is_argument = function.block(Block::ENTRY).parameters.contains(&first);
            let sites = asked.get(&parameter).into_iter().flatten();
            let in_each_round = |(block, _): &&(Block, _)| {
                back.iter().all(|&from| dominators.dominates(*block, from))
            };
            // The function's own loop begins where the function does; an inlined one may never begin.
            if function.ty(parameter) == Type::Tagged
                && is_argument
                && let Some(&(_, site)) = sites.clone().find(in_each_round)
                && site.scope == Scope::OWN
            {
                candidates.push(Candidate { parameter, entry, at, site });
            }
        }
    }
    candidates
}

/// Where it is asked whether Tagged values are Ints.
fn asked(function: &Function, graph: &Graph) -> FxHashMap<Value, Vec<(Block, Site)>> {
    let mut asked: FxHashMap<Value, Vec<(Block, Site)>> = FxHashMap::default();
    for &block in graph.order() {
        for &value in &function.block(block).body {
            let Instruction { op, ty, site } = function.instruction(value);
            let tagged = match *op {
                Op::Guard { value, .. } if *ty == Type::Int => value,
                Op::CheckInt { lhs, rhs, left, .. } => {
                    if left {
                        lhs
                    } else {
                        rhs
                    }
                }
                _ => continue,
            };
            asked.entry(tagged).or_default().push((block, *site));
        }
    }
    asked
}

/// Those of the candidates that every round makes Ints, given that they begin as such.
fn always_ints(
    function: &Function,
    context: &Context<'_>,
    graph: &Graph,
    passed: &Passed,
    mut candidates: Vec<Candidate>,
) -> Vec<Candidate> {
    const ROUNDS: usize = 4;
    for _ in 0..ROUNDS {
        if candidates.is_empty() {
            break;
        }
        let assumed: Vec<(Edge, usize)> =
            candidates.iter().map(|candidate| (candidate.entry, candidate.at)).collect();
        let found = solve(function, context, graph, passed, &assumed);
        let before = candidates.len();
        candidates
            .retain(|candidate| found[candidate.parameter.0 as usize] == Found::One(Type::Int));
        if candidates.len() == before {
            return candidates;
        }
    }
    Vec::new()
}

fn guard_at_start(function: &mut Function, context: &Context<'_>, chosen: &[Candidate]) {
    let mut new = Vec::new();
    let state = start_state(function, context, &mut new);
    let mut guarded: FxHashMap<Value, Value> = FxHashMap::default();
    for &Candidate { entry, at, site, .. } in chosen {
        let argument = function.jump(entry).arguments[at];
        let boxed = *guarded.entry(argument).or_insert_with(|| {
            let guard = Op::Guard { value: argument, state };
            new.push(function.add(guard, Type::Int, site));
            let guard = new[new.len() - 1];
            new.push(function.add(Op::Box(guard), Type::Tagged, site));
            new[new.len() - 1]
        });
        function.jump_mut(entry).arguments[at] = boxed;
    }
    function.blocks[Block::ENTRY.0 as usize].body.splice(0..0, new);
}

/// The state at the function's beginning: the arguments are in their slots, and behind them the
/// closure if the function takes itself. The pairs that are passed as two values are put into `new`.
fn start_state(function: &mut Function, context: &Context<'_>, new: &mut Vec<Value>) -> StateId {
    let id = function.id;
    let site = context.program.function(id).origin.into();
    let parameters = function.block(Block::ENTRY).parameters.clone();
    let takes_self = context.program.function(id).takes_self;
    let (this, arguments) = parameters.split_at(usize::from(takes_self));
    let mut arguments = arguments.iter().copied();
    let mut split = context.facts.function(id).split.iter();
    let mut slots = Vec::with_capacity(parameters.len());
    while let Some(argument) = arguments.next() {
        let is_split = split.next().is_some_and(Option::is_some);
        let second = if is_split { arguments.next() } else { None };
        slots.push(Some(match second {
            Some(second) => {
                let pair = Op::Virtual(Shape::Tuple, [argument, second].into());
                new.push(function.add(pair, Type::Tuple, site));
                new[new.len() - 1]
            }
            None => argument,
        }));
    }
    slots.extend(this.iter().copied().map(Some));
    function.states.push(State { function: id, caller: None, resume: Resume::Start, slots });
    StateId(function.states.len() as u32 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::FunctionId;
    use crate::ssa::End;
    use crate::ssa::passes::testing::{Maker, Source, ops};
    use crate::syntax::ast::BinaryOp;

    /// A loop `head(n, sum)` that guards both and goes on with `n - 1` and what `next` makes.
    fn optimized(
        guards_sum: bool,
        next: impl Fn(&mut Maker, Value, Value) -> Value,
    ) -> (Function, Block) {
        let (mut make, [n, sum]) = Maker::new([Type::Tagged; 2]);
        let (head, [i, total]) = make.block([Type::Tagged; 2]);
        let (done, []) = make.block([]);
        let (again, []) = make.block([]);
        make.jump(head, [n, sum]);
        make.at(head);
        let int = make.guard(i, Type::Int);
        let one = make.int(1);
        let less = make.compare(BinaryOp::Lt, int, one);
        make.branch(less, done, again);
        make.at(done);
        make.end(End::Return(total));
        make.at(again);
        let left = make.op(Op::Arith(BinaryOp::Sub, int, one), Type::Int);
        let left = make.boxed(left);
        let int = if guards_sum { make.guard(total, Type::Int) } else { int };
        let total = next(&mut make, total, int);
        make.jump(head, [left, total]);
        let mut function = make.finish();
        let source = Source::new("0");
        run(&mut function, &source.context());
        super::super::types::run(&mut function, &source.context());
        (function, head)
    }

    fn types(function: &Function, block: Block) -> Vec<Type> {
        function.block(block).parameters.iter().map(|&parameter| function.ty(parameter)).collect()
    }

    fn guards(function: &Function) -> usize {
        ops(function).iter().filter(|op| matches!(op, Op::Guard { .. })).count()
    }

    #[test]
    fn a_loop_that_guards_both_runs_unboxed() {
        let (function, head) = optimized(true, |make, _, total| {
            let sum = make.add(total, total);
            make.boxed(sum)
        });
        assert_eq!(types(&function, head), [Type::Int; 2]);
        assert_eq!(guards(&function), 2);
        let parameters = &function.blocks[0].parameters;
        for &value in &function.blocks[0].body {
            if let Op::Guard { state, .. } = function.instruction(value).op {
                let slots = parameters.iter().copied().map(Some).collect();
                let expected = State {
                    function: FunctionId::MAIN,
                    caller: None,
                    resume: Resume::Start,
                    slots,
                };
                assert_eq!(*function.state(state), expected);
            }
        }
    }

    #[test]
    fn what_rounds_make_something_else_stays_tagged() {
        let (function, head) = optimized(true, |make, tagged, total| {
            let first = make.boxed(total);
            let pair = make.op(Op::Tuple(first, tagged), Type::Tuple);
            make.boxed(pair)
        });
        assert_eq!(types(&function, head), [Type::Int, Type::Tagged]);
        assert_eq!(guards(&function), 2);
    }

    #[test]
    fn what_is_only_carried_is_not_guessed() {
        let (function, head) = optimized(false, |_, tagged, _| tagged);
        assert_eq!(types(&function, head), [Type::Int, Type::Tagged]);
        assert_eq!(guards(&function), 1);
    }
}
