//! What the optimiser may guess of a function: what the interpreter saw, less what was wrong
//! too often.

use galo_runtime::Kind;

use super::super::program::Program;
use super::policy::MAX_VERSIONS;
use crate::core::{FunctionId, NodeId};
use crate::flow::Kinds;
use crate::interp::Code;
use crate::ssa::{self, Profile};

/// What one compilation may guess, of whatever function.
#[derive(Debug)]
pub(super) struct Profiles<'a> {
    program: &'a Program,
    /// Whether it makes the last version of a function, which guesses nothing.
    is_last: bool,
}

impl<'a> Profiles<'a> {
    pub(super) fn new(program: &'a Program, version: u32) -> Profiles<'a> {
        Profiles { program, is_last: version == MAX_VERSIONS }
    }

    /// What may be guessed of a function.
    pub(super) fn guesses(&self, function: FunctionId) -> Guesses<'a> {
        let functions = self.program.tiers.functions.borrow();
        let hopeless = (!self.is_last).then(|| functions[function.index()].hopeless.clone());
        Guesses { code: &self.program.code, function, hopeless }
    }
}

impl ssa::Profiles for Profiles<'_> {
    fn of(&self, function: FunctionId) -> Option<Box<dyn Profile + '_>> {
        let name = self.program.function_name(function);
        let may = self.program.tiers.policy.includes(name);
        may.then(|| Box::new(self.guesses(function)) as Box<dyn Profile>)
    }
}

/// What may be guessed of one function.
#[derive(Debug)]
pub(super) struct Guesses<'a> {
    code: &'a Code,
    function: FunctionId,
    /// Nodes of which nothing is guessed any more; `None` for all of them.
    hopeless: Option<Vec<NodeId>>,
}

impl Profile for Guesses<'_> {
    fn operands(&self, node: NodeId) -> [Kinds; 2] {
        self.code.operand_kinds(self.function, node).map(kinds)
    }

    fn callee(&self, node: NodeId) -> Option<FunctionId> {
        self.code.only_callee(self.function, node)
    }

    fn is_hopeless(&self, node: NodeId) -> bool {
        self.hopeless.as_ref().is_none_or(|nodes| nodes.binary_search(&node).is_ok())
    }
}

/// The kinds of these bits.
fn kinds(bits: u8) -> Kinds {
    let all = [Kind::Int, Kind::Bool, Kind::Str, Kind::Tuple, Kind::Closure];
    let seen = all.into_iter().filter(|kind| bits & kind.bit() != 0);
    seen.fold(Kinds::NONE, |kinds, kind| kinds | kind.into())
}
