//! What binary operators make of kinds: one table for two values, and what follows from it
//! for sets of kinds.

use galo_runtime::Kind;

use super::Kinds;
use crate::syntax::ast::BinaryOp;

/// The kind of `left op right`, or nothing if that is an error. A division is taken to be
/// by something else than zero.
///
/// The table that the runtime's `operate` and the language's description follow; `&&` and
/// `||` stand here as if both sides were always evaluated.
pub(super) fn result_of(op: BinaryOp, left: Kind, right: Kind, lenient: bool) -> Option<Kind> {
    use BinaryOp::*;
    use Kind::{Bool, Int, Str};
    match (op, left, right) {
        (Add | Sub | Mul | Div | Rem, Int, Int) => Some(Int),
        (Add, Str, Int | Str) | (Add, Int, Str) => Some(Str),
        (Add, Str, _) | (Add, _, Str) if lenient => Some(Str),
        (Eq | Neq, Int, Int) | (Eq | Neq, Bool, Bool) | (Eq | Neq, Str, Str) => Some(Bool),
        (Eq | Neq, _, _) if lenient => Some(Bool),
        (Lt | Gt | Lte | Gte, Int, Int) => Some(Bool),
        (Lt | Gt | Lte | Gte, Str, Str) if lenient => Some(Bool),
        (And | Or, Bool, Bool) => Some(Bool),
        _ => None,
    }
}

/// What an operator gives for operands of these kinds: nothing if it always fails.
pub fn results(op: BinaryOp, left: Kinds, right: Kinds, lenient: bool) -> Kinds {
    pairs(left, right)
        .filter_map(|(left, right)| result_of(op, left, right, lenient))
        .fold(Kinds::NONE, |all, kind| all | kind.into())
}

/// Whether some operands of these kinds are an error. The divisor is looked at elsewhere.
pub(super) fn can_fail(op: BinaryOp, left: Kinds, right: Kinds, lenient: bool) -> bool {
    pairs(left, right).any(|(left, right)| result_of(op, left, right, lenient).is_none())
}

/// Whether operands of these kinds can make the operator allocate: a concatenation, or a
/// comparison that makes concatenations flat.
pub(super) fn can_allocate(op: BinaryOp, left: Kinds, right: Kinds, lenient: bool) -> bool {
    // Only Strs and Tuples of them have bytes to look at; errors allocate nothing.
    let text = Kinds::STR | Kinds::TUPLE;
    pairs(left, right).any(|(left, right)| match result_of(op, left, right, lenient) {
        Some(Kind::Str) => true,
        Some(Kind::Bool) => text.contains(left) && text.contains(right),
        _ => false,
    })
}

fn pairs(left: Kinds, right: Kinds) -> impl Iterator<Item = (Kind, Kind)> {
    left.iter().flat_map(move |left| right.iter().map(move |right| (left, right)))
}
