//! What one comparison of two Ints says about another one of the same two.

use crate::ssa::Value;
use crate::syntax::ast::BinaryOp;

/// A comparison of two Ints in normal form: `==`, `!=`, `<` or `<=`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Comparison {
    /// The operator.
    pub op: BinaryOp,
    /// The left operand.
    pub lhs: Value,
    /// The right operand.
    pub rhs: Value,
}

/// The ways in which two Ints can compare, as a set of bits.
const LESS: u8 = 1;
const EQUAL: u8 = 2;
const GREATER: u8 = 4;

fn ways(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Lt => LESS,
        BinaryOp::Lte => LESS | EQUAL,
        BinaryOp::Eq => EQUAL,
        BinaryOp::Neq => LESS | GREATER,
        BinaryOp::Gt => GREATER,
        BinaryOp::Gte => GREATER | EQUAL,
        _ => unreachable!("a comparison has an operator that compares"),
    }
}

impl Comparison {
    /// The normal form of a comparison.
    pub fn new(op: BinaryOp, lhs: Value, rhs: Value) -> Comparison {
        match op {
            BinaryOp::Gt => Comparison { op: BinaryOp::Lt, lhs: rhs, rhs: lhs },
            BinaryOp::Gte => Comparison { op: BinaryOp::Lte, lhs: rhs, rhs: lhs },
            BinaryOp::Eq | BinaryOp::Neq if rhs < lhs => Comparison { op, lhs: rhs, rhs: lhs },
            _ => Comparison { op, lhs, rhs },
        }
    }

    /// All comparisons, in normal form, of the same two Ints that are decided if this one is
    /// `holds`, and how.
    pub fn decided(self, holds: bool) -> impl Iterator<Item = (Comparison, bool)> {
        use BinaryOp::{Eq, Gt, Gte, Lt, Lte, Neq};
        let all = LESS | EQUAL | GREATER;
        let possible = if holds { ways(self.op) } else { all & !ways(self.op) };
        [Lt, Lte, Eq, Neq, Gt, Gte].into_iter().filter_map(move |op| {
            let comparison = Comparison::new(op, self.lhs, self.rhs);
            match possible & ways(op) {
                0 => Some((comparison, false)),
                both if both == possible => Some((comparison, true)),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::passes::simplify::arithmetic::holds;
    use BinaryOp::{Eq, Gt, Gte, Lt, Lte, Neq};

    #[test]
    fn decides_what_it_must() {
        let (a, b) = (Value(0), Value(1));
        let cases = [(1, 2), (2, 2), (2, 1)];
        for first in [Eq, Neq, Lt, Lte, Gt, Gte] {
            for truth in [false, true] {
                let decided: Vec<_> = Comparison::new(first, a, b).decided(truth).collect();
                for second in [Eq, Neq, Lt, Lte, Gt, Gte] {
                    let possible = cases.iter().filter(|&&(a, b)| holds(first, &a, &b) == truth);
                    let mut values: Vec<bool> =
                        possible.map(|(a, b)| holds(second, a, b)).collect();
                    values.dedup();
                    let expected = if values.len() == 1 { Some(values[0]) } else { None };
                    let second = Comparison::new(second, a, b);
                    let found = decided.iter().find(|(found, _)| *found == second);
                    assert_eq!(found.map(|&(_, holds)| holds), expected, "{first:?} {truth}");
                }
            }
        }
    }
}
