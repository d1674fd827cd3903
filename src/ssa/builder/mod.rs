//! Core to SSA: one function, with what is proven of it and what was seen of it.
//!
//! The builder walks a function's nodes in the order of evaluation, with a list of tasks
//! instead of recursion, and keeps the interpreter's frame as SSA values in its
//! [`environment`]: a [`State`](super::State) is a copy of that. Operands travel on a stack
//! of results, as in [`core::lower`].
//!
//! Where control cannot go on (a call that never returns, an unbound name) nothing is built
//! until a block begins that something jumps to.

mod calls;
mod control;
mod early_return;
mod emit;
mod environment;
mod liveness;
mod operators;
mod split;
mod values;
mod walk;

use std::fmt;

use rustc_hash::FxHashSet;

use self::control::Marks;
use self::environment::Environment;
use self::liveness::Liveness;
use self::walk::{DEAD, Task};
use super::{
    Block, BlockData, Context, Demand, Function, Op, Profile, Resume, Site, Type, Value,
    parameter_type, proven_type,
};
use crate::core::{self, Bind, FunctionId, Node, NodeId, Slot};
use crate::flow::FunctionFacts;
use crate::syntax::ast;

/// The most parameters that a compiled function takes.
pub const MAX_PARAMETERS: u32 = 16;

/// The most arguments that a call in a compiled function passes.
pub const MAX_ARGUMENTS: usize = 16;

/// The most nodes of Core that a compiled function has.
pub const MAX_NODES: usize = 20_000;

/// The most slots that the states of a function have together. Beyond that the builder makes
/// no guesses and sets no probes.
pub const MAX_STATE_SLOTS: usize = 1 << 13;

/// Why a function is not compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It takes more than [`MAX_PARAMETERS`] parameters.
    TooManyParameters {
        /// How many.
        parameters: u32,
    },
    /// A call in it passes more than [`MAX_ARGUMENTS`] arguments.
    TooManyArguments {
        /// How many.
        arguments: usize,
    },
    /// It has more than [`MAX_NODES`] nodes.
    TooLarge {
        /// How many.
        nodes: usize,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooManyParameters { parameters } => {
                write!(f, "it takes {parameters} parameters, more than {MAX_PARAMETERS}")
            }
            Refusal::TooManyArguments { arguments } => {
                write!(f, "it passes {arguments} arguments in a call, more than {MAX_ARGUMENTS}")
            }
            Refusal::TooLarge { nodes } => {
                write!(f, "it has {nodes} operations, more than {MAX_NODES}")
            }
        }
    }
}

/// Builds a function's SSA form.
///
/// # Errors
/// If the function is not one that is compiled.
pub fn build(ctx: Context<'_>, id: FunctionId, profile: &dyn Profile) -> Result<Function, Refusal> {
    let source = ctx.program.function(id);
    check_limits(source)?;
    let mut builder = Builder::new(ctx, id, profile);
    builder.begin();
    while let Some(task) = builder.tasks.pop() {
        builder.step(task);
    }
    debug_assert_eq!(super::verify(&builder.out, &ctx), Ok(()), "{}", {
        let place = |node: ast::NodeId| node.index().to_string();
        super::print(&builder.out, &ctx, &place)
    });
    Ok(builder.out)
}

fn check_limits(source: &core::Function) -> Result<(), Refusal> {
    let (nodes, parameters) = (source.nodes().len(), source.parameters);
    if nodes > MAX_NODES {
        return Err(Refusal::TooLarge { nodes });
    }
    if parameters > MAX_PARAMETERS {
        return Err(Refusal::TooManyParameters { parameters });
    }
    let arguments = source.nodes().map(|(_, node)| match node {
        Node::Call { arguments, .. } => source.list(arguments).len(),
        _ => 0,
    });
    match arguments.max() {
        Some(arguments) if arguments > MAX_ARGUMENTS => {
            Err(Refusal::TooManyArguments { arguments })
        }
        _ => Ok(()),
    }
}

struct Builder<'a> {
    ctx: Context<'a>,
    profile: &'a dyn Profile,
    id: FunctionId,
    source: &'a core::Function,
    facts: &'a FunctionFacts,
    liveness: Liveness,
    out: Function,
    /// The block that is being built, unless control cannot go on.
    current: Option<Block>,
    /// By block: whether anything jumps there.
    reached: Vec<bool>,
    tasks: Vec<Task>,
    results: Vec<Value>,
    marks: Vec<Marks>,
    /// The ends of branches that will meet others, with their values.
    arms: Vec<Option<(Block, Value)>>,
    env: Environment,
    /// How many slots of the frame are live.
    depth: Slot,
    /// Where self tail calls jump, and the parameters that they change.
    repeat: Option<(Block, Vec<Slot>)>,
    /// Pairs that are passed as two values.
    expected_pairs: FxHashSet<NodeId>,
    /// How many slots all states have together, but those that wait for calls.
    state_slots: usize,
    /// How many slots those have.
    waiting_slots: usize,
}

impl<'a> Builder<'a> {
    fn new(ctx: Context<'a>, id: FunctionId, profile: &'a dyn Profile) -> Builder<'a> {
        let source = ctx.program.function(id);
        Builder {
            ctx,
            profile,
            id,
            source,
            facts: ctx.facts.function(id),
            liveness: Liveness::new(ctx.program, id),
            out: Function::new(id),
            current: None,
            reached: Vec::new(),
            tasks: Vec::new(),
            results: Vec::new(),
            marks: Vec::new(),
            arms: Vec::new(),
            env: Environment::new(source.frame),
            depth: 0,
            repeat: None,
            expected_pairs: FxHashSet::default(),
            state_slots: 0,
            waiting_slots: 0,
        }
    }

    /// The entry, with the head of the loop behind it, and the first task.
    fn begin(&mut self) {
        let entry = self.new_block();
        self.reached[entry.0 as usize] = true;
        self.current = Some(entry);
        let site = self.source.origin.into();
        let closure = self.source.takes_self.then(|| self.parameter(entry, Type::Closure, site));
        let facts = self.facts;
        let passed = facts.passed().map(|kinds| self.parameter(entry, parameter_type(kinds), site));
        let mut passed = passed.collect::<Vec<Value>>().into_iter();
        for (slot, (&kinds, split)) in (0..).zip(facts.parameters.iter().zip(&facts.split)) {
            let mut next = || passed.next().expect("as many as the facts say");
            let value = match split {
                Some(_) => self.pair_of([next(), next()], site),
                None => self.as_type(next(), proven_type(kinds), site),
            };
            self.env.set_slot(slot, Some(value));
        }
        self.depth = self.source.parameters;
        if let Some(closure) = closure {
            self.env.set_slot(self.depth, Some(closure));
            self.depth += 1;
        }
        if self.id == FunctionId::MAIN {
            self.begin_main(site);
        }
        self.begin_loop(site);
        // At the head of the loop, so that each round counts as the call that it is; before any
        // state, which continues behind it.
        if self.ctx.fuel && self.id != FunctionId::MAIN {
            self.emit(Op::Fuel, Type::Nothing, site);
        }
        for slot in 0..self.depth {
            let is_split = self.facts.split.get(slot as usize).is_some_and(Option::is_some);
            debug_assert!(!(is_split && self.liveness.is_unused(slot)), "a split slot is read");
            if self.liveness.is_unused(slot) && self.id != FunctionId::MAIN {
                self.env.set_slot(slot, None);
            }
        }
        self.probe(Resume::Start, site);
        self.tasks.push(Task::Tail(self.source.body()));
    }

    /// The globals, which are slots of main's frame, before their `let`s.
    fn begin_main(&mut self, site: Site) {
        for slot in 0..self.ctx.program.globals {
            let value = self.emit(Op::Global(slot), Type::Maybe, site);
            self.env.set_slot(slot, Some(value));
        }
        self.depth = self.ctx.program.globals;
    }

    /// Which parameters self tail calls change, if there are such calls.
    fn changed_parameters(&self) -> Option<Vec<bool>> {
        let mut changed = None;
        let none = || vec![false; self.source.parameters as usize];
        for (id, node) in self.source.nodes() {
            match node {
                Node::Repeat { changes, .. } => {
                    let changed = changed.get_or_insert_with(none);
                    for change in self.source.statements(changes) {
                        if let Bind::Local(slot) = change.bind {
                            changed[slot as usize] = true;
                        }
                    }
                }
                Node::Call { tail: true, .. } if self.is_self_call(id) => {
                    changed.get_or_insert_with(none).fill(true);
                }
                _ => {}
            }
        }
        changed
    }

    /// The head of the loop, if the function calls itself in tail position: its parameters are
    /// those of the function that change.
    fn begin_loop(&mut self, site: Site) {
        let Some(changed) = self.changed_parameters() else { return };
        let slots = (0..self.source.parameters)
            .filter(|&slot| changed[slot as usize] && !self.liveness.is_unused(slot));
        let slots: Vec<Slot> = slots.collect();
        let head = self.new_block();
        let arguments = self.passed_on(&slots, site);
        let types = arguments.iter().map(|&argument| self.out.ty(argument)).collect::<Vec<_>>();
        let parameters = types.into_iter().map(|ty| self.parameter(head, ty, site));
        let mut parameters = parameters.collect::<Vec<Value>>().into_iter();
        self.jump(head, arguments);
        self.enter(head);
        for &slot in &slots {
            let mut next = || parameters.next().expect("one for each argument");
            let value = match self.facts.split[slot as usize] {
                Some(_) => self.pair_of([next(), next()], site),
                None => next(),
            };
            self.env.set_slot(slot, Some(value));
        }
        self.repeat = Some((head, slots));
    }
}
