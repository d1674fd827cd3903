//! Which shapes of operands get instantiations of their own: the frequent ones. The others
//! become nodes, which any instantiation takes.

use super::super::operand::{Const, Slot};
use crate::core::{self, Function, NodeId};
use crate::syntax::ast::BinaryOp;

/// Instantiates `$make` for the shape of a left operand.
macro_rules! with_left {
    ($self:ident, $id:expr, |$operand:ident| $make:expr) => {
        match $self.operand($id) {
            Operand::Slot($operand) => $make,
            Operand::Capture($operand) => $make,
            _ => {
                let $operand = $self.node($id);
                $make
            }
        }
    };
}

/// Instantiates `$make` for the shape of a right operand.
macro_rules! with_right {
    ($self:ident, $id:expr, |$operand:ident| $make:expr) => {
        match $self.operand($id) {
            Operand::Slot($operand) => $make,
            Operand::Const($operand) => $make,
            Operand::Capture($operand) => $make,
            _ => {
                let $operand = $self.node($id);
                $make
            }
        }
    };
}

/// Instantiates `$make` for the shape of a branch or of one of several arguments.
macro_rules! with_leaf {
    ($self:ident, $id:expr, |$operand:ident| $make:expr) => {
        match $self.operand($id) {
            Operand::Slot($operand) => $make,
            Operand::Const($operand) => $make,
            _ => {
                let $operand = $self.node($id);
                $make
            }
        }
    };
}

/// Instantiates `$make` for the shape of an argument: an operand, or a slot plus or minus
/// a constant.
macro_rules! with_argument {
    ($self:ident, $id:expr, |$argument:ident| $make:expr) => {
        match Step::of($self.function, $id) {
            Some(Step { add: true, slot, constant, top }) => {
                let $argument = $self.binary_node::<Add, _, _>($id, slot, constant, top);
                $make
            }
            Some(Step { add: false, slot, constant, top }) => {
                let $argument = $self.binary_node::<Sub, _, _>($id, slot, constant, top);
                $make
            }
            None => with_right!($self, $id, |$argument| $make),
        }
    };
}

pub(super) use {with_argument, with_leaf, with_left, with_right};

/// A slot plus or minus a constant.
pub(super) struct Step {
    pub(super) add: bool,
    pub(super) slot: Slot,
    pub(super) constant: Const,
    pub(super) top: core::Slot,
}

impl Step {
    /// The step that a node is, if it is one.
    pub(super) fn of(function: &Function, id: NodeId) -> Option<Step> {
        let core::Node::Binary { op, lhs, rhs, slot: top, .. } = function.node(id) else {
            return None;
        };
        let add = match op {
            BinaryOp::Add => true,
            BinaryOp::Sub => false,
            _ => return None,
        };
        match (function.node(lhs), function.node(rhs)) {
            (core::Node::Read(core::Place::Local(slot)), core::Node::Int(n)) => {
                let constant = Const(galo_runtime::Value::int(n));
                Some(Step { add, slot: Slot(slot), constant, top })
            }
            _ => None,
        }
    }
}
