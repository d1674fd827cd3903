//! Calls: what is known of the callee, and where the arguments go.

use super::super::resolve::{BindingId, Use};
use super::super::{FunctionId, Slot, Target};
use super::variables::constant;
use super::{Lowering, Operation, Task};
use crate::syntax::ast;

impl Lowering<'_> {
    pub(super) fn call(
        &mut self,
        origin: ast::NodeId,
        callee: ast::NodeId,
        arguments: ast::Nodes,
        tail: bool,
    ) {
        let arguments = self.ast.list(arguments);
        let slot = self.depth();
        let target = self.target(callee, arguments.len());
        if tail && self.is_self(target) {
            return self.repeat(origin, arguments);
        }
        let has_callee = target.needs_callee();
        let keeps = has_callee && !self.is_simple(callee);
        let count = arguments.len();
        let operation = Operation::Call { target, keeps, arguments: count, slot, tail };
        self.tasks.extend([Task::Depth(slot), Task::Make { origin, operation }]);
        let first = slot + keeps as Slot;
        self.tasks.push(Task::Depth(first + count as Slot + has_callee as Slot));
        for (depth, &node) in (first..first + count as Slot).zip(arguments).rev() {
            self.tasks.extend([Task::Emit { node, tail: false }, Task::Depth(depth)]);
        }
        match (has_callee, self.ast.node(callee)) {
            (true, _) => self.tasks.push(Task::Emit { node: callee, tail: false }),
            (false, ast::Node::Function { .. }) => {
                self.tasks.push(Task::Function(self.resolution.function_at(callee)));
            }
            (false, _) => {}
        }
    }

    /// Whether a target is the function that is being emitted. It knows itself by its
    /// `let` alone, so that the closure is the running one, too.
    fn is_self(&mut self, target: Target) -> bool {
        let current = self.frame().id;
        matches!(target, Target::Static(id) | Target::Closure(id) if id == current)
    }

    /// Plans a self tail call. Parameters that are passed on as they are cost nothing.
    fn repeat(&mut self, origin: ast::NodeId, arguments: &[ast::NodeId]) {
        let slot = self.depth();
        let resolution = self.resolution;
        let parameters = &resolution.scope(self.frame().id).parameters;
        let changes = |&(&argument, &parameter): &(&ast::NodeId, &BindingId)| {
            resolution.use_at(argument).is_none_or(|mention| mention.binding != parameter)
        };
        let changed: Vec<_> = arguments.iter().zip(parameters).filter(changes).collect();
        let targets = changed.iter().map(|(_, parameter)| self.slots[parameter.index()]).collect();
        let depth = slot + changed.len() as Slot;
        self.tasks.push(Task::Depth(slot));
        self.tasks.push(Task::Make { origin, operation: Operation::Repeat { targets, slot } });
        self.tasks.push(Task::Depth(depth));
        for (depth, (&node, _)) in (slot..depth).zip(changed).rev() {
            self.tasks.extend([Task::Emit { node, tail: false }, Task::Depth(depth)]);
        }
    }

    /// Whether a callee can as well be evaluated after the arguments: a variable that is
    /// bound for certain, or a constant.
    fn is_simple(&mut self, callee: ast::NodeId) -> bool {
        let ast::Node::Var(_) = self.ast.node(callee) else {
            return false;
        };
        self.resolution.use_at(callee).is_some_and(|Use { binding, hoisted }| {
            if constant(self.ast, self.resolution, binding, hoisted).is_some() {
                return true;
            }
            let early = hoisted && self.resolution.binding(binding).read_early;
            !early && !self.access(binding).in_cell
        })
    }

    /// What is known of a callee that gets so many arguments.
    fn target(&mut self, callee: ast::NodeId, arguments: usize) -> Target {
        let Some(id) = self.known_function(callee) else {
            return Target::Unknown;
        };
        let function = &self.functions[id.index()];
        match () {
            () if function.parameters as usize != arguments => Target::Unknown,
            () if function.takes_self => Target::Closure(id),
            () => Target::Static(id),
        }
    }

    /// The function that a callee certainly is, if it can be evaluated at all.
    fn known_function(&mut self, callee: ast::NodeId) -> Option<FunctionId> {
        match self.ast.node(callee) {
            ast::Node::Function { .. } => Some(self.resolution.function_at(callee)),
            ast::Node::Var(_) => {
                let Use { binding, hoisted } = self.resolution.use_at(callee)?;
                let function = self.resolution.function_of(self.ast, binding)?;
                match constant(self.ast, self.resolution, binding, hoisted) {
                    Some(_) => Some(function),
                    // Without captures the closure is a constant that is read early.
                    None => self.functions[function.index()].takes_self.then_some(function),
                }
            }
            _ => None,
        }
    }
}
