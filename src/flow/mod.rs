//! Whole-program facts: what every run of a program has in common.
//!
//! A Rinha program is closed and its values never change, so that one analysis of Core
//! before anything runs tells of every node which kinds of values it can have and of every
//! call whom it can reach. What is proven here needs no check in compiled code; the
//! profile is only asked about the rest.

mod kinds;

use crate::core::{FunctionId, NodeId, Program, Slot};

pub use kinds::Kinds;

/// Whom a call can reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callees {
    /// Nobody: the call is never evaluated, or its callee is never a Closure.
    None,
    /// Closures of this function alone.
    One(FunctionId),
    /// Anybody, and perhaps what is no Closure at all.
    Many,
}

/// What a function can do besides returning a value or running out of stack. Includes what
/// the functions it calls can do.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Effects {
    /// It can print.
    pub prints: bool,
    /// It can fail with an error other than running out of stack.
    pub fails: bool,
    /// It can allocate on the heap, and so make the collector run.
    pub allocates: bool,
}

/// The facts of one function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionFacts {
    /// Whether anything calls it (the program's body is always reached).
    pub reached: bool,
    /// What its parameters can be.
    pub parameters: Vec<Kinds>,
    /// What its captured variables can be. A captured *cell* counts as what it holds.
    pub captures: Vec<Kinds>,
    /// What it can return.
    pub result: Kinds,
    /// What it can do.
    pub effects: Effects,
    /// By node: what it can evaluate to.
    nodes: Vec<Kinds>,
    /// By node: whom it can reach, if it is a call; `Callees::None` for other nodes.
    callees: Vec<Callees>,
}

/// The facts of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    functions: Vec<FunctionFacts>,
    globals: Vec<Kinds>,
}

impl Facts {
    /// The facts of a function.
    pub fn function(&self, id: FunctionId) -> &FunctionFacts {
        &self.functions[id.index()]
    }

    /// What a node of a function can evaluate to.
    pub fn kinds(&self, function: FunctionId, node: NodeId) -> Kinds {
        self.functions[function.index()].nodes[node.index()]
    }

    /// Whom a call can reach. If it is [`Callees::One`], the callee is a Closure of that
    /// function for certain and takes as many arguments as the call passes.
    pub fn callees(&self, function: FunctionId, call: NodeId) -> Callees {
        self.functions[function.index()].callees[call.index()]
    }

    /// What a global can be, once it is bound.
    pub fn global(&self, slot: Slot) -> Kinds {
        self.globals[slot as usize]
    }
}

/// Analyses a program. `lenient` says whether operators take what `--lenient` accepts.
pub fn analyze(program: &Program, lenient: bool) -> Facts {
    let _ = lenient;
    // Nothing is known yet: sound, and to be replaced.
    let functions = program.functions.iter().map(|function| FunctionFacts {
        reached: true,
        parameters: vec![Kinds::ANY; function.parameters as usize],
        captures: vec![Kinds::ANY; function.captures.len()],
        result: Kinds::ANY,
        effects: Effects { prints: true, fails: true, allocates: true },
        nodes: vec![Kinds::ANY; function.nodes().len()],
        callees: vec![Callees::Many; function.nodes().len()],
    });
    Facts { functions: functions.collect(), globals: vec![Kinds::ANY; program.globals as usize] }
}
