//! Which trees can be written as source: JSON can express more than the grammar.

use super::super::ast::{Ast, Node, NodeId, Span, Symbol};
use super::super::diagnostic::Diagnostic;
use super::super::lexer::{Lexer, MAX_SOURCE_LEN, TokenKind};

/// Findings beyond this many are not told.
const MAX_FINDINGS: usize = 20;

/// Finds what no source can express.
pub(super) fn check(ast: &Ast) -> Result<(), Vec<Diagnostic>> {
    let findings: Vec<_> = (0..ast.len())
        .map(NodeId::new)
        .flat_map(|id| check_node(ast, id))
        .take(MAX_FINDINGS)
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

fn check_node(ast: &Ast, id: NodeId) -> Vec<Diagnostic> {
    let span = ast.span(id);
    match ast.node(id) {
        Node::Int(value) if value < 0 => vec![negative(value, span)],
        Node::Str(text) => string(ast.text(text), span).into_iter().collect(),
        Node::Var(text) => name(ast, text, span).into_iter().collect(),
        Node::Let { name: bound, .. } => name(ast, bound.text, bound.span).into_iter().collect(),
        Node::Function { parameters, .. } => ast
            .names(parameters)
            .iter()
            .filter_map(|parameter| name(ast, parameter.text, parameter.span))
            .collect(),
        _ => Vec::new(),
    }
}

fn unwritable(message: String, span: Span, help: &str) -> Diagnostic {
    Diagnostic::error("not-expressible", message, span, "no source can express this")
        .with_help(help)
}

fn negative(value: i32, span: Span) -> Diagnostic {
    let message = format!("the literal {value} is negative");
    unwritable(message, span, "source has no unary minus: subtract from 0")
}

fn string(text: &str, span: Span) -> Option<Diagnostic> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let bare = match byte {
            b'"' => true,
            b'\\' => !matches!(bytes.next(), Some(b'"' | b'\\')),
            _ => false,
        };
        if bare {
            let message = "the string holds a bare quote or backslash".to_owned();
            let help = "in a tree as in source they are written `\\\"` and `\\\\`";
            return Some(unwritable(message, span, help));
        }
    }
    None
}

fn name(ast: &Ast, text: Symbol, span: Span) -> Option<Diagnostic> {
    let text = ast.text(text);
    if is_name(text) {
        return None;
    }
    let shown: String = text.chars().take(40).collect();
    let message = format!("{shown:?} is not a name");
    let help = "names are `_`, or a letter and then letters, digits, `/` and `_`, \
                and no reserved word";
    Some(unwritable(message, span, help))
}

/// Whether `text` is a name and nothing else.
fn is_name(text: &str) -> bool {
    if text.len() > MAX_SOURCE_LEN {
        return false;
    }
    let token = Lexer::new(text).next_token();
    token.kind == TokenKind::Name && token.range() == (0..text.len())
}
