//! Calls: of known and of unknown functions, in tail position and elsewhere.

use super::{Builder, MAX_STATE_SLOTS, Node, NodeId, Op, Resume, Task, Type, Value};
use super::{parameter_type, proven_type};
use crate::core::{Bind, FunctionId, Target};
use crate::flow::Callees;
use crate::ssa::{Callee, End, StateId};

impl Builder<'_> {
    /// Plans the evaluation of the operands of a call or of a self tail call.
    pub(super) fn plan_operands(&mut self, id: NodeId) {
        let (kept, operands, slot) = match self.source.node(id) {
            Node::Call { callee, keeps, arguments, slot, .. } => {
                let callee = callee.filter(|_| keeps);
                (callee, self.source.list(arguments).to_vec(), slot)
            }
            Node::Repeat { changes, slot } => {
                let values = self.source.statements(changes).iter().map(|change| change.value);
                (None, values.collect(), slot)
            }
            _ => unreachable!("only used for calls"),
        };
        self.plan([Task::Depth(slot)]);
        self.expect_pairs(id);
        let operands: Vec<NodeId> = kept.into_iter().chain(operands).collect();
        let end = slot + operands.len() as u32;
        for (slot, &operand) in (slot..end).zip(&operands).rev() {
            self.plan([Task::Evaluate(operand), Task::Keep(slot), Task::Depth(slot + 1)]);
        }
    }

    /// A call that returns here.
    pub(super) fn call(&mut self, id: NodeId, operands: &[Value]) -> Value {
        let (callee, arguments) = self.callee(id, operands);
        let kinds = self.ctx.facts.kinds(self.id, id);
        let site = self.origin(id);
        let ty = proven_type(kinds);
        let waiting = self.waiting(id);
        if kinds.is_empty() {
            let value = self.emit(Op::Call(callee, arguments), ty, site);
            self.out.waiting.extend(waiting.map(|waiting| (value, waiting)));
            self.end(End::Unreachable);
            return value;
        }
        let passed = arguments.clone();
        let call = |builder: &mut Self| {
            let value = builder.emit(Op::Call(callee, arguments), ty, site);
            builder.out.waiting.extend(waiting.map(|waiting| (value, waiting)));
            value
        };
        match callee {
            Callee::Known { function, .. } => self.decide_or(function, &passed, ty, site, call),
            Callee::Fitting(_) | Callee::Unknown(_) => call(self),
        }
    }

    /// The state that waits for a call to return, if it may be inlined.
    fn waiting(&mut self, id: NodeId) -> Option<StateId> {
        let Node::Call { slot, .. } = self.source.node(id) else {
            unreachable!("only used for calls");
        };
        self.waiting_slots += slot as usize;
        if self.ctx.profiles.is_none() || self.waiting_slots > MAX_STATE_SLOTS {
            return None;
        }
        let mut slots: Vec<_> = (0..slot).map(|slot| self.env.known_slot(slot)).collect();
        for forgotten in self.liveness.after(id) {
            if let Some(slot) = slots.get_mut(forgotten as usize) {
                *slot = None;
            }
        }
        Some(self.state(Resume::Returned(id), slots))
    }

    /// Ends the function by a tail call.
    pub(super) fn leave(&mut self, id: NodeId) {
        let node = self.source.node(id);
        let operands = self.take_operands(node);
        if self.is_dead() {
            return;
        }
        match node {
            Node::Repeat { changes, .. } => {
                let changes = self.source.statements(changes).iter().map(|change| change.bind);
                self.repeat(id, changes, &operands);
            }
            Node::Call { callee, keeps, .. } if self.is_self_call(id) => {
                let arguments = &operands[(keeps && callee.is_some()) as usize..];
                self.repeat(id, (0..).map(Bind::Local), arguments);
            }
            _ => {
                let (callee, arguments) = self.callee(id, &operands);
                self.end(End::TailCall { callee, arguments, site: self.origin(id) });
            }
        }
    }

    /// Whether a tail call can only be one of the running function by itself, with the same
    /// closure: it has just one.
    pub(super) fn is_self_call(&self, id: NodeId) -> bool {
        let Node::Call { target, .. } = self.source.node(id) else {
            return false;
        };
        !self.source.takes_self && self.known_callee(id, target) == Some(self.id)
    }

    /// Runs the body again with other parameters.
    fn repeat(&mut self, id: NodeId, changes: impl Iterator<Item = Bind>, values: &[Value]) {
        let site = self.origin(id);
        for (change, &value) in changes.zip(values) {
            if let Bind::Local(slot) = change {
                self.env.set_slot(slot, Some(value));
            }
        }
        let (head, slots) = self.repeat.clone().expect("the loop has a head");
        let types = &self.out.block(head).parameters;
        let types: Vec<Type> = types.iter().map(|&parameter| self.out.ty(parameter)).collect();
        let passed = self.passed_on(&slots, site);
        let arguments = passed.into_iter().zip(types);
        let arguments = arguments.map(|(value, ty)| self.as_type(value, ty, site)).collect();
        self.jump(head, arguments);
    }

    /// Who is called, and the arguments as the callee takes them.
    fn callee(&mut self, id: NodeId, operands: &[Value]) -> (Callee, Box<[Value]>) {
        let Node::Call { target, callee, keeps, .. } = self.source.node(id) else {
            unreachable!("only used for calls");
        };
        let (kept, arguments) = operands.split_at((keeps && callee.is_some()) as usize);
        let value = |builder: &mut Self| match (kept, callee) {
            (&[kept], _) => kept,
            (_, Some(callee)) => builder.leaf(callee),
            (_, None) => unreachable!("only static targets have no callee"),
        };
        let site = self.origin(id);
        let Some(function) = self.known_callee(id, target) else {
            let value = value(self);
            let callee = match self.ctx.facts.callees(self.id, id) {
                Callees::Fitting => {
                    let seen = self.profile.callee(id).map(|function| (site.node, function));
                    self.out.seen.extend(seen);
                    Callee::Fitting(self.as_type(value, Type::Closure, site))
                }
                _ => Callee::Unknown(self.tagged(value, site)),
            };
            let arguments = arguments.iter().map(|&argument| self.tagged(argument, site));
            return (callee, arguments.collect());
        };
        let takes_self = self.ctx.program.function(function).takes_self;
        let closure = takes_self.then(|| {
            let value = value(self);
            self.as_type(value, Type::Closure, site)
        });
        let facts = self.ctx.facts.function(function);
        debug_assert_eq!(facts.split.len(), arguments.len(), "a callee takes what it is passed");
        let mut passed = Vec::with_capacity(arguments.len());
        for (&argument, split) in arguments.iter().zip(&facts.split) {
            match split {
                Some(_) => passed.extend(self.taken_apart(argument, site)),
                None => passed.push(argument),
            }
        }
        let typed = passed
            .into_iter()
            .zip(facts.passed())
            .map(|(argument, kinds)| self.as_type(argument, parameter_type(kinds), site));
        (Callee::Known { function, closure }, typed.collect())
    }

    /// The only function that a call can reach, if it is certain to reach one.
    pub(super) fn known_callee(&self, id: NodeId, target: Target) -> Option<FunctionId> {
        match (target, self.ctx.facts.callees(self.id, id)) {
            (Target::Static(function) | Target::Closure(function), _) => Some(function),
            (Target::Unknown, Callees::One(function)) => Some(function),
            (Target::Unknown, _) => None,
        }
    }
}
