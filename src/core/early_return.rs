//! Functions that begin with a comparison and may return at once: the base case of a
//! recursion, which whoever calls a known function can decide before the call.
//!
//! It is sound to decide it there because a known function never changes, and because the
//! comparison and what is returned are parameters and constants: evaluating them has no effect
//! and, where the compared ones are proven to be Ints, cannot fail.

use super::{Function, Node, NodeId, Place};
use crate::syntax::ast::BinaryOp;

/// A parameter or a constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leaf {
    /// A parameter, by its place among them.
    Parameter(u32),
    /// An Int.
    Int(i32),
    /// A Bool.
    Bool(bool),
}

/// How a function begins: `if (lhs op rhs)` and a branch that is a leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EarlyReturn {
    /// A comparison.
    pub op: BinaryOp,
    /// Its left side.
    pub lhs: Leaf,
    /// Its right side.
    pub rhs: Leaf,
    /// Whether the function returns at once if the comparison holds, rather than if not.
    pub if_holds: bool,
    /// What it returns then.
    pub result: Leaf,
}

impl EarlyReturn {
    /// How a function begins, if it is in this way.
    pub fn of(function: &Function) -> Option<EarlyReturn> {
        let Node::If { condition, then, otherwise } = function.node(function.body()) else {
            return None;
        };
        let Node::Binary { op, lhs, rhs, .. } = function.node(condition) else {
            return None;
        };
        if !op.is_comparison() {
            return None;
        }
        let (lhs, rhs) = (leaf(function, lhs)?, leaf(function, rhs)?);
        let (if_holds, result) = match leaf(function, then) {
            Some(result) => (true, result),
            None => (false, leaf(function, otherwise)?),
        };
        Some(EarlyReturn { op, lhs, rhs, if_holds, result })
    }
}

fn leaf(function: &Function, node: NodeId) -> Option<Leaf> {
    match function.node(node) {
        Node::Read(Place::Local(slot)) if slot < function.parameters => Some(Leaf::Parameter(slot)),
        Node::Int(n) => Some(Leaf::Int(n)),
        Node::Bool(b) => Some(Leaf::Bool(b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{FunctionId, lower};
    use crate::syntax::parser::parse;

    fn early_return(text: &str) -> Option<EarlyReturn> {
        let program = lower(&parse("test", text).unwrap()).unwrap();
        EarlyReturn::of(program.function(FunctionId::new(1)))
    }

    #[test]
    fn base_cases_are_recognised() {
        let fib = early_return("let f = fn (n) => { if (n < 2) { n } else { f(n - 1) } }; f(3)");
        let expected = EarlyReturn {
            op: BinaryOp::Lt,
            lhs: Leaf::Parameter(0),
            rhs: Leaf::Int(2),
            if_holds: true,
            result: Leaf::Parameter(0),
        };
        assert_eq!(fib, Some(expected));
        let tak = early_return(
            "let f = fn (x, y, z) => { if (y < x) { f(y, x, z) } else { z } }; f(1, 2, 3)",
        );
        let expected = EarlyReturn {
            op: BinaryOp::Lt,
            lhs: Leaf::Parameter(1),
            rhs: Leaf::Parameter(0),
            if_holds: false,
            result: Leaf::Parameter(2),
        };
        assert_eq!(tak, Some(expected));
    }

    #[test]
    fn whatever_could_fail_or_print_is_none() {
        for text in [
            "let f = fn (n) => { if (n + 1) { n } else { 2 } }; f(3)",
            "let f = fn (n) => { if (n < g) { n } else { 2 } }; let g = 1; f(3)",
            "let f = fn (n) => { if (n < 1) { print(n) } else { print(2) } }; f(3)",
            "let f = fn (n) => { let m = n; if (m < 1) { m } else { 2 } }; f(3)",
            "let f = fn (n) => { n }; f(3)",
        ] {
            assert_eq!(early_return(text), None, "{text}");
        }
    }
}
