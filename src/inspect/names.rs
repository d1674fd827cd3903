//! What functions and places of a program are called.

use crate::Program;
use crate::core::{FunctionId, NodeId};
use crate::report::{Locator, Place, printable};
use crate::syntax::ast;

/// Names the functions and places of one program.
#[derive(Debug)]
pub struct Names<'a> {
    /// The program.
    pub program: &'a Program,
    locator: Locator<'a>,
}

impl<'a> Names<'a> {
    /// The names of a program, with places as a locator tells them.
    pub fn new(program: &'a Program, locator: Locator<'a>) -> Names<'a> {
        Names { program, locator }
    }

    /// A function's name, as it is in the program.
    pub fn name(&self, id: FunctionId) -> &'a str {
        self.program.function_name(id)
    }

    /// Where a function is.
    pub fn function_place(&self, id: FunctionId) -> String {
        self.place(self.program.core().function(id).origin)
    }

    /// A function's name for people: of a tree from elsewhere it may have characters that terminals obey.
    pub fn shown(&self, id: FunctionId) -> String {
        printable(self.name(id))
    }

    /// A function's name and place, for people.
    pub fn function(&self, id: FunctionId) -> String {
        format!("{} ({})", self.shown(id), self.function_place(id))
    }

    /// Where a node of the syntax tree is.
    pub fn place(&self, node: ast::NodeId) -> String {
        self.locator.place(self.program.ast().span(node))
    }

    /// The file that a node of the syntax tree is in, and its place there, if that is known.
    pub fn file_and_place(&self, node: ast::NodeId) -> Option<(String, Place)> {
        self.locator.file_and_place(self.program.ast().span(node))
    }

    /// Where a node of the syntax tree is, without the file.
    pub fn short_place(&self, node: ast::NodeId) -> String {
        self.locator.short(self.program.ast().span(node))
    }

    /// Where a node of a function is.
    pub fn node_place(&self, function: FunctionId, node: NodeId) -> String {
        self.place(self.program.core().function(function).origin_of(node))
    }
}
