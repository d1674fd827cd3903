//! `wrong-argument-count`: a call of a function that takes more or fewer.

use super::{Collector, Context, quoted, warning};
use crate::syntax::ast::{Node, NodeId};
use crate::syntax::diagnostic::Label;

pub(super) fn check<'a>(context: Context<'a>, id: NodeId, findings: &mut Collector<'a>) {
    let ast = context.ast;
    let Node::Call { callee, arguments } = ast.node(id) else { return };
    let (name, function) = match ast.node(callee) {
        Node::Var(name) => (quoted(ast.text(name)), context.names.function_named(callee)),
        Node::Function { .. } => ("this function".to_owned(), Some(callee)),
        _ => return,
    };
    let Some((function, Node::Function { parameters, .. })) =
        function.map(|function| (function, ast.node(function)))
    else {
        return;
    };
    let (taken, given) = (ast.names(parameters).len(), ast.list(arguments).len());
    if taken == given {
        return;
    }
    let span = ast.span(id);
    findings.add(span, move || {
        let message = format!("{name} takes {}, but is called with {given}", count(taken));
        let label = "an error when evaluated";
        let mut warning = warning("wrong-argument-count", message, span, label);
        let text = format!("takes {}", count(taken));
        warning.secondary.push(Label { span: ast.span(function), text });
        warning
    });
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        more => format!("{more} arguments"),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::warnings;

    #[test]
    fn calls_that_cannot_work() {
        let wrong = |source, call| assert_eq!(warnings(source), [("wrong-argument-count", call)]);
        wrong("let f = fn (a) => { a }; f()", "f()");
        wrong("let f = fn () => { f(1) }; f()", "f(1)");
        wrong("let g = fn () => { f(1) }; let f = fn () => { 1 }; g()", "f(1)");
        wrong("(fn () => { 1 })(2)", "(fn () => { 1 })(2)");
    }

    #[test]
    fn what_may_work_is_not_warned_about() {
        assert_eq!(warnings("let f = fn (a) => { a }; let f = fn () => { 1 }; f()").len(), 1);
        assert_eq!(warnings("print(fn (f) => { f(1, 2) })"), []);
        assert_eq!(warnings("let f = if (true) { fn () => { 1 } } else { 2 }; f(1)"), []);
    }
}
