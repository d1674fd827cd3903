//! How readers of other languages group operators: by seven levels, to the left.

use crate::syntax::ast::BinaryOp;

/// How tightly `op` binds in C and those that follow it.
pub(super) fn usual_level(op: BinaryOp) -> u8 {
    use BinaryOp::*;
    match op {
        Or => 1,
        And => 2,
        Eq | Neq => 3,
        Lt | Gt | Lte | Gte => 4,
        Add | Sub => 5,
        Mul | Div | Rem => 6,
    }
}

/// Whether `a outer (b inner c)` means the same as `(a outer b) inner c` for integers
/// and booleans.
pub(super) fn is_associative(outer: BinaryOp, inner: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!((outer, inner), (Add, Add) | (Add, Sub) | (Mul, Mul) | (And, And) | (Or, Or))
}

/// `operands[0] operators[0] operands[1] …` with parentheses as this language groups
/// them: to the right.
pub(super) fn grouped_here(operands: &[String], operators: &[BinaryOp]) -> String {
    let mut text = String::new();
    for (operand, operator) in operands.iter().zip(operators) {
        if !text.is_empty() {
            text.push('(');
        }
        text.push_str(&format!("{operand} {} ", operator.symbol()));
    }
    text.extend(operands.last().map(String::as_str));
    text.push_str(&")".repeat(operators.len().saturating_sub(1)));
    text
}

/// The same with parentheses as readers of other languages would group them.
pub(super) fn grouped_usually(operands: &[String], operators: &[BinaryOp]) -> String {
    let mut done: Vec<String> = Vec::new();
    let mut open: Vec<BinaryOp> = Vec::new();
    for (index, operand) in operands.iter().enumerate() {
        done.push(operand.clone());
        let level = operators.get(index).map_or(0, |&next| usual_level(next));
        while let Some(operator) = open.pop_if(|operator| usual_level(*operator) >= level) {
            let (Some(rhs), Some(lhs)) = (done.pop(), done.pop()) else { break };
            done.push(format!("({lhs} {} {rhs})", operator.symbol()));
        }
        open.extend(operators.get(index));
    }
    let text = done.pop().unwrap_or_default();
    let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    if operators.is_empty() { text } else { inside.unwrap_or(&text).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_grouping() {
        use BinaryOp::*;
        let names = ["a", "b", "c", "d"].map(str::to_owned);
        let cases = [
            (&[Sub][..], "a - b", "a - b"),
            (&[Sub, Sub], "a - (b - c)", "(a - b) - c"),
            (&[Eq, And, Eq], "a == (b && (c == d))", "(a == b) && (c == d)"),
            (&[And, Or, And], "a && (b || (c && d))", "(a && b) || (c && d)"),
            (&[Div, Mul, Rem], "a / (b * (c % d))", "((a / b) * c) % d"),
        ];
        for (operators, here, usually) in cases {
            let operands = &names[..=operators.len()];
            assert_eq!(grouped_here(operands, operators), here);
            assert_eq!(grouped_usually(operands, operators), usually);
        }
    }
}
