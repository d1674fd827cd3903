//! Which slots the interpreter looks at again, by definition: what a state must hold, and all
//! that it should.

use std::collections::BTreeSet;

use galo::core::{self, Bind, FunctionId, Node, NodeId, Place, Program, Slot};
use galo::ssa::{Context, End, Function, Resume};

/// Larger functions take too long: a set for every node.
const MAX_NODES: usize = 800;

type Slots = BTreeSet<Slot>;

/// Compares the states of a function with the slots that are live there.
pub fn check(function: &Function, ctx: &Context<'_>) -> Result<(), String> {
    let source = ctx.program.function(function.id);
    if source.nodes().len() > MAX_NODES {
        return Ok(());
    }
    let is_main = function.id == FunctionId::MAIN;
    let pinned = if is_main { ctx.program.globals } else { 0 };
    let mut walk = Walk { program: ctx.program, source, start: Slots::new(), after: Vec::new() };
    walk.run();
    // What is not built because control never comes there does not count for the builder.
    let ends_early = function
        .blocks
        .iter()
        .any(|block| matches!(block.end, End::Unreachable | End::Unbound { .. }));
    for state in &function.states {
        let live = match state.resume {
            Resume::Start | Resume::Returned(_) => &walk.start,
            Resume::After(node, _) => &walk.after[node.index()],
        };
        let expected: Slots = (0..pinned).chain(live.iter().copied()).collect();
        let held = (0..).zip(&state.slots).filter(|(_, value)| value.is_some());
        let held: Slots = held.map(|(slot, _)| slot).collect();
        let is_right = if ends_early { held.is_superset(&expected) } else { held == expected };
        if !is_right {
            return Err(format!("{:?} holds {held:?}, not {expected:?}", state.resume));
        }
    }
    Ok(())
}

struct Walk<'a> {
    program: &'a Program,
    source: &'a core::Function,
    /// What is live at the beginning.
    start: Slots,
    /// By node: what is live right after its evaluation, before its user stores the value.
    after: Vec<Slots>,
}

impl Walk<'_> {
    /// Until the loop around the body adds nothing.
    fn run(&mut self) {
        loop {
            self.after = vec![Slots::new(); self.source.nodes().len()];
            let start = self.node(self.source.body(), Slots::new());
            if start == self.start {
                return;
            }
            self.start = start;
        }
    }

    fn look(&self, live: &mut Slots, place: Place) {
        match place {
            Place::Local(slot) => {
                live.insert(slot);
            }
            Place::Capture(_) | Place::This => {
                live.insert(self.source.parameters);
            }
            Place::Global(_) => {}
        }
    }

    /// From what is live after a node to what is live before.
    fn node(&mut self, id: NodeId, mut live: Slots) -> Slots {
        self.after[id.index()] = live.clone();
        match self.source.node(id) {
            Node::Read(place) | Node::ReadHoisted { place, .. } => self.look(&mut live, place),
            Node::Closure { function, .. } => {
                let captures = &self.program.function(function).captures;
                captures.iter().for_each(|&place| self.look(&mut live, place));
            }
            Node::Block { statements, result } => {
                live = self.node(result, live);
                for statement in self.source.statements(statements).iter().rev() {
                    match statement.bind {
                        Bind::Local(slot) => {
                            live.remove(&slot);
                        }
                        Bind::Cell(slot) => {
                            live.insert(slot);
                        }
                        Bind::Discard | Bind::Global(_) => {}
                    }
                    live = self.node(statement.value, live);
                }
            }
            Node::If { condition, then, otherwise } => {
                let mut either = self.node(then, live.clone());
                either.extend(self.node(otherwise, live));
                live = self.node(condition, either);
            }
            Node::Logic { lhs, rhs, .. } => {
                let mut either = self.node(rhs, live.clone());
                either.extend(live);
                live = self.node(lhs, either);
            }
            Node::Binary { lhs, rhs, slot, keeps, .. }
            | Node::Tuple { first: lhs, second: rhs, slot, keeps } => {
                if keeps {
                    live.insert(slot);
                }
                live = self.node(rhs, live);
                if keeps {
                    live.remove(&slot);
                }
                live = self.node(lhs, live);
            }
            Node::First(value) | Node::Second(value) | Node::Print(value) => {
                live = self.node(value, live);
            }
            Node::Call { callee, keeps, arguments, slot, .. } => {
                if let Some(callee) = callee.filter(|_| !keeps) {
                    live = self.node(callee, live);
                }
                let kept = callee.filter(|_| keeps);
                let operands = kept.iter().chain(self.source.list(arguments)).copied().collect();
                live = self.stored(operands, slot, live);
            }
            Node::Repeat { changes, slot } => {
                let changes = self.source.statements(changes);
                live = self.start.clone();
                for change in changes {
                    if let Bind::Local(slot) = change.bind {
                        live.remove(&slot);
                    }
                }
                let values = changes.iter().map(|change| change.value).collect();
                live = self.stored(values, slot, live);
            }
            _ => {}
        }
        live
    }

    /// Operands that are stored one after the other for their user.
    fn stored(&mut self, operands: Vec<NodeId>, first: Slot, mut live: Slots) -> Slots {
        let slots = first..first + operands.len() as Slot;
        live.extend(slots.clone());
        for (slot, operand) in slots.zip(operands).rev() {
            live.remove(&slot);
            live = self.node(operand, live);
        }
        live
    }
}
