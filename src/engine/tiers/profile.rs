//! What the optimiser may guess of a function: what the interpreter saw, less what was wrong
//! too often.

use galo_runtime::Kind;

use crate::core::{FunctionId, NodeId};
use crate::flow::Kinds;
use crate::interp::Code;
use crate::ssa::Profile;

/// The guesses of one compilation.
pub(super) struct Guesses<'a> {
    pub(super) code: &'a Code,
    pub(super) function: FunctionId,
    /// Nodes of which nothing is guessed any more; `None` for all of them.
    pub(super) hopeless: Option<&'a [NodeId]>,
}

impl Profile for Guesses<'_> {
    fn operands(&self, node: NodeId) -> [Kinds; 2] {
        self.code.operand_kinds(self.function, node).map(kinds)
    }

    fn is_hopeless(&self, node: NodeId) -> bool {
        self.hopeless.is_none_or(|nodes| nodes.binary_search(&node).is_ok())
    }
}

/// The kinds of these bits.
fn kinds(bits: u8) -> Kinds {
    let all = [Kind::Int, Kind::Bool, Kind::Str, Kind::Tuple, Kind::Closure];
    let seen = all.into_iter().filter(|kind| bits & kind.bit() != 0);
    seen.fold(Kinds::NONE, |kinds, kind| kinds | kind.into())
}
