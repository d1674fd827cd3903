//! The constraints of a program and their least solution.
//!
//! A *variable* stands for what some nodes can evaluate to. A node that only passes a value
//! on (a variable's mention, `print`, a block) has its operand's variable; literals,
//! closures and tuples have constant ones. What is left are parameters, results, choices,
//! fields, sums and cells.
//!
//! A variable has *uses*: where its values flow, whose fields are read, who is called. A
//! function's constraints are made when a call first reaches it, and news of variables are
//! delivered to their uses until there are none. Nothing depends on the order: sets only
//! grow, and every use is told of every element.
//!
//! # Cost
//! A variable changes at most some twenty times, because sets that would list more than
//! [`MAX_LISTED`] elements become *any*. What is any has only what *escapes*: functions and
//! sites that got lost so meet in one summary, by number of parameters for functions. So
//! there are at most as many uses for what the program spells once, and the whole is linear
//! in the program.

mod generate;
mod propagate;
mod sets;
mod solution;
mod variables;

use crate::core::{Bind, FunctionId, Node, Program};
pub(super) use sets::MAX as MAX_LISTED;
pub(super) use solution::{Candidates, Interface, Solution};
use variables::{Var, Variables};

/// Solves the constraints of a program. Sets list up to `limit` elements.
pub(super) fn solve(program: &Program, lenient: bool, limit: usize) -> Solution<'_> {
    let mut solver = Solver::new(program, lenient, limit);
    solver.reach(FunctionId::MAIN);
    solver.run();
    Solution::new(solver)
}

/// No place: of nodes or captures that were not made.
const NOWHERE: u32 = u32::MAX;

/// What is made of a function, as it is needed.
#[derive(Clone, Copy)]
struct FunctionState {
    /// The variables of its parameters, then its result's.
    interface: Option<Var>,
    /// Its closures.
    closure: Option<Var>,
    /// Where the variables of its captures are in [`Solver::captures`].
    captures: u32,
    /// At how many nodes closures of it are made: more than one, if there are versions of the
    /// function around it.
    makers: u32,
    /// Where the variables of its nodes are in [`Solver::nodes`].
    nodes: Option<usize>,
    reached: bool,
    escaped: bool,
}

/// Where tuples are made.
#[derive(Clone, Copy)]
struct Site {
    fields: [Var; 2],
    /// How many sites there are in a row, each the second field of the one before.
    spine: u8,
    escaped: bool,
}

/// A use of a variable.
#[derive(Clone, Copy)]
enum Use {
    /// Its values are also the other's.
    Flow(Var),
    /// The first fields of its tuples are the other's.
    First(Var),
    /// The second fields.
    Second(Var),
    /// It is called.
    Call(u32),
    /// It is an operand of `+`.
    Add(u32),
}

/// A use in the list of its variable.
#[derive(Clone, Copy)]
struct Link {
    what: Use,
    next: u32,
}

/// A call of an unknown callee.
#[derive(Clone, Copy)]
struct Call {
    /// Where its arguments are in [`Solver::arguments`].
    start: usize,
    count: usize,
    result: Var,
}

/// A `+`.
#[derive(Clone, Copy)]
struct Addition {
    lhs: Var,
    rhs: Var,
    result: Var,
}

/// All escaping functions with a number of parameters.
struct Shape {
    /// What calls of *any* pass, then what they get.
    interface: Var,
    functions: Vec<FunctionId>,
    called: bool,
}

struct Solver<'a> {
    program: &'a Program,
    lenient: bool,
    /// How many tuples, each the second field of the one before, are told apart in a
    /// literal list; those before them share a site.
    longest_spine: u8,
    variables: Variables,
    /// By variable: its last use.
    uses: Vec<u32>,
    links: Vec<Link>,
    functions: Vec<FunctionState>,
    /// Functions that are reached and have no constraints yet.
    pending: Vec<FunctionId>,
    nodes: Vec<Var>,
    captures: Vec<Var>,
    globals: Var,
    sites: Vec<Site>,
    /// The fields of all escaping sites.
    any_site: [Var; 2],
    calls: Vec<Call>,
    arguments: Vec<Var>,
    additions: Vec<Addition>,
    /// By number of parameters: the place in `shapes`.
    shape_of: Vec<u32>,
    shapes: Vec<Shape>,
    /// The frame of the function whose constraints are being made.
    slots: Vec<Var>,
    /// By its nodes: what a block binds to them.
    binds: Vec<Bind>,
}

impl<'a> Solver<'a> {
    fn new(program: &'a Program, lenient: bool, limit: usize) -> Self {
        let mut variables = Variables::new(limit);
        let globals = variables.fresh_row(program.globals as usize);
        let any_site = [variables.fresh(), variables.fresh()];
        let nothing = FunctionState {
            interface: None,
            closure: None,
            captures: NOWHERE,
            makers: 0,
            nodes: None,
            reached: false,
            escaped: false,
        };
        let mut functions = vec![nothing; program.functions.len()];
        for (_, node) in program.functions.iter().flat_map(|function| function.nodes()) {
            if let Node::Closure { function, .. } = node {
                functions[function.index()].makers += 1;
            }
        }
        Solver {
            program,
            lenient,
            longest_spine: (limit / 2).max(1) as u8,
            variables,
            uses: Vec::new(),
            links: Vec::new(),
            functions,
            pending: Vec::new(),
            nodes: Vec::new(),
            captures: Vec::new(),
            globals,
            sites: Vec::new(),
            any_site,
            calls: Vec::new(),
            arguments: Vec::new(),
            additions: Vec::new(),
            shape_of: Vec::new(),
            shapes: Vec::new(),
            slots: Vec::new(),
            binds: Vec::new(),
        }
    }
}
