//! What functions can do besides returning a value.
//!
//! What each does by itself follows from the final kinds; what its callees do is then
//! handed to the callers until nothing changes, which is three steps a function at most.

use std::ops::BitOr;

use super::solve::{Candidates, Solution};
use super::{Callees, Effects, Kinds, operators};
use crate::core::{Function, FunctionId, Node, NodeId, Program};
use crate::syntax::ast::BinaryOp;

impl Effects {
    /// Nothing.
    pub const NONE: Effects = Effects { prints: false, fails: false, allocates: false };
    const PRINTS: Effects = Effects { prints: true, fails: true, allocates: false };
    const ALLOCATES: Effects = Effects { prints: false, fails: true, allocates: true };

    fn failing(fails: bool) -> Effects {
        Effects { fails, ..Effects::NONE }
    }
}

impl BitOr for Effects {
    type Output = Effects;

    fn bitor(self, other: Effects) -> Effects {
        Effects {
            prints: self.prints | other.prints,
            fails: self.fails | other.fails,
            allocates: self.allocates | other.allocates,
        }
    }
}

/// What a node does by itself, calls aside. `kinds` says what its operands can be.
pub(super) fn of_node(
    function: &Function,
    node: Node,
    kinds: impl Fn(NodeId) -> Kinds,
    lenient: bool,
) -> Effects {
    let is = |node: NodeId, wanted: Kinds| kinds(node).is_subset(wanted);
    match node {
        Node::ReadHoisted { .. } | Node::Unbound(_) => Effects::failing(true),
        Node::NewCell { .. } | Node::Closure { .. } | Node::Tuple { .. } => Effects::ALLOCATES,
        Node::If { condition, .. } => Effects::failing(!is(condition, Kinds::BOOL)),
        Node::Logic { lhs, rhs, .. } => {
            Effects::failing(!is(lhs, Kinds::BOOL) || !is(rhs, Kinds::BOOL))
        }
        Node::First(tuple) | Node::Second(tuple) => Effects::failing(!is(tuple, Kinds::TUPLE)),
        Node::Print(_) => Effects::PRINTS,
        Node::Binary { op, lhs, rhs, .. } => {
            let (left, right) = (kinds(lhs), kinds(rhs));
            let by_zero = matches!(op, BinaryOp::Div | BinaryOp::Rem)
                && !matches!(function.node(rhs), Node::Int(divisor) if divisor != 0);
            let fails = by_zero || operators::can_fail(op, left, right, lenient);
            match operators::can_allocate(op, left, right, lenient) {
                true => Effects::ALLOCATES,
                false => Effects::failing(fails),
            }
        }
        _ => Effects::NONE,
    }
}

/// Who calls whom: the functions, then for each shape of escaping functions whoever of
/// them is called.
pub(super) struct CallGraph {
    effects: Vec<Effects>,
    functions: usize,
    /// By callee: its last caller in `links`.
    callers: Vec<u32>,
    /// A caller, and the next one.
    links: Vec<(u32, u32)>,
}

const END: u32 = u32::MAX;

impl CallGraph {
    pub(super) fn new(program: &Program, solution: &Solution<'_>) -> CallGraph {
        let functions = program.functions.len();
        let shapes = solution.shapes();
        let mut graph = CallGraph {
            effects: vec![Effects::NONE; functions + shapes.len()],
            functions,
            callers: vec![END; functions + shapes.len()],
            links: Vec::new(),
        };
        for (shape, escaping) in shapes.enumerate() {
            for callee in escaping {
                graph.add_caller(callee.index(), functions + shape);
            }
        }
        graph
    }

    /// Notes what a function does by itself.
    pub(super) fn add(&mut self, function: FunctionId, effects: Effects) {
        let all = &mut self.effects[function.index()];
        *all = *all | effects;
    }

    /// Notes a call of a function that is known.
    pub(super) fn add_call(&mut self, caller: FunctionId, callee: FunctionId) {
        self.add_caller(callee.index(), caller.index());
    }

    /// Notes a call of whatever it is; whom it can reach.
    pub(super) fn add_unknown_call(
        &mut self,
        program: &Program,
        solution: &Solution<'_>,
        caller: FunctionId,
        callee: &Candidates,
        arguments: usize,
    ) -> Callees {
        let fits = |id: FunctionId| program.function(id).parameters as usize == arguments;
        for id in callee.functions().filter(|&id| fits(id)) {
            self.add_call(caller, id);
        }
        let shape = solution.shape(arguments).filter(|_| callee.any);
        if let Some(shape) = shape {
            self.add_caller(self.functions + shape, caller.index());
        }
        // Functions of other shapes may escape as well.
        let all_fit = !callee.any && callee.functions().all(fits);
        let is_closure = callee.kinds.is_subset(Kinds::CLOSURE);
        self.add(caller, Effects::failing(!is_closure || !all_fit));
        let only = callee.functions().next().filter(|_| callee.functions().len() == 1);
        match only {
            _ if !callee.any && callee.functions().len() == 0 => Callees::None,
            Some(id) if is_closure && all_fit => Callees::One(id),
            _ if is_closure && all_fit => Callees::Fitting,
            _ => Callees::Many,
        }
    }

    fn add_caller(&mut self, callee: usize, caller: usize) {
        let next = std::mem::replace(&mut self.callers[callee], self.links.len() as u32);
        self.links.push((caller as u32, next));
    }

    /// By function: what it and all that it calls do.
    pub(super) fn solve(mut self) -> Vec<Effects> {
        let has_some = |&node: &usize| self.effects[node] != Effects::NONE;
        let mut rest: Vec<usize> = (0..self.effects.len()).filter(has_some).collect();
        while let Some(callee) = rest.pop() {
            let mut next = self.callers[callee];
            while next != END {
                let (caller, after) = self.links[next as usize];
                let caller = caller as usize;
                let all = self.effects[caller] | self.effects[callee];
                if all != self.effects[caller] {
                    self.effects[caller] = all;
                    rest.push(caller);
                }
                next = after;
            }
        }
        self.effects.truncate(self.functions);
        self.effects
    }
}
