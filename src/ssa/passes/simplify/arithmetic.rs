//! Arithmetic and comparisons of constants, and where they do not matter: the rules.

use crate::ssa::{Function, Op, Value};
use crate::syntax::ast::BinaryOp;

fn bool(function: &Function, value: Value) -> Option<bool> {
    match function.instruction(value).op {
        Op::Bool(bool) => Some(bool),
        _ => None,
    }
}

/// `+`, `-` and `*`. Constants go to the right.
pub fn arith(function: &Function, op: BinaryOp, lhs: Value, rhs: Value) -> Option<Op> {
    use BinaryOp::{Add, Mul, Sub};
    Some(match (op, function.int(lhs), function.int(rhs)) {
        (Add, Some(lhs), Some(rhs)) => Op::Int(lhs.wrapping_add(rhs)),
        (Sub, Some(lhs), Some(rhs)) => Op::Int(lhs.wrapping_sub(rhs)),
        (Mul, Some(lhs), Some(rhs)) => Op::Int(lhs.wrapping_mul(rhs)),
        (Add | Mul, Some(_), None) => Op::Arith(op, rhs, lhs),
        (Add | Sub, _, Some(0)) | (Mul, _, Some(1)) => Op::Copy(lhs),
        (Mul, _, Some(0)) => Op::Int(0),
        (Sub, ..) if lhs == rhs => Op::Int(0),
        _ => return None,
    })
}

/// `/` and `%`. What divides by the constant 0 fails and stays.
pub fn divide(function: &Function, op: BinaryOp, lhs: Value, rhs: Value) -> Option<Op> {
    let constant = function.int(rhs)?;
    match (op, function.int(lhs), constant) {
        (_, _, 0) => None,
        (BinaryOp::Div, Some(lhs), rhs) => Some(Op::Int(lhs.wrapping_div(rhs))),
        (BinaryOp::Rem, Some(lhs), rhs) => Some(Op::Int(lhs.wrapping_rem(rhs))),
        (BinaryOp::Div, None, 1) => Some(Op::Copy(lhs)),
        (BinaryOp::Rem, None, 1 | -1) => Some(Op::Int(0)),
        _ => None,
    }
}

/// Whether an ordering or equality holds.
pub fn holds<T: Ord>(op: BinaryOp, lhs: &T, rhs: &T) -> bool {
    match op {
        BinaryOp::Eq => lhs == rhs,
        BinaryOp::Neq => lhs != rhs,
        BinaryOp::Lt => lhs < rhs,
        BinaryOp::Gt => lhs > rhs,
        BinaryOp::Lte => lhs <= rhs,
        BinaryOp::Gte => lhs >= rhs,
        _ => unreachable!("a comparison has an operator that compares"),
    }
}

/// The operator that says the same with its operands exchanged.
pub fn exchanged(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Lte => BinaryOp::Gte,
        BinaryOp::Gte => BinaryOp::Lte,
        _ => op,
    }
}

/// A comparison of Ints. Constants go to the right.
pub fn compare(function: &Function, op: BinaryOp, lhs: Value, rhs: Value) -> Option<Op> {
    match (function.int(lhs), function.int(rhs)) {
        (Some(lhs), Some(rhs)) => Some(Op::Bool(holds(op, &lhs, &rhs))),
        (Some(_), None) => Some(Op::Compare(exchanged(op), rhs, lhs)),
        (None, _) if lhs == rhs => Some(Op::Bool(holds(op, &0, &0))),
        _ => None,
    }
}

/// A comparison of Bools. The negation of a Bool is `== false`.
pub fn compare_bool(function: &Function, op: BinaryOp, lhs: Value, rhs: Value) -> Option<Op> {
    use BinaryOp::{Eq, Neq};
    match (op, bool(function, lhs), bool(function, rhs)) {
        (_, Some(lhs), Some(rhs)) => Some(Op::Bool(holds(op, &lhs, &rhs))),
        (_, Some(_), None) => Some(Op::CompareBool(op, rhs, lhs)),
        (Eq, None, Some(true)) | (Neq, None, Some(false)) => Some(Op::Copy(lhs)),
        _ if lhs == rhs => Some(Op::Bool(op == Eq)),
        _ => None,
    }
}

/// The Bool that this comparison negates, if it does.
pub fn negated(function: &Function, condition: Value) -> Option<Value> {
    let Op::CompareBool(op, lhs, rhs) = function.instruction(condition).op else { return None };
    let unequal_to = bool(function, rhs)? == (op == BinaryOp::Neq);
    unequal_to.then_some(lhs)
}
