//! Divisions by powers of two that are shifts.
//!
//! # Soundness
//! A shift rounds down, a division towards 0. That is the same for what is not negative, and for what
//! is a multiple of the divisor, as it is behind `n % 2 == 0`, be it negative.

use super::{Key, Known, Numbering};
use crate::ssa::passes::relations::Comparison;
use crate::ssa::{Op, Value};
use crate::syntax::ast::BinaryOp;

impl Numbering<'_> {
    /// The shift that a division is here.
    pub(super) fn as_shift(&self, value: Value) -> Option<Op> {
        let Op::Divide(BinaryOp::Div, dividend, divisor) = self.function.instruction(value).op
        else {
            return None;
        };
        let power =
            self.function.int(divisor).filter(|power| *power > 0 && power.count_ones() == 1)?;
        let is_same =
            self.ranges.is_natural(self.function, dividend) || self.is_multiple(dividend, divisor);
        is_same.then(|| Op::ShiftRight(dividend, power.ilog2() as u8))
    }

    /// Whether it was found that nothing is left over when a constant divides an Int.
    fn is_multiple(&self, dividend: Value, divisor: Value) -> bool {
        let rest = self.known.get(&Key::Operation(BinaryOp::Rem, dividend, divisor));
        let (Some(Known::Value(rest)), Some(Known::Value(zero))) =
            (rest, self.known.get(&Key::Int(0)))
        else {
            return false;
        };
        let is_zero = Comparison::new(BinaryOp::Eq, rest, zero);
        self.known.get(&Key::Compare(is_zero)) == Some(Known::Bool(true))
    }
}

#[cfg(test)]
mod tests {
    use crate::ssa::Switches;
    use crate::ssa::passes::tests::optimized_with;
    use crate::ssa::testing::INTS;

    /// How many shifts and divisions there are in a program's last function.
    fn shifts_and_divisions(body: &str) -> (usize, usize) {
        let source = format!("let f = fn (n, m) => {{ {body} }}; print(f(9, 8) + f(7, 6))");
        let text = optimized_with(&source, &INTS, Switches::ALL);
        (text.matches(" >> ").count(), text.matches(" / ").count())
    }

    #[test]
    fn multiples_are_shifted() {
        assert_eq!(shifts_and_divisions("if (n % 8 == 0) { n / 8 } else { n }"), (1, 0));
        assert_eq!(shifts_and_divisions("if (n % 8 != 0) { n } else { n / 8 }"), (1, 0));
    }

    #[test]
    fn what_is_not_negative_is_shifted() {
        assert_eq!(shifts_and_divisions("if (n < 0) { m } else { n / 4 }"), (1, 0));
        assert_eq!(shifts_and_divisions("if (n > 0) { (n - 1) / 4 } else { m }"), (1, 0));
    }

    #[test]
    fn what_may_be_rounded_up_is_divided() {
        for body in [
            "if (n % 8 == 0) { n } else { n / 8 }",
            "if (n % 8 == 0) { m / 8 } else { n }",
            "if (n % 4 == 0) { n / 8 } else { n }",
            "if (n % 8 == 1) { n / 8 } else { n }",
            "if (n % 6 == 0) { n / 6 } else { n }",
            "if (n > 0 - 2) { n / 2 } else { n }",
            "if (n < 5) { n / 2 } else { n }",
            "if (n > 0) { (n - 2) / 2 } else { n }",
            "if (n > 0) { (n + 1) / 2 } else { n }",
        ] {
            assert_eq!(shifts_and_divisions(body), (0, 1), "{body}");
        }
    }
}
