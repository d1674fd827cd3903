//! Variables: where each function finds them, and which are constants after all.

use super::super::resolve::{Binding, BindingId, Resolution, Use};
use super::super::{FunctionId, Node, Place, Slot};
use super::{Lowering, Task};
use crate::syntax::ast::{self, Ast, Symbol};

/// How a function gets at a variable.
#[derive(Clone, Copy)]
pub(super) struct Access {
    pub(super) place: Place,
    /// Whether the place holds a cell rather than the value. That can differ between
    /// functions: inside a function its own name is the closure itself, and so it is for
    /// the functions in there that capture it, whatever its siblings see.
    pub(super) in_cell: bool,
}

impl<'a> Lowering<'a> {
    /// What a function captures: what it mentions, unless that is a constant or itself.
    pub(super) fn captured_by(&self, id: FunctionId) -> impl Iterator<Item = BindingId> + use<'a> {
        let (ast, resolution) = (self.ast, self.resolution);
        let scope = resolution.scope(id);
        let needs = move |&binding: &BindingId| {
            let is_constant = constant(ast, resolution, binding, false).is_some();
            !is_constant && !resolution.is_own_name(id, binding)
        };
        let free = if scope.is_static { &[][..] } else { &scope.free[..] };
        free.iter().copied().filter(needs)
    }

    /// Emits the value of a function node, and plans the function itself.
    pub(super) fn function_value(&mut self, node: ast::NodeId) {
        let id = self.resolution.function_at(node);
        self.tasks.push(Task::Function(id));
        if !self.functions[id.index()].takes_self {
            self.push(Node::Function(id), node);
            return;
        }
        let captures: Vec<BindingId> = self.captured_by(id).collect();
        let accesses: Vec<Access> = captures.into_iter().map(|b| self.access(b)).collect();
        let function = &mut self.functions[id.index()];
        function.captures = accesses.iter().map(|access| access.place).collect();
        function.captured_cells = accesses.iter().map(|access| access.in_cell).collect();
        let slot = self.depth();
        self.set_depth(slot + accesses.len() as Slot);
        self.set_depth(slot);
        self.push(Node::Closure { function: id, slot }, node);
    }

    /// Where the current function finds a variable that is no constant.
    pub(super) fn access(&mut self, binding: BindingId) -> Access {
        let facts = self.resolution.binding(binding);
        let slot = self.slots[binding.index()];
        let id = self.frame().id;
        if facts.owner == id {
            return Access { place: Place::Local(slot), in_cell: is_cell(facts) };
        }
        if facts.owner == FunctionId::MAIN {
            return Access { place: Place::Global(slot), in_cell: false };
        }
        if self.resolution.is_own_name(id, binding) {
            return Access { place: Place::This, in_cell: false };
        }
        self.frame().captures[&binding]
    }

    /// Emits a mention of a name.
    pub(super) fn variable(&mut self, origin: ast::NodeId, name: Symbol) {
        let Some(Use { binding, hoisted }) = self.resolution.use_at(origin) else {
            self.push(Node::Unbound(name), origin);
            return;
        };
        let node = match constant(self.ast, self.resolution, binding, hoisted) {
            Some(Constant::Function(id)) => Node::Function(id),
            Some(Constant::Literal(node)) => literal(self.ast.node(node)),
            None => {
                let Access { place, in_cell } = self.access(binding);
                let early = hoisted && self.resolution.binding(binding).read_early;
                match early || in_cell {
                    true => Node::ReadHoisted { place, cell: in_cell, name },
                    false => Node::Read(place),
                }
            }
        };
        self.push(node, origin);
    }
}

/// A binding whose value is known and needs no evaluation.
pub(super) enum Constant {
    Function(FunctionId),
    Literal(ast::NodeId),
}

/// What a mention of a binding is, if it needs no variable. `early` says whether the
/// mention was hoisted, or for the `let` itself whether any of its mentions must see
/// that it has not run yet.
pub(super) fn constant(
    ast: &Ast,
    resolution: &Resolution,
    binding: BindingId,
    early: bool,
) -> Option<Constant> {
    if let Some(literal) = resolution.literal_of(ast, binding) {
        return Some(Constant::Literal(literal));
    }
    let facts = resolution.binding(binding);
    let in_main = facts.owner == FunctionId::MAIN;
    let unseen = !facts.read_early || (in_main && !early);
    let function = resolution.function_of(ast, binding).filter(|_| unseen)?;
    resolution.scope(function).is_static.then_some(Constant::Function(function))
}

/// Whether a variable is kept in a cell: closures that mention it were made before its
/// `let`. Globals need none, their place is fixed.
pub(super) fn is_cell(binding: &Binding) -> bool {
    binding.hoisted && binding.owner != FunctionId::MAIN
}

/// The node of a literal.
pub(super) fn literal(node: ast::Node) -> Node {
    match node {
        ast::Node::Int(n) => Node::Int(n),
        ast::Node::Bool(b) => Node::Bool(b),
        ast::Node::Str(text) => Node::Str(text),
        _ => unreachable!("only called for literals"),
    }
}
