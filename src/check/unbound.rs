//! `unbound-name`: a name that nothing binds, an error when it is evaluated.

use super::{Collector, Context, bound_names, quoted, warning};
use crate::syntax::ast::{Node, NodeId, Symbol};
use crate::words::nearest;

/// Names further away than this, or than half of their letters, are not similar.
const MAX_DISTANCE: usize = 2;
/// How many names are compared with one that is unbound, and how long they may be:
/// together, what a program of a million names may cost.
const MAX_NODES: usize = 50_000;
const MAX_LENGTH: usize = 24;

pub(super) fn check<'a>(context: Context<'a>, id: NodeId, findings: &mut Collector<'a>) {
    let Node::Var(symbol) = context.ast.node(id) else { return };
    if context.names.is_bound(id) {
        return;
    }
    let span = context.ast.span(id);
    findings.add(span, move || {
        let text = context.ast.text(symbol);
        let message = format!("nothing binds {}", quoted(text));
        let mut warning = warning("unbound-name", message, span, "an error when evaluated");
        if let Some((left, right)) = text.split_once('/') {
            let right = right.trim_start_matches('/');
            let help = format!("`/` belongs to names; to divide, write `{left} / {right}`");
            warning.help.push(help);
        } else if let Some(similar) = most_similar(context, symbol) {
            warning.help.push(format!("there is a similar name: `{similar}`"));
        }
        warning
    });
}

/// The bound name that is most like `unbound`.
fn most_similar<'a>(context: Context<'a>, unbound: Symbol) -> Option<&'a str> {
    let ast = context.ast;
    let wanted = ast.text(unbound);
    let bound = (0..ast.len().min(MAX_NODES)).flat_map(|index| {
        let node = ast.node(NodeId::new(index));
        let of_let = match node {
            Node::Let { name, .. } => Some(name.text),
            _ => None,
        };
        of_let.into_iter().chain(bound_names(ast, node).iter().map(|name| name.text))
    });
    let names = bound.map(|symbol| ast.text(symbol));
    let names = names.filter(|name| name.len().max(wanted.len()) <= MAX_LENGTH && *name != wanted);
    nearest(wanted, names, MAX_DISTANCE.min(wanted.len() / 2))
}

#[cfg(test)]
mod tests {
    use crate::check::tests::{help, warnings};

    #[test]
    fn names_that_nothing_binds() {
        assert_eq!(warnings("y"), [("unbound-name", "y")]);
        assert_eq!(warnings("let f = fn () => { g }; let g = 1; f()"), []);
        assert_eq!(warnings("let x = { let y = 1; y }; x + y"), [("unbound-name", "y")]);
    }

    #[test]
    fn similar_names_are_suggested() {
        let similar = ["there is a similar name: `count`"];
        assert_eq!(help("let count = 1; print((count, cuont))"), similar);
        assert!(help("let count = 1; print((count, total))").is_empty());
        assert!(help("let a = 1; print((a, b))").is_empty());
    }

    #[test]
    fn names_with_slashes_are_divisions_that_lack_spaces() {
        let divide = ["`/` belongs to names; to divide, write `half / 2`"];
        assert_eq!(help("half/2"), divide);
    }
}
