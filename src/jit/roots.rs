//! Where compiled code keeps references while the collector may run.
//!
//! A *safepoint* is an instruction during which a collection can happen. References that
//! are live across one are in slots of the frame area then, where the collector finds and
//! updates them, and are read back behind it. Every such value has a *home*, a slot of its own
//! from the first to the last safepoint across which it lives, shared with values that need one at
//! other times (linear scan over intervals, Poletto and Sarkar 1999).
//!
//! A value is stored at the first safepoint on a path rather than at its definition: most
//! safepoints of allocating loops are slow paths that are seldom taken, and whatever is stored
//! there costs the fast path nothing. What is still in its home from an earlier safepoint is
//! not stored again; a forward analysis says where that is so on every path.

use rustc_hash::FxHashMap;

use super::bits::Bits;
use super::words::Words;
use crate::ssa::{Block, Function, Op, Value};

/// The most references that all safepoints of a function have to keep together: each is stored
/// and read back there. The time of register allocation grows with more than this: a second for as
/// many.
const MAX_KEPT: usize = 1 << 14;

/// How an instruction can make the collector run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Safepoint {
    /// It cannot.
    Never,
    /// On a path of its own that is seldom taken.
    Rarely,
    /// Whenever it is evaluated.
    Always,
}

/// The homes of references, and what each safepoint must keep.
#[derive(Debug)]
pub(super) struct Roots {
    /// By value.
    homes: Vec<Option<u32>>,
    /// By safepoint.
    live: FxHashMap<Value, Box<[Value]>>,
    /// By block: what is in its home when the block begins.
    stored: Vec<Bits>,
    /// How many homes there are.
    pub(super) slots: u32,
}

/// What is in its home at the point that is being lowered.
#[derive(Debug)]
pub(super) struct Stored(Bits);

impl Stored {
    pub(super) fn contains(&self, value: Value) -> bool {
        self.0.contains(value.0 as usize)
    }

    /// The value was stored, for all that follows.
    pub(super) fn insert(&mut self, value: Value) {
        self.0.insert(value.0 as usize);
    }

    /// The value is defined anew.
    pub(super) fn remove(&mut self, value: Value) {
        self.0.remove(value.0 as usize);
    }
}

impl Roots {
    /// Finds the homes of a function's references. `order` are its blocks in reverse
    /// postorder.
    ///
    /// None if its safepoints have more to keep than it is worth.
    pub(super) fn new(
        function: &Function,
        order: &[Block],
        words: &Words,
        safepoint: &dyn Fn(Value) -> Safepoint,
    ) -> Option<Roots> {
        let mut analysis = Analysis {
            function,
            order,
            words,
            live_in: vec![Bits::none(function.values.len()); function.blocks.len()],
        };
        if !analysis.has_safepoint(safepoint) {
            return Some(Roots {
                homes: vec![None; function.values.len()],
                live: FxHashMap::default(),
                stored: vec![Bits::none(function.values.len()); function.blocks.len()],
                slots: 0,
            });
        }
        analysis.find_live();
        let live = analysis.live_across(safepoint)?;
        let (homes, slots) = analysis.assign_homes(&live);
        let stored = analysis.stored(&live, safepoint);
        Some(Roots { homes, live, stored, slots })
    }

    /// The slot in which a value is kept, if it lives across a safepoint.
    pub(super) fn home(&self, value: Value) -> Option<u32> {
        self.homes[value.0 as usize]
    }

    /// What must be kept at a safepoint, in the order of the homes.
    pub(super) fn live_across(&self, safepoint: Value) -> &[Value] {
        self.live.get(&safepoint).map_or(&[], |values| values)
    }

    /// What is in its home when a block begins.
    pub(super) fn stored_at(&self, block: Block) -> Stored {
        Stored(self.stored[block.0 as usize].clone())
    }
}

struct Analysis<'a> {
    function: &'a Function,
    order: &'a [Block],
    words: &'a Words,
    /// By block: the references that are live when it begins, its parameters not among them.
    live_in: Vec<Bits>,
}

impl Analysis<'_> {
    fn has_safepoint(&self, safepoint: &dyn Fn(Value) -> Safepoint) -> bool {
        let f = self.function;
        let is_one = |&v: &Value| safepoint(v) != Safepoint::Never;
        self.order.iter().any(|&block| f.block(block).body.iter().any(is_one))
    }

    /// The reference that a value is, if it can point into the moving heap: the first value that is the same word. Constants
    /// do not, whatever their type is, nor do boxed Ints and Bools.
    fn reference(&self, value: Value) -> Option<usize> {
        let value = self.words.of(value);
        let instruction = self.function.instruction(value);
        let is_reference = instruction.ty.needs_root()
            && match instruction.op {
                Op::Str(_) | Op::Function(_) => false,
                Op::Box(boxed) => self.function.ty(boxed).needs_root(),
                _ => true,
            };
        is_reference.then_some(value.0 as usize)
    }

    fn live_out(&self, block: Block) -> Bits {
        let mut live = Bits::none(self.function.values.len());
        for jump in self.function.block(block).end.jumps() {
            live.unite(&self.live_in[jump.to.0 as usize]);
        }
        let operands = self.function.block(block).end.operands();
        operands
            .into_iter()
            .filter_map(|value| self.reference(value))
            .for_each(|at| live.insert(at));
        live
    }

    /// Walks a block backwards; shows each instruction with what is live behind it.
    fn walk(&self, block: Block, live: &mut Bits, visit: &mut dyn FnMut(Value, &Bits)) {
        let data = self.function.block(block);
        for &value in data.body.iter().rev() {
            live.remove(value.0 as usize);
            visit(value, live);
            let needs = self.function.needs(value);
            needs
                .into_iter()
                .filter_map(|used| self.reference(used))
                .for_each(|at| live.insert(at));
        }
        for &parameter in &data.parameters {
            live.remove(parameter.0 as usize);
        }
    }

    /// What an object is made of: filled in once there is room, behind its safepoint.
    fn parts(&self, value: Value) -> impl Iterator<Item = usize> + '_ {
        let op = &self.function.instruction(value).op;
        let is_object = matches!(op, Op::Tuple(..) | Op::Closure(..));
        let parts = if is_object { op.operands() } else { Vec::new() };
        parts.into_iter().filter_map(|part| self.reference(part))
    }

    fn find_live(&mut self) {
        loop {
            let mut changed = false;
            for &block in self.order.iter().rev() {
                let mut live = self.live_out(block);
                self.walk(block, &mut live, &mut |_, _| {});
                if live != self.live_in[block.0 as usize] {
                    self.live_in[block.0 as usize] = live;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn live_across(
        &self,
        safepoint: &dyn Fn(Value) -> Safepoint,
    ) -> Option<FxHashMap<Value, Box<[Value]>>> {
        let mut live_across = FxHashMap::default();
        let mut kept = 0;
        for &block in self.order {
            let mut live = self.live_out(block);
            self.walk(block, &mut live, &mut |value, live| {
                if safepoint(value) != Safepoint::Never && kept <= MAX_KEPT {
                    let mut live = live.clone();
                    self.parts(value).for_each(|part| live.insert(part));
                    let values = live.iter().map(|index| Value(index as u32));
                    let values: Box<[Value]> = values.collect();
                    kept += values.len();
                    live_across.insert(value, values);
                }
            });
        }
        (kept <= MAX_KEPT).then_some(live_across)
    }

    /// Gives each value that lives across a safepoint a slot, the lowest that is free.
    fn assign_homes(&self, live: &FxHashMap<Value, Box<[Value]>>) -> (Vec<Option<u32>>, u32) {
        let mut intervals = self.intervals(live);
        intervals.sort_unstable();
        let mut homes = vec![None; self.function.values.len()];
        let mut active: Vec<(u32, u32)> = Vec::new();
        let mut free = std::collections::BinaryHeap::new();
        let mut slots = 0;
        for (start, end, value) in intervals {
            active.retain(|&(end, slot)| {
                let is_over = end < start;
                if is_over {
                    free.push(std::cmp::Reverse(slot));
                }
                !is_over
            });
            let slot = free.pop().map_or(slots, |std::cmp::Reverse(slot)| slot);
            slots = slots.max(slot + 1);
            homes[value.0 as usize] = Some(slot);
            active.push((end, slot));
        }
        (homes, slots)
    }

    /// From which safepoint to which, in the order of lowering, each value needs its home. In
    /// between it may be read back and be dead, but wherever it is live between two safepoints
    /// without being defined anew, it is live across all others on the way.
    fn intervals(&self, live: &FxHashMap<Value, Box<[Value]>>) -> Vec<(u32, u32, Value)> {
        let mut spans: Vec<Option<(u32, u32)>> = vec![None; self.function.values.len()];
        let body = self.order.iter().flat_map(|&block| &self.function.block(block).body);
        for (at, safepoint) in (0..).zip(body.filter(|value| live.contains_key(value))) {
            for &kept in &live[safepoint] {
                let (_, end) = spans[kept.0 as usize].get_or_insert((at, at));
                *end = at;
            }
        }
        let spans = spans.iter().enumerate().filter_map(|(value, span)| Some((value, (*span)?)));
        spans.map(|(value, (start, end))| (start, end, Value(value as u32))).collect()
    }

    /// By block: what is in its home on every path there.
    fn stored(
        &self,
        live: &FxHashMap<Value, Box<[Value]>>,
        safepoint: &dyn Fn(Value) -> Safepoint,
    ) -> Vec<Bits> {
        let count = self.function.values.len();
        let mut stored = vec![Bits::all(count); self.function.blocks.len()];
        stored[Block::ENTRY.0 as usize] = Bits::none(count);
        loop {
            let mut changed = false;
            for &block in self.order {
                let mut now = stored[block.0 as usize].clone();
                let data = self.function.block(block);
                for &value in &data.body {
                    now.remove(value.0 as usize);
                    if safepoint(value) == Safepoint::Always {
                        live[&value].iter().for_each(|kept| now.insert(kept.0 as usize));
                    }
                }
                for jump in data.end.jumps() {
                    let target = &mut stored[jump.to.0 as usize];
                    let mut met = target.clone();
                    met.intersect(&now);
                    for parameter in &self.function.block(jump.to).parameters {
                        met.remove(parameter.0 as usize);
                    }
                    if met != *target {
                        *target = met;
                        changed = true;
                    }
                }
            }
            if !changed {
                return stored;
            }
        }
    }
}
