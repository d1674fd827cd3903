//! Which parameters are passed as two values: Tuples that a function only takes apart.
//!
//! A function that calls itself with `(x + 1, y)` makes a pair for nothing but to take it apart
//! again in the next call. If the parameter is proven to be a Tuple, and the function does
//! nothing with it but to take its values and to pass it on as another such parameter, then
//! whoever calls compiled code directly passes the values, and nobody makes the pair. (GCC's
//! IPA-SRA and the workers and wrappers of GHC do this, the latter for results, too.)
//!
//! # Soundness
//! Values never change and pairs have no identity, so a pair is as good as its values. Every
//! call passes a Tuple, as the [analysis](super) says of the parameter, so nothing fails earlier than
//! it would. Whoever needs the pair itself can make it from the values: the interpreter, where compiled
//! code exits to it or calls what is not compiled. A parameter that nobody mentions is not split: after an exit
//! its slot may hold anything, and a loop that enters compiled code again takes apart what is there.
//!
//! # Whether it is worth it
//! Only where some call passes a pair that it has just made, in a function that allocates anyway: so
//! making a pair on the way to the interpreter may run the collector.

use super::solve::Solution;
use super::{Callees, FunctionFacts, Kinds};
use crate::core::{Bind, FunctionId, Node, NodeId, Place, Program, Slot};

/// The most values that are passed to a function of which parameters are split.
const MAX_PASSED: u32 = 6;

/// A parameter of the program, by its place among all of them.
type Parameter = u32;

/// Splits parameters: says so in the functions' facts. `callees` are those of a function's nodes.
pub(super) fn split<'a>(
    program: &Program,
    solution: &Solution<'_>,
    functions: &mut [FunctionFacts],
    callees: &dyn Fn(FunctionId) -> &'a [Callees],
) {
    let mut splitter = Splitter::new(program, functions);
    for id in (0..program.functions.len()).map(FunctionId::new) {
        if functions[id.index()].reached {
            splitter.look(program, id, callees(id));
        }
    }
    splitter.spread();
    for (id, facts) in (0..).map(FunctionId::new).zip(functions) {
        facts.split = (0..facts.parameters.len())
            .map(|at| splitter.is_split(id, at as Slot).then(|| solution.fields(id, at)))
            .collect();
    }
}

struct Splitter {
    /// By function: the place of its first parameter in the following.
    starts: Vec<Parameter>,
    /// By parameter: whether it can be split.
    can: Vec<bool>,
    /// By parameter: whether a call passes a pair that was just made.
    pays: Vec<bool>,
    /// From where to where parameters are passed on.
    passed: Vec<(Parameter, Parameter)>,
}

impl Splitter {
    fn new(program: &Program, functions: &[FunctionFacts]) -> Splitter {
        let (mut starts, mut can) = (Vec::with_capacity(functions.len()), Vec::new());
        for (function, facts) in program.functions.iter().zip(functions) {
            starts.push(can.len() as Parameter);
            let is_tuple = |kinds: &Kinds| *kinds == Kinds::TUPLE;
            let tuples = facts.parameters.iter().filter(|kinds| is_tuple(kinds)).count() as u32;
            let may = facts.effects.allocates && function.parameters + tuples <= MAX_PASSED;
            can.extend(facts.parameters.iter().map(|kinds| may && is_tuple(kinds)));
        }
        let pays = vec![false; can.len()];
        Splitter { starts, can, pays, passed: Vec::new() }
    }

    fn place(&self, id: FunctionId, parameter: Slot) -> usize {
        self.starts[id.index()] as usize + parameter as usize
    }

    fn is_split(&self, id: FunctionId, parameter: Slot) -> bool {
        let place = self.place(id, parameter);
        self.can[place] && self.pays[place]
    }

    /// What a function does with its parameters, and what it passes to others.
    fn look(&mut self, program: &Program, id: FunctionId, callees: &[Callees]) {
        let function = program.function(id);
        let parameter = |node: NodeId| match function.node(node) {
            Node::Read(Place::Local(slot)) if slot < function.parameters => Some(slot),
            _ => None,
        };
        // By parameter: whether it is mentioned at all, and how often other than to be taken apart or passed on.
        let mut is_mentioned = vec![false; function.parameters as usize];
        let mut others = vec![0_u32; function.parameters as usize];
        let passes = |splitter: &mut Splitter, others: &mut [u32], value, to: usize| match (
            parameter(value),
            function.node(value),
        ) {
            (Some(slot), _) => {
                others[slot as usize] -= 1;
                splitter.passed.push((splitter.place(id, slot) as Parameter, to as Parameter));
            }
            (None, Node::Tuple { .. }) => splitter.pays[to] = true,
            (None, _) => {}
        };
        for (node, callee) in function.nodes().map(|(node, _)| node).zip(callees) {
            if let Some(slot) = parameter(node) {
                others[slot as usize] += 1;
                is_mentioned[slot as usize] = true;
            }
            match (function.node(node), *callee) {
                (Node::First(tuple) | Node::Second(tuple), _) => {
                    if let Some(slot) = parameter(tuple) {
                        others[slot as usize] -= 1;
                    }
                }
                (Node::Call { arguments, .. }, Callees::One(callee)) => {
                    for (&argument, at) in function.list(arguments).iter().zip(0..) {
                        let to = self.place(callee, at);
                        passes(self, &mut others, argument, to);
                    }
                }
                (Node::Repeat { changes, .. }, _) => {
                    for change in function.statements(changes) {
                        if let Bind::Local(slot) = change.bind {
                            let to = self.place(id, slot);
                            passes(self, &mut others, change.value, to);
                        }
                    }
                }
                (Node::Closure { function: inner, .. }, _) => {
                    for place in &program.function(inner).captures {
                        if let Place::Local(slot) = *place
                            && let Some(count) = others.get_mut(slot as usize)
                        {
                            *count += 1;
                        }
                    }
                }
                _ => {}
            }
        }
        for (slot, (count, is_mentioned)) in (0..).zip(others.into_iter().zip(is_mentioned)) {
            if count > 0 || !is_mentioned {
                let place = self.place(id, slot);
                self.can[place] = false;
            }
        }
    }

    /// What is passed on to a parameter that cannot be split cannot be split either; and where a
    /// split parameter is passed on, nobody makes a pair.
    fn spread(&mut self) {
        let Splitter { can, pays, passed, .. } = self;
        let mut by_target = passed.clone();
        by_target.sort_unstable_by_key(|&(_, to)| to);
        let cannot = (0..can.len() as Parameter).filter(|&place| !can[place as usize]).collect();
        walk(
            cannot,
            &by_target,
            |&(from, to)| (to, from),
            |place| std::mem::replace(&mut can[place as usize], false),
        );
        passed.sort_unstable();
        let paying = |&place: &Parameter| can[place as usize] && pays[place as usize];
        let paying = (0..can.len() as Parameter).filter(paying).collect();
        walk(
            paying,
            passed,
            |&(from, to)| (from, to),
            |place| can[place as usize] && !std::mem::replace(&mut pays[place as usize], true),
        );
    }
}

/// Follows edges, sorted by where they begin, from some places on as long as that changes something.
fn walk(
    mut tasks: Vec<Parameter>,
    edges: &[(Parameter, Parameter)],
    direction: impl Fn(&(Parameter, Parameter)) -> (Parameter, Parameter),
    mut change: impl FnMut(Parameter) -> bool,
) {
    while let Some(place) = tasks.pop() {
        let start = edges.partition_point(|edge| direction(edge).0 < place);
        let ends = edges[start..].iter().map(&direction);
        for (_, end) in ends.take_while(|&(begin, _)| begin == place) {
            if change(end) {
                tasks.push(end);
            }
        }
    }
}
