//! Nodes for everything but calls.

use std::marker::PhantomData;

use super::super::arithmetic::*;
use super::super::control::{Discard, Fill, If, Let, Logic, Test, Truth};
use super::super::data::{Field, Hoisted, NewCell, NewClosure, Print, Source, Tuple, Unbound};
use super::super::node::{Eval, Node};
use super::super::operand::{Operand, Slot};
use super::super::profile::Policy;
use super::shapes::{Step, with_argument, with_leaf, with_left, with_right};
use super::{CHECKED_HEIGHT, Compiler};
use crate::core::{self, Bind, FunctionId, NodeId, Place, Statements};
use crate::syntax::ast::BinaryOp;

/// Instantiates `$make` with `$op` as the type of an operator.
macro_rules! with_operator {
    ($operator:expr, $op:ident => $make:expr, $($name:ident)*) => {
        match $operator {
            $(BinaryOp::$name => {
                type $op = $name;
                $make
            })*
            BinaryOp::And | BinaryOp::Or => unreachable!("Core has `Logic` for these"),
        }
    };
}

/// Instantiates `$make` for the shape of a condition: a comparison, or any value.
macro_rules! with_test {
    ($self:ident, $id:expr, |$test:ident| $make:expr) => {
        match $self.comparison($id) {
            Some(BinaryOp::Eq) => with_comparison!($self, Eq, $id, |$test| $make),
            Some(BinaryOp::Neq) => with_comparison!($self, Neq, $id, |$test| $make),
            Some(BinaryOp::Lt) => with_comparison!($self, Lt, $id, |$test| $make),
            Some(BinaryOp::Gt) => with_comparison!($self, Gt, $id, |$test| $make),
            Some(BinaryOp::Lte) => with_comparison!($self, Lte, $id, |$test| $make),
            Some(BinaryOp::Gte) => with_comparison!($self, Gte, $id, |$test| $make),
            _ => {
                let $test = Truth($self.node($id));
                $make
            }
        }
    };
}

/// Instantiates `$make` for the operands of a comparison.
macro_rules! with_comparison {
    ($self:ident, $op:ident, $id:expr, |$test:ident| $make:expr) => {{
        let core::Node::Binary { lhs, rhs, slot, .. } = $self.function.node($id) else {
            unreachable!("only used for comparisons");
        };
        match ($self.operand(lhs), $self.operand(rhs)) {
            (Operand::Slot(left), Operand::Slot(right)) => {
                let $test = $self.binary_node::<$op, _, _>($id, left, right, slot);
                $make
            }
            (Operand::Slot(left), Operand::Const(right)) => {
                let $test = $self.binary_node::<$op, _, _>($id, left, right, slot);
                $make
            }
            (Operand::Node(left), Operand::Const(right)) => {
                let $test = $self.binary_node::<$op, _, _>($id, left, right, slot);
                $make
            }
            _ => {
                let (left, right) = ($self.node(lhs), $self.node(rhs));
                let $test = $self.binary_node::<$op, _, _>($id, left, right, slot);
                $make
            }
        }
    }};
}

impl<P: Policy> Compiler<'_, P> {
    /// The node for an operation; none for a variable or a constant.
    pub(super) fn operation(&mut self, id: NodeId, node: core::Node) -> Option<Node> {
        use core::Node as Core;
        Some(match node {
            Core::Int(_) | Core::Bool(_) | Core::Str(_) | Core::Function(_) | Core::Read(_) => {
                return None;
            }
            Core::ReadHoisted { place, cell, name } => self.hoisted(id, place, cell, name),
            Core::Unbound(name) => {
                let (name, site) = (self.name(name), self.origin(id));
                self.put(Unbound { name, site })
            }
            Core::NewCell { slot } => {
                let site = self.origin(id);
                self.put(NewCell { top: Slot(slot), site })
            }
            Core::Closure { function, slot } => self.closure(id, function, slot),
            Core::Block { statements, result } => self.block(id, statements, result),
            Core::If { condition, then, otherwise } => self.if_else(id, condition, then, otherwise),
            Core::Logic { and, lhs, rhs } => self.logic(id, and, lhs, rhs),
            Core::Binary { op, lhs, rhs, slot, .. } => self.binary(id, op, [lhs, rhs], slot),
            Core::Tuple { first, second, slot, .. } => self.tuple(id, first, second, slot),
            Core::First(value) => self.field::<true>(id, value),
            Core::Second(value) => self.field::<false>(id, value),
            Core::Print(value) => {
                let (value, site) = (self.node(value), self.origin(id));
                self.put(Print { value, site })
            }
            Core::Call { .. } => self.call(id),
            Core::Repeat { changes, slot } => self.repeat(changes, Slot(slot)),
        })
    }

    /// A binary operation that is about to become part of another node.
    pub(super) fn binary_node<O, L, R>(
        &mut self,
        id: NodeId,
        left: L,
        right: R,
        top: core::Slot,
    ) -> Binary<O, L, R, P> {
        let site = self.site(id, top);
        Binary { left, right, kept: Slot(top), site, types: PhantomData }
    }

    fn binary(&mut self, id: NodeId, op: BinaryOp, sides: [NodeId; 2], top: core::Slot) -> Node {
        if let Some(node) = self.binary_of_calls(id, op, sides, top) {
            return node;
        }
        let [left, right] = sides;
        with_operator!(op, O => with_left!(self, left, |left| with_right!(self, right, |right| {
            let node = self.binary_node::<O, _, _>(id, left, right, top);
            self.put(node)
        })), Add Sub Mul Div Rem Eq Neq Lt Gt Lte Gte)
    }

    /// A sum or product one or both of whose sides are calls `f(n - 1)`: these become part
    /// of it.
    fn binary_of_calls(
        &mut self,
        id: NodeId,
        op: BinaryOp,
        [left, right]: [NodeId; 2],
        top: core::Slot,
    ) -> Option<Node> {
        let right = self.step_call(right)?;
        if let (BinaryOp::Add, Some(left)) = (op, self.step_call(left)) {
            let node = self.binary_node::<Add, _, _>(id, left, right, top);
            return Some(self.put(node));
        }
        let Operand::Slot(left) = self.operand(left) else {
            return None;
        };
        match op {
            BinaryOp::Add => {
                let node = self.binary_node::<Add, _, _>(id, left, right, top);
                Some(self.put(node))
            }
            BinaryOp::Mul => {
                let node = self.binary_node::<Mul, _, _>(id, left, right, top);
                Some(self.put(node))
            }
            _ => None,
        }
    }

    /// The operator of a condition that can become part of the node that tests it: not if
    /// the stack is checked before it.
    fn comparison(&self, id: NodeId) -> Option<BinaryOp> {
        match self.function.node(id) {
            core::Node::Binary { op, .. } if !self.is_checked(id) => Some(op),
            _ => None,
        }
    }

    fn if_else(&mut self, id: NodeId, condition: NodeId, then: NodeId, otherwise: NodeId) -> Node {
        let site = self.site(id, 0);
        with_test!(self, condition, |condition| {
            with_leaf!(self, then, |then| with_leaf!(self, otherwise, |otherwise| {
                self.put(If { condition, then, otherwise, site })
            }))
        })
    }

    fn logic(&mut self, id: NodeId, and: bool, lhs: NodeId, rhs: NodeId) -> Node {
        let right = Truth(self.node(rhs));
        with_test!(self, lhs, |left| self.logic_node(id, and, left, right))
    }

    fn logic_node<L: Test, R: Test>(&mut self, id: NodeId, and: bool, left: L, right: R) -> Node {
        let site = self.origin(id);
        if and {
            self.put(Logic::<true, _, _> { left, right, site })
        } else {
            self.put(Logic::<false, _, _> { left, right, site })
        }
    }

    fn tuple(&mut self, id: NodeId, first: NodeId, second: NodeId, top: core::Slot) -> Node {
        let site = self.site(id, top);
        with_right!(self, first, |first| with_right!(self, second, |second| {
            self.put(Tuple { first, second, site })
        }))
    }

    fn field<const FIRST: bool>(&mut self, id: NodeId, tuple: NodeId) -> Node {
        let site = self.site(id, 0);
        with_left!(self, tuple, |tuple| {
            self.put(Field::<FIRST, _, P> { tuple, site, policy: PhantomData })
        })
    }

    fn hoisted(
        &mut self,
        id: NodeId,
        place: Place,
        in_cell: bool,
        name: crate::syntax::ast::Symbol,
    ) -> Node {
        let (name, site) = (self.name(name), self.origin(id));
        match self.place(place) {
            Operand::Slot(place) => self.put(Hoisted { place, in_cell, name, site }),
            Operand::Capture(place) => self.put(Hoisted { place, in_cell, name, site }),
            Operand::Global(place) => self.put(Hoisted { place, in_cell, name, site }),
            Operand::Const(_) | Operand::Node(_) => unreachable!("a place is no operation"),
        }
    }

    fn closure(&mut self, id: NodeId, of: FunctionId, top: core::Slot) -> Node {
        let places = &self.program.function(of).captures;
        let sources: Vec<Source> = places
            .iter()
            .map(|&place| match self.place(place) {
                Operand::Slot(slot) => Source::Slot(slot),
                Operand::Capture(capture) => Source::Capture(capture),
                _ => unreachable!("globals are not captured"),
            })
            .collect();
        let sources = self.shared.arena.put_all(sources.into_iter());
        let function = self.shared.functions[of.index()];
        let site = self.origin(id);
        self.put(NewClosure { function, sources, top: Slot(top), site })
    }

    /// A block is a node a statement, each with the next in tail position.
    fn block(&mut self, id: NodeId, statements: Statements, result: NodeId) -> Node {
        let mut body = self.node(result);
        let statements = self.function.statements(statements).to_vec();
        for (i, statement) in statements.iter().enumerate().rev() {
            let value = statement.value;
            body = match statement.bind {
                Bind::Discard => {
                    let value = self.node(value);
                    self.put(Discard { value, body })
                }
                // Main's frame is the first, where the globals are.
                Bind::Local(slot) | Bind::Global(slot) => self.bind(value, Slot(slot), body),
                Bind::Cell(slot) => {
                    let value = self.node(value);
                    self.put(Fill { value, cell: Slot(slot), body })
                }
            };
            if (statements.len() - i).is_multiple_of(CHECKED_HEIGHT as usize) {
                body = self.checked(body, self.origin(id));
            }
        }
        body
    }

    /// A `let`, with the operation of its value inside if that is a small one
    /// before which the stack is not checked.
    fn bind(&mut self, value: NodeId, slot: Slot, body: Node) -> Node {
        use core::Node as Core;
        match self.function.node(value) {
            Core::First(of) if !self.is_checked(value) => {
                self.let_field::<true>(value, of, slot, body)
            }
            Core::Second(of) if !self.is_checked(value) => {
                self.let_field::<false>(value, of, slot, body)
            }
            Core::Binary { op, lhs, rhs, slot: top, .. } => {
                match (self.operand(lhs), self.operand(rhs)) {
                    (Operand::Slot(left), Operand::Slot(right)) => with_operator!(op, O => {
                        let value = self.binary_node::<O, _, _>(value, left, right, top);
                        self.let_node(value, slot, body)
                    }, Add Sub Mul Div Rem Eq Neq Lt Gt Lte Gte),
                    _ => self.bind_argument(value, slot, body),
                }
            }
            _ => self.bind_argument(value, slot, body),
        }
    }

    fn let_field<const FIRST: bool>(
        &mut self,
        id: NodeId,
        of: NodeId,
        slot: Slot,
        body: Node,
    ) -> Node {
        let site = self.site(id, 0);
        with_left!(self, of, |tuple| {
            self.let_node(Field::<FIRST, _, P> { tuple, site, policy: PhantomData }, slot, body)
        })
    }

    fn bind_argument(&mut self, value: NodeId, slot: Slot, body: Node) -> Node {
        with_argument!(self, value, |value| self.let_node(value, slot, body))
    }

    fn let_node<V: Eval>(&mut self, value: V, slot: Slot, body: Node) -> Node {
        self.put(Let { value, slot, body })
    }
}
