//! Which shapes of operands, arguments and conditions become part of the node that uses them,
//! and the macros that instantiate a node for each of them.

use super::nodes::{Binary, Kinds};
use super::operands::{Const, Slot};
use super::policy::Policy;
use crate::ir::{self, BinaryOp, Expr};
use crate::value::Value;
use std::marker::PhantomData;

/// Instantiates `$make` for the shape of an operand.
macro_rules! with_operand {
    ($self:ident, $expr:expr, $top:expr, |$operand:ident| $make:expr) => {
        match $self.operand($expr, $top) {
            Operand::Slot($operand) => $make,
            Operand::Const($operand) => $make,
            Operand::Capture($operand) => $make,
            Operand::Node($operand) => $make,
        }
    };
}

/// The same for an `if`'s branches, which are rarely captures.
macro_rules! with_leaf {
    ($self:ident, $expr:expr, $top:expr, |$operand:ident| $make:expr) => {
        match $self.operand($expr, $top) {
            Operand::Slot($operand) => $make,
            Operand::Const($operand) => $make,
            Operand::Capture(_) => {
                let $operand = $self.node($expr, $top);
                $make
            }
            Operand::Node($operand) => $make,
        }
    };
}

/// Instantiates `$make` for the shape of an argument: an operand, or a sum or difference.
macro_rules! with_argument {
    ($self:ident, $expr:expr, $top:expr, |$argument:ident| $make:expr) => {
        match Argument::of::<P>($expr) {
            Argument::AddConst(left, right) => {
                let $argument = binary::<Add, _, _, P>(left, right, $top);
                $make
            }
            Argument::SubConst(left, right) => {
                let $argument = binary::<Sub, _, _, P>(left, right, $top);
                $make
            }
            Argument::AddSlot(left, right) => {
                let $argument = binary::<Add, _, _, P>(left, right, $top);
                $make
            }
            Argument::Other => with_leaf!($self, $expr, $top, |$argument| $make),
        }
    };
}

/// Instantiates `$make` for a fused comparison, or a node that makes a boolean.
macro_rules! with_test {
    ($self:ident, $expr:expr, $top:expr, |$test:ident| $make:expr) => {
        match Comparison::of::<P>($expr) {
            Comparison::LessConst(left, right) => {
                let $test = binary::<Less, _, _, P>(left, right, $top);
                $make
            }
            Comparison::LessSlot(left, right) => {
                let $test = binary::<Less, _, _, P>(left, right, $top);
                $make
            }
            Comparison::EqualConst(left, right) => {
                let $test = binary::<Equal, _, _, P>(left, right, $top);
                $make
            }
            Comparison::Other => {
                let $test = $self.node($expr, $top);
                $make
            }
        }
    };
}

pub(super) use {with_argument, with_leaf, with_operand, with_test};

/// The shapes of arguments that are fused beyond plain operands.
pub(super) enum Argument {
    AddConst(Slot, Const),
    SubConst(Slot, Const),
    AddSlot(Slot, Slot),
    Other,
}

impl Argument {
    pub(super) fn of<P: Policy>(expr: &Expr) -> Argument {
        let Expr::Binary(op, operands) = expr else {
            return Argument::Other;
        };
        match (op, &**operands) {
            _ if !P::FUSE => Argument::Other,
            (BinaryOp::Add, [Expr::Slot(left), Expr::Int(right)]) => {
                Argument::AddConst(slot(*left), int(*right))
            }
            (BinaryOp::Sub, [Expr::Slot(left), Expr::Int(right)]) => {
                Argument::SubConst(slot(*left), int(*right))
            }
            (BinaryOp::Add, [Expr::Slot(left), Expr::Slot(right)]) => {
                Argument::AddSlot(slot(*left), slot(*right))
            }
            _ => Argument::Other,
        }
    }
}

/// The shapes of comparisons that are fused into the `if` that they decide.
pub(super) enum Comparison {
    LessConst(Slot, Const),
    LessSlot(Slot, Slot),
    EqualConst(Slot, Const),
    Other,
}

impl Comparison {
    pub(super) fn of<P: Policy>(expr: &Expr) -> Comparison {
        let Expr::Binary(op, operands) = expr else {
            return Comparison::Other;
        };
        match (op, &**operands) {
            _ if !P::FUSE => Comparison::Other,
            (BinaryOp::Less, [Expr::Slot(left), Expr::Int(right)]) => {
                Comparison::LessConst(slot(*left), int(*right))
            }
            (BinaryOp::Less, [Expr::Slot(left), Expr::Slot(right)]) => {
                Comparison::LessSlot(slot(*left), slot(*right))
            }
            (BinaryOp::Equal, [Expr::Slot(left), Expr::Int(right)]) => {
                Comparison::EqualConst(slot(*left), int(*right))
            }
            _ => Comparison::Other,
        }
    }
}

pub(super) fn slot(slot: ir::Slot) -> Slot {
    Slot(slot.into())
}

pub(super) fn int(value: i32) -> Const {
    Const(Value::int(value))
}

pub(super) fn binary<O, L, R, P>(left: L, right: R, top: u32) -> Binary<O, L, R, P> {
    Binary { left, right, top, kinds: Kinds::default(), _types: PhantomData }
}
