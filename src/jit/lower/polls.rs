//! Looking whether somebody wants something of the program: at entries, and in loops.
//!
//! What runs for long enters functions or goes round in loops. So all that is needed is
//!
//! - at the entry of a function that calls, the check of the stack that is there anyway: its limit is
//!   raised when somebody wants something ([`interrupt`](galo_runtime::interrupt));
//! - at the entry of one that leaves by a tail call, a look at a word of the machine;
//! - on each cycle of jumps the same look. Every cycle has a jump that goes back in the order of
//!   the blocks, and the block that it leaves looks; unless each round of the loop calls the function
//!   itself, whose entry does, or the loop has but one block, calls nothing, and makes a number of rounds that is
//!   known and small.
//!
//! What calls nothing and has no loop ends soon, and whoever called it looks.
//!
//! The stub that polls keeps all registers. So nothing but the look itself is on the path that is
//! usually taken; values stay where they are.
//!
//! Cranelift does not take the word for what it was in the round before, since the call of the stub, in a
//! cold block that comes back, may have changed all memory.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder};
use galo_runtime::abi;
use rustc_hash::FxHashSet;

use super::super::code::source_location;
use super::super::emit::Region;
use super::Lowering;
use crate::ssa::analysis::{Dominators, Graph};
use crate::ssa::passes::is_copyable;
use crate::ssa::{Block, Callee, End, Function, Op, counted};

/// How many blocks are looked at for each jump that goes back.
const MAX_STEPS: usize = 64;
/// A loop of one block that calls nothing and ends after so many operations does not look: they take a
/// fraction of a millisecond.
const MAX_OPERATIONS: u64 = 1 << 19;

/// The blocks that jump back.
pub(super) fn polling_blocks(function: &Function, graph: &Graph) -> FxHashSet<Block> {
    let order = graph.order();
    let mut places = vec![usize::MAX; function.blocks.len()];
    for (place, block) in order.iter().enumerate() {
        places[block.0 as usize] = place;
    }
    let places = &places;
    let back = |from: Block| {
        let place = places[from.0 as usize];
        function.block(from).end.jumps().filter(move |jump| places[jump.to.0 as usize] <= place)
    };
    let is_polling = |&from: &Block| {
        let others = back(from).any(|jump| jump.to != from);
        others || back(from).next().is_some() && !ends_soon(function, graph, from)
    };
    let mut polling: FxHashSet<Block> = order.iter().copied().filter(is_polling).collect();
    // Code that can be compiled again may call another version of itself.
    let is_final = function.states.is_empty();
    if is_final && !polling.is_empty() && order.iter().any(|&block| calls_itself(function, block)) {
        let dominators = Dominators::new(graph, function);
        polling.retain(|&from| {
            !back(from).all(|jump| always_calls_itself(function, &dominators, from, jump.to))
        });
    }
    polling
}

/// Whether a loop of this block alone makes few rounds that take no time worth mentioning.
fn ends_soon(function: &Function, graph: &Graph, head: Block) -> bool {
    let body = &function.block(head).body;
    let mut ops = body.iter().map(|&value| &function.instruction(value).op);
    counted::rounds(function, graph, head)
        .and_then(|rounds| rounds.checked_mul(body.len() as u64 + 1))
        .is_some_and(|operations| operations <= MAX_OPERATIONS)
        && ops.all(is_copyable)
}

fn calls_itself(function: &Function, block: Block) -> bool {
    function.block(block).body.iter().any(|&value| {
        let op = &function.instruction(value).op;
        matches!(op, Op::Call(Callee::Known { function: of, .. }, _) if *of == function.id)
    })
}

/// Whether every way from a loop's head to the end of a round calls the function itself, as far as is
/// easy to see: in a block that all of them pass.
fn always_calls_itself(
    function: &Function,
    dominators: &Dominators,
    from: Block,
    head: Block,
) -> bool {
    if !dominators.dominates(head, from) {
        return false;
    }
    let mut at = from;
    for _ in 0..MAX_STEPS {
        if calls_itself(function, at) {
            return true;
        }
        match dominators.immediate(at) {
            Some(parent) if at != head => at = parent,
            _ => return false,
        }
    }
    false
}

impl Lowering<'_> {
    /// At the entry of a function that calls: whether there is room, and whether somebody wants
    /// something.
    pub(super) fn check_stack_at_entry(&mut self) {
        let below = IntCC::UnsignedLessThan;
        let stub = self.input.poll_stub;
        let is_below = |emit: &mut super::Emitter<'_>, limit: usize| {
            let limit = emit.load_machine(limit);
            let pointer = emit.builder.ins().get_stack_pointer(ir::types::I64);
            emit.builder.ins().icmp(below, pointer, limit)
        };
        let looks = is_below(&mut self.emit, abi::ENTRY_LIMIT);
        let place = self.entry_place();
        self.emit.detour_if(looks, |emit| {
            let here = emit.builder.srcloc();
            emit.builder.set_srcloc(place);
            emit.builder.ins().call(stub, &[]);
            emit.builder.set_srcloc(here);
            let too_deep = is_below(emit, abi::STACK_LIMIT);
            emit.overflow_if(too_deep);
        });
    }

    /// At the entry of a function that leaves by a tail call and has no other look.
    pub(super) fn poll_at_entry(&mut self, order: &[Block]) {
        let ssa = self.ssa();
        let leaves = |&block: &Block| matches!(ssa.block(block).end, End::TailCall { .. });
        if !self.calls(order) && order.iter().any(leaves) {
            let here = self.emit.builder.srcloc();
            let place = self.entry_place();
            self.emit.builder.set_srcloc(place);
            self.look();
            self.emit.builder.set_srcloc(here);
        }
    }

    /// The place of a poll at the entry. For samples it is the call that is being made that polls,
    /// as in the interpreter: the function has not run yet.
    fn entry_place(&self) -> ir::SourceLoc {
        match self.input.is_sampled {
            true => source_location(None),
            false => self.emit.builder.srcloc(),
        }
    }

    /// Before a tail call, if samples are to see who makes it: afterwards its frame is gone.
    pub(super) fn poll_before_tail_call(&mut self) {
        if self.input.is_sampled {
            self.look();
        }
    }

    /// At the beginning of a block that jumps back. Its place is that of what is done there, or else
    /// was done before.
    pub(super) fn poll(&mut self, block: Block) {
        if let Some(&last) = self.ssa().block(block).body.last() {
            self.emit.at(self.ssa().instruction(last).site);
        }
        self.look();
    }

    fn look(&mut self) {
        let machine = self.emit.machine();
        let ty = ir::types::I32;
        let wanted = self.emit.load_typed(ty, Region::Machine, machine, abi::IS_WANTED as i32);
        let stub = self.input.poll_stub;
        self.emit.detour_if(wanted, |emit| {
            emit.builder.ins().call(stub, &[]);
        });
    }
}
