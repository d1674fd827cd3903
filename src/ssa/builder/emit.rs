//! Blocks, instructions, states: what is put into the function.

use super::{Block, BlockData, Builder, DEAD, NodeId, Op, Resume, Slot, Type, Value};
use super::{MAX_STATE_SLOTS, proven_type};
use crate::ssa::{End, Jump, Site, State, StateId};

impl Builder<'_> {
    /// Whether control cannot come here.
    pub(super) fn is_dead(&self) -> bool {
        self.current.is_none()
    }

    pub(super) fn new_block(&mut self) -> Block {
        let block = Block(self.out.blocks.len() as u32);
        let (parameters, body) = (Vec::new(), Vec::new());
        self.out.blocks.push(BlockData { parameters, body, end: End::Unreachable });
        self.reached.push(false);
        block
    }

    /// Begins a block, if anything jumps there.
    pub(super) fn enter(&mut self, block: Block) {
        self.current = Some(block).filter(|block| self.reached[block.0 as usize]);
    }

    /// Adds a parameter to a block.
    pub(super) fn parameter(&mut self, block: Block, ty: Type, site: Site) -> Value {
        let value = self.out.add(Op::Parameter, ty, site);
        self.out.blocks[block.0 as usize].parameters.push(value);
        value
    }

    /// Adds an instruction to the block that is being built.
    pub(super) fn emit(&mut self, op: Op, ty: Type, site: Site) -> Value {
        let block = self.current.expect("nothing is emitted where control cannot come");
        let value = self.out.add(op, ty, site);
        self.out.blocks[block.0 as usize].body.push(value);
        value
    }

    /// Ends the block that is being built.
    pub(super) fn end(&mut self, end: End) {
        let block = self.current.take().expect("only a block that was begun ends");
        for jump in end.jumps() {
            self.reached[jump.to.0 as usize] = true;
        }
        self.out.blocks[block.0 as usize].end = end;
    }

    /// Ends the block with a jump.
    pub(super) fn jump(&mut self, to: Block, arguments: Vec<Value>) {
        self.end(End::Jump(Jump { to, arguments }));
    }

    /// A value as Tagged.
    pub(super) fn tagged(&mut self, value: Value, site: Site) -> Value {
        let instruction = self.out.instruction(value);
        match instruction.op {
            _ if instruction.ty == Type::Tagged => value,
            Op::Unbox(tagged) | Op::Guard { value: tagged, .. } => tagged,
            Op::Check { value: tagged, .. } => tagged,
            Op::CheckInt { lhs, left: true, .. } => lhs,
            Op::CheckInt { rhs, left: false, .. } => rhs,
            _ => self.emit(Op::Box(value), Type::Tagged, site),
        }
    }

    /// A value as of a type that is proven of it, or as Tagged.
    pub(super) fn as_type(&mut self, value: Value, ty: Type, site: Site) -> Value {
        if self.out.ty(value) == ty {
            return value;
        }
        let tagged = self.tagged(value, site);
        match ty {
            Type::Tagged => tagged,
            _ => self.emit(Op::Unbox(tagged), ty, site),
        }
    }

    /// The value of a node, as of the type that is proven of it.
    pub(super) fn proven(&mut self, value: Value, id: NodeId) -> Value {
        let ty = proven_type(self.ctx.facts.kinds(self.id, id));
        if self.out.ty(value) != Type::Tagged || ty == Type::Tagged {
            return value;
        }
        let proven = self.emit(Op::Unbox(value), ty, self.origin(id));
        self.env.refine(value, proven);
        proven
    }

    /// Whether there may be another state with so many slots.
    pub(super) fn has_room_for_state(&self, depth: Slot) -> bool {
        self.state_slots + depth as usize <= MAX_STATE_SLOTS
    }

    /// The frame as it is now, up to a depth.
    pub(super) fn snapshot(&mut self, depth: Slot) -> Vec<Option<Value>> {
        self.state_slots += depth as usize;
        (0..depth).map(|slot| self.env.known_slot(slot)).collect()
    }

    pub(super) fn state(&mut self, resume: Resume, slots: Vec<Option<Value>>) -> StateId {
        let id = StateId(self.out.states.len() as u32);
        self.out.states.push(State { function: self.id, caller: None, resume, slots });
        id
    }

    /// Sets a probe here, if there are to be any.
    pub(super) fn probe(&mut self, resume: Resume, site: Site) {
        if self.ctx.probes && self.has_room_for_state(self.depth) {
            let slots = self.snapshot(self.depth);
            let state = self.state(resume, slots);
            self.emit(Op::Probe(state), Type::Nothing, site);
        }
    }

    /// Sets a probe behind a node whose value is on the stack.
    pub(super) fn probe_result(&mut self, id: NodeId) {
        let value = *self.results.last().expect("the node left its value");
        if value != DEAD && !self.is_dead() {
            let value = self.env.latest(value);
            self.probe(Resume::After(id, value), self.origin(id));
        }
    }
}
