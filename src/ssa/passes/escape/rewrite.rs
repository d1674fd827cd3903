//! Does without the objects that are not needed: passes and uses their parts, makes them virtual
//! for states, makes those that are sunk where they are needed.

use super::super::copies;
use super::candidates::{Candidate, Candidates, Fate, Id};
use crate::ssa::analysis::{Edge, Graph};
use crate::ssa::{Block, End, Function, Op, Shape, Type, Value};

/// Does it.
pub fn rewrite(function: &mut Function, graph: &Graph, candidates: &Candidates) {
    let count = candidates.list.len();
    let mut rewrite = Rewrite {
        function,
        candidates,
        parts: vec![Box::default(); count],
        made: vec![None; count],
        sunk: sunk(candidates),
    };
    rewrite.split_parameters(graph);
    for &block in graph.order() {
        rewrite.block(block);
    }
    rewrite.states();
    copies::resolve(rewrite.function);
}

/// By block: the candidates that are made there, in order.
fn sunk(candidates: &Candidates) -> rustc_hash::FxHashMap<Block, Vec<Id>> {
    let mut sunk: rustc_hash::FxHashMap<Block, Vec<Id>> = rustc_hash::FxHashMap::default();
    for (at, candidate) in candidates.list.iter().enumerate() {
        if let Fate::Sunk(block) = candidate.fate {
            sunk.entry(block).or_default().push(Id(at as u32));
        }
    }
    sunk
}

struct Rewrite<'a> {
    function: &'a mut Function,
    candidates: &'a Candidates,
    /// By candidate, if it is virtual: what it consists of.
    parts: Vec<Box<[Value]>>,
    /// By candidate, if it is sunk and the walk has come to that: the object, and its box.
    made: Vec<Option<(Value, Value)>>,
    sunk: rustc_hash::FxHashMap<Block, Vec<Id>>,
}

impl Rewrite<'_> {
    /// The candidate that a value is, if that is not made where it was.
    fn virtual_of(&self, value: Value) -> Option<Id> {
        // Values that came later are none.
        let is_old = (value.0 as usize) < self.candidates.values();
        let id = is_old.then(|| self.candidates.of(value)).flatten()?;
        self.candidates.get(id).is_virtual().then_some(id)
    }

    fn new_value(&mut self, op: Op, like: Value, ty: Type) -> Value {
        let site = self.function.instruction(like).site;
        self.function.add(op, ty, site)
    }

    /// Gives blocks a parameter for each part, and finds the parts of all virtual objects.
    fn split_parameters(&mut self, graph: &Graph) {
        for at in 0..self.candidates.list.len() {
            let Candidate { value, ref passed, .. } = self.candidates.list[at];
            if self.candidates.list[at].is_virtual() {
                self.parts[at] = match passed {
                    Some(_) => {
                        [(); 2].map(|()| self.new_value(Op::Parameter, value, Type::Tagged)).into()
                    }
                    None => self.function.instruction(value).op.operands().into(),
                };
            }
        }
        for &block in graph.order() {
            let splits = self.function.block(block).parameters.clone();
            if splits.iter().all(|&parameter| self.virtual_of(parameter).is_none()) {
                continue;
            }
            for &edge in graph.incoming(block) {
                self.split_arguments(edge, &splits);
            }
            let mut parameters = Vec::new();
            let mut objects = Vec::new();
            for parameter in splits {
                match self.virtual_of(parameter) {
                    Some(id) => {
                        let parts = self.parts[id.0 as usize].clone();
                        parameters.extend(&parts);
                        let op = Op::Virtual(Shape::Tuple, parts);
                        self.function.values[parameter.0 as usize].op = op;
                        objects.push(parameter);
                    }
                    None => parameters.push(parameter),
                }
            }
            let data = &mut self.function.blocks[block.0 as usize];
            data.parameters = parameters;
            data.body.splice(0..0, objects);
        }
    }

    /// Passes the parts of the arguments for parameters that are split.
    fn split_arguments(&mut self, edge: Edge, parameters: &[Value]) {
        let arguments = std::mem::take(&mut self.function.jump_mut(edge).arguments);
        let mut split = Vec::with_capacity(arguments.len() + 1);
        for (&parameter, argument) in parameters.iter().zip(arguments) {
            if self.virtual_of(parameter).is_none() {
                split.push(argument);
                continue;
            }
            if let Some(id) = self.virtual_of(argument) {
                split.extend(&self.parts[id.0 as usize]);
                continue;
            }
            match self.function.instruction(argument).op {
                Op::Tuple(first, second) => split.extend([first, second]),
                _ => {
                    for op in [Op::First(argument), Op::Second(argument)] {
                        let part = self.new_value(op, argument, Type::Tagged);
                        self.function.blocks[edge.from.0 as usize].body.push(part);
                        split.push(part);
                    }
                }
            }
        }
        self.function.jump_mut(edge).arguments = split;
    }

    /// Replaces uses in a block; those that dominate it are done.
    fn block(&mut self, block: Block) {
        let body = std::mem::take(&mut self.function.blocks[block.0 as usize].body);
        let mut new = Vec::with_capacity(body.len());
        for value in body {
            let place = value.0 as usize;
            let mut op = std::mem::replace(&mut self.function.values[place].op, Op::Parameter);
            let object = self.virtual_of(value);
            match &mut op {
                // What refers to the box refers to something else from now on.
                Op::Box(_) if object.is_some() => continue,
                Op::Virtual(_, parts) => self.refer_to_objects(parts),
                Op::Tuple(..) | Op::Closure(..) if let Some(id) = object => {
                    let mut parts = self.parts[id.0 as usize].clone();
                    self.refer_to_objects(&mut parts);
                    op = Op::Virtual(self.candidates.get(id).shape, parts);
                }
                _ => match self.loaded(value, &op) {
                    Some(part) => {
                        let part = self.whole(block, part, &mut new);
                        op = Op::Copy(part);
                    }
                    None => op.for_each_operand_mut(&mut |operand| {
                        *operand = self.whole(block, *operand, &mut new);
                    }),
                },
            }
            self.function.values[place].op = op;
            new.push(value);
        }
        self.end(block, &mut new);
        self.function.blocks[block.0 as usize].body = new;
    }

    fn end(&mut self, block: Block, new: &mut Vec<Value>) {
        let place = block.0 as usize;
        let mut end = std::mem::replace(&mut self.function.blocks[place].end, End::Unreachable);
        end.for_each_operand_mut(&mut |operand| *operand = self.whole(block, *operand, new));
        self.function.blocks[place].end = end;
        for id in self.sunk.remove(&block).unwrap_or_default() {
            self.make(block, id, new);
        }
    }

    /// The part of a virtual object that an instruction loads.
    fn loaded(&self, value: Value, load: &Op) -> Option<Value> {
        let (object, index) = match *load {
            Op::First(object) => (object, 0),
            Op::Second(object) => (object, 1),
            Op::Capture(object, index) => (object, index as usize),
            _ => return None,
        };
        let part = self.parts[self.virtual_of(object)?.0 as usize][index];
        (self.function.ty(part) == self.function.ty(value)).then_some(part)
    }

    /// Virtual objects refer to others directly.
    fn refer_to_objects(&self, parts: &mut [Value]) {
        for part in parts {
            if let Some(id) = self.virtual_of(*part) {
                *part = self.candidates.get(id).value;
            }
        }
    }

    /// The value to use for one that is needed as a whole.
    fn whole(&mut self, block: Block, value: Value, new: &mut Vec<Value>) -> Value {
        let Some(id) = self.virtual_of(value) else { return value };
        let (object, boxed) = self.make(block, id, new);
        if value == self.candidates.get(id).value { object } else { boxed }
    }

    /// Makes an object that is sunk, and those that it consists of, unless that is done.
    fn make(&mut self, block: Block, id: Id, new: &mut Vec<Value>) -> (Value, Value) {
        let mut stack = vec![id];
        while let Some(&next) = stack.last() {
            let place = next.0 as usize;
            if self.made[place].is_some() {
                stack.pop();
                continue;
            }
            let candidate = self.candidates.get(next);
            debug_assert_eq!(candidate.fate, Fate::Sunk(block), "it is made where it is needed");
            let parts = self.parts[place].clone();
            let is_missing = |part: &Value| {
                let id = self.virtual_of(*part)?;
                self.made[id.0 as usize].is_none().then_some(id)
            };
            let missing: Vec<Id> = parts.iter().filter_map(is_missing).collect();
            if !missing.is_empty() {
                stack.extend(missing);
                continue;
            }
            let parts = parts.iter().map(|&part| match self.virtual_of(part) {
                Some(id) => {
                    let made = self.made[id.0 as usize];
                    let (object, boxed) = made.expect("parts are made first");
                    if part == self.candidates.get(id).value { object } else { boxed }
                }
                None => part,
            });
            let parts: Vec<Value> = parts.collect();
            let (op, ty) = match candidate.shape {
                Shape::Tuple => (Op::Tuple(parts[0], parts[1]), Type::Tuple),
                Shape::Closure(function) => (Op::Closure(function, parts.into()), Type::Closure),
            };
            let object = self.new_value(op, candidate.value, ty);
            let boxed = self.new_value(Op::Box(object), candidate.value, Type::Tagged);
            new.extend([object, boxed]);
            self.made[place] = Some((object, boxed));
        }
        self.made[id.0 as usize].expect("it was just made")
    }

    /// States refer to virtual objects, boxed or not.
    fn states(&mut self) {
        let mut states = std::mem::take(&mut self.function.states);
        for state in &mut states {
            state.for_each_mut(&mut |value| {
                if let Some(id) = self.virtual_of(*value) {
                    *value = self.candidates.get(id).value;
                }
            });
        }
        self.function.states = states;
    }
}
