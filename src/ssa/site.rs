//! Where the parts of a function come from: its own body, or one that was inlined.

use super::Function;
use crate::core::FunctionId;
use crate::syntax::ast;

/// One of the bodies that a [`Function`] is made of, by its place among its scopes: its own, or that
/// of a call that was inlined.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Scope(pub u32);

impl Scope {
    /// The function's own body.
    pub const OWN: Scope = Scope(0);
}

/// What is known of a [`Scope`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScopeData {
    /// Whose body it is.
    pub function: FunctionId,
    /// The call that it was inlined for. None for the function's own body, and for what has taken
    /// its place in a tail call.
    pub caller: Option<Site>,
}

/// Where something in a [`Function`] comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Site {
    /// The place in the syntax tree.
    pub node: ast::NodeId,
    /// The body.
    pub scope: Scope,
}

impl Site {
    /// Whether the other one is the next in the same body: of an operation whose last operand
    /// this one is.
    pub fn is_right_before(self, other: Site) -> bool {
        self.scope == other.scope && self.node.index() + 1 == other.node.index()
    }
}

impl From<ast::NodeId> for Site {
    /// A place in the function's own body.
    fn from(node: ast::NodeId) -> Site {
        Site { node, scope: Scope::OWN }
    }
}

impl Function {
    /// A body that the function is made of.
    pub fn scope(&self, scope: Scope) -> ScopeData {
        self.scopes[scope.0 as usize]
    }
}
