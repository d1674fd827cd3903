//! Type propagation: Tagged parameters of blocks whose arguments are always of one type become
//! parameters of that type, and what was only there to find the type out vanishes.
//!
//! # Soundness
//! [`mod@solve`] finds a type for a parameter only if each jump passes a value of that type, given that
//! the other parameters have theirs: so, by induction over the jumps taken, they all do. The
//! arguments are passed unboxed then, and a `Box` at the head of the block stands for what the
//! parameter was. Arithmetic operators and concatenation have the type of their result if they do
//! not fail, so that unboxing it is sound.
//!
//! For what vanishes see [`mod@refine`].

pub mod refine;
pub mod solve;

use refine::{Passed, refine};
use solve::{Found, solve};

use super::append;
use crate::ssa::analysis::{Dominators, Edge, Graph};
use crate::ssa::{Block, Context, Function, Op, Type, Value};

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph, function);
    let passed = refine(function, &dominators);
    let found = solve(function, context, &graph, &passed, &[]);
    if unbox_parameters(function, &graph, &passed, &found) {
        refine(function, &dominators);
    }
}

/// Gives parameters their types. Says whether there were any.
fn unbox_parameters(
    function: &mut Function,
    graph: &Graph,
    passed: &Passed,
    found: &[Found],
) -> bool {
    let mut unboxed = Vec::new();
    for &block in &graph.order()[1..] {
        let first = unboxed.len();
        for at in 0..function.block(block).parameters.len() {
            let parameter = function.block(block).parameters[at];
            if let (Type::Tagged, Found::One(ty)) =
                (function.ty(parameter), found[parameter.0 as usize])
            {
                unbox_parameter(function, block, at, ty);
                unboxed.push((block, at, parameter));
            }
        }
        let boxes = unboxed[first..].iter().map(|&(_, _, parameter)| parameter);
        function.blocks[block.0 as usize].body.splice(0..0, boxes);
    }
    for &(block, at, _) in &unboxed {
        for &edge in graph.incoming(block) {
            pass_unboxed(function, passed, edge, at);
        }
    }
    !unboxed.is_empty()
}

fn unbox_parameter(function: &mut Function, block: Block, at: usize, ty: Type) {
    let parameter = function.block(block).parameters[at];
    let mut typed = function.instruction(parameter).clone();
    typed.ty = ty;
    let new = Value(function.values.len() as u32);
    function.values.push(typed);
    function.values[parameter.0 as usize].op = Op::Box(new);
    function.blocks[block.0 as usize].parameters[at] = new;
}

/// Makes a jump pass an argument as the type that the parameter has now.
fn pass_unboxed(function: &mut Function, passed: &Passed, edge: Edge, at: usize) {
    let jump = function.jump(edge);
    let ty = function.ty(function.block(jump.to).parameters[at]);
    let argument = jump.arguments[at];
    let unboxed = match (passed.get(edge, at), &function.instruction(argument).op) {
        (Some(typed), _) => typed,
        (None, Op::Box(inner)) => *inner,
        (None, _) => {
            let site = function.instruction(argument).site;
            append(function, edge.from, Op::Unbox(argument), ty, site)
        }
    };
    function.jump_mut(edge).arguments[at] = unboxed;
}

#[cfg(test)]
mod tests;
