//! Dead code elimination: takes out what nothing needs: pure instructions, parameters of
//! blocks with the arguments for them, blocks that are not reached.
//!
//! # Soundness
//! Needed is what has an effect, what a reached block ends with, and what something needed
//! refers to; the states of guards count, since the interpreter reads their values. The
//! argument of a jump is needed only if the parameter is, so that values which a loop carries
//! from round to round for nobody else are not. What is taken out has no effect and is
//! referred to by nothing that stays. (Memory that nobody looks at is not asked for: a program
//! that only fails for want of it goes on.) States that nothing continues from go, too.

use crate::ssa::analysis::Graph;
use crate::ssa::{Block, Context, End, Function, Op, StateId, Value};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let graph = Graph::new(function);
    let needed = needed(function, &graph);
    for at in 0..function.blocks.len() {
        let block = Block(at as u32);
        if graph.is_reached(block) {
            function.blocks[at].body.retain(|value| needed[value.0 as usize]);
            if block != Block::ENTRY {
                drop_parameters(function, &graph, block, &needed);
            }
        } else {
            let block = &mut function.blocks[at];
            block.parameters.clear();
            block.body.clear();
            block.end = End::Unreachable;
        }
    }
    drop_states(function);
}

/// Keeps the states that an instruction continues from, and those that wait for them.
fn drop_states(function: &mut Function) {
    let mut places: Vec<Option<StateId>> = vec![None; function.states.len()];
    let mut kept = Vec::new();
    let bodies = function.blocks.iter().flat_map(|block| &block.body);
    let used: Vec<StateId> =
        bodies.filter_map(|&value| function.instruction(value).op.state()).collect();
    for state in used {
        let mut next = Some(state);
        while let Some(state) = next
            && places[state.0 as usize].is_none()
        {
            places[state.0 as usize] = Some(StateId(kept.len() as u32));
            kept.push(function.state(state).clone());
            next = function.state(state).caller;
        }
    }
    let place = |state: StateId| places[state.0 as usize].expect("it is kept");
    for state in &mut kept {
        state.caller = state.caller.map(place);
    }
    let Function { blocks, values, .. } = &mut *function;
    for &value in blocks.iter().flat_map(|block| &block.body) {
        if let Op::Guard { state, .. } | Op::Probe(state) = &mut values[value.0 as usize].op {
            *state = place(*state);
        }
    }
    function.states = kept;
    function.waiting.clear();
}

/// Whether an instruction can be left out if nobody uses its value.
pub fn is_pure(function: &Function, value: Value) -> bool {
    match function.instruction(value).op {
        Op::Divide(_, _, rhs) => function.int(rhs).is_some_and(|divisor| divisor != 0),
        ref op => !op.has_effect(),
    }
}

/// By value: whether it is needed.
fn needed(function: &Function, graph: &Graph) -> Vec<bool> {
    let mut parameters = vec![None; function.values.len()];
    let mut work = Work { needed: vec![false; function.values.len()], list: Vec::new() };
    for &block in graph.order() {
        let data = function.block(block);
        for (index, parameter) in data.parameters.iter().enumerate() {
            parameters[parameter.0 as usize] = Some((block, index));
        }
        data.body.iter().filter(|&&value| !is_pure(function, value)).for_each(|&v| work.need(v));
        match &data.end {
            End::Jump(_) => {}
            End::Branch { condition, .. } => work.need(*condition),
            end => end.operands().into_iter().for_each(|value| work.need(value)),
        }
    }
    while let Some(value) = work.list.pop() {
        match parameters[value.0 as usize] {
            Some((block, index)) => {
                for &edge in graph.incoming(block) {
                    work.need(function.jump(edge).arguments[index]);
                }
            }
            None => function.uses(value).into_iter().for_each(|value| work.need(value)),
        }
    }
    work.needed
}

struct Work {
    needed: Vec<bool>,
    /// What is needed and has not been looked at.
    list: Vec<Value>,
}

impl Work {
    fn need(&mut self, value: Value) {
        if !std::mem::replace(&mut self.needed[value.0 as usize], true) {
            self.list.push(value);
        }
    }
}

fn drop_parameters(function: &mut Function, graph: &Graph, block: Block, needed: &[bool]) {
    let keep: Vec<bool> =
        function.block(block).parameters.iter().map(|value| needed[value.0 as usize]).collect();
    super::retain_parameters(function, graph, block, &keep);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::Type;
    use crate::ssa::passes::testing::{Maker, Source, ops};
    use crate::syntax::ast::BinaryOp;

    fn clean(mut function: Function) -> Function {
        run(&mut function, &Source::new("0").context());
        function
    }

    #[test]
    fn unused_values_go_and_effects_stay() {
        let (mut make, [x, tagged]) = Maker::new([Type::Int, Type::Tagged]);
        let sum = make.add(x, x);
        make.add(sum, x);
        let two = make.int(2);
        make.op(Op::Divide(BinaryOp::Div, x, two), Type::Int);
        let unknown = make.op(Op::Divide(BinaryOp::Div, x, x), Type::Int);
        let print = make.print(tagged);
        let function = clean(make.returns(tagged));
        assert_eq!(function.blocks[0].body, [unknown, print]);
    }

    #[test]
    fn states_keep_values() {
        let (mut make, [x, tagged]) = Maker::new([Type::Int, Type::Tagged]);
        let sum = make.add(x, x);
        make.slots.push(Some(sum));
        let guard = make.guard(tagged, Type::Int);
        let function = clean(make.returns(tagged));
        assert_eq!(function.blocks[0].body, [sum, guard]);
    }

    #[test]
    fn what_a_loop_carries_for_nobody_goes() {
        let (mut make, [x, tagged]) = Maker::new([Type::Int, Type::Tagged]);
        let (head, [carried, shown]) = make.block([Type::Int, Type::Tagged]);
        let (nowhere, [_]) = make.block([Type::Int]);
        make.jump(head, [x, tagged]);
        make.at(head);
        let sum = make.add(carried, carried);
        let print = make.print(shown);
        make.jump(head, [sum, shown]);
        make.at(nowhere);
        make.jump(head, [sum, shown]);
        let function = clean(make.finish());
        assert_eq!(function.block(head).parameters, [shown]);
        assert_eq!(function.block(head).body, [print]);
        assert_eq!(function.block(head).end.operands(), [shown]);
        assert_eq!(function.blocks[0].end.operands(), [tagged]);
        assert_eq!(function.block(nowhere).end, End::Unreachable);
        assert_eq!(ops(&function).len(), 1);
    }
}
