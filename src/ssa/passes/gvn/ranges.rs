//! What is known of the size of Ints: behind `n < 2`, `n - 1` is no more than 0, unless it wraps
//! around.
//!
//! Every Int is a *root* plus a constant (`n - 1 - 1` is `n` and -2), and ranges are kept of roots:
//! so that what is learned of one sum is known of all others of the same root.
//!
//! # Soundness
//! Adding a constant is a bijection of the Ints, wrapping around at their ends. A range that stays in
//! one piece when it is shifted is exactly what a sum can be; of one that is torn in two, only the
//! pieces that overlap what was known before count, and if both do, nothing is learned.

use rustc_hash::FxHashMap;

use crate::ssa::passes::scoped::Scoped;
use crate::ssa::{Function, Op, Value};
use crate::syntax::ast::BinaryOp;

/// The Ints from the first to the last one, both among them; never empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    first: i64,
    last: i64,
}

const MIN: i64 = i32::MIN as i64;
const MAX: i64 = i32::MAX as i64;
const ALL: Range = Range { first: MIN, last: MAX };

impl Range {
    fn new(first: i64, last: i64) -> Option<Range> {
        (first <= last).then_some(Range { first, last })
    }

    fn both(self, other: Range) -> Option<Range> {
        Range::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// The pieces that a range is in when a constant is added.
    fn shifted(self, by: i32) -> [Option<Range>; 2] {
        let (first, last) = (self.first + i64::from(by), self.last + i64::from(by));
        let size = MAX - MIN + 1;
        let piece = |turn: i64| Range::new(first + turn, last + turn).and_then(|r| r.both(ALL));
        let around = if by < 0 { size } else { -size };
        [piece(0), piece(around)]
    }
}

/// An Int as a root and what is added to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Sum {
    /// What is no sum itself.
    pub(super) root: Value,
    /// Added, wrapping around.
    pub(super) offset: i32,
}

/// What is known of Ints.
#[derive(Debug)]
pub(super) struct Ranges {
    /// Of what is a sum; by value.
    sums: FxHashMap<Value, Sum>,
    /// By root.
    ranges: Scoped<Value, Range>,
}

impl Ranges {
    pub(super) fn new() -> Ranges {
        Ranges { sums: FxHashMap::default(), ranges: Scoped::new() }
    }

    /// Enters a part of the dominator tree.
    pub(super) fn enter(&mut self) {
        self.ranges.enter();
    }

    /// Leaves it, and forgets what holds only there.
    pub(super) fn leave(&mut self) {
        self.ranges.leave();
    }

    /// The root and the constant that an Int consists of, once [`note`](Self::note) has seen it.
    pub(super) fn sum(&self, value: Value) -> Sum {
        self.sums.get(&value).copied().unwrap_or(Sum { root: value, offset: 0 })
    }

    /// Takes an addition or subtraction of a constant apart, if that is what it is.
    pub(super) fn note(&mut self, function: &Function, value: Value) -> Option<Sum> {
        let Op::Arith(op, lhs, rhs) = function.instruction(value).op else { return None };
        let (of, by) = match (op, function.int(lhs), function.int(rhs)) {
            (BinaryOp::Add, None, Some(by)) => (lhs, by),
            (BinaryOp::Add, Some(by), None) => (rhs, by),
            (BinaryOp::Sub, None, Some(by)) => (lhs, by.wrapping_neg()),
            _ => return None,
        };
        let Sum { root, offset } = self.sum(of);
        let sum = Sum { root, offset: offset.wrapping_add(by) };
        self.sums.insert(value, sum);
        Some(sum)
    }

    fn range(&self, function: &Function, value: Value) -> Range {
        if let Some(constant) = function.int(value) {
            return Range { first: constant.into(), last: constant.into() };
        }
        let Sum { root, offset } = self.sum(value);
        let range = self.ranges.get(&root).unwrap_or(ALL);
        match range.shifted(offset) {
            [Some(range), None] | [None, Some(range)] => range,
            _ => ALL,
        }
    }

    /// Whether an Int is certainly not negative.
    pub(super) fn is_natural(&self, function: &Function, value: Value) -> bool {
        self.range(function, value).first >= 0
    }

    /// Whether a comparison holds, if that is certain.
    pub(super) fn decide(
        &self,
        function: &Function,
        op: BinaryOp,
        lhs: Value,
        rhs: Value,
    ) -> Option<bool> {
        use BinaryOp::{Eq, Gt, Gte, Lt, Lte, Neq};
        let (left, right) = (self.range(function, lhs), self.range(function, rhs));
        let less = match () {
            () if left.last < right.first => Some(true),
            () if left.first >= right.last => Some(false),
            () => None,
        };
        let greater = match () {
            () if left.first > right.last => Some(true),
            () if left.last <= right.first => Some(false),
            () => None,
        };
        let equal = match () {
            () if left.both(right).is_none() => Some(false),
            () if left == right && left.first == left.last => Some(true),
            () => None,
        };
        match op {
            Lt => less,
            Gte => less.map(|holds| !holds),
            Gt => greater,
            Lte => greater.map(|holds| !holds),
            Eq => equal,
            Neq => equal.map(|holds| !holds),
            _ => None,
        }
    }

    /// Learns that a comparison holds, or does not.
    pub(super) fn learn(
        &mut self,
        function: &Function,
        op: BinaryOp,
        lhs: Value,
        rhs: Value,
        holds: bool,
    ) {
        use BinaryOp::{Eq, Gt, Gte, Lt, Lte, Neq};
        let (left, right) = (self.range(function, lhs), self.range(function, rhs));
        let Some(op) = (if holds { Some(op) } else { op.negated() }) else { return };
        let (of_left, of_right) = match op {
            Lt => (Range::new(MIN, right.last - 1), Range::new(left.first + 1, MAX)),
            Lte => (Range::new(MIN, right.last), Range::new(left.first, MAX)),
            Gt => (Range::new(right.first + 1, MAX), Range::new(MIN, left.last - 1)),
            Gte => (Range::new(right.first, MAX), Range::new(MIN, left.last)),
            Eq => (Some(right), Some(left)),
            Neq => (left.without(right), right.without(left)),
            _ => return,
        };
        // What cannot be is not reached; whatever is said of it is true.
        for (value, range) in [(lhs, of_left), (rhs, of_right)] {
            if let Some(range) = range
                && function.int(value).is_none()
            {
                self.narrow(value, range);
            }
        }
    }

    /// Notes that an Int is in a range.
    fn narrow(&mut self, value: Value, range: Range) {
        let Sum { root, offset } = self.sum(value);
        let known = self.ranges.get(&root).unwrap_or(ALL);
        // What is added is MIN once: taking MIN away is adding it.
        let pieces = range.shifted(offset.wrapping_neg());
        let pieces = pieces.map(|piece| piece.and_then(|piece| piece.both(known)));
        if let [Some(range), None] | [None, Some(range)] = pieces
            && range != known
        {
            self.ranges.insert(root, range);
        }
    }
}

impl Range {
    /// What is left without another range, if that is one Int at an end.
    fn without(self, other: Range) -> Option<Range> {
        match other.first == other.last {
            true if other.first == self.first => Range::new(self.first + 1, self.last),
            true if other.last == self.last => Range::new(self.first, self.last - 1),
            _ => Some(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::Type;
    use crate::ssa::passes::simplify::arithmetic::holds;
    use crate::ssa::passes::testing::Maker;

    const EDGES: [i32; 13] = [
        i32::MIN,
        i32::MIN + 1,
        i32::MIN + 2,
        -3,
        -2,
        -1,
        0,
        1,
        2,
        3,
        i32::MAX - 2,
        i32::MAX - 1,
        i32::MAX,
    ];

    /// Whatever is decided behind two comparisons of sums holds for each Int for which these are so.
    #[test]
    fn what_is_decided_is_so() {
        use BinaryOp::{Add, Eq, Gt, Gte, Lt, Lte, Neq, Sub};
        let ops = [Lt, Lte, Gt, Gte, Eq, Neq];
        let mut decided = 0;
        for (one, op) in EDGES.iter().flat_map(|&one| ops.map(|op| (one, op))) {
            for offset in [0, 1, -1, 2, i32::MIN, i32::MAX] {
                for (truth, limit) in [true, false].into_iter().flat_map(|t| EDGES.map(|e| (t, e)))
                {
                    let (mut make, [x]) = Maker::new([Type::Int]);
                    let [a, b, c] = [offset, one, limit].map(|int| make.int(int));
                    let sum = make.op(Op::Arith(Add, x, a), Type::Int);
                    let less = make.op(Op::Arith(Sub, sum, b), Type::Int);
                    let function = make.finish();
                    let mut ranges = Ranges::new();
                    ranges.enter();
                    ranges.note(&function, sum);
                    ranges.note(&function, less);
                    ranges.learn(&function, op, sum, c, truth);
                    ranges.learn(&function, Lt, x, b, false);
                    for other in ops {
                        let Some(found) = ranges.decide(&function, other, less, c) else {
                            continue;
                        };
                        decided += 1;
                        for int in
                            EDGES.into_iter().chain(EDGES.map(|edge| edge.wrapping_sub(offset)))
                        {
                            let sum = int.wrapping_add(offset);
                            if holds(op, &sum, &limit) == truth && int >= one {
                                let less = sum.wrapping_sub(one);
                                assert_eq!(holds(other, &less, &limit), found);
                            }
                        }
                    }
                }
            }
        }
        assert!(decided > 1_000, "{decided}");
    }
}
