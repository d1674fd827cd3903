//! Whole-program facts: what every run of a program has in common.
//!
//! A Rinha program is closed and its values never change, so that one analysis of Core
//! before anything runs tells of every node which kinds of values it can have and of every
//! call whom it can reach. What is proven here needs no check in compiled code; the
//! profile is only asked about the rest.
//!
//! # The analysis
//! A control-flow analysis of order zero (0-CFA: Shivers, 1991) by inclusion constraints, in
//! one go with the flow of kinds. Of each variable it finds a set of kinds, the functions
//! that its Closures are of, and the nodes that its Tuples were made at; the fields of the
//! tuples of a node have variables of their own, so that a list of Ints stays one. It is
//! insensitive to contexts and to the order of evaluation, and optimistic: nothing is
//! called and nothing has values but for a reason, which ends in the program's body.
//!
//! # Why it is sound
//! Claim: whenever a node of a function evaluates to a value, the function is reached and the
//! node's variable has the value's kind, with its function if it is a Closure, its site if
//! it is a Tuple (or *any* in place of these, and the function or site escapes). By
//! induction over the steps of a run; a step is one of these:
//! - A literal, a new closure or tuple, an operator: the node's variable has the result for
//!   *all* operands that theirs have, or for all operands whatsoever.
//! - A value is passed on: by a choice, to a variable, cell or global, to a parameter (also
//!   by a tail call), to a result, into a capture. There is a flow for it, or both sides are
//!   one variable. Cells, globals and captures are assigned once; a read before that is an
//!   error and no value.
//! - A field is read: the tuple's site is in the operand's variable by induction, and the
//!   site's field flows from there, or the site escapes and *any* site's field does.
//! - A call: the callee is known to lowering, or its function is in the callee's variable, or
//!   escapes with its number of parameters. In each case the function is reached, arguments
//!   flow to its parameters and its result to the call. Another number of arguments is an
//!   error and no value.
//!
//! Nothing else makes, stores or hands on values; the host passes none in. That *any* may
//! stand for a list of functions or sites is no matter of trust: whatever enters such a
//! variable escapes, whenever it comes. `tests/flow.rs` compares the facts with what
//! programs are seen to do.
//!
//! Effects need one argument more: what fails, prints or allocates in a run does so at a node
//! of a function that is being called, directly or not, by all those that are active.

mod effects;
mod kinds;
mod operators;
mod print;
mod solve;
mod split;
#[cfg(test)]
mod tests;

use crate::core::{FunctionId, Node, NodeId, Program, Slot, Target};
use effects::CallGraph;
use solve::{Interface, Solution};

pub use kinds::Kinds;
pub use operators::results as operator_results;
pub use print::{print, remark, signature};

/// Whom a call can reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callees {
    /// Nobody: the call is never evaluated, or its callee is never a Closure and it fails.
    None,
    /// Closures of this function alone.
    One(FunctionId),
    /// Closures of several functions, all of which take as many arguments as are passed.
    Fitting,
    /// Anybody, and perhaps what is no Closure at all.
    Many,
}

/// What a function can do besides returning a value or running out of stack. Includes what
/// the functions it calls can do.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Effects {
    /// It can print.
    pub prints: bool,
    /// It can fail with an error other than running out of stack. What allocates can run out of
    /// memory, and what prints can find the output closed.
    pub fails: bool,
    /// It can allocate on the heap, and so make the collector run or run out of memory.
    pub allocates: bool,
}

/// The facts of one function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionFacts {
    /// Whether anything calls it (the program's body is always reached).
    pub reached: bool,
    /// What its parameters can be.
    pub parameters: Vec<Kinds>,
    /// By parameter: if it is passed as two values, what these can be.
    pub split: Vec<Option<[Kinds; 2]>>,
    /// What its captured variables can be. A captured *cell* counts as what it holds.
    pub captures: Vec<Kinds>,
    /// What it can return.
    pub result: Kinds,
    /// What it can do.
    pub effects: Effects,
}

impl FunctionFacts {
    /// What is passed to the function by those who call it directly: its parameters, or the
    /// values of those that are split.
    pub fn passed(&self) -> impl Iterator<Item = Kinds> + '_ {
        self.parameters.iter().zip(&self.split).flat_map(|(&kinds, split)| {
            let (whole, parts) = match split {
                None => (Some(kinds), None),
                Some(parts) => (None, Some(*parts)),
            };
            whole.into_iter().chain(parts.into_iter().flatten())
        })
    }

    /// Where a parameter, or its first value, is among what is passed.
    pub fn passed_at(&self, parameter: usize) -> usize {
        parameter + self.split[..parameter].iter().flatten().count()
    }
}

/// The facts of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    functions: Vec<FunctionFacts>,
    globals: Vec<Kinds>,
    /// By function: where its nodes begin in the following, if it is reached.
    starts: Vec<usize>,
    /// By node: what it can evaluate to.
    nodes: Vec<Kinds>,
    /// By node: whom it can reach, if it is a call; `Callees::None` for other nodes.
    callees: Vec<Callees>,
}

impl Facts {
    /// The facts of the program if calls are counted and can be too many: every function but the
    /// program's body can fail by that, and so can that if it calls any.
    #[must_use]
    pub fn with_counted_calls(mut self) -> Facts {
        self.functions.iter_mut().for_each(|function| function.effects.fails = true);
        self
    }

    /// The facts if no parameter is passed as two values.
    #[must_use]
    pub fn without_split(mut self) -> Facts {
        self.functions.iter_mut().for_each(|function| function.split.fill(None));
        self
    }

    /// The facts of a function.
    pub fn function(&self, id: FunctionId) -> &FunctionFacts {
        &self.functions[id.index()]
    }

    /// What a node of a function can evaluate to. Of a new cell: what it can come to hold.
    pub fn kinds(&self, function: FunctionId, node: NodeId) -> Kinds {
        self.place(function, node).map_or(Kinds::NONE, |place| self.nodes[place])
    }

    /// Whom a call can reach. If it is [`Callees::One`], the callee is a Closure of that
    /// function for certain and takes as many arguments as the call passes.
    pub fn callees(&self, function: FunctionId, call: NodeId) -> Callees {
        self.place(function, call).map_or(Callees::None, |place| self.callees[place])
    }

    /// What a global can be, once it is bound.
    pub fn global(&self, slot: Slot) -> Kinds {
        self.globals[slot as usize]
    }

    fn place(&self, function: FunctionId, node: NodeId) -> Option<usize> {
        let reached = self.functions[function.index()].reached;
        reached.then(|| self.starts[function.index()] + node.index())
    }
}

/// Analyses a program. `lenient` says whether operators take what `--lenient` accepts.
pub fn analyze(program: &Program, lenient: bool) -> Facts {
    analyze_coarsely(program, lenient, solve::MAX_LISTED)
}

/// Analyses a program with sets that list up to `limit` functions or nodes: the fewer, the
/// coarser. For tests, whose programs are small.
pub fn analyze_coarsely(program: &Program, lenient: bool, limit: usize) -> Facts {
    let solution = solve::solve(program, lenient, limit);
    let mut reader = Reader {
        program,
        lenient,
        graph: CallGraph::new(program, &solution),
        solution,
        nodes: Vec::new(),
        callees: Vec::new(),
    };
    let ids = (0..program.functions.len()).map(FunctionId::new);
    let starts: Vec<usize> = ids.clone().map(|id| reader.read(id)).collect();
    let Reader { graph, solution, nodes, callees, .. } = reader;
    let functions = ids.zip(graph.solve()).map(|(id, effects)| {
        let Interface { parameters, captures, result } = solution.interface(id);
        let split = vec![None; parameters.len()];
        let reached = solution.is_reached(id);
        FunctionFacts { reached, parameters, split, captures, result, effects }
    });
    let mut functions: Vec<FunctionFacts> = functions.collect();
    let callees_of = |id: FunctionId| &callees[starts[id.index()]..];
    split::split(program, &solution, &mut functions, &callees_of);
    Facts {
        functions,
        globals: (0..program.globals).map(|slot| solution.global(slot)).collect(),
        starts,
        nodes,
        callees,
    }
}

/// Reads the facts of nodes off the solution.
struct Reader<'a> {
    program: &'a Program,
    lenient: bool,
    solution: Solution<'a>,
    graph: CallGraph,
    nodes: Vec<Kinds>,
    callees: Vec<Callees>,
}

impl Reader<'_> {
    /// Reads a function's nodes; where they begin.
    fn read(&mut self, id: FunctionId) -> usize {
        let Reader { program, lenient, solution, graph, nodes, callees } = self;
        let start = nodes.len();
        let function = program.function(id);
        let vars = solution.nodes(id);
        nodes.extend(vars.iter().map(|&var| solution.kinds(var)));
        for ((_, node), _) in function.nodes().zip(vars) {
            let kinds = |node: NodeId| nodes[start + node.index()];
            graph.add(id, effects::of_node(function, node, kinds, *lenient));
            callees.push(match node {
                Node::Call { target: Target::Static(callee) | Target::Closure(callee), .. } => {
                    graph.add_call(id, callee);
                    Callees::One(callee)
                }
                Node::Call { callee: Some(callee), arguments, .. } => {
                    let callee = solution.candidates(vars[callee.index()]);
                    let count = function.list(arguments).len();
                    graph.add_unknown_call(program, solution, id, &callee, count)
                }
                _ => Callees::None,
            });
        }
        start
    }
}
