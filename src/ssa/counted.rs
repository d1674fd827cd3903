//! Loops that count from one constant to another, and how many rounds they make.
//!
//! Only loops of one block, which end with the test of the counter's next value: that is what
//! short loops are, once they are [rotated](super::passes).
//!
//! # Soundness
//! The counter is a parameter of the block that begins with a constant on every way into the loop and
//! gets another constant added in each round; the loop is left as soon as the sum fails the test. In
//! 64 bits, where nothing wraps around, it is plain in which round that is; and if every value up to
//! there is an Int, nothing wraps around in 32 bits either.

use super::analysis::Graph;
use super::{Block, End, Function, Op, Value};
use crate::syntax::ast::BinaryOp;

/// The most rounds that a loop of just this block makes each time it is entered, if that is known.
pub fn rounds(function: &Function, graph: &Graph, head: Block) -> Option<u64> {
    let End::Branch { condition, then, otherwise } = &function.block(head).end else {
        return None;
    };
    let (back, holds) = match (then.to == head, otherwise.to == head) {
        (true, false) => (then, true),
        (false, true) => (otherwise, false),
        _ => return None,
    };
    let Op::Compare(op, tested, bound) = function.instruction(*condition).op else { return None };
    let op = if holds { op } else { op.negated()? };
    let bound = function.int(bound)?;
    let place = back.arguments.iter().position(|&argument| argument == tested)?;
    let counter = function.block(head).parameters[place];
    let step = step(function, tested, counter)?;
    let mut most = 0;
    for edge in graph.incoming(head).iter().filter(|edge| edge.from != head) {
        let start = function.int(function.jump(*edge).arguments[place])?;
        most = most.max(rounds_from(start.into(), step, op, bound.into())?);
    }
    Some(most)
}

/// By how much a value is more than another, if by a constant.
fn step(function: &Function, value: Value, than: Value) -> Option<i64> {
    let (lhs, by) = match function.instruction(value).op {
        Op::Arith(BinaryOp::Add, lhs, rhs) => (lhs, i64::from(function.int(rhs)?)),
        Op::Arith(BinaryOp::Sub, lhs, rhs) => (lhs, -i64::from(function.int(rhs)?)),
        _ => return None,
    };
    (lhs == than).then_some(by)
}

/// How often `step` is added to `start` until the sum fails the test.
fn rounds_from(start: i64, step: i64, op: BinaryOp, bound: i64) -> Option<u64> {
    // The first sum that fails, were all of them tested but the start.
    let distance = match op {
        BinaryOp::Lt if step > 0 => bound - start,
        BinaryOp::Lte if step > 0 => bound + 1 - start,
        BinaryOp::Gt if step < 0 => start - bound,
        BinaryOp::Gte if step < 0 => start + 1 - bound,
        BinaryOp::Neq if step != 0 && (bound - start) % step == 0 => {
            (bound - start) * step.signum()
        }
        _ => return None,
    };
    let size = step.abs();
    let rounds = match op {
        // It would have to come round to the bound.
        BinaryOp::Neq if distance <= 0 => return None,
        _ => (distance + size - 1).div_euclid(size).max(1),
    };
    i32::try_from(start + rounds * step).ok()?;
    u64::try_from(rounds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What [`rounds_from`] says, counted.
    fn counted(start: i32, step: i32, test: impl Fn(i32) -> bool) -> u64 {
        let sums = std::iter::successors(Some(start), |&at| Some(at.wrapping_add(step)));
        sums.skip(1).position(|sum| !test(sum)).expect("it ends") as u64 + 1
    }

    #[test]
    fn rounds_are_as_many_as_they_are() {
        for start in -7..8 {
            for bound in -7..8 {
                for step in -3..4 {
                    let (from, by, to) = (start.into(), step.into(), bound.into());
                    let check = |op, test: &dyn Fn(i32) -> bool| {
                        if let Some(rounds) = rounds_from(from, by, op, to) {
                            assert_eq!(
                                rounds,
                                counted(start, step, test),
                                "{from} {by} {op:?} {to}"
                            );
                        }
                    };
                    check(BinaryOp::Lt, &|at| at < bound);
                    check(BinaryOp::Lte, &|at| at <= bound);
                    check(BinaryOp::Gt, &|at| at > bound);
                    check(BinaryOp::Gte, &|at| at >= bound);
                    check(BinaryOp::Neq, &|at| at != bound);
                    check(BinaryOp::Eq, &|at| at == bound);
                }
            }
        }
        assert_eq!(rounds_from(0, 3, BinaryOp::Lt, 10), Some(4));
        assert_eq!(rounds_from(10, -1, BinaryOp::Neq, 0), Some(10));
    }

    #[test]
    fn what_would_wrap_around_is_not_known() {
        let (least, most) = (i64::from(i32::MIN), i64::from(i32::MAX));
        assert_eq!(rounds_from(0, 2, BinaryOp::Lt, most), None);
        assert_eq!(rounds_from(0, 1, BinaryOp::Lt, most), Some(most as u64));
        assert_eq!(rounds_from(0, 1, BinaryOp::Lte, most), None);
        assert_eq!(rounds_from(0, -3, BinaryOp::Gt, least), None);
        assert_eq!(rounds_from(0, 2, BinaryOp::Neq, 5), None);
        assert_eq!(rounds_from(3, 1, BinaryOp::Neq, 2), None);
        assert_eq!(rounds_from(3, 1, BinaryOp::Neq, 3), None);
        assert_eq!(rounds_from(0, 0, BinaryOp::Lt, 5), None);
        assert_eq!(rounds_from(0, -1, BinaryOp::Lt, 5), None);
    }
}
