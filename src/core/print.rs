//! Core as text: one line a node, in the order of evaluation where that is possible.
//!
//! The form is flat, so that a program of any depth prints in linear time and space:
//!
//! ```text
//! fn 1 fib(1) frame 4
//!   %0 = local 0                                ; 1:21
//!   %1 = int 2                                  ; 1:25
//!   %2 = %0 < %1                                ; 1:21
//! ```

use std::fmt::{self, Write};

use super::{Bind, Function, FunctionId, List, Node, NodeId, Place, Program, Target};
use crate::syntax::ast::Ast;

/// Where the remarks begin.
const REMARK_COLUMN: usize = 48;

/// A function as text, with a remark on each node.
pub fn print(
    program: &Program,
    ast: &Ast,
    id: FunctionId,
    remark: &dyn Fn(NodeId) -> String,
) -> String {
    let mut out = String::new();
    for (line, node) in lines(program, ast, id) {
        match node {
            None => writeln!(out, "{line}"),
            Some(node) => writeln!(out, "{line:<REMARK_COLUMN$}; {}", remark(node)),
        }
        .expect("a string takes any text");
    }
    out
}

/// A function as lines of text, with the node that each is about: what it is, then a node a line.
pub fn lines(program: &Program, ast: &Ast, id: FunctionId) -> Vec<(String, Option<NodeId>)> {
    let function = program.function(id);
    let printer = Printer { program, ast, function };
    let mut header = String::new();
    printer.header(&mut header, id).expect("a string takes any text");
    let nodes = function.nodes().map(|(id, node)| {
        let mut line = format!("  %{} = ", id.index());
        printer.node(&mut line, node).expect("a string takes any text");
        (line, Some(id))
    });
    std::iter::once((header, None)).chain(nodes).collect()
}

struct Printer<'a> {
    program: &'a Program,
    ast: &'a Ast,
    function: &'a Function,
}

impl Printer<'_> {
    fn header(&self, out: &mut String, id: FunctionId) -> fmt::Result {
        let f = self.function;
        write!(out, "fn {}({}) frame {}", self.name(id), f.parameters, f.frame)?;
        if id == FunctionId::MAIN && self.program.globals > 0 {
            write!(out, " globals {}", self.program.globals)?;
        }
        if !f.captures.is_empty() {
            out.push_str(" captures");
            f.captures.iter().try_for_each(|&place| write!(out, " [{}]", show_place(place)))?;
        }
        Ok(())
    }

    fn name(&self, id: FunctionId) -> String {
        let name = match self.program.function(id).name {
            Some(name) => self.ast.text(name),
            None if id == FunctionId::MAIN => "main",
            None => "_",
        };
        format!("{} {name}", id.index())
    }

    fn node(&self, out: &mut String, node: Node) -> fmt::Result {
        match node {
            Node::Int(n) => write!(out, "int {n}"),
            Node::Bool(b) => write!(out, "bool {b}"),
            Node::Str(text) => write!(out, "str {:?}", shorten(self.ast.text(text))),
            Node::Function(id) => write!(out, "function {}", self.name(id)),
            Node::Read(place) => out.write_str(&show_place(place)),
            Node::ReadHoisted { place, cell, name } => {
                let of = if cell { "cell in " } else { "" };
                write!(out, "hoisted {of}{} ({})", show_place(place), self.ast.text(name))
            }
            Node::Unbound(name) => write!(out, "unbound {}", self.ast.text(name)),
            Node::NewCell { slot } => write!(out, "new cell at {slot}"),
            Node::Closure { function, slot } => {
                write!(out, "closure {} at {slot}", self.name(function))
            }
            Node::Block { statements, result } => {
                out.write_str("block")?;
                for statement in self.function.statements(statements) {
                    write!(out, " {}{};", show_bind(statement.bind), show(statement.value))?;
                }
                write!(out, " {}", show(result))
            }
            Node::If { condition, then, otherwise } => {
                write!(out, "if {} {} {}", show(condition), show(then), show(otherwise))
            }
            Node::Logic { and, lhs, rhs } => {
                write!(out, "{} {} {}", show(lhs), if and { "&&" } else { "||" }, show(rhs))
            }
            Node::Binary { op, lhs, rhs, slot, keeps } => {
                write!(out, "{} {} {}", show(lhs), op.symbol(), show(rhs))?;
                show_slot(out, slot, keeps)
            }
            Node::Tuple { first, second, slot, keeps } => {
                write!(out, "({}, {})", show(first), show(second))?;
                show_slot(out, slot, keeps)
            }
            Node::First(value) => write!(out, "first {}", show(value)),
            Node::Second(value) => write!(out, "second {}", show(value)),
            Node::Print(value) => write!(out, "print {}", show(value)),
            Node::Repeat { changes, slot } => {
                out.write_str("repeat")?;
                for change in self.function.statements(changes) {
                    write!(out, " {}{};", show_bind(change.bind), show(change.value))?;
                }
                write!(out, " at {slot}")
            }
            Node::Call { target, callee, keeps, arguments, slot, tail } => {
                out.write_str(if tail { "tail call " } else { "call " })?;
                self.call(out, target, callee, arguments)?;
                show_slot(out, slot, keeps)
            }
        }
    }

    fn call(
        &self,
        out: &mut String,
        target: Target,
        callee: Option<NodeId>,
        arguments: List,
    ) -> fmt::Result {
        match target {
            Target::Unknown => {}
            Target::Static(id) => write!(out, "{} ", self.name(id))?,
            Target::Closure(id) => write!(out, "closure of {} ", self.name(id))?,
        }
        if let Some(callee) = callee {
            write!(out, "{} ", show(callee))?;
        }
        let arguments = self.function.list(arguments).iter().map(|&a| show(a));
        write!(out, "({})", arguments.collect::<Vec<_>>().join(", "))
    }
}

fn show(id: NodeId) -> String {
    format!("%{}", id.index())
}

fn show_slot(out: &mut String, slot: u32, keeps: bool) -> fmt::Result {
    let how = if keeps { "keeping" } else { "at" };
    write!(out, " {how} {slot}")
}

fn show_place(place: Place) -> String {
    match place {
        Place::Local(slot) => format!("local {slot}"),
        Place::Capture(index) => format!("capture {index}"),
        Place::Global(slot) => format!("global {slot}"),
        Place::This => "this".to_owned(),
    }
}

fn show_bind(bind: Bind) -> String {
    match bind {
        Bind::Discard => String::new(),
        Bind::Local(slot) => format!("local {slot} = "),
        Bind::Global(slot) => format!("global {slot} = "),
        Bind::Cell(slot) => format!("cell {slot} = "),
    }
}

/// The beginning of a long literal.
fn shorten(text: &str) -> &str {
    const SHOWN: usize = 40;
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
