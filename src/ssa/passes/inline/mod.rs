//! Inlining: a call of a known function becomes the function's body.
//!
//! Calls are inlined in rounds. After each one, what has become known is propagated: a closure
//! that is passed as an argument is a known callee in the next round. What is worth it is decided in
//! [`choose`], how it is done is in [`splice`]. At last, calls of a function by itself that are left
//! begin with its [short ways](leaf).
//!
//! # Soundness
//! A function's body, with the arguments in its parameters' place, does what a call does; its guards
//! continue in the interpreter in the middle of the callee, with the caller waiting for it right
//! behind the call. Who inlines only saves stack: a tail call of the callee's is still one of a
//! function that is not there any more, and is made from the same frame each time. Traces list the
//! calls that were inlined, which code knows by its [scopes](crate::ssa::Scope).

mod choose;
mod decision;
mod leaf;
mod splice;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use self::choose::{CallSite, Choice};
pub use self::choose::{MAX_SCOPES, MAX_SITES};
pub use self::decision::{Decision, DecisionObserver, Verdict};
use super::{CALLS, DEVIRTUALIZE, GVN, PARAMETERS, Pass, SIMPLIFY};
use crate::core::FunctionId;
use crate::ssa::analysis::Graph;
use crate::ssa::{Context, End, Function, build};

/// How often calls are inlined in what was inlined.
const ROUNDS: usize = 8;

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    if context.profiles.is_some() {
        let mut bodies = Bodies { context, found: FxHashMap::default(), short_ways: None };
        let mut choice = Choice::new(function);
        inline_bodies(function, &mut bodies, &mut choice);
        if leaf::calls_itself_twice(function) {
            // Equal calls are not seen to be equal once they have short ways.
            run_all(&[GVN], function, context);
            bodies.find_short_ways(function);
            let chosen = choice.choose_short_ways(function, &bodies);
            if !chosen.is_empty() {
                inline(function, &mut bodies, &mut choice, &chosen);
                inline_bodies(function, &mut bodies, &mut choice);
            }
        }
    }
    function.waiting.clear();
}

/// Inlines whole bodies, round by round.
fn inline_bodies(function: &mut Function, bodies: &mut Bodies<'_>, choice: &mut Choice) {
    for _ in 0..ROUNDS {
        let chosen = choice.choose(function, bodies);
        if chosen.is_empty() {
            break;
        }
        inline(function, bodies, choice, &chosen);
    }
}

/// Inlines what was chosen, and makes what is known then known wherever it is used.
fn inline(
    function: &mut Function,
    bodies: &mut Bodies<'_>,
    choice: &mut Choice,
    chosen: &[CallSite],
) {
    for site in chosen {
        let body = match site.is_whole {
            true => bodies.get(site.callee),
            false => bodies.short_ways.as_ref(),
        };
        let body = body.expect("it was there when it was chosen");
        splice::splice(function, site, &body.function);
        choice.note(function, site);
    }
    run_all(&[SIMPLIFY, PARAMETERS, CALLS], function, bodies.context);
}

/// Runs those of the passes that are switched on.
fn run_all(passes: &[Pass], function: &mut Function, context: &Context<'_>) {
    for pass in passes {
        if context.switches.passes.contains(pass.name) {
            (pass.run)(function, context);
        }
    }
}

/// A function's form before anything was inlined.
struct Body {
    function: Function,
    /// How much code it is, in instructions that are likely to become some.
    size: usize,
    /// How many slots the states of its guards have together.
    state_slots: usize,
    /// Whether one of its tail calls may fail before it is made, so that it has to be one.
    needs_tail_calls: bool,
}

/// The bodies that can be inlined, made when they are first asked for.
struct Bodies<'a> {
    context: &'a Context<'a>,
    found: FxHashMap<FunctionId, Option<Body>>,
    /// What calls of the function that is compiled begin with.
    short_ways: Option<Body>,
}

impl Bodies<'_> {
    fn get(&mut self, id: FunctionId) -> Option<&Body> {
        let context = self.context;
        self.found.entry(id).or_insert_with(|| Body::make(context, id)).as_ref()
    }

    /// Finds the short ways of a function that calls itself like a tree still.
    fn find_short_ways(&mut self, function: &Function) {
        if leaf::calls_itself_twice(function) {
            let context = self.context;
            let body = self.get(function.id).filter(|body| body.size > choose::SMALL);
            let short = body.and_then(|body| leaf::short_ways(&body.function, context));
            self.short_ways = short.map(Body::new);
        }
    }
}

impl Body {
    fn make(context: &Context<'_>, id: FunctionId) -> Option<Body> {
        let is_small = context.program.function(id).nodes().len() <= choose::MAX_NODES;
        let profile = context.profiles?.of(id).filter(|_| is_small)?;
        let mut function = build(*context, id, &*profile).ok()?;
        // An equal call is not to become a second body.
        run_all(&[SIMPLIFY, PARAMETERS, CALLS, GVN, DEVIRTUALIZE], &mut function, context);
        Some(Body::new(function))
    }

    fn new(function: Function) -> Body {
        let graph = Graph::new(&function);
        let ops = || {
            let bodies = graph.order().iter().flat_map(|&block| &function.block(block).body);
            bodies.map(|&value| &function.instruction(value).op)
        };
        let states = ops().filter_map(|op| op.state());
        let state_slots = states.flat_map(|state| function.chain(state)).map(|s| s.slots.len() + 1);
        let ends = graph.order().iter().map(|&block| &function.block(block).end);
        let (size, state_slots) = (ops().map(choose::weight).sum(), state_slots.sum());
        let needs_tail_calls = ends.into_iter().any(|end| {
            let End::TailCall { callee, .. } = end else { return false };
            matches!(callee, crate::ssa::Callee::Unknown(_))
        });
        Body { function, size, state_slots, needs_tail_calls }
    }
}
