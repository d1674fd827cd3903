//! Which calls are worth inlining.
//!
//! Small functions always, since a call costs more than they do. Larger ones if that lets much become
//! known: a closure made here is called or passed to them. A function that calls itself is
//! inlined into itself to a small depth, which saves that part of the calls. All that up to a
//! budget, since code that is not run often enough costs more to compile than it saves.

use super::{Bodies, Body, Decision, Verdict};
use crate::core::FunctionId;
use crate::ssa::analysis::Graph;
use crate::ssa::{Block, Callee, End, Function, Instruction, Op, Scope, Site, Value};

/// The most nodes of Core of a function that is inlined.
pub(super) const MAX_NODES: usize = 250;
/// The most code of a function that is inlined wherever it is called.
pub(super) const SMALL: usize = 16;
/// The most code of a function that is inlined where a closure is known that it may call.
const MEDIUM: usize = 80;
/// How much code a function may come to by inlining, at least.
const BUDGET: usize = 240;
/// How many bodies of a function may be inside each other, its own among them.
const RECURSION: usize = 4;
/// The most slots that states of inlined guards have together.
const MAX_STATE_SLOTS: usize = 1 << 11;
/// The most scopes of a function.
pub const MAX_SCOPES: usize = 256;
/// How many nodes of Core a unit of code is at most, so that no larger function is looked at.
const NODES_PER_SIZE: usize = 4;
/// The most nodes of the syntax tree of a program in which calls are inlined.
pub const MAX_SITES: usize = 1 << 22;

/// A call that is to be inlined.
#[derive(Clone, Debug)]
pub(super) struct CallSite {
    pub(super) block: Block,
    pub(super) place: Place,
    pub(super) callee: FunctionId,
    /// Whether the whole body is, rather than its short ways.
    pub(super) is_whole: bool,
    /// Where the call comes from.
    pub(super) site: Site,
}

/// What inlining a call comes to.
struct Accepted {
    callee: FunctionId,
    is_whole: bool,
    size: usize,
    state_slots: usize,
}

impl Accepted {
    fn new(callee: FunctionId, body: &Body, is_whole: bool) -> Accepted {
        Accepted { callee, is_whole, size: body.size, state_slots: body.state_slots }
    }
}

/// Where in its block a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// An instruction.
    Body(Value),
    /// The block's end.
    Tail,
}

/// The choices made for a function so far.
pub(super) struct Choice {
    size: usize,
    budget: usize,
    state_slots: usize,
    /// How many scopes there will be once what was chosen is inlined.
    scopes: usize,
    /// By scope: the scope that it was inlined into.
    parents: Vec<Scope>,
}

impl Choice {
    pub(super) fn new(function: &Function) -> Choice {
        let ops = function.values.iter().map(|instruction| &instruction.op);
        let size = ops.map(weight).sum();
        let budget = BUDGET.max(size + size / 2);
        Choice { size, budget, state_slots: 0, scopes: 1, parents: vec![Scope::OWN] }
    }

    /// A call was inlined: its scope is the last one.
    pub(super) fn note(&mut self, function: &Function, call: &CallSite) {
        debug_assert_eq!(self.parents.len() + 1, function.scopes.len());
        self.parents.push(call.site.scope);
    }

    /// The calls to inline next, as they can be inlined one after the other.
    pub(super) fn choose(&mut self, function: &Function, bodies: &mut Bodies<'_>) -> Vec<CallSite> {
        let mut chosen = Vec::new();
        for &block in Graph::new(function).order() {
            let data = function.block(block);
            let first = chosen.len();
            let mut look = |place, site, callee, arguments: &[Value]| {
                let judged = self.judge(function, bodies, place, site, callee, arguments);
                chosen.extend(self.decide(bodies, block, place, site, callee, judged));
            };
            for &value in &data.body {
                if let Op::Call(callee, arguments) = &function.instruction(value).op {
                    let site = function.instruction(value).site;
                    look(Place::Body(value), site, *callee, arguments);
                }
            }
            if let End::TailCall { callee, arguments, site } = &data.end {
                look(Place::Tail, *site, *callee, arguments);
            }
            // What comes behind a call moves to another block when the call is inlined.
            chosen[first..].reverse();
        }
        chosen
    }

    /// The calls of the function by itself that are to begin with its short ways, in the same order. (One in tail
    /// position is a jump.)
    pub(super) fn choose_short_ways(
        &mut self,
        function: &Function,
        bodies: &Bodies<'_>,
    ) -> Vec<CallSite> {
        let mut chosen = Vec::new();
        let Some(short) = &bodies.short_ways else { return chosen };
        for &block in Graph::new(function).order() {
            let first = chosen.len();
            for &value in &function.block(block).body {
                let Instruction { op, site, .. } = function.instruction(value);
                let Op::Call(callee, _) = op else { continue };
                let place = Place::Body(value);
                if callee.is(function.id)
                    && self.has_room(bodies).is_ok()
                    && self.takes(function, place, short).is_ok()
                {
                    let accepted = Ok(Accepted::new(function.id, short, false));
                    chosen.extend(self.decide(bodies, block, place, *site, *callee, accepted));
                }
            }
            chosen[first..].reverse();
        }
        chosen
    }

    /// Notes what was decided of a call, and tells those who want to know.
    fn decide(
        &mut self,
        bodies: &Bodies<'_>,
        block: Block,
        place: Place,
        site: Site,
        callee: Callee,
        judged: Result<Accepted, Verdict>,
    ) -> Option<CallSite> {
        if let Some(observer) = bodies.context.decisions {
            let callee = match callee {
                Callee::Known { function, .. } => Some(function),
                Callee::Fitting(_) | Callee::Unknown(_) => None,
            };
            let scope = Scope(self.scopes as u32);
            let inlined = |&Accepted { size, is_whole, .. }: &Accepted| Verdict::Inlined {
                size,
                is_whole,
                scope,
            };
            let verdict = judged.as_ref().map_or_else(|&obstacle| obstacle, inlined);
            observer.decided(&Decision { site, callee, verdict });
        }
        let Accepted { callee, is_whole, size, state_slots } = judged.ok()?;
        self.scopes += 1;
        self.size += size;
        self.state_slots += state_slots;
        Some(CallSite { block, place, callee, is_whole, site })
    }

    /// Whether a call is worth inlining and can be; otherwise why not.
    fn judge(
        &self,
        function: &Function,
        bodies: &mut Bodies<'_>,
        place: Place,
        site: Site,
        callee: Callee,
        arguments: &[Value],
    ) -> Result<Accepted, Verdict> {
        let Callee::Known { function: callee, closure } = callee else {
            return Err(Verdict::Unknown);
        };
        self.has_room(bodies)?;
        let depth = self.depth(function, site.scope, callee);
        let is_made_here = |value: Value| {
            let made = function.unboxed(value);
            matches!(function.instruction(made).op, Op::Closure(..) | Op::Function(_))
        };
        let knows_closure = closure.into_iter().chain(arguments.iter().copied()).any(is_made_here);
        let most = if knows_closure && depth == 0 { MEDIUM } else { SMALL };
        if depth >= RECURSION {
            return Err(Verdict::Recursive);
        }
        let nodes = bodies.context.program.function(callee).nodes().len();
        if nodes > most * NODES_PER_SIZE {
            return Err(Verdict::TooLarge { most });
        }
        let body = bodies.get(callee).ok_or(Verdict::NoBody)?;
        if body.size > most {
            return Err(Verdict::TooLarge { most });
        }
        let accepted = Accepted::new(callee, body, true);
        self.takes(function, place, body).map(|()| accepted)
    }

    fn has_room(&self, bodies: &Bodies<'_>) -> Result<(), Verdict> {
        if bodies.context.ast.len() > MAX_SITES {
            return Err(Verdict::LargeProgram);
        }
        let is_full = self.scopes >= MAX_SCOPES || self.size >= self.budget;
        if is_full { Err(Verdict::Full) } else { Ok(()) }
    }

    /// Whether a body can take the place of a call, and there is room for it.
    fn takes(&self, function: &Function, place: Place, body: &Body) -> Result<(), Verdict> {
        let &Body { size, state_slots, needs_tail_calls, .. } = body;
        if let Place::Body(value) = place {
            if needs_tail_calls {
                return Err(Verdict::NeedsTailCall);
            }
            if state_slots > 0 && !function.waiting.contains_key(&value) {
                return Err(Verdict::NoState);
            }
        }
        if self.size + size > self.budget {
            return Err(Verdict::Full);
        }
        if self.state_slots + state_slots > MAX_STATE_SLOTS {
            return Err(Verdict::LargeStates);
        }
        Ok(())
    }

    /// How many bodies of a function there are around a call.
    fn depth(&self, function: &Function, scope: Scope, callee: FunctionId) -> usize {
        let mut depth = 0;
        let mut scope = scope;
        loop {
            depth += usize::from(function.scope(scope).function == callee);
            if scope == Scope::OWN {
                return depth;
            }
            scope = self.parents[scope.0 as usize];
        }
    }
}

/// How much code an operation is likely to become.
pub(super) fn weight(op: &Op) -> usize {
    match op {
        Op::Parameter
        | Op::Copy(_)
        | Op::Int(_)
        | Op::Bool(_)
        | Op::Str(_)
        | Op::Function(_)
        | Op::Box(_)
        | Op::Unbox(_)
        | Op::Virtual(..)
        | Op::Probe(_) => 0,
        Op::Call(..)
        | Op::Closure(..)
        | Op::Generic(..)
        | Op::Concat(_)
        | Op::Tuple(..)
        | Op::NewCell => 3,
        _ => 1,
    }
}
