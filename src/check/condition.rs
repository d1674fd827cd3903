//! `condition-never-boolean`: an `if` that can only fail.

use super::{Collector, Context, warning};
use crate::syntax::ast::{Ast, BinaryOp, Node, NodeId};

pub(super) fn check<'a>(context: Context<'a>, id: NodeId, findings: &mut Collector<'a>) {
    let Node::If { condition, .. } = context.ast.node(id) else { return };
    let Some(what) = never_boolean(context.ast, condition) else { return };
    let span = context.ast.span(condition);
    findings.add(span, move || {
        let message = format!("this condition is {what}, never a boolean");
        let code = "condition-never-boolean";
        let mut warning = warning(code, message, span, "`true` or `false` is needed");
        if what == "an integer" {
            warning.help.push("compare it with something: `n != 0`".to_owned());
        }
        warning
    });
}

/// What `node` is if it cannot be a boolean.
pub(super) fn never_boolean(ast: &Ast, mut node: NodeId) -> Option<&'static str> {
    use BinaryOp::{Add, Div, Mul, Rem, Sub};
    loop {
        node = match ast.node(node) {
            Node::Int(_) => return Some("an integer"),
            Node::Str(_) => return Some("a string"),
            Node::Tuple { .. } => return Some("a tuple"),
            Node::Function { .. } => return Some("a function"),
            Node::Binary { op: Add, .. } => return Some("a sum"),
            Node::Binary { op: Sub | Mul | Div | Rem, .. } => return Some("an integer"),
            Node::Print(value) => value,
            Node::Let { next, .. } => next,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::warnings;

    #[test]
    fn conditions_that_can_only_fail() {
        for condition in ["1", "\"a\"", "(1, true)", "fn () => { true }", "1 + 2", "print(3 % 2)"] {
            let source = format!("if ({condition}) {{ 1 }} else {{ 2 }}");
            assert_eq!(warnings(&source), [("condition-never-boolean", condition)]);
        }
    }

    #[test]
    fn conditions_that_may_work() {
        for condition in ["true", "1 < 2", "first((true, 1))", "{ let x = true; x }"] {
            let source = format!("if ({condition}) {{ 1 }} else {{ 2 }}");
            assert_eq!(warnings(&source), []);
        }
    }
}
