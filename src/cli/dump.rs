//! `galo dump`: what becomes of a program on its way, for those who work on galo.

use std::io::{self, Write};

use super::args::{DumpArgs, Stage};
use super::failure::Failure;
use super::input::Input;
use super::{Outcome, output};
use crate::core;
use crate::report::Places;
use crate::syntax::ast::{Ast, NodeId};
use crate::syntax::input::Form;
use crate::syntax::lexer::{Lexer, TokenKind};

pub(super) fn dump(args: &DumpArgs, color: bool) -> Outcome {
    let input = Input::read(&args.input)?;
    let (text, form) = input.text(color)?;
    if let Stage::Tokens = args.stage {
        return match form {
            Form::Source => output::print(|out| tokens(text, out)),
            Form::Json => Err(Failure::Usage("a JSON tree has no tokens".to_owned())),
        };
    }
    let ast = input.parse(color)?;
    let places = (form == Form::Source).then(|| Places::new(text));
    let place = |id| place(&ast, places.as_ref(), id);
    match args.stage {
        Stage::Ast => output::print(|out| nodes(&ast, &place, out)),
        _ => {
            let core = core::lower(&ast);
            let core = core.map_err(|error| input.refused(&ast, &[*error], color))?;
            output::print(|out| out.write_all(core::print(&core, &ast, &place).as_bytes()))
        }
    }
}

/// Where a node is, as briefly as can be.
fn place(ast: &Ast, places: Option<&Places<'_>>, id: NodeId) -> String {
    let span = ast.span(id);
    match places {
        Some(places) => places.of(span.start as usize).to_string(),
        None => format!("bytes {}..{}", span.start, span.end),
    }
}

fn tokens(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(text);
    let mut lexer = Lexer::new(text);
    loop {
        let token = lexer.next_token();
        let place = places.of(token.start as usize).to_string();
        writeln!(out, "{place:<10} {:?} {:?}", token.kind, &text[token.range()])?;
        if token.kind == TokenKind::Eof {
            return Ok(());
        }
    }
}

fn nodes(ast: &Ast, place: &dyn Fn(NodeId) -> String, out: &mut dyn Write) -> io::Result<()> {
    for id in (0..ast.len()).map(NodeId::new) {
        let node = NodeText { ast, id };
        writeln!(out, "%{:<6} {:<48} ; {}", id.index(), node.to_string(), place(id))?;
    }
    Ok(())
}

/// A node in one line, its children by their numbers.
struct NodeText<'a> {
    ast: &'a Ast,
    id: NodeId,
}

impl std::fmt::Display for NodeText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use crate::syntax::ast::Node::*;
        let text = |symbol| self.ast.text(symbol);
        let n = NodeId::index;
        match self.ast.node(self.id) {
            Int(value) => write!(f, "Int {value}"),
            Str(value) => write!(f, "Str {:?}", text(value)),
            Bool(value) => write!(f, "Bool {value}"),
            Var(name) => write!(f, "Var {}", text(name)),
            Let { name, value, next } => {
                write!(f, "Let {} = %{}; %{}", text(name.text), n(value), n(next))
            }
            Function { parameters, body } => {
                let names = self.ast.names(parameters).iter().map(|name| text(name.text));
                write!(f, "Function ({}) => %{}", names.collect::<Vec<_>>().join(", "), n(body))
            }
            Call { callee, arguments } => {
                let arguments = self.ast.list(arguments).iter().map(|&id| format!("%{}", n(id)));
                write!(f, "Call %{} ({})", n(callee), arguments.collect::<Vec<_>>().join(", "))
            }
            If { condition, then, otherwise } => {
                write!(f, "If %{} then %{} else %{}", n(condition), n(then), n(otherwise))
            }
            Binary { op, lhs, rhs } => write!(f, "Binary %{} {} %{}", n(lhs), op.symbol(), n(rhs)),
            Tuple { first, second } => write!(f, "Tuple (%{}, %{})", n(first), n(second)),
            First(value) => write!(f, "First %{}", n(value)),
            Second(value) => write!(f, "Second %{}", n(value)),
            Print(value) => write!(f, "Print %{}", n(value)),
        }
    }
}
