//! What the optimiser looks at besides the function: the program, its facts, its profile.

use super::Switches;
use super::passes::inline::DecisionObserver;
use crate::core::{self, FunctionId, NodeId};
use crate::syntax::ast;

/// What the builder may guess, per node of Core.
pub trait Profile {
    /// The kinds of left and right operand that a binary operator has seen; empty if it
    /// has not run.
    fn operands(&self, node: NodeId) -> [crate::flow::Kinds; 2];

    /// The only function that a call has reached, if it is known of none beforehand.
    fn callee(&self, node: NodeId) -> Option<FunctionId>;

    /// Whether guesses about this node have failed too often to make another.
    fn is_hopeless(&self, node: NodeId) -> bool;
}

/// What the builder may guess of functions that are inlined.
pub trait Profiles: std::fmt::Debug {
    /// What it may guess of a function; none if the function is not to be inlined.
    fn of(&self, function: FunctionId) -> Option<Box<dyn Profile + '_>>;
}

/// Everything of a program that the optimiser looks at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The program.
    pub program: &'a core::Program,
    /// What is proven of it.
    pub facts: &'a crate::flow::Facts,
    /// Its syntax tree, for texts and places.
    pub ast: &'a ast::Ast,
    /// Whether `--lenient` is in force.
    pub lenient: bool,
    /// Whether every operation is to be followed by an [`Op::Probe`](super::Op::Probe).
    pub probes: bool,
    /// Whether every call is counted ([`Op::Fuel`](super::Op::Fuel)).
    pub fuel: bool,
    /// What of the optimiser is switched on.
    pub switches: Switches,
    /// What is known of functions that may be inlined; none if nothing is to be.
    pub profiles: Option<&'a dyn Profiles>,
    /// Who wants to know which calls are inlined, and why others are not.
    pub decisions: Option<&'a dyn DecisionObserver>,
}

impl<'a> Context<'a> {
    /// A program and what is proven of it, in the strict dialect, with everything switched on but
    /// inlining, which wants profiles.
    pub fn new(
        program: &'a core::Program,
        facts: &'a crate::flow::Facts,
        ast: &'a ast::Ast,
    ) -> Context<'a> {
        Context {
            program,
            facts,
            ast,
            lenient: false,
            probes: false,
            fuel: false,
            switches: Switches::ALL,
            profiles: None,
            decisions: None,
        }
    }
}
