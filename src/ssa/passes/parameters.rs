//! Takes out parameters of blocks that are always the same value, as most parameters of a loop
//! are that its rounds do not change.
//!
//! # Soundness
//! If every argument for a parameter is one value `v` or the parameter itself, then the
//! parameter is `v` whenever it is read: by induction over the jumps taken. And `v` dominates
//! the block: it dominates each jump that passes it, and what passes the parameter itself has
//! come through the block before.

use std::collections::VecDeque;

use super::copies;
use crate::ssa::analysis::Graph;
use crate::ssa::{Block, Context, Function, Op, Value};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let graph = Graph::new(function);
    let mut redundant = Redundant::new(function, &graph);
    redundant.run(function, &graph);
    for &block in graph.order() {
        if block != Block::ENTRY {
            let parameters = &function.block(block).parameters;
            let keep: Vec<bool> = parameters.iter().map(|&p| redundant.original(p) == p).collect();
            super::retain_parameters(function, &graph, block, &keep);
        }
    }
    copies::resolve(function);
}

struct Redundant {
    /// By value: what a parameter always is.
    same: Vec<Option<Value>>,
    /// By value: the parameters, with block and place, that get it as an argument.
    passed: Vec<Vec<(Value, Block, u32)>>,
    /// Parameters to look at, first come first served, each at most once at a time.
    work: VecDeque<(Value, Block, u32)>,
    waiting: Vec<bool>,
}

impl Redundant {
    fn new(function: &Function, graph: &Graph) -> Redundant {
        let mut passed = vec![Vec::new(); function.values.len()];
        let mut work = VecDeque::new();
        for &block in graph.order().iter().filter(|&&block| block != Block::ENTRY) {
            let parameters = &function.block(block).parameters;
            let all = parameters.iter().enumerate().map(|(at, &value)| (value, block, at as u32));
            work.extend(all.clone());
            for &edge in graph.incoming(block) {
                for (parameter, &argument) in all.clone().zip(&function.jump(edge).arguments) {
                    if function.instruction(argument).op == Op::Parameter {
                        passed[argument.0 as usize].push(parameter);
                    }
                }
            }
        }
        let waiting = vec![true; function.values.len()];
        Redundant { same: vec![None; function.values.len()], passed, work, waiting }
    }

    fn original(&mut self, mut value: Value) -> Value {
        while let Some(same) = self.same[value.0 as usize] {
            if let Some(next) = self.same[same.0 as usize] {
                self.same[value.0 as usize] = Some(next);
            }
            value = same;
        }
        value
    }

    fn run(&mut self, function: &mut Function, graph: &Graph) {
        while let Some((parameter, block, at)) = self.work.pop_front() {
            self.waiting[parameter.0 as usize] = false;
            if let Some(same) = self.only_argument(function, graph, parameter, block, at) {
                self.same[parameter.0 as usize] = Some(same);
                function.values[parameter.0 as usize].op = Op::Copy(same);
                self.look_again(parameter, same);
            }
        }
    }

    /// Looks again at what got `parameter` as an argument, now that it gets `same`.
    fn look_again(&mut self, parameter: Value, same: Value) {
        for user in std::mem::take(&mut self.passed[parameter.0 as usize]) {
            let (value, ..) = user;
            if self.same[value.0 as usize].is_none() {
                self.passed[same.0 as usize].push(user);
                if !std::mem::replace(&mut self.waiting[value.0 as usize], true) {
                    self.work.push_back(user);
                }
            }
        }
    }

    /// The one value that all jumps pass for a parameter, besides itself.
    fn only_argument(
        &mut self,
        function: &Function,
        graph: &Graph,
        parameter: Value,
        block: Block,
        at: u32,
    ) -> Option<Value> {
        let mut only = None;
        for &edge in graph.incoming(block) {
            let argument = self.original(function.jump(edge).arguments[at as usize]);
            if argument != parameter && *only.get_or_insert(argument) != argument {
                return None;
            }
        }
        only
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::Type;
    use crate::ssa::passes::testing::{Maker, Source};

    #[test]
    fn what_a_loop_does_not_change_is_no_parameter() {
        let (mut make, [x, y, condition]) = Maker::new([Type::Tagged, Type::Tagged, Type::Bool]);
        let (head, [kept, changed]) = make.block([Type::Tagged; 2]);
        let (left, []) = make.block([]);
        let (right, []) = make.block([]);
        let (join, [joined]) = make.block([Type::Tagged]);
        make.jump(head, [x, y]);
        make.at(head);
        let print = make.print(kept);
        make.branch(condition, left, right);
        make.at(left);
        make.jump(join, [kept]);
        make.at(right);
        make.jump(join, [kept]);
        make.at(join);
        make.jump(head, [joined, kept]);
        let mut function = make.finish();
        run(&mut function, &Source::new("0").context());
        assert_eq!(function.block(head).parameters, [changed]);
        assert_eq!(function.instruction(print).op, Op::Print(x));
        assert!(function.block(join).parameters.is_empty());
        assert_eq!(function.block(join).end.operands(), [x]);
        assert_eq!(function.blocks[0].end.operands(), [y]);
    }
}
