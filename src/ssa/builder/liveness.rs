//! Which slots of the frame the interpreter still looks at, after each node.
//!
//! One walk over the nodes against the order of evaluation, which forks at every choice.
//! It notes only changes: where the last look at a slot is. So a state refers to no value
//! longer than the interpreter would need it.

use super::{FunctionId, Node, NodeId, Slot};
use crate::core::{Bind, Function, Place, Program};

/// Thousands of choices inside each other, with thousands of variables, have quadratically
/// many changes: only so many are noted. What is not noted counts as looked at.
const MAX_CHANGES: usize = 1 << 17;

/// Slots by node.
#[derive(Default)]
struct Table(Vec<(NodeId, Slot)>);

impl Table {
    fn note(&mut self, id: NodeId, slot: Slot) {
        if self.0.len() < MAX_CHANGES {
            self.0.push((id, slot));
        }
    }

    fn of(&self, id: NodeId) -> &[(NodeId, Slot)] {
        let start = self.0.partition_point(|&(at, _)| at < id);
        let len = self.0[start..].iter().take_while(|&&(at, _)| at == id).count();
        &self.0[start..start + len]
    }
}

/// What is known of a function's slots.
pub(super) struct Liveness {
    after: Table,
    after_binding: Table,
    at_branch: Table,
    never_read: Vec<bool>,
    live_at_start: Vec<bool>,
}

impl Liveness {
    /// Finds out about a function. The globals, in main's frame, always count as looked at.
    pub(super) fn new(program: &Program, id: FunctionId) -> Liveness {
        let function = program.function(id);
        let count = function.nodes().len();
        let mut walk = Walk {
            program,
            function,
            pinned: if id == FunctionId::MAIN { program.globals } else { 0 },
            live: vec![false; function.frame as usize],
            in_branch: vec![[false; 2]; function.frame as usize],
            trail: Vec::new(),
            roles: vec![Role::Other; count],
            forks: Vec::new(),
            found: Liveness {
                after: Table::default(),
                after_binding: Table::default(),
                at_branch: Table::default(),
                never_read: vec![false; count],
                live_at_start: Vec::new(),
            },
            kept: Vec::new(),
        };
        walk.run();
        let mut found = walk.found;
        found.live_at_start = walk.live;
        for table in [&mut found.after, &mut found.after_binding, &mut found.at_branch] {
            table.0.sort_unstable();
        }
        found
    }

    /// The slots that nothing looks at once the node was evaluated, but something did before.
    pub(super) fn after(&self, id: NodeId) -> impl Iterator<Item = Slot> + '_ {
        self.after.of(id).iter().map(|&(_, slot)| slot)
    }

    /// The same, once the node's value was bound.
    pub(super) fn after_binding(&self, id: NodeId) -> impl Iterator<Item = Slot> + '_ {
        self.after_binding.of(id).iter().map(|&(_, slot)| slot)
    }

    /// The slots that nothing looks at if control goes to this branch of an `if`, while the
    /// other one would.
    pub(super) fn at_branch(&self, id: NodeId) -> impl Iterator<Item = Slot> + '_ {
        self.at_branch.of(id).iter().map(|&(_, slot)| slot)
    }

    /// Whether nothing looks at the variable that the node's value is bound to.
    pub(super) fn is_never_read(&self, id: NodeId) -> bool {
        self.never_read[id.index()]
    }

    /// Whether nothing ever looks at a parameter or at the running closure.
    pub(super) fn is_unused(&self, slot: Slot) -> bool {
        !self.live_at_start[slot as usize]
    }
}

/// What a node is for the node that it is an operand of.
#[derive(Clone, Copy)]
enum Role {
    Other,
    /// Looked at together with that node, which re-reads it.
    Reread,
    /// The value of a statement.
    Bound(Bind),
    /// The condition of this `if`.
    Condition {
        choice: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    Then,
    Otherwise,
    /// The left side of this `&&` or `||`.
    Left(NodeId),
    Right,
}

/// A choice that is being walked.
struct Fork {
    /// Where its part of the trail begins.
    mark: usize,
    /// What the second branch looks at.
    otherwise: Vec<Slot>,
}

struct Walk<'a> {
    program: &'a Program,
    function: &'a Function,
    /// Slots below this are always looked at.
    pinned: Slot,
    live: Vec<bool>,
    /// Scratch: in which of two branches a slot is looked at.
    in_branch: Vec<[bool; 2]>,
    /// The slots that became live.
    trail: Vec<Slot>,
    roles: Vec<Role>,
    forks: Vec<Fork>,
    /// The parameters, and the closure behind them, that anything looks at.
    kept: Vec<Slot>,
    found: Liveness,
}

impl Walk<'_> {
    fn run(&mut self) {
        self.find_roles();
        for index in (0..self.function.nodes().len()).rev() {
            let id = NodeId::new(index);
            match self.roles[index] {
                Role::Other => {}
                Role::Reread => continue,
                Role::Bound(bind) => self.bound(id, bind),
                Role::Otherwise | Role::Right => {
                    self.forks.push(Fork { mark: self.trail.len(), otherwise: Vec::new() });
                }
                Role::Then => {
                    let otherwise = self.unwind();
                    self.forks.last_mut().expect("an `if` is being walked").otherwise = otherwise;
                }
                Role::Condition { choice, then, otherwise } => {
                    self.join(choice, then, otherwise);
                }
                Role::Left(logic) => {
                    let right = self.unwind();
                    self.forks.pop();
                    right.into_iter().for_each(|slot| self.look(slot, logic));
                }
            }
            self.node(id, self.function.node(id), id);
        }
    }

    /// Notes the roles of all nodes, and which parameters are looked at at all.
    fn find_roles(&mut self) {
        let interface = self.function.parameters + self.function.takes_self as Slot;
        let mut looked_at = vec![false; interface as usize];
        for (id, node) in self.function.nodes() {
            match node {
                Node::Block { statements, .. } => {
                    for statement in self.function.statements(statements) {
                        self.roles[statement.value.index()] = Role::Bound(statement.bind);
                    }
                }
                Node::If { condition, then, otherwise } => {
                    self.roles[condition.index()] = Role::Condition { choice: id, then, otherwise };
                    self.roles[then.index()] = Role::Then;
                    self.roles[otherwise.index()] = Role::Otherwise;
                }
                Node::Logic { lhs, rhs, .. } => {
                    self.roles[lhs.index()] = Role::Left(id);
                    self.roles[rhs.index()] = Role::Right;
                }
                Node::Binary { rhs: reread, keeps: false, .. }
                | Node::Tuple { second: reread, keeps: false, .. }
                | Node::Call { callee: Some(reread), keeps: false, .. } => {
                    self.roles[reread.index()] = Role::Reread;
                }
                _ => {}
            }
            self.for_each_look(node, &mut |slot| {
                if let Some(looked_at) = looked_at.get_mut(slot as usize) {
                    *looked_at = true;
                }
            });
        }
        self.kept = (0..interface).filter(|&slot| looked_at[slot as usize]).collect();
    }

    /// The slots that a node itself looks at.
    fn for_each_look(&self, node: Node, look: &mut dyn FnMut(Slot)) {
        let mut place = |place: Place| match place {
            Place::Local(slot) => look(slot),
            Place::Capture(_) | Place::This => look(self.function.parameters),
            Place::Global(_) => {}
        };
        match node {
            Node::Read(at) | Node::ReadHoisted { place: at, .. } => place(at),
            Node::Closure { function, .. } => {
                self.program.function(function).captures.iter().for_each(|&at| place(at));
            }
            _ => {}
        }
    }

    /// Walks a node; what it looks at is not looked at any more behind the node `by`.
    fn node(&mut self, id: NodeId, node: Node, by: NodeId) {
        let mut looks = Vec::new();
        self.for_each_look(node, &mut |slot| looks.push(slot));
        looks.into_iter().for_each(|slot| self.look(slot, by));
        match node {
            Node::Binary { rhs: reread, keeps: false, .. }
            | Node::Tuple { second: reread, keeps: false, .. }
            | Node::Call { callee: Some(reread), keeps: false, .. } => {
                self.node(reread, self.function.node(reread), by);
            }
            Node::Repeat { changes, .. } => self.repeat(id, changes),
            _ => {}
        }
    }

    /// The next iteration looks at the parameters that are passed on as they are.
    fn repeat(&mut self, id: NodeId, changes: crate::core::Statements) {
        let changes = self.function.statements(changes);
        let kept = std::mem::take(&mut self.kept);
        for &slot in &kept {
            if !changes.iter().any(|change| change.bind == Bind::Local(slot)) {
                self.look(slot, id);
            }
        }
        self.kept = kept;
    }

    /// A slot is looked at, and not any more behind the node `by`, unless it is live there.
    fn look(&mut self, slot: Slot, by: NodeId) {
        if self.make_live(slot) {
            self.found.after.note(by, slot);
        }
    }

    fn make_live(&mut self, slot: Slot) -> bool {
        let is_new = slot >= self.pinned && !self.live[slot as usize];
        if is_new {
            self.live[slot as usize] = true;
            self.trail.push(slot);
        }
        is_new
    }

    fn bound(&mut self, id: NodeId, bind: Bind) {
        match bind {
            Bind::Local(slot) => {
                let live = std::mem::take(&mut self.live[slot as usize]);
                self.found.never_read[id.index()] = !live;
            }
            Bind::Cell(slot) => {
                if self.make_live(slot) {
                    self.found.after_binding.note(id, slot);
                }
            }
            Bind::Discard | Bind::Global(_) => {}
        }
    }

    /// Makes those slots dead again that became live in the branch that is being walked.
    fn unwind(&mut self) -> Vec<Slot> {
        let mark = self.forks.last().expect("a choice is being walked").mark;
        let live = &mut self.live;
        let slots = self.trail.drain(mark..);
        slots.filter(|&slot| std::mem::take(&mut live[slot as usize])).collect()
    }

    /// Both branches of an `if` begin where its condition was evaluated.
    fn join(&mut self, choice: NodeId, then: NodeId, otherwise: NodeId) {
        let branches = [self.unwind(), self.forks.pop().map_or(Vec::new(), |f| f.otherwise)];
        for (branch, slots) in branches.iter().enumerate() {
            slots.iter().for_each(|&slot| self.in_branch[slot as usize][branch] = true);
        }
        for (branch, slots) in branches.iter().enumerate() {
            let other = [otherwise, then][branch];
            for &slot in slots {
                if !self.in_branch[slot as usize][1 - branch] {
                    self.found.at_branch.note(other, slot);
                }
                self.look(slot, choice);
            }
        }
        for slots in &branches {
            slots.iter().for_each(|&slot| self.in_branch[slot as usize] = [false; 2]);
        }
    }
}
