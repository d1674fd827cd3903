//! Turns recursion under arithmetic into loops with accumulators.
//!
//! What `if (n == 0) { 0 } else { n + sum(n - 1) }` does with the result of its call is an
//! [affine](affine::Affine) map, `r ↦ n + 1·r`, and what the whole chain of callers does is the
//! composition of theirs, which is one again: `r ↦ sum + scale·r`. So the function keeps `sum` and
//! `scale` in its parameters' company, jumps to its beginning instead of calling itself, and maps what
//! it returns. `+`, `-` and `*` of Ints wrap around, so that both distributive laws hold and the
//! result is the same to the bit. Of several calls in a row it is the last that becomes a jump: of
//! `fib(n - 1) + fib(n - 2)` the first is made and added.
//!
//! # Soundness
//! - Only in functions that can neither print nor fail nor allocate: nobody can see in which order
//!   anything happens, nor who called whom. What follows the call on its way to the `return` is
//!   without effect and does not need the result, or maps it; it is done before.
//! - The interpreter could not take over with a sum that is still due. So nothing that exits may be
//!   in the function.
//! - A function that leaves by a tail call stays as it is: that would have to become a call, and
//!   take stack where there was none taken.
//! - **Recursion without end must fail, and not loop.** Each jump counts as a call that takes
//!   [`FRAME_BYTES`](crate::ssa::FRAME_BYTES) of stack, and fails like it ([`Op::CheckStack`]). Either
//!   there are ever more jumps in one frame or ever more frames, and both end.

mod affine;

use galo_runtime::Kind;
use rustc_hash::FxHashMap;

use self::affine::Affine;
use super::dce;
use crate::core::FunctionId;
use crate::ssa::analysis::Graph;
use crate::ssa::{
    Block, BlockData, Callee, Context, End, Function, Instruction, Jump, Op, Site, Type, Value,
};
use crate::syntax::ast::BinaryOp;

/// How much may lie between a call and the `return`: instructions, and arguments of jumps. It is
/// copied for each call.
const MAX_PATH: usize = 64;

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let facts = context.facts.function(function.id);
    let is_pure = !facts.effects.prints && !facts.effects.fails && !facts.effects.allocates;
    if !is_pure || facts.result.single() != Some(Kind::Int) || function.id == FunctionId::MAIN {
        return;
    }
    let graph = Graph::new(function);
    if !graph.order().iter().all(|&block| can_be_in_a_loop(function, block)) {
        return;
    }
    let turns: Vec<Turn> =
        graph.order().iter().filter_map(|&block| turn(function, block)).collect();
    if !turns.is_empty() {
        Loop::begin(function, &turns).make(&graph, turns);
    }
}

fn can_be_in_a_loop(function: &Function, block: Block) -> bool {
    let BlockData { body, end, .. } = function.block(block);
    let leaves = matches!(end, End::TailCall { .. } | End::Unbound { .. });
    !leaves && body.iter().all(|&value| function.instruction(value).op.state().is_none())
}

/// A call that becomes a jump.
struct Turn {
    block: Block,
    /// The call, and its place.
    call: Value,
    at: usize,
    /// What is done instead of what followed it.
    body: Vec<Value>,
    /// What was done with its result.
    map: Affine,
}

/// The last call of a block, if it is of the function itself and its result is only mapped and
/// returned.
fn turn(function: &mut Function, block: Block) -> Option<Turn> {
    let body = function.block(block).body.clone();
    let is_call = |&value: &Value| matches!(function.instruction(value).op, Op::Call(..));
    let at = body.iter().rposition(is_call)?;
    let call = body[at];
    let itself = function.id;
    match function.instruction(call).op {
        Op::Call(Callee::Known { function, .. }, _) if function == itself => {}
        _ => return None,
    }
    let mut path = Path::new(function, call);
    let mut rest = body[at + 1..].to_vec();
    let mut end = path.function.block(block).end.clone();
    loop {
        rest.iter().try_for_each(|&value| path.step(value))?;
        match end {
            End::Jump(jump) => {
                path.jump(&jump)?;
                let next = path.function.block(jump.to);
                (rest, end) = (next.body.clone(), next.end.clone());
            }
            End::Return(value) => {
                let map = *path.maps.get(&value)?;
                return Some(Turn { block, call, at, body: path.body, map });
            }
            _ => return None,
        }
    }
}

/// The way from a call to the `return`.
struct Path<'a> {
    function: &'a mut Function,
    /// What values are that depend on the call's.
    maps: FxHashMap<Value, Affine>,
    /// What others are called, and parameters.
    copies: FxHashMap<Value, Value>,
    body: Vec<Value>,
    site: Site,
    left: usize,
}

impl Path<'_> {
    fn new(function: &mut Function, call: Value) -> Path<'_> {
        let site = function.instruction(call).site;
        let maps = FxHashMap::from_iter([(call, Affine::IDENTITY)]);
        let (copies, body) = (FxHashMap::default(), Vec::new());
        Path { function, maps, copies, body, site, left: MAX_PATH }
    }

    fn spend(&mut self, count: usize) -> Option<()> {
        self.left = self.left.checked_sub(count)?;
        Some(())
    }

    fn jump(&mut self, jump: &Jump) -> Option<()> {
        self.spend(1 + jump.arguments.len())?;
        let parameters = &self.function.block(jump.to).parameters;
        for (&parameter, &argument) in parameters.iter().zip(&jump.arguments) {
            match self.maps.get(&argument) {
                Some(&map) => self.maps.insert(parameter, map).is_some(),
                None => {
                    let argument = *self.copies.get(&argument).unwrap_or(&argument);
                    self.copies.insert(parameter, argument).is_some()
                }
            };
        }
        Some(())
    }

    /// Does an instruction that follows the call, or notes what it does with the call's result.
    fn step(&mut self, value: Value) -> Option<()> {
        self.spend(1)?;
        let Instruction { mut op, ty, site } = self.function.instruction(value).clone();
        op.for_each_operand_mut(&mut |operand| {
            *operand = *self.copies.get(operand).unwrap_or(operand);
        });
        if !op.operands().iter().any(|operand| self.maps.contains_key(operand)) {
            if !dce::is_pure(self.function, value) {
                return None;
            }
            let copy = self.emit(op, ty, site);
            self.copies.insert(value, copy);
            return Some(());
        }
        let map = match op {
            Op::Arith(op, lhs, rhs) => self.arith(op, lhs, rhs)?,
            Op::Box(mapped) | Op::Unbox(mapped) | Op::Copy(mapped) => *self.maps.get(&mapped)?,
            _ => return None,
        };
        self.maps.insert(value, map);
        Some(())
    }

    fn arith(&mut self, op: BinaryOp, lhs: Value, rhs: Value) -> Option<Affine> {
        let [lhs, rhs] = [lhs, rhs].map(|side| self.maps.get(&side).copied().ok_or(side));
        let site = self.site;
        Affine::of(op, lhs, rhs, &mut |op| self.emit(op, Type::Int, site))
    }

    fn emit(&mut self, op: Op, ty: Type, site: Site) -> Value {
        let value = self.function.add(op, ty, site);
        self.body.push(value);
        value
    }
}

/// The loop that the function becomes.
struct Loop<'a> {
    function: &'a mut Function,
    head: Block,
    /// How many more jumps fit the stack.
    room: Value,
    /// What is added to what is returned.
    sum: Option<Value>,
    /// By what it is multiplied before.
    scale: Option<Value>,
}

impl Loop<'_> {
    /// Makes a block of its own of the function's beginning, which takes what is due besides the
    /// parameters, and enters it with nothing due.
    fn begin<'a>(function: &'a mut Function, turns: &[Turn]) -> Loop<'a> {
        let site = function.instruction(turns[0].call).site;
        let adds = turns.iter().any(|turn| turn.map.sum.is_some());
        let scales = turns.iter().any(|turn| turn.map.scale.is_some());
        let head = Block(function.blocks.len() as u32);
        let empty = BlockData { parameters: vec![], body: vec![], end: End::Unreachable };
        let mut beginning = std::mem::replace(&mut function.blocks[0], empty);
        let mut parameters = Vec::with_capacity(beginning.parameters.len());
        for &parameter in &beginning.parameters {
            let Instruction { ty, site, .. } = *function.instruction(parameter);
            parameters.push(function.add(Op::Parameter, ty, site));
        }
        let mut arguments = parameters.clone();
        let mut body = Vec::new();
        let mut due = |op: Op| {
            body.push(function.add(op, Type::Int, site));
            arguments.extend(body.last());
            beginning.parameters.push(function.add(Op::Parameter, Type::Int, site));
            beginning.parameters[beginning.parameters.len() - 1]
        };
        let room = due(Op::StackRoom);
        let sum = adds.then(|| due(Op::Int(0)));
        let scale = scales.then(|| due(Op::Int(1)));
        function.blocks.push(beginning);
        let end = End::Jump(Jump { to: head, arguments });
        function.blocks[0] = BlockData { parameters, body, end };
        Loop { function, head, room, sum, scale }
    }

    fn make(&mut self, graph: &Graph, turns: Vec<Turn>) {
        for turn in turns {
            self.turn(turn);
        }
        for &block in graph.order() {
            let block = self.now(block);
            if let End::Return(value) = self.function.block(block).end {
                self.returns(block, value);
            }
        }
    }

    /// Where a block is now.
    fn now(&self, block: Block) -> Block {
        if block == Block::ENTRY { self.head } else { block }
    }

    fn turn(&mut self, Turn { block, call, at, mut body, map }: Turn) {
        let block = self.now(block);
        let Instruction { op, site, .. } = self.function.instruction(call).clone();
        let mut emit = |op: Op, ty: Type| {
            body.push(self.function.add(op, ty, site));
            body[body.len() - 1]
        };
        let one = emit(Op::Int(1), Type::Int);
        let room = emit(Op::Arith(BinaryOp::Sub, self.room, one), Type::Int);
        emit(Op::CheckStack(room), Type::Nothing);
        let due = Affine { sum: self.sum, scale: self.scale };
        let due = due.after(map, &mut |op| emit(op, Type::Int));
        let unscaled = self.scale.map(|_| due.scale.unwrap_or(one));
        let mut arguments = op.operands();
        arguments.push(room);
        arguments.extend(due.sum);
        arguments.extend(unscaled);
        let jump = Jump { to: self.head, arguments };
        let data = &mut self.function.blocks[block.0 as usize];
        data.body.truncate(at);
        data.body.extend(body);
        data.end = End::Jump(jump);
    }

    fn returns(&mut self, block: Block, value: Value) {
        let site = self.function.instruction(value).site;
        let mut emit = |op, ty| super::append(self.function, block, op, ty, site);
        let result = emit(Op::Unbox(value), Type::Int);
        let due = Affine { sum: self.sum, scale: self.scale };
        let result = due.apply(result, &mut |op| emit(op, Type::Int));
        let result = emit(Op::Box(result), Type::Tagged);
        self.function.blocks[block.0 as usize].end = End::Return(result);
    }
}

#[cfg(test)]
mod tests;
