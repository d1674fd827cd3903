//! The least solution, as the facts are read off it.

use super::super::Kinds;
use super::sets::Elements;
use super::variables::Var;
use super::{NOWHERE, Solver};
use crate::core::{FunctionId, Slot};

/// The least solution of a program's constraints.
pub(in super::super) struct Solution<'a>(Solver<'a>);

/// What the interface of a function can be.
pub(in super::super) struct Interface {
    pub(in super::super) parameters: Vec<Kinds>,
    pub(in super::super) captures: Vec<Kinds>,
    pub(in super::super) result: Kinds,
}

/// What a callee can be.
pub(in super::super) struct Candidates {
    pub(in super::super) kinds: Kinds,
    /// Whether it can be any function that escapes, and not only those listed.
    pub(in super::super) any: bool,
    listed: Elements,
}

impl Candidates {
    /// The functions, if not any.
    pub(in super::super) fn functions(&self) -> impl ExactSizeIterator<Item = FunctionId> {
        self.listed.as_slice().iter().map(|&function| FunctionId::new(function as usize))
    }
}

impl<'a> Solution<'a> {
    pub(super) fn new(solver: Solver<'a>) -> Self {
        Solution(solver)
    }

    /// Whether anything calls a function.
    pub(in super::super) fn is_reached(&self, id: FunctionId) -> bool {
        self.0.functions[id.index()].reached
    }

    /// What a function's parameters, captures and result can be.
    pub(in super::super) fn interface(&self, id: FunctionId) -> Interface {
        let function = self.0.program.function(id);
        let state = &self.0.functions[id.index()];
        let count = function.parameters as usize;
        let (parameters, result) = match state.interface {
            Some(first) => (
                (0..count).map(|i| self.kinds(first.plus(i))).collect(),
                self.kinds(first.plus(count)),
            ),
            None => (vec![Kinds::NONE; count], Kinds::NONE),
        };
        let count = function.captures.len();
        let captures = match state.captures {
            NOWHERE => vec![Kinds::NONE; count],
            start => {
                let captures = &self.0.captures[start as usize..][..count];
                captures.iter().map(|&var| self.kinds(var)).collect()
            }
        };
        Interface { parameters, captures, result }
    }

    /// What the values of a parameter's Tuples can be.
    pub(in super::super) fn fields(&self, id: FunctionId, parameter: usize) -> [Kinds; 2] {
        let Some(first) = self.0.functions[id.index()].interface else {
            return [Kinds::NONE; 2];
        };
        let known = self.0.variables.known(first.plus(parameter));
        let of_any = known.any_site.then_some(self.0.any_site);
        let listed = known.sites.as_slice().iter().map(|&site| self.0.sites[site as usize].fields);
        listed.chain(of_any).fold([Kinds::NONE; 2], |[first, second], [left, right]| {
            [first | self.kinds(left), second | self.kinds(right)]
        })
    }

    /// What a global can be.
    pub(in super::super) fn global(&self, slot: Slot) -> Kinds {
        self.kinds(self.0.globals.plus(slot as usize))
    }

    /// The variables of a function's nodes; none if nothing calls it.
    pub(in super::super) fn nodes(&self, id: FunctionId) -> &[Var] {
        match self.0.functions[id.index()].nodes {
            Some(start) => &self.0.nodes[start..][..self.0.program.function(id).nodes().len()],
            None => &[],
        }
    }

    /// What a variable can be.
    pub(in super::super) fn kinds(&self, var: Var) -> Kinds {
        self.0.variables.kinds(var)
    }

    /// Whom a call of a variable can reach.
    pub(in super::super) fn candidates(&self, callee: Var) -> Candidates {
        let known = self.0.variables.known(callee);
        Candidates { kinds: known.kinds, any: known.any_function, listed: known.functions }
    }

    /// By shape, which is a number of parameters: the functions that escape.
    pub(in super::super) fn shapes(&self) -> impl ExactSizeIterator<Item = &[FunctionId]> {
        self.0.shapes.iter().map(|shape| &shape.functions[..])
    }

    /// The shape of functions with so many parameters, if there is one.
    pub(in super::super) fn shape(&self, parameters: usize) -> Option<usize> {
        let shape = *self.0.shape_of.get(parameters)?;
        (shape != NOWHERE).then_some(shape as usize)
    }
}
