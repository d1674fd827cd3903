//! Numbers for places in the program, as they are first mentioned.

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::syntax::ast::NodeId;

/// The nodes of the syntax tree that the page mentions.
#[derive(Default, Debug)]
pub(super) struct Sites(IndexSet<NodeId, RandomState>);

impl Sites {
    /// The number of a node.
    pub(super) fn number(&mut self, node: NodeId) -> u32 {
        self.0.insert_full(node).0 as u32
    }

    /// The nodes by their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.0.iter().copied()
    }
}
