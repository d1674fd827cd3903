//! Copies blocks to the ends of others, and makes SSA of it again: what was defined once is then
//! defined in several blocks, and where their ways join, a parameter says which definition it is.
//!
//! [`Variables::copy`] may be called for any number of blocks before [`Variables::resolve`]. What is
//! between the two is no SSA: whoever mentions a copied value by its name, outside the block that
//! first defined it, means whichever definition was passed last.
//!
//! # Soundness
//! A block that ends with a jump and a copy of the block that it jumps to, put there instead of the jump,
//! does the same. Where a value is used, each way there has passed the original definition (it
//! dominated the use), and whatever was passed last is what the original function would have had:
//! each copy defines all that the original does. Parameters are put into every join of the ways
//! from definitions to uses; those that turn out to be always the same
//! ([`parameters`]) are taken out again.

use rustc_hash::FxHashMap;

use super::{append, copies, parameters};
use crate::ssa::analysis::Graph;
use crate::ssa::{
    Block, BlockData, Context, End, Function, Instruction, Jump, Op, StateId, Type, Value,
};

/// Values that have several definitions.
#[derive(Debug, Default)]
pub struct Variables {
    list: Vec<Variable>,
    /// By the original definition: its place in `list`.
    places: FxHashMap<Value, u32>,
}

#[derive(Debug)]
struct Variable {
    /// The original definition, and its block.
    value: Value,
    home: Block,
    /// The other definitions, by the block at whose end they are.
    copies: FxHashMap<Block, Value>,
}

/// Whether an instruction can be copied by [`Variables::copy`] at little cost: it has no state,
/// allocates nothing and calls nobody.
pub fn is_copyable(op: &Op) -> bool {
    match op {
        Op::Parameter
        | Op::Copy(_)
        | Op::Guard { .. }
        | Op::Probe(_)
        | Op::Generic(..)
        | Op::Concat(_)
        | Op::Tuple(..)
        | Op::Closure(..)
        | Op::Virtual(..)
        | Op::NewCell
        | Op::FillCell(..)
        | Op::SetGlobal(..)
        | Op::Call(..)
        | Op::Print(_) => false,
        Op::Int(_)
        | Op::Bool(_)
        | Op::Str(_)
        | Op::Function(_)
        | Op::Box(_)
        | Op::Unbox(_)
        | Op::Check { .. }
        | Op::CheckInt { .. }
        | Op::Arith(..)
        | Op::Divide(..)
        | Op::ShiftRight(..)
        | Op::Compare(..)
        | Op::CompareBool(..)
        | Op::First(_)
        | Op::Second(_)
        | Op::Capture(..)
        | Op::IsFunction(..)
        | Op::ReadCell(_)
        | Op::Global(_)
        | Op::CheckBound(..)
        | Op::StackRoom
        | Op::CheckStack(_)
        | Op::Fuel => true,
    }
}

impl Variables {
    /// Puts a copy of a block, which dominates it, to the end of one that jumps there and does
    /// nothing else.
    ///
    /// What is without effect and needs nothing else of the block is not done again: that is still what
    /// it was.
    pub fn copy(&mut self, function: &mut Function, into: Block, block: Block) {
        let BlockData { parameters, body, mut end } = function.block(block).clone();
        let jump = std::mem::replace(&mut function.blocks[into.0 as usize].end, End::Unreachable);
        let End::Jump(Jump { to, arguments }) = jump else {
            unreachable!("only jumps are replaced by copies")
        };
        debug_assert_eq!(to, block);
        let mut now: FxHashMap<Value, Value> = FxHashMap::default();
        for (&parameter, argument) in parameters.iter().zip(arguments) {
            let Instruction { ty, site, .. } = *function.instruction(parameter);
            let copy = append(function, into, Op::Copy(argument), ty, site);
            now.insert(parameter, copy);
            self.define(parameter, block, into, copy);
        }
        for value in body {
            let Instruction { mut op, ty, site } = function.instruction(value).clone();
            let mut is_same = !op.has_effect();
            op.for_each_operand_mut(&mut |operand| {
                if let Some(&copy) = now.get(operand) {
                    *operand = copy;
                    is_same = false;
                }
            });
            if is_same {
                continue;
            }
            let copy = append(function, into, op, ty, site);
            now.insert(value, copy);
            if ty != Type::Nothing {
                self.define(value, block, into, copy);
            }
        }
        end.for_each_operand_mut(&mut |operand| *operand = *now.get(operand).unwrap_or(operand));
        function.blocks[into.0 as usize].end = end;
    }

    fn define(&mut self, value: Value, home: Block, at: Block, copy: Value) {
        let list = &mut self.list;
        let place = *self.places.entry(value).or_insert_with(|| {
            list.push(Variable { value, home, copies: FxHashMap::default() });
            list.len() as u32 - 1
        });
        let before = self.list[place as usize].copies.insert(at, copy);
        debug_assert!(before.is_none(), "a block gets one copy of another");
    }

    /// Makes every use refer to the definition that reaches it.
    pub fn resolve(self, function: &mut Function, context: &Context<'_>) {
        if self.list.is_empty() {
            return;
        }
        let graph = Graph::new(function);
        let mut places = vec![u32::MAX; function.blocks.len()];
        for (place, block) in graph.order().iter().enumerate() {
            places[block.0 as usize] = place as u32;
        }
        let uses = self.uses(function, &graph);
        let mut reaching = Reaching { at_start: FxHashMap::default(), variables: self };
        let mut seen = vec![u32::MAX; function.blocks.len()];
        for (at, used) in (0..).zip(uses) {
            let mut live = reaching.live(&graph, at, used, &mut seen);
            live.sort_unstable_by_key(|block| places[block.0 as usize]);
            reaching.join(function, &graph, at, &live);
        }
        reaching.rewrite(function, &graph);
        copies::resolve(function);
        parameters::run(function, context);
    }

    /// The variable that a value stands for when a block mentions it.
    fn mentioned(&self, value: Value, block: Block) -> Option<u32> {
        let place = *self.places.get(&value)?;
        (self.list[place as usize].home != block).then_some(place)
    }

    /// By variable: the blocks that use it, other than the one that first defines it.
    fn uses(&self, function: &Function, graph: &Graph) -> Vec<Vec<Block>> {
        let mut uses: Vec<Vec<Block>> = vec![Vec::new(); self.list.len()];
        for &block in graph.order() {
            let mut note = |value: Value| {
                if let Some(place) = self.mentioned(value, block)
                    && uses[place as usize].last() != Some(&block)
                {
                    uses[place as usize].push(block);
                }
            };
            let BlockData { body, end, .. } = function.block(block);
            for value in body {
                function.uses(*value).into_iter().for_each(&mut note);
                let waiting = function.waiting.get(value).into_iter();
                let waiting = waiting.flat_map(|&state| function.chain(state));
                waiting.flat_map(|state| state.values()).for_each(&mut note);
            }
            end.operands().into_iter().for_each(note);
        }
        uses
    }
}

/// Which definitions reach where.
struct Reaching {
    variables: Variables,
    /// By block and variable: its value where the block begins.
    at_start: FxHashMap<(Block, u32), Value>,
}

impl Reaching {
    /// The blocks where a variable is needed when they begin. `seen` says which variable has come
    /// by a block last.
    fn live(&self, graph: &Graph, variable: u32, used: Vec<Block>, seen: &mut [u32]) -> Vec<Block> {
        let Variable { home, copies, .. } = &self.variables.list[variable as usize];
        let mut live = used;
        live.iter().for_each(|block| seen[block.0 as usize] = variable);
        let mut next = 0;
        while let Some(&block) = live.get(next) {
            next += 1;
            for edge in graph.incoming(block) {
                let from = edge.from;
                if from != *home && !copies.contains_key(&from) && seen[from.0 as usize] != variable
                {
                    seen[from.0 as usize] = variable;
                    live.push(from);
                }
            }
        }
        live
    }

    /// Makes parameters of a variable where ways join. `live` is in reverse postorder.
    fn join(&mut self, function: &mut Function, graph: &Graph, variable: u32, live: &[Block]) {
        let Instruction { ty, site, .. } =
            *function.instruction(self.variables.list[variable as usize].value);
        for &block in live {
            let value = match graph.incoming(block) {
                [edge] => self.at_end(edge.from, variable),
                _ => {
                    let parameter = function.add(Op::Parameter, ty, site);
                    function.blocks[block.0 as usize].parameters.push(parameter);
                    parameter
                }
            };
            self.at_start.insert((block, variable), value);
        }
        for &block in live.iter().filter(|&&block| graph.incoming(block).len() != 1) {
            for &edge in graph.incoming(block) {
                let passed = self.at_end(edge.from, variable);
                function.jump_mut(edge).arguments.push(passed);
            }
        }
    }

    fn at_end(&self, block: Block, variable: u32) -> Value {
        let Variable { value, home, copies } = &self.variables.list[variable as usize];
        if block == *home {
            return *value;
        }
        copies.get(&block).copied().unwrap_or_else(|| self.at_start[&(block, variable)])
    }

    /// What a block means by a value.
    fn meant(&self, block: Block, value: &mut Value) {
        if let Some(variable) = self.variables.mentioned(*value, block) {
            *value = self.at_start[&(block, variable)];
        }
    }

    fn rewrite(&self, function: &mut Function, graph: &Graph) {
        for &block in graph.order() {
            // Several guards of a block may share states.
            let mut states = FxHashMap::default();
            for at in 0..function.block(block).body.len() {
                let value = function.block(block).body[at];
                let place = value.0 as usize;
                let mut op = std::mem::replace(&mut function.values[place].op, Op::Parameter);
                op.for_each_operand_mut(&mut |operand| self.meant(block, operand));
                if let Op::Guard { state, .. } | Op::Probe(state) = &mut op {
                    *state = self.state(function, block, *state, &mut states);
                }
                function.values[place].op = op;
                if let Some(&state) = function.waiting.get(&value) {
                    let state = self.state(function, block, state, &mut states);
                    function.waiting.insert(value, state);
                }
            }
            let end = &mut function.blocks[block.0 as usize].end;
            let mut end = std::mem::replace(end, End::Unreachable);
            // What a jump passes to the parameters made here is what it should be already.
            end.for_each_operand_mut(&mut |operand| self.meant(block, operand));
            function.blocks[block.0 as usize].end = end;
        }
    }

    /// The state that a block means by one, whose chain others may share.
    fn state(
        &self,
        function: &mut Function,
        block: Block,
        state: StateId,
        known: &mut FxHashMap<StateId, StateId>,
    ) -> StateId {
        let mut chain = Vec::new();
        let mut next = Some(state);
        while let Some(state) = next.filter(|state| !known.contains_key(state)) {
            chain.push(state);
            next = function.state(state).caller;
        }
        for original in chain.into_iter().rev() {
            let mut state = function.state(original).clone();
            state.caller = state.caller.map(|caller| known[&caller]);
            state.for_each_mut(&mut |value| self.meant(block, value));
            let id = if state == *function.state(original) {
                original
            } else {
                function.states.push(state);
                StateId(function.states.len() as u32 - 1)
            };
            known.insert(original, id);
        }
        known[&state]
    }
}
