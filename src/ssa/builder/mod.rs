//! Core to SSA: one function, with what is proven of it and what was seen of it.
//!
//! The builder walks a function's nodes in the order of evaluation, with a list of tasks
//! instead of recursion, and keeps the interpreter's frame as SSA values in its
//! [`environment`]: a [`State`](super::State) is a copy of that. Operands travel on a stack
//! of results, as in [`core::lower`](crate::core::lower).
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
mod values;

#[cfg(test)]
pub(super) mod tests;

use std::fmt;

use self::control::{Arms, Marks, Middle, Test};
use self::environment::Environment;
use self::liveness::Liveness;
use super::{
    Block, BlockData, Context, Demand, Function, Op, Profile, Resume, Type, Value, parameter_type,
    proven_type,
};
use crate::core::{self, Bind, FunctionId, Node, NodeId, Slot, Statements};
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
pub const MAX_STATE_SLOTS: usize = 1 << 18;

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

/// A step of the walk.
#[derive(Clone, Copy)]
enum Task {
    /// Evaluate a node and leave its value on the stack.
    Evaluate(NodeId),
    /// Evaluate a node in tail position; its value is the function's.
    Tail(NodeId),
    /// Evaluate a condition and go where it says; leaves marks of the trail.
    Test(Test),
    /// Take the operands of a node from the stack and leave its value there.
    Finish(NodeId),
    /// Take the operands of a tail call from the stack; it ends the block.
    Leave(NodeId),
    /// Take the function's value from the stack and return it.
    Return(NodeId),
    /// The value on the stack is in a slot, too.
    Keep(Slot),
    /// Take a value from the stack and bind it.
    Bind(Bind, NodeId),
    /// Go on with that many live slots.
    Depth(Slot),
    /// The value on the stack must be a Bool.
    Demand(Demand, ast::NodeId),
    /// Tests may exit here, right after a node was evaluated.
    Probe(NodeId),
    /// Take a Bool from the stack and go where it says; leaves marks.
    Branch(Block, Block),
    /// Leave a Bool on the stack, decided by this node.
    Decided(bool, NodeId),
    /// Begin a block, with what was known when the trail was that long, behind a condition.
    Enter { block: Block, mark: usize, condition: NodeId },
    /// Forget what a branch does not look at any more.
    Forget(NodeId),
    /// The right side of `&&` or `||` in a condition; takes marks.
    Middle(Middle),
    /// Take the marks of both sides of `&&` or `||` and leave those of the whole.
    Combine(Middle, Marks),
    /// Both branches of an `if`; takes marks.
    Arms(Arms),
    /// Take the marks of both branches of a condition, and leave some for the whole.
    Common(usize),
    /// Take the value of a branch from the stack and leave the branch.
    Arm,
    /// Two branches meet; leaves the value of their node on the stack.
    Merge(NodeId, usize),
}

/// Stands on the stack of results for values that are never there.
const DEAD: Value = Value(u32::MAX);

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
    /// How many slots all states have together.
    state_slots: usize,
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
            out: Function { id, blocks: Vec::new(), values: Vec::new(), states: Vec::new() },
            current: None,
            reached: Vec::new(),
            tasks: Vec::new(),
            results: Vec::new(),
            marks: Vec::new(),
            arms: Vec::new(),
            env: Environment::new(source.frame),
            depth: 0,
            repeat: None,
            state_slots: 0,
        }
    }

    /// The entry, with the head of the loop behind it, and the first task.
    fn begin(&mut self) {
        let entry = self.new_block();
        self.reached[entry.0 as usize] = true;
        self.current = Some(entry);
        let site = self.source.origin;
        let closure = self.source.takes_self.then(|| self.parameter(entry, Type::Closure, site));
        let kinds = self.facts.parameters.iter();
        let types = kinds.map(|&kinds| (parameter_type(kinds), proven_type(kinds)));
        let types: Vec<(Type, Type)> = types.collect();
        let parameters = types.iter().map(|&(ty, _)| self.parameter(entry, ty, site));
        let parameters: Vec<Value> = parameters.collect();
        for (slot, (value, (_, proven))) in (0..).zip(parameters.into_iter().zip(types)) {
            let value = self.as_type(value, proven, site);
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
        for slot in 0..self.depth {
            if self.liveness.is_unused(slot) && self.id != FunctionId::MAIN {
                self.env.set_slot(slot, None);
            }
        }
        self.probe(Resume::Start, site);
        self.tasks.push(Task::Tail(self.source.body()));
    }

    /// The globals, which are slots of main's frame, before their `let`s.
    fn begin_main(&mut self, site: ast::NodeId) {
        for slot in 0..self.ctx.program.globals {
            let value = self.emit(Op::Global(slot), Type::Maybe, site);
            self.env.set_slot(slot, Some(value));
        }
        self.depth = self.ctx.program.globals;
    }

    /// The head of the loop, if the function calls itself in tail position: its parameters are
    /// those of the function that change.
    fn begin_loop(&mut self, site: ast::NodeId) {
        let mut repeats = false;
        let mut changed = vec![false; self.source.parameters as usize];
        for (_, node) in self.source.nodes() {
            let Node::Repeat { changes, .. } = node else { continue };
            repeats = true;
            for change in self.source.statements(changes) {
                if let Bind::Local(slot) = change.bind {
                    changed[slot as usize] = true;
                }
            }
        }
        if !repeats {
            return;
        }
        let slots = (0..self.source.parameters)
            .filter(|&slot| changed[slot as usize] && !self.liveness.is_unused(slot));
        let slots: Vec<Slot> = slots.collect();
        let head = self.new_block();
        let arguments = slots.iter().map(|&slot| self.env.slot(slot)).collect::<Vec<_>>();
        for (&slot, &argument) in slots.iter().zip(&arguments) {
            let parameter = self.parameter(head, self.out.ty(argument), site);
            self.env.set_slot(slot, Some(parameter));
        }
        self.jump(head, arguments);
        self.enter(head);
        self.repeat = Some((head, slots));
    }

    /// Plans tasks, in order.
    fn plan<const N: usize>(&mut self, tasks: [Task; N]) {
        self.tasks.extend(tasks.into_iter().rev());
    }

    fn step(&mut self, task: Task) {
        match task {
            Task::Evaluate(id) => self.evaluate(id),
            Task::Tail(id) => self.tail(id),
            Task::Test(test) => self.test(test),
            Task::Finish(id) => self.finish(id),
            Task::Leave(id) => self.leave(id),
            Task::Return(id) => self.return_value(id),
            Task::Keep(slot) => self.keep(slot),
            Task::Bind(bind, id) => self.bind(bind, id),
            Task::Depth(depth) => self.depth = depth,
            Task::Demand(demand, site) => self.demand_result(demand, site),
            Task::Probe(id) => self.probe_result(id),
            Task::Branch(then, otherwise) => self.branch(then, otherwise),
            Task::Decided(decided, id) => self.decided(decided, id),
            Task::Enter { block, mark, condition } => {
                self.env.undo(mark);
                self.enter(block);
                self.forget_after(condition);
            }
            Task::Forget(id) => self.forget_at(id),
            Task::Middle(middle) => self.middle(middle),
            Task::Combine(middle, left) => self.combine(middle, left),
            Task::Arms(arms) => self.arms(arms),
            Task::Common(mark) => self.common(mark),
            Task::Arm => self.arm(),
            Task::Merge(id, mark) => self.merge(id, mark),
        }
    }

    /// Plans the evaluation of a node's operands and then of the node itself.
    fn evaluate(&mut self, id: NodeId) {
        if self.is_dead() {
            self.results.push(DEAD);
            return;
        }
        match self.source.node(id) {
            Node::Block { statements, result } => {
                self.block(statements, [Task::Evaluate(result)], Some(id));
            }
            Node::If { .. } => self.choice(id, true),
            Node::Logic { and, lhs, rhs } => self.logic(id, and, lhs, rhs),
            Node::Binary { lhs, rhs, slot, keeps, .. }
            | Node::Tuple { first: lhs, second: rhs, slot, keeps } => {
                let finish = [Task::Finish(id), Task::Probe(id)];
                if keeps {
                    self.plan([Task::Evaluate(rhs), Task::Depth(slot), finish[0], finish[1]]);
                    self.plan([Task::Evaluate(lhs), Task::Keep(slot), Task::Depth(slot + 1)]);
                } else {
                    self.plan([Task::Evaluate(lhs), Task::Evaluate(rhs), finish[0], finish[1]]);
                }
            }
            Node::First(value) | Node::Second(value) | Node::Print(value) => {
                self.plan([Task::Evaluate(value), Task::Finish(id), Task::Probe(id)]);
            }
            Node::Call { .. } => {
                self.plan([Task::Finish(id), Task::Probe(id)]);
                self.plan_operands(id);
            }
            Node::NewCell { .. } | Node::Closure { .. } => {
                self.plan([Task::Finish(id), Task::Probe(id)]);
            }
            Node::Repeat { .. } => unreachable!("self tail calls are in tail position"),
            _ => {
                let value = self.leaf(id);
                self.results.push(value);
                self.forget_after(id);
            }
        }
    }

    /// Plans a node in tail position.
    fn tail(&mut self, id: NodeId) {
        if self.is_dead() {
            return;
        }
        match self.source.node(id) {
            Node::Block { statements, result } => {
                self.block(statements, [Task::Tail(result)], None);
            }
            Node::If { .. } => self.choice(id, false),
            Node::Call { tail: true, .. } | Node::Repeat { .. } => {
                self.plan([Task::Leave(id)]);
                self.plan_operands(id);
            }
            _ => self.plan([Task::Evaluate(id), Task::Return(id)]),
        }
    }

    /// Plans statements and what follows them; the block itself, if it is a value.
    fn block(&mut self, statements: Statements, last: [Task; 1], value: Option<NodeId>) {
        if let Some(id) = value {
            self.plan([Task::Probe(id)]);
        }
        self.plan([last[0], Task::Depth(self.depth)]);
        for statement in self.source.statements(statements).iter().rev() {
            let value = statement.value;
            self.plan([Task::Evaluate(value), Task::Bind(statement.bind, value)]);
        }
    }

    /// Takes the operands of a node from the stack and makes its value.
    fn finish(&mut self, id: NodeId) {
        let node = self.source.node(id);
        let operands = self.take_operands(node);
        if self.is_dead() {
            self.results.push(DEAD);
            return;
        }
        let value = match (node, &operands[..]) {
            (Node::Binary { op, .. }, &[lhs, rhs]) => self.binary(id, op, [lhs, rhs]),
            (Node::Tuple { .. }, &[first, second]) => self.tuple(id, first, second),
            (Node::First(_), &[value]) => self.field(id, value, Demand::First),
            (Node::Second(_), &[value]) => self.field(id, value, Demand::Second),
            (Node::Print(_), &[value]) => self.print(id, value),
            (Node::Call { .. }, operands) => self.call(id, operands),
            (Node::NewCell { .. }, _) => self.emit(Op::NewCell, Type::Cell, self.origin(id)),
            (Node::Closure { function, .. }, _) => self.closure(id, function),
            _ => unreachable!("no other nodes have operands on the stack"),
        };
        let value = if self.is_dead() { DEAD } else { self.proven(value, id) };
        self.results.push(value);
        self.forget_after(id);
    }

    /// Takes the operands of a node from the stack, as they are known by now.
    fn take_operands(&mut self, node: Node) -> Vec<Value> {
        let count = match node {
            Node::Binary { .. } | Node::Tuple { .. } => 2,
            Node::First(_) | Node::Second(_) | Node::Print(_) => 1,
            Node::Call { callee, keeps, arguments, .. } => {
                (keeps && callee.is_some()) as usize + self.source.list(arguments).len()
            }
            Node::Repeat { changes, .. } => self.source.statements(changes).len(),
            _ => 0,
        };
        let operands = self.results.split_off(self.results.len() - count);
        operands.into_iter().map(|value| self.env.latest(value)).collect()
    }

    /// The value on the stack, as it is known by now.
    fn pop(&mut self) -> Value {
        let value = self.results.pop().expect("every operation finds its operands");
        self.env.latest(value)
    }

    /// The place of a node in the syntax tree.
    fn origin(&self, id: NodeId) -> ast::NodeId {
        self.source.origin_of(id)
    }
}
