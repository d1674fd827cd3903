//! `surprising-grouping`: operators that this language groups otherwise than most.
//!
//! All operators associate to the right here, and comparisons and logic share one
//! level: `1 - 2 - 3` is `1 - (2 - 3)`, `a == 1 && b == 2` is `a == (1 && (b == 2))`.
//! The tree does not keep parentheses, but places do, in JSON as well: an operation
//! ends where its right operand's parentheses end, so a right operand that ends
//! earlier stands in parentheses and is as it was meant.

use super::operators::{grouped_here, grouped_usually, is_associative, usual_level};
use super::{Collector, warning};
use crate::syntax::ast::{Ast, BinaryOp, Node, NodeId};
use crate::syntax::format;

/// How many operands of a chain are looked at and spelled out.
const MAX_OPERANDS: usize = 6;
/// How many characters of an operand are shown.
const MAX_OPERAND: usize = 16;

/// The lint, with what it knows of the nodes so far; to be asked parents first.
pub(super) struct Grouping<'a> {
    chains: Chains<'a>,
    /// By node: whether it continues a chain that was judged at its beginning.
    is_judged: Vec<bool>,
}

impl<'a> Grouping<'a> {
    pub(super) fn new(ast: &'a Ast) -> Self {
        Grouping { chains: Chains { ast }, is_judged: vec![false; ast.len()] }
    }

    pub(super) fn check(&mut self, id: NodeId, findings: &mut Collector<'a>) {
        let chains = self.chains;
        let Some((outer, inner)) = chains.operation(id).zip(chains.continuation(id)) else {
            return;
        };
        let is_surprising =
            self.is_judged[id.index()] || chains.is_surprising(outer, chains.operation(inner));
        if !is_surprising {
            return;
        }
        if !self.is_judged[id.index()] {
            findings.add(chains.ast.span(id), move || chains.report(id));
        }
        self.is_judged[inner.index()] = true;
    }
}

/// An operator and what it stands between.
#[derive(Clone, Copy)]
struct Operation {
    op: BinaryOp,
    lhs: NodeId,
    rhs: NodeId,
}

/// The operations of a tree that continue one another.
#[derive(Clone, Copy)]
struct Chains<'a> {
    ast: &'a Ast,
}

impl Chains<'_> {
    fn operation(&self, id: NodeId) -> Option<Operation> {
        match self.ast.node(id) {
            Node::Binary { op, lhs, rhs } => Some(Operation { op, lhs, rhs }),
            _ => None,
        }
    }

    /// The right operand of `id` if it is an operation without parentheses.
    fn continuation(&self, id: NodeId) -> Option<NodeId> {
        let rhs = self.operation(id)?.rhs;
        let (inner, outer) = (self.ast.span(rhs), self.ast.span(id));
        // Trees from elsewhere have nodes without a place, of which nothing is known.
        let reaches_the_end = inner.end == outer.end && inner.start > outer.start;
        (self.operation(rhs).is_some() && reaches_the_end).then_some(rhs)
    }

    fn is_surprising(&self, outer: Operation, inner: Option<Operation>) -> bool {
        let Some(inner) = inner else { return false };
        let differs = usual_level(outer.op) >= usual_level(inner.op);
        match (outer.op, inner.op) {
            (BinaryOp::Add, BinaryOp::Add) => self.mixes_text_and_sums(outer, inner),
            _ => differs && !is_associative(outer.op, inner.op),
        }
    }

    /// Whether `a + b + c` is surely a text with a sum of integers in one grouping only:
    /// `"a" + n + 1`.
    fn mixes_text_and_sums(&self, outer: Operation, inner: Operation) -> bool {
        if self.continuation(inner.rhs).is_some() && self.is_add(inner.rhs) {
            return false;
        }
        let [a, b, c] = [outer.lhs, inner.lhs, inner.rhs];
        let is_sum =
            |x, y| (self.is_int(x) || self.is_int(y)) && !self.is_str(x) && !self.is_str(y);
        (self.is_str(a) && is_sum(b, c)) || (self.is_str(c) && is_sum(a, b))
    }

    fn is_add(&self, id: NodeId) -> bool {
        self.operation(id).is_some_and(|operation| operation.op == BinaryOp::Add)
    }

    fn is_str(&self, id: NodeId) -> bool {
        matches!(self.ast.node(id), Node::Str(_))
    }

    fn is_int(&self, id: NodeId) -> bool {
        use BinaryOp::{Div, Mul, Rem, Sub};
        match self.ast.node(id) {
            Node::Int(_) => true,
            Node::Binary { op, .. } => matches!(op, Sub | Mul | Div | Rem),
            _ => false,
        }
    }

    fn report(&self, id: NodeId) -> crate::syntax::diagnostic::Diagnostic {
        let (operands, operators) = self.chain(id);
        let here = grouped_here(&operands, &operators);
        let usually = grouped_usually(&operands, &operators);
        let message = "these operators are grouped otherwise than in most languages".to_owned();
        let label = format!("this is `{here}`");
        let mut warning = warning("surprising-grouping", message, self.ast.span(id), &label);
        warning.help.push(format!("for the usual meaning, write `{usually}`"));
        warning.help.push("parentheses around the right operand say that this is meant".to_owned());
        warning
    }

    /// The operands and operators from `id` on, as they stand in the source.
    fn chain(&self, id: NodeId) -> (Vec<String>, Vec<BinaryOp>) {
        let (mut operands, mut operators) = (Vec::new(), Vec::new());
        let mut rest = Some(id);
        while let Some(id) = rest {
            let Some(Operation { op, lhs, rhs }) = self.operation(id) else { break };
            operands.push(self.operand(lhs));
            operators.push(op);
            rest = self.continuation(id);
            if operands.len() == MAX_OPERANDS - 1 && rest.is_some() {
                operands.push("…".to_owned());
                break;
            }
            if rest.is_none() {
                operands.push(self.operand(rhs));
            }
        }
        (operands, operators)
    }

    /// An operand as it is spelled out; in parentheses if it is an operation.
    fn operand(&self, id: NodeId) -> String {
        let text = format::snippet(self.ast, id, MAX_OPERAND);
        if self.operation(id).is_some() { format!("({text})") } else { text }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::{help, warnings};

    /// Whether the operators are warned about, with names bound around them.
    fn is_warned(operators: &str) -> bool {
        let lets = "let a = 1; let b = 2; let c = 3; let d = 4; let _ = (a, b); let _ = (c, d); ";
        let source = format!("{lets}{operators}");
        // Of operands that no operator takes others warn.
        warnings(&source).iter().any(|(code, _)| *code == "surprising-grouping")
    }

    #[test]
    fn chains_that_mean_something_else_elsewhere() {
        for chain in [
            "a - b - c",
            "a - b + c",
            "a / b / c",
            "a * b / c",
            "a / b * c",
            "a % b * c",
            "a == 1 && b == 2",
            "a < b && c",
            "a && b || c",
            "a == b == c",
            "a < b < c",
            "a < b == c",
            "\"n: \" + a + 1",
            "1 + a + \"!\"",
            "a + b - c - d",
        ] {
            assert!(is_warned(chain), "{chain}");
        }
    }

    #[test]
    fn chains_that_mean_the_same_everywhere() {
        for chain in [
            "a + b + c",
            "a * b * c",
            "a + b - c",
            "a && b && c",
            "a || b || c",
            "a || b && c",
            "a && b == c",
            "a == b < c",
            "a - b * c",
            "a * b - c",
            "a < b + 1",
            "\"n: \" + a + \"!\"",
            "\"n: \" + a + b",
        ] {
            assert!(!is_warned(chain), "{chain}");
        }
    }

    #[test]
    fn parentheses_say_that_it_is_meant() {
        for chain in ["a - (b - c)", "(a - b) - c", "(a == 1) && (b == 2)", "a == (b && (c == d))"]
        {
            assert!(!is_warned(chain), "{chain}");
        }
        assert!(is_warned("a - (b - c) - d"));
    }

    #[test]
    fn a_chain_is_warned_about_once_and_spelled_out() {
        let usual = "for the usual meaning, write `((1 - 2) - (3 * 4)) - 5`";
        assert_eq!(help("1 - 2 - 3 * 4 - 5")[0], usual);
        assert_eq!(help("1 - 1 - 1 - 1 - 1 - 1 - 1 - 1")[0].matches('…').count(), 1);
    }
}
