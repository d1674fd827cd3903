//! What names mean, for those who look at the syntax tree, not at Core alone.

use super::Program;
use super::lower::lower_resolved;
use super::resolve::{self, Resolution};
use crate::syntax::ast::{Ast, Node, NodeId};
use crate::syntax::diagnostic::Diagnostic;

/// The meaning of every name of a syntax tree.
#[derive(Debug)]
pub struct Names<'a> {
    ast: &'a Ast,
    resolution: Resolution,
}

impl<'a> Names<'a> {
    /// Finds out what the names in `ast` mean.
    ///
    /// # Errors
    /// If its functions capture more variables than galo wants to keep track of.
    pub fn resolve(ast: &'a Ast) -> Result<Self, Box<Diagnostic>> {
        Ok(Names { ast, resolution: resolve::resolve(ast)? })
    }

    /// The program of the tree.
    pub fn lower(&self) -> Program {
        lower_resolved(self.ast, &self.resolution)
    }

    /// Whether anything binds what `var`, a [`Node::Var`], mentions.
    pub fn is_bound(&self, var: NodeId) -> bool {
        self.resolution.use_at(var).is_some()
    }

    /// The [`Node::Function`] that `var`, a [`Node::Var`], is certain to be.
    pub fn function_named(&self, var: NodeId) -> Option<NodeId> {
        let value = self.resolution.binding(self.resolution.use_at(var)?.binding).value?;
        matches!(self.ast.node(value), Node::Function { .. }).then_some(value)
    }

    /// Whether anything mentions the name that a [`Node::Let`] binds.
    pub fn is_let_used(&self, node: NodeId) -> bool {
        self.resolution.binding(self.resolution.binding_at(node)).used
    }

    /// By parameter of a [`Node::Function`]: whether anything mentions it.
    pub fn are_parameters_used(&self, function: NodeId) -> impl Iterator<Item = bool> {
        let scope = self.resolution.scope(self.resolution.function_at(function));
        scope.parameters.iter().map(|&parameter| self.resolution.binding(parameter).used)
    }
}
