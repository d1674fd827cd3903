//! Takes detours out of the control flow: jumps to blocks that do nothing but jump, branches on a
//! Bool that the jump before has passed as a constant, blocks that follow just one other.
//!
//! `if (a && b) { … }` gives a block that gets the Bool, from where it is `false` already or from
//! where it is `b`, and branches on it. Then the one jumps where it would end up, and the other
//! branches itself.
//!
//! # Soundness
//! A block that is skipped has no instructions, and its parameters are read by its own end only: so
//! who jumps to it may as well end as it does, with the arguments in the parameters' place. A block
//! that only one block jumps to, which does nothing else, runs right behind it.

use super::copies;
use crate::ssa::analysis::{Edge, Graph};
use crate::ssa::{Block, BlockData, Context, End, Function, Jump, Op, Value};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let graph = Graph::new(function);
    let only_own = own_parameters(function, &graph);
    // What is jumped to comes before who jumps: chains are followed to their ends.
    for &block in graph.order()[1..].iter().rev() {
        if function.block(block).body.is_empty() && only_own[block.0 as usize] {
            skip(function, block, graph.incoming(block));
        }
    }
    merge(function);
    copies::resolve(function);
}

/// By block: whether its parameters are read by nothing but its own end.
fn own_parameters(function: &Function, graph: &Graph) -> Vec<bool> {
    let mut owner = vec![None; function.values.len()];
    let mut only_own = vec![true; function.blocks.len()];
    for &block in graph.order() {
        for parameter in &function.block(block).parameters {
            owner[parameter.0 as usize] = Some(block);
        }
    }
    let mut read = |value: Value, by: Option<Block>| {
        if let Some(block) = owner[value.0 as usize]
            && by != Some(block)
        {
            only_own[block.0 as usize] = false;
        }
    };
    for &block in graph.order() {
        let BlockData { body, end, .. } = function.block(block);
        body.iter().flat_map(|&value| function.uses(value)).for_each(|value| read(value, None));
        end.operands().into_iter().for_each(|value| read(value, Some(block)));
    }
    only_own
}

/// Makes those who jump to an empty block end as it does, where that is known or short.
fn skip(function: &mut Function, block: Block, incoming: &[Edge]) {
    for &edge in incoming {
        let passed = Passed { parameters: &function.block(block).parameters };
        // An earlier step may have led the edge elsewhere.
        let from = &function.block(edge.from).end;
        let Some(jump) = from.jumps().nth(edge.index as usize).filter(|jump| jump.to == block)
        else {
            continue;
        };
        match &function.block(block).end {
            End::Jump(next) if next.to != block => {
                *function.jump_mut(edge) = passed.jump(jump, next);
            }
            End::Branch { condition, then, otherwise } => {
                let condition = passed.value(jump, *condition);
                if let Some(holds) = decided(function, edge, condition) {
                    let next = passed.jump(jump, if holds { then } else { otherwise });
                    *function.jump_mut(edge) = next;
                } else if let End::Jump(_) = from
                    && is_short(then)
                    && is_short(otherwise)
                {
                    let then = passed.jump(jump, then);
                    let otherwise = passed.jump(jump, otherwise);
                    function.blocks[edge.from.0 as usize].end =
                        End::Branch { condition, then, otherwise };
                }
            }
            _ => {}
        }
    }
}

/// What a condition is for who takes this edge.
fn decided(function: &Function, edge: Edge, value: Value) -> Option<bool> {
    if let Op::Bool(bool) = function.instruction(value).op {
        return Some(bool);
    }
    match function.block(edge.from).end {
        End::Branch { condition, .. } if condition == value => Some(edge.index == 0),
        _ => None,
    }
}

/// Whether a jump passes so little that having it twice costs nothing to speak of.
fn is_short(jump: &Jump) -> bool {
    jump.arguments.len() <= 8
}

/// The parameters of a block that an edge leads to.
struct Passed<'a> {
    parameters: &'a [Value],
}

impl Passed<'_> {
    /// What the edge's jump passes for a parameter; any other value is itself.
    fn value(&self, jump: &Jump, value: Value) -> Value {
        match self.parameters.iter().position(|&parameter| parameter == value) {
            Some(at) => jump.arguments[at],
            None => value,
        }
    }

    /// The block's own jump for who comes by the edge.
    fn jump(&self, jump: &Jump, next: &Jump) -> Jump {
        let arguments = next.arguments.iter().map(|&value| self.value(jump, value));
        Jump { to: next.to, arguments: arguments.collect() }
    }
}

/// Puts blocks that follow just one other at its end.
fn merge(function: &mut Function) {
    let graph = Graph::new(function);
    // By block: where it is now.
    let mut place: Vec<Block> = (0..function.blocks.len() as u32).map(Block).collect();
    for &block in &graph.order()[1..] {
        let &[Edge { from, .. }] = graph.incoming(block) else { continue };
        let before = place[from.0 as usize];
        if let End::Jump(_) = function.block(before).end
            && before != block
        {
            append_block(function, before, block);
            place[block.0 as usize] = before;
        }
    }
}

fn append_block(function: &mut Function, before: Block, block: Block) {
    let empty = BlockData { parameters: vec![], body: vec![], end: End::Unreachable };
    let BlockData { parameters, body, end } =
        std::mem::replace(&mut function.blocks[block.0 as usize], empty);
    let before = &mut function.blocks[before.0 as usize];
    let End::Jump(Jump { arguments, .. }) = std::mem::replace(&mut before.end, end) else {
        unreachable!("a block goes on in the one that follows it")
    };
    before.body.extend(body);
    for (parameter, argument) in parameters.into_iter().zip(arguments) {
        function.values[parameter.0 as usize].op = Op::Copy(argument);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::Type;
    use crate::ssa::passes::testing::{Maker, Source};

    fn straightened(mut function: Function) -> Function {
        run(&mut function, &Source::new("0").context());
        function
    }

    fn reached(function: &Function) -> usize {
        Graph::new(function).order().len()
    }

    #[test]
    fn a_chain_of_blocks_is_one() {
        let (mut make, [x]) = Maker::new([Type::Tagged]);
        let (second, [y]) = make.block([Type::Tagged]);
        let (third, [z]) = make.block([Type::Tagged]);
        make.print(x);
        make.jump(second, [x]);
        make.at(second);
        make.print(y);
        make.jump(third, [y]);
        make.at(third);
        make.print(z);
        let function = straightened(make.returns(z));
        assert_eq!(reached(&function), 1);
        let BlockData { body, end, .. } = function.block(Block::ENTRY);
        assert!(body.iter().all(|&value| function.instruction(value).op == Op::Print(x)));
        assert_eq!((body.len(), end), (3, &End::Return(x)));
    }

    #[test]
    fn both_sides_of_and_go_where_they_end_up() {
        let (mut make, [a, b, x, y]) =
            Maker::new([Type::Bool, Type::Bool, Type::Tagged, Type::Tagged]);
        let (right, []) = make.block([]);
        let (decided, []) = make.block([]);
        let (join, [both]) = make.block([Type::Bool]);
        let (then, []) = make.block([]);
        let (otherwise, []) = make.block([]);
        make.branch(a, right, decided);
        make.at(right);
        make.print(x);
        make.jump(join, [b]);
        make.at(decided);
        make.jump(join, [a]);
        make.at(join);
        make.branch(both, then, otherwise);
        make.at(then);
        make.end(End::Return(x));
        make.at(otherwise);
        let function = straightened(make.returns(y));
        let jump = |to| Jump { to, arguments: Vec::new() };
        let end =
            |condition, yes| End::Branch { condition, then: jump(yes), otherwise: jump(otherwise) };
        assert_eq!(function.block(Block::ENTRY).end, end(a, right));
        assert_eq!(function.block(right).end, end(b, then));
        assert_eq!(reached(&function), 4);
    }

    #[test]
    fn parameters_that_others_read_keep_their_block() {
        let (mut make, [a, b]) = Maker::new([Type::Bool; 2]);
        let (left, []) = make.block([]);
        let (right, []) = make.block([]);
        let (join, [both]) = make.block([Type::Bool]);
        let (end, []) = make.block([]);
        make.branch(a, left, right);
        for (block, value) in [(left, a), (right, b)] {
            make.at(block);
            make.jump(join, [value]);
        }
        make.at(join);
        make.jump(end, []);
        make.at(end);
        let boxed = make.boxed(both);
        let function = straightened(make.returns(boxed));
        assert_eq!(function.block(join).parameters, [both]);
        assert_eq!(function.block(join).body, [boxed]);
    }

    #[test]
    fn empty_loops_stay() {
        let (mut make, []) = Maker::new([]);
        let (first, []) = make.block([]);
        let (second, []) = make.block([]);
        make.jump(first, []);
        make.at(first);
        make.jump(second, []);
        make.at(second);
        make.jump(first, []);
        let function = straightened(make.finish());
        let head = Graph::new(&function).order()[1];
        assert_eq!(function.block(head).end.jumps().next().map(|jump| jump.to), Some(head));
    }
}
