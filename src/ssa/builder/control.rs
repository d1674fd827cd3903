//! Where control goes: conditions, branches and where they meet, the ends of functions.
//!
//! A condition is not evaluated but *tested*: `&&` and `||` in it become jumps. What a test
//! has learned holds wherever it was certainly made before. To know that, every test leaves
//! [`Marks`].

use super::{Block, Builder, DEAD, Demand, Node, NodeId, Op, Task, Type, Value};
use crate::ssa::{End, Jump, Site};

/// How long the trail was with what is known in both blocks to which a condition leads.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    then: usize,
    otherwise: usize,
}

/// A condition and where it leads.
#[derive(Clone, Copy)]
pub(super) struct Test {
    condition: NodeId,
    then: Block,
    otherwise: Block,
    /// What it means if the condition is no Bool, and where.
    demand: Demand,
    site: Site,
}

/// `&&` or `||` in a condition, the left side of which was tested.
#[derive(Clone, Copy)]
pub(super) struct Middle {
    and: bool,
    /// Where the right side is tested.
    block: Block,
    right: Test,
    /// How many slots were forgotten before the left side.
    forgotten: usize,
}

/// One of two ways to go on.
#[derive(Clone, Copy)]
struct Way {
    block: Block,
    does: Does,
}

/// What is done in a branch.
#[derive(Clone, Copy)]
enum Does {
    /// It evaluates a node.
    Evaluate(NodeId),
    /// It evaluates the right side of `&&` or `||`.
    Right { rhs: NodeId, and: bool, site: Site },
    /// Its value is that of the left side.
    Decided(bool, NodeId),
    /// It evaluates a node in tail position.
    Tail(NodeId),
    /// It is a condition, too.
    Test(Test),
}

/// The branches behind a condition.
#[derive(Clone, Copy)]
pub(super) struct Arms {
    /// The whole.
    id: NodeId,
    then: Way,
    otherwise: Way,
    /// How many slots were forgotten before the condition.
    forgotten: usize,
}

/// What is known behind a condition.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// How long the trail is with it.
    mark: usize,
    /// Which slots the condition forgot: from and to.
    forgotten: (usize, usize),
}

impl Builder<'_> {
    /// Plans an `if`, as a value or in tail position.
    pub(super) fn choice(&mut self, id: NodeId, is_value: bool) {
        let Node::If { condition, then, otherwise } = self.source.node(id) else {
            unreachable!("only used for choices");
        };
        let does = if is_value { Does::Evaluate } else { Does::Tail };
        self.fork(id, condition, Demand::Condition, [does(then), does(otherwise)]);
    }

    /// Plans `&&` or `||` as a value.
    pub(super) fn logic(&mut self, id: NodeId, and: bool, lhs: NodeId, rhs: NodeId) {
        let right = Does::Right { rhs, and, site: self.origin(id) };
        let ways = if and {
            [right, Does::Decided(false, lhs)]
        } else {
            [Does::Decided(true, lhs), right]
        };
        self.fork(id, lhs, Demand::Logic { and, left: true }, ways);
    }

    fn fork(&mut self, id: NodeId, condition: NodeId, demand: Demand, does: [Does; 2]) {
        let [then, otherwise] = does.map(|does| Way { block: self.new_block(), does });
        let (blocks, site) = ((then.block, otherwise.block), self.origin(id));
        let test = Test { condition, then: blocks.0, otherwise: blocks.1, demand, site };
        let forgotten = self.env.forgotten();
        self.plan([Task::Test(test), Task::Arms(Arms { id, then, otherwise, forgotten })]);
    }

    /// Plans a test.
    pub(super) fn test(&mut self, test: Test) {
        if self.is_dead() {
            self.leave_marks();
            return;
        }
        let site = self.origin(test.condition);
        match self.source.node(test.condition) {
            Node::Logic { and, lhs, rhs } => {
                let block = self.new_block();
                let demand = Demand::Logic { and, left: false };
                let right = Test { condition: rhs, demand, site, ..test };
                let demand = Demand::Logic { and, left: true };
                let mut left = Test { condition: lhs, demand, site, ..test };
                *(if and { &mut left.then } else { &mut left.otherwise }) = block;
                let forgotten = self.env.forgotten();
                let middle = Middle { and, block, right, forgotten };
                self.plan([Task::Test(left), Task::Middle(middle)]);
            }
            Node::If { condition, then, otherwise } => {
                let does =
                    [then, otherwise].map(|condition| Does::Test(Test { condition, ..test }));
                self.fork(test.condition, condition, Demand::Condition, does);
            }
            Node::Block { statements, result } => {
                let last = [Task::Test(Test { condition: result, ..test })];
                self.block(statements, last, None);
            }
            _ => self.plan([
                Task::Evaluate(test.condition),
                Task::Demand(test.demand, test.site),
                Task::Branch(test.then, test.otherwise),
            ]),
        }
    }

    fn leave_marks(&mut self) {
        let mark = self.env.mark();
        self.marks.push(Marks { then: mark, otherwise: mark });
    }

    fn take_marks(&mut self) -> Marks {
        self.marks.pop().expect("a test left marks")
    }

    /// Goes where the Bool on the stack says.
    pub(super) fn branch(&mut self, then: Block, otherwise: Block) {
        let condition = self.pop();
        if !self.is_dead() {
            let [then, otherwise] = [then, otherwise].map(|to| Jump { to, arguments: Vec::new() });
            self.end(End::Branch { condition, then, otherwise });
        }
        self.leave_marks();
    }

    /// Goes on with the right side of `&&` or `||` in a condition.
    pub(super) fn middle(&mut self, middle: Middle) {
        let left = self.take_marks();
        let mark = if middle.and { left.then } else { left.otherwise };
        let forgotten = (middle.forgotten, self.env.forgotten());
        self.enter_branch(middle.block, Known { mark, forgotten });
        let left = Marks { then: left.then.min(mark), otherwise: left.otherwise.min(mark) };
        self.plan([Task::Test(middle.right), Task::Combine(middle, left)]);
    }

    pub(super) fn combine(&mut self, middle: Middle, left: Marks) {
        let mut marks = self.take_marks();
        if middle.and {
            marks.otherwise = marks.otherwise.min(left.otherwise);
        } else {
            marks.then = marks.then.min(left.then);
        }
        self.marks.push(marks);
    }

    /// Plans both branches: first the one in which more is known, as what it learns and what
    /// only it knows is undone for the other.
    pub(super) fn arms(&mut self, arms: Arms) {
        let marks = self.take_marks();
        let Arms { id, then, otherwise, forgotten } = arms;
        let forgotten = (forgotten, self.env.forgotten());
        let mark = marks.then.min(marks.otherwise);
        match then.does {
            Does::Tail(_) => {}
            Does::Test(_) => self.plan([Task::Common(mark)]),
            _ => self.plan([Task::Merge(id, Known { mark, forgotten }), Task::Probe(id)]),
        }
        let (first, second) =
            if marks.then >= marks.otherwise { (then, otherwise) } else { (otherwise, then) };
        self.way(second, Known { mark, forgotten });
        let mark = marks.then.max(marks.otherwise);
        self.way(first, Known { mark, forgotten });
    }

    fn way(&mut self, way: Way, known: Known) {
        match way.does {
            Does::Evaluate(id) => self.plan([Task::Forget(id), Task::Evaluate(id), Task::Arm]),
            Does::Tail(id) => self.plan([Task::Forget(id), Task::Tail(id)]),
            Does::Test(test) => self.plan([Task::Forget(test.condition), Task::Test(test)]),
            Does::Decided(decided, id) => self.plan([Task::Decided(decided, id), Task::Arm]),
            Does::Right { rhs, and, site } => {
                let demand = Demand::Logic { and, left: false };
                self.plan([Task::Evaluate(rhs), Task::Demand(demand, site), Task::Arm]);
            }
        }
        self.plan([Task::Enter(way.block, known)]);
    }

    /// Begins a branch with what is known there.
    pub(super) fn enter_branch(&mut self, block: Block, known: Known) {
        self.restore(known);
        self.enter(block);
    }

    fn restore(&mut self, Known { mark, forgotten }: Known) {
        self.env.undo(mark);
        self.env.forget_again(forgotten.0..forgotten.1);
    }

    /// Leaves what is decided without the right side.
    pub(super) fn decided(&mut self, decided: bool, id: NodeId) {
        let value = match self.is_dead() {
            true => DEAD,
            false => self.emit(Op::Bool(decided), Type::Bool, self.origin(id)),
        };
        self.results.push(value);
    }

    /// Two conditions that are branches have been tested.
    pub(super) fn common(&mut self, mark: usize) {
        self.take_marks();
        self.take_marks();
        self.marks.push(Marks { then: mark, otherwise: mark });
    }

    /// Leaves a branch with its value.
    pub(super) fn arm(&mut self) {
        let value = self.pop();
        self.arms.push(self.current.take().map(|block| (block, value)));
    }

    /// Goes on behind two branches.
    pub(super) fn merge(&mut self, id: NodeId, known: Known) {
        let second = self.arms.pop().expect("both branches have ended");
        let first = self.arms.pop().expect("both branches have ended");
        self.restore(known);
        let value = match (first, second) {
            (None, None) => DEAD,
            (Some((block, value)), None) | (None, Some((block, value))) => {
                self.current = Some(block);
                self.proven(value, id)
            }
            (Some(first), Some(second)) => self.meet(id, first, second),
        };
        self.results.push(value);
        self.forget_after(id);
    }

    fn meet(&mut self, id: NodeId, first: (Block, Value), second: (Block, Value)) -> Value {
        let site = self.origin(id);
        let types = [first, second].map(|(_, value)| self.out.ty(value));
        let ty = if types[0] == types[1] { types[0] } else { Type::Tagged };
        let to = self.new_block();
        for (block, value) in [first, second] {
            self.current = Some(block);
            let value = self.as_type(value, ty, site);
            self.jump(to, vec![value]);
        }
        let value = self.parameter(to, ty, site);
        self.enter(to);
        self.proven(value, id)
    }

    /// Returns the value on the stack.
    pub(super) fn return_value(&mut self, id: NodeId) {
        let value = self.pop();
        if !self.is_dead() {
            let tagged = self.tagged(value, self.origin(id));
            self.end(End::Return(tagged));
        }
    }
}
