//! Facts as text: what is proven of a function in a line, then its Core with what is
//! proven of each node.
//!
//! ```text
//! (Int) => Int
//! fn 1 fib(1) frame 3
//!   %0 = local 0                                  ; Int
//!   %1 = int 2                                    ; Int
//!   %2 = %0 < %1                                  ; Bool
//! ```

use super::{Callees, Effects, Facts, FunctionFacts, Kinds};
use crate::core::{self, FunctionId, NodeId, Program};
use crate::syntax::ast::Ast;

/// The facts of a function as text. `name` says what to call the functions that it calls.
pub fn print(
    program: &Program,
    facts: &Facts,
    ast: &Ast,
    id: FunctionId,
    name: &dyn Fn(FunctionId) -> String,
) -> String {
    let remark = |node| remark(facts, id, node, name);
    let core = core::print(program, ast, id, &remark);
    format!("{}\n{core}", signature(facts.function(id)))
}

/// What is proven of a node of a function.
pub fn remark(
    facts: &Facts,
    id: FunctionId,
    node: NodeId,
    name: &dyn Fn(FunctionId) -> String,
) -> String {
    let kinds = facts.kinds(id, node);
    match facts.callees(id, node) {
        Callees::One(callee) => format!("{kinds}, calls {}", name(callee)),
        Callees::None | Callees::Fitting | Callees::Many => kinds.to_string(),
    }
}

/// A function from outside.
pub fn signature(facts: &FunctionFacts) -> String {
    let mut text = format!("({}) => {}", parameters(facts), facts.result);
    if !facts.captures.is_empty() {
        text += &format!(", captures [{}]", list(&facts.captures));
    }
    let Effects { prints, fails, allocates } = facts.effects;
    let never = !facts.reached;
    for (holds, name) in
        [(prints, "prints"), (fails, "fails"), (allocates, "allocates"), (never, "never called")]
    {
        if holds {
            text += &format!(", {name}");
        }
    }
    text
}

/// A split parameter is what its values are, in parentheses.
fn parameters(facts: &FunctionFacts) -> String {
    let parameters = facts.parameters.iter().zip(&facts.split).map(|(kinds, split)| match split {
        Some([first, second]) => format!("({first}, {second})"),
        None => kinds.to_string(),
    });
    parameters.collect::<Vec<_>>().join(", ")
}

fn list(kinds: &[Kinds]) -> String {
    kinds.iter().map(Kinds::to_string).collect::<Vec<_>>().join(", ")
}
