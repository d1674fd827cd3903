//! Binary operators, as values and as conditions.

use std::marker::PhantomData;

use galo_runtime::{Machine, Operator, Value};

use super::control::Test;
use super::node::Eval;
use super::operand::Slot;
use super::profile::{Policy, SiteRef};
use crate::syntax::ast::BinaryOp;

/// An operator as a type, so that nodes can be generic over it.
pub(super) trait Op: Copy + 'static {
    const OPERATOR: Operator;
}

macro_rules! operators {
    ($($name:ident)*) => {$(
        #[doc = concat!("[`Operator::", stringify!($name), "`] as a type.")]
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl Op for $name {
            const OPERATOR: Operator = Operator::$name;
        }
    )*};
}
operators!(Add Sub Mul Div Rem Eq Neq Lt Gt Lte Gte);

/// The runtime's operator for one of the syntax that always evaluates both operands.
///
/// # Panics
/// For `&&` and `||`, which Core has no binary operation for.
pub fn operator(op: BinaryOp) -> Operator {
    match op {
        BinaryOp::Add => Operator::Add,
        BinaryOp::Sub => Operator::Sub,
        BinaryOp::Mul => Operator::Mul,
        BinaryOp::Div => Operator::Div,
        BinaryOp::Rem => Operator::Rem,
        BinaryOp::Eq => Operator::Eq,
        BinaryOp::Neq => Operator::Neq,
        BinaryOp::Lt => Operator::Lt,
        BinaryOp::Gt => Operator::Gt,
        BinaryOp::Lte => Operator::Lte,
        BinaryOp::Gte => Operator::Gte,
        BinaryOp::And | BinaryOp::Or => unreachable!("Core has `Logic` for these"),
    }
}

/// A binary operation.
pub(super) struct Binary<O, L, R, P> {
    pub(super) left: L,
    pub(super) right: R,
    /// Keeps the left operand while the right one is evaluated, if that is more than
    /// reading it: the slot is below the depth there, so that it must hold a value.
    pub(super) kept: Slot,
    pub(super) site: SiteRef,
    pub(super) types: PhantomData<(O, P)>,
}

impl<O, L: Copy, R: Copy, P> Clone for Binary<O, L, R, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, L: Copy, R: Copy, P> Copy for Binary<O, L, R, P> {}

impl<O: Op, L: Eval, R: Eval, P: Policy> Binary<O, L, R, P> {
    /// Both operands if they are Ints, otherwise the result of the general operation.
    #[inline(always)]
    unsafe fn ints(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
    ) -> Result<(i32, i32), Value> {
        let left = self.left.eval(machine, frame);
        if R::SIMPLE {
            let right = self.right.eval(machine, frame);
            if !left.both_int(right) {
                return Err(self.general(machine, frame, left, right));
            }
            return Ok((left.as_int_unchecked(), right.as_int_unchecked()));
        }
        if !left.is_int() {
            return Err(self.left_is_no_int(machine, frame, left));
        }
        // An Int needs no root, and goes on in a register; but its slot is scanned.
        *self.kept.of(frame) = left;
        let right = self.right.eval(machine, frame);
        if !right.is_int() {
            return Err(self.general(machine, frame, left, right));
        }
        Ok((left.as_int_unchecked(), right.as_int_unchecked()))
    }

    #[cold]
    #[inline(never)]
    unsafe fn left_is_no_int(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        left: Value,
    ) -> Value {
        if left.is_signal() {
            return left;
        }
        let slot = self.kept.of(frame);
        *slot = left;
        let right = self.right.eval(machine, frame);
        self.general(machine, frame, *slot, right)
    }

    #[cold]
    #[inline(never)]
    unsafe fn general(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        left: Value,
        right: Value,
    ) -> Value {
        if left.is_signal() {
            return left;
        }
        if right.is_signal() {
            return right;
        }
        if P::RECORDS {
            self.site.note_operands(left, right);
        }
        let top = self.kept.of(frame);
        machine.operate(O::OPERATOR, top, self.site.site, left, right)
    }

    #[cold]
    #[inline(never)]
    fn by_zero(&self, machine: &mut Machine<'_>, left: i32) -> Value {
        machine.division_by_zero(O::OPERATOR, self.site.site, left)
    }
}

impl<O: Op, L: Eval, R: Eval, P: Policy> Eval for Binary<O, L, R, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        match self.ints(machine, frame) {
            Ok((left, right)) => match O::OPERATOR.on_ints(left, right) {
                Some(value) => value,
                None => self.by_zero(machine, left),
            },
            Err(value) => value,
        }
    }
}

impl<O: Op, L: Eval, R: Eval, P: Policy> Test for Binary<O, L, R, P> {
    #[inline(always)]
    unsafe fn test(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Result<bool, Value> {
        match self.ints(machine, frame) {
            Ok((left, right)) => Ok(match O::OPERATOR {
                Operator::Lt => left < right,
                Operator::Gt => left > right,
                Operator::Lte => left <= right,
                Operator::Gte => left >= right,
                Operator::Neq => left != right,
                _ => left == right,
            }),
            // Comparisons of other kinds come out as Bools, or not at all.
            Err(value) => value.as_bool().ok_or(value),
        }
    }
}
