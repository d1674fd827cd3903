//! `unused-binding`: a name that nothing mentions. `_` says that this is meant.

use super::{Collector, Context, quoted, warning};
use crate::syntax::ast::{Name, Node, NodeId};

/// How many of a program's texts are looked at for what a name may be part of.
const MAX_TEXTS: usize = 10_000;

pub(super) fn check<'a>(context: Context<'a>, id: NodeId, findings: &mut Collector<'a>) {
    match context.ast.node(id) {
        Node::Let { name, .. } if !context.names.is_let_used(id) => {
            report(context, name, "variable", findings);
        }
        Node::Function { parameters, .. } => {
            let names = context.ast.names(parameters).iter();
            for (&name, is_used) in names.zip(context.names.are_parameters_used(id)) {
                if !is_used {
                    report(context, name, "parameter", findings);
                }
            }
        }
        _ => {}
    }
}

fn report<'a>(context: Context<'a>, name: Name, what: &'static str, findings: &mut Collector<'a>) {
    let text = context.ast.text(name.text);
    if text == "_" {
        return;
    }
    findings.add(name.span, move || {
        let message = format!("the {what} {} is never used", quoted(text));
        let mut warning = warning("unused-binding", message, name.span, "nothing mentions it");
        let divided = |other: &&str| other.strip_prefix(text).is_some_and(|o| o.starts_with('/'));
        warning.help.push(match context.ast.texts().take(MAX_TEXTS).find(divided) {
            Some(other) => format!("`{other}` is a name of its own: `/` belongs to names"),
            None => "call it `_` if that is meant".to_owned(),
        });
        warning
    });
}

#[cfg(test)]
mod tests {
    use crate::check::tests::{help, warnings};

    #[test]
    fn names_that_nothing_mentions() {
        assert_eq!(warnings("let x = 1; 2"), [("unused-binding", "x")]);
        assert_eq!(warnings("print(fn (a, b) => { b })"), [("unused-binding", "a")]);
        assert_eq!(warnings("let _ = 1; print(fn (_) => { 1 })"), []);
    }

    #[test]
    fn what_is_divided_without_spaces_is_another_name() {
        let own = ["`n/2` is a name of its own: `/` belongs to names"];
        assert_eq!(help("let n = 4; let n/2 = 2; print(n/2)"), own);
    }

    #[test]
    fn a_shadowed_name_is_its_own() {
        assert_eq!(warnings("let x = 1; let x = 2; x"), [("unused-binding", "x")]);
        assert_eq!(warnings("let x = 1; let x = x + 1; x"), []);
    }
}
