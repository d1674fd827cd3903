//! The objects that might not be needed, and what uses them.

use crate::ssa::analysis::Graph;
use crate::ssa::{Block, End, Function, Op, Shape, Type, Value};

/// The most values that an object and the objects in it may consist of.
const MAX_PARTS: u32 = 32;

/// A candidate, by its place in the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Id(pub u32);

/// An object that might not be needed.
#[derive(Debug)]
pub struct Candidate {
    /// The object.
    pub value: Value,
    /// Where it is made, or the block whose parameter it is.
    pub block: Block,
    /// What it is.
    pub shape: Shape,
    /// A block's parameter: the candidates that the arguments for it are, as far as they are
    /// some.
    pub passed: Option<Vec<Option<Id>>>,
    /// What uses it but takes it apart.
    pub uses: Vec<Use>,
    /// The candidates that are parts of it.
    pub parts: Vec<Id>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What uses an object.
#[derive(Clone, Copy, Debug)]
pub enum Use {
    /// Something in this block needs it as a whole.
    Whole(Block),
    /// It is passed for a parameter.
    Passed {
        /// The block that jumps.
        from: Block,
        /// The parameter.
        to: Id,
    },
    /// It is a part of another object.
    Part(Id),
}

/// What becomes of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is never made.
    Virtual,
    /// It is made in another block than it was.
    Sunk(Block),
    /// It stays as it is.
    Real,
}

impl Candidate {
    /// Whether it is not made where it was.
    pub fn is_virtual(&self) -> bool {
        self.fate != Fate::Real
    }
}

/// All candidates.
pub struct Candidates {
    /// By [`Id`], each behind its parts.
    pub list: Vec<Candidate>,
    /// By value: the candidate that it is, or is a `Box` of.
    of: Vec<Option<Id>>,
}

impl Candidates {
    /// The candidate that a value is, maybe boxed.
    pub fn of(&self, value: Value) -> Option<Id> {
        self.of[value.0 as usize]
    }

    /// How many values the function had.
    pub fn values(&self) -> usize {
        self.of.len()
    }

    /// A candidate.
    pub fn get(&self, id: Id) -> &Candidate {
        &self.list[id.0 as usize]
    }

    fn add(&mut self, value: Value, block: Block, shape: Shape) -> Id {
        let id = Id(self.list.len() as u32);
        let (passed, uses, parts) = (None, Vec::new(), Vec::new());
        let fate = Fate::Virtual;
        self.list.push(Candidate { value, block, shape, passed, uses, parts, fate });
        self.of[value.0 as usize] = Some(id);
        id
    }

    fn add_use(&mut self, value: Value, how: Use) {
        if let Some(id) = self.of(value) {
            self.list[id.0 as usize].uses.push(how);
        }
    }
}

/// Finds the candidates of a function and what uses them.
pub fn find(function: &Function, graph: &Graph) -> Candidates {
    let mut found = Candidates { list: Vec::new(), of: vec![None; function.values.len()] };
    define(function, graph, &mut found);
    if found.list.iter().any(|candidate| candidate.passed.is_none()) {
        limit_size(&mut found);
        for &block in graph.order() {
            look_for_uses(function, block, &mut found);
        }
        pass(function, graph, &mut found);
    } else {
        // Nothing is made here.
        found.list.clear();
    }
    found
}

fn define(function: &Function, graph: &Graph, found: &mut Candidates) {
    for &block in graph.order() {
        let data = function.block(block);
        let parameters = data.parameters.iter().filter(|_| block != Block::ENTRY);
        for &parameter in parameters.filter(|&&value| function.ty(value) == Type::Tuple) {
            let id = found.add(parameter, block, Shape::Tuple);
            found.list[id.0 as usize].passed = Some(Vec::new());
        }
        for &value in &data.body {
            let op = &function.instruction(value).op;
            let shape = match *op {
                Op::Tuple(..) => Shape::Tuple,
                Op::Closure(function, _) => Shape::Closure(function),
                Op::Box(inner) => {
                    found.of[value.0 as usize] = found.of(inner);
                    continue;
                }
                _ => continue,
            };
            let parts = op.operands().into_iter().filter_map(|part| found.of(part)).collect();
            let id = found.add(value, block, shape);
            found.list[id.0 as usize].parts = parts;
        }
    }
}

/// Leaves objects alone that consist of too much.
fn limit_size(found: &mut Candidates) {
    let mut sizes: Vec<u32> = Vec::with_capacity(found.list.len());
    for candidate in &mut found.list {
        let parts: u32 = candidate.parts.iter().map(|part| sizes[part.0 as usize]).sum();
        let is_too_large = parts > MAX_PARTS;
        if is_too_large {
            candidate.fate = Fate::Real;
        }
        sizes.push(if is_too_large { 1 } else { 2 + parts });
    }
}

fn look_for_uses(function: &Function, block: Block, found: &mut Candidates) {
    for &value in &function.block(block).body {
        let op = &function.instruction(value).op;
        match *op {
            Op::Box(_) | Op::Virtual(..) => {}
            Op::Tuple(..) | Op::Closure(..) => {
                let id = found.of(value).expect("it was found before");
                op.operands().into_iter().for_each(|part| found.add_use(part, Use::Part(id)));
            }
            Op::First(object) | Op::Second(object) | Op::Capture(object, _)
                if let Some(id) = found.of(object) =>
            {
                match part(function, found.get(id), op) {
                    // It stays, and takes the part's place.
                    Some(part) if function.ty(part) == function.ty(value) => {
                        found.add_use(part, Use::Whole(block));
                    }
                    Some(_) => found.add_use(object, Use::Whole(block)),
                    None => {}
                }
            }
            _ => op.operands().into_iter().for_each(|used| {
                found.add_use(used, Use::Whole(block));
            }),
        }
    }
    let end = &function.block(block).end;
    if !matches!(end, End::Jump(_) | End::Branch { .. }) {
        end.operands().into_iter().for_each(|used| found.add_use(used, Use::Whole(block)));
    }
}

/// The part that an instruction loads, if the object is made here.
fn part(function: &Function, object: &Candidate, load: &Op) -> Option<Value> {
    let parts = function.instruction(object.value).op.operands();
    match *load {
        _ if object.passed.is_some() => None,
        Op::First(_) => Some(parts[0]),
        Op::Second(_) => Some(parts[1]),
        Op::Capture(_, index) => Some(parts[index as usize]),
        _ => unreachable!("only asked of loads"),
    }
}

/// Who passes what for which parameter.
fn pass(function: &Function, graph: &Graph, found: &mut Candidates) {
    for &block in graph.order() {
        for &edge in graph.incoming(block) {
            let parameters = &function.block(block).parameters;
            for (&parameter, &value) in parameters.iter().zip(&function.jump(edge).arguments) {
                let argument = found.of(value);
                let is_parameter = |id: &Id| found.get(*id).value == parameter;
                match found.of(parameter).filter(is_parameter) {
                    Some(to) => {
                        found.add_use(value, Use::Passed { from: edge.from, to });
                        let passed = &mut found.list[to.0 as usize].passed;
                        passed.get_or_insert_default().push(argument);
                    }
                    None => found.add_use(value, Use::Whole(edge.from)),
                }
            }
        }
    }
    // What is passed in parts is passed with whole parts.
    for at in 0..found.list.len() {
        let froms: Vec<Block> = found.list[at]
            .uses
            .iter()
            .filter_map(|how| match *how {
                Use::Passed { from, .. } => Some(from),
                _ => None,
            })
            .collect();
        for part in found.list[at].parts.clone() {
            let whole = froms.iter().map(|&from| Use::Whole(from));
            found.list[part.0 as usize].uses.extend(whole);
        }
    }
}
