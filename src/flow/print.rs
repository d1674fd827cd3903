//! Facts as text, beside Core as [`core::print`](crate::core::print) shows it: the same
//! functions and nodes under the same numbers, and of these the ones with something proven.
//!
//! ```text
//! fn 1 fib(Int) -> Int
//!   %2 Bool                                       ; 1:21
//!   %5 Int calls 1 fib                            ; 1:40
//! ```

use std::fmt::Write;

use super::{Callees, Effects, Facts, FunctionFacts, Kinds};
use crate::core::{FunctionId, Node, Program};
use crate::syntax::ast::{self, Ast};

/// Where the remarks begin.
const REMARK_COLUMN: usize = 48;

/// The facts of a program as text. `place` names the position of a syntax node for the
/// remarks.
pub fn print(
    program: &Program,
    facts: &Facts,
    ast: &Ast,
    place: &dyn Fn(ast::NodeId) -> String,
) -> String {
    let mut out = String::new();
    let name = |id: FunctionId| match program.function(id).name {
        Some(name) => format!("{} {}", id.index(), ast.text(name)),
        None if id == FunctionId::MAIN => format!("{} main", id.index()),
        None => format!("{} _", id.index()),
    };
    for (index, function) in program.functions.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let id = FunctionId::new(index);
        header(&mut out, &name(id), facts.function(id));
        if id == FunctionId::MAIN && program.globals > 0 {
            let globals = (0..program.globals).map(|slot| facts.global(slot).to_string());
            write_line(&mut out, &format!("  globals [{}]", join(globals)));
        }
        for (node_id, node) in function.nodes() {
            let proven = match node {
                Node::Int(_) | Node::Bool(_) | Node::Str(_) | Node::Function(_) => continue,
                _ => facts.kinds(id, node_id),
            };
            let callee = match facts.callees(id, node_id) {
                Callees::One(callee) => format!(" calls {}", name(callee)),
                Callees::None | Callees::Many => String::new(),
            };
            if facts.function(id).reached && (proven.single().is_some() || !callee.is_empty()) {
                let line = format!("  %{} {proven}{callee}", node_id.index());
                let remark = place(function.origin_of(node_id));
                write_line(&mut out, &format!("{line:<REMARK_COLUMN$}; {remark}"));
            }
        }
    }
    out
}

fn header(out: &mut String, name: &str, facts: &FunctionFacts) {
    let list = |kinds: &[Kinds]| join(kinds.iter().map(Kinds::to_string));
    let mut line = format!("fn {name}({})", list(&facts.parameters));
    if !facts.captures.is_empty() {
        line += &format!(" captures [{}]", list(&facts.captures));
    }
    line += &match facts.reached {
        true => format!(" -> {}{}", facts.result, effects(facts.effects)),
        false => " is never called".to_owned(),
    };
    write_line(out, &line);
}

fn effects(Effects { prints, fails, allocates }: Effects) -> String {
    let all = [(prints, ", prints"), (fails, ", fails"), (allocates, ", allocates")];
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text).collect()
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn write_line(out: &mut String, line: &str) {
    writeln!(out, "{line}").expect("a string takes any text");
}
