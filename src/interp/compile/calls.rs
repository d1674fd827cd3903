//! Nodes for calls.

use std::marker::PhantomData;

use super::super::arithmetic::{Add, Binary, Sub};
use super::super::base_case::{BaseCall, BaseCase};
use super::super::calls::{
    Arguments, Call, Callee, ClosureCallee, KeepCallee, Many, StaticCallee, UnknownCallee,
};
use super::super::node::Node;
use super::super::operand::{Const, Operand, Slot};
use super::super::profile::Policy;
use super::super::tail_calls::{Repeat, Repeat0, Repeat1, Repeat2, TailCall};
use super::Compiler;
use super::shapes::{Step, with_argument, with_leaf, with_left, with_right};
use crate::core::{self, Bind, FunctionId, NodeId, Statements, Target};

/// A call `f(slot - constant)` of a known function with a base case.
pub(super) type StepCall<P> = BaseCall<Binary<Sub, Slot, Const, P>, P>;

/// The parts of a call that its node is made from.
#[derive(Clone, Copy)]
struct Plan {
    id: NodeId,
    /// Where the callee's frame begins, or a tail call's arguments are gathered.
    base: Slot,
    tail: bool,
}

impl<P: Policy> Compiler<'_, P> {
    pub(super) fn call(&mut self, id: NodeId) -> Node {
        let core::Node::Call { target, callee, keeps, arguments, slot, tail } =
            self.function.node(id)
        else {
            unreachable!("only used for calls");
        };
        let arguments = self.function.list(arguments).to_vec();
        let plan = Plan { id, base: Slot(slot + keeps as u32), tail };
        match (target, callee) {
            (Target::Static(of), _) => {
                if let Some(call) = self.call_with_base_case(of, &arguments, plan) {
                    return call;
                }
                let callee = StaticCallee(self.shared.functions[of.index()]);
                self.call_static(callee, &arguments, plan)
            }
            (_, Some(callee)) if keeps => {
                let callee = self.node(callee);
                let call = self.call_kept(target, Slot(slot), &arguments, plan);
                self.put(KeepCallee { callee, slot: Slot(slot), call })
            }
            (_, Some(callee)) => self.call_variable(target, callee, &arguments, plan),
            (_, None) => unreachable!("only static targets have no callee"),
        }
    }

    fn call_variable(
        &mut self,
        target: Target,
        callee: NodeId,
        arguments: &[NodeId],
        plan: Plan,
    ) -> Node {
        with_left!(self, callee, |callee| match target {
            Target::Closure(of) => {
                let callee = ClosureCallee(self.shared.functions[of.index()], callee);
                self.call_any(callee, arguments, plan)
            }
            _ => self.call_any(UnknownCallee(callee, PhantomData::<P>), arguments, plan),
        })
    }

    fn call_kept(&mut self, target: Target, kept: Slot, arguments: &[NodeId], plan: Plan) -> Node {
        match target {
            Target::Closure(of) => {
                let callee = ClosureCallee(self.shared.functions[of.index()], kept);
                self.call_any(callee, arguments, plan)
            }
            _ => self.call_any(UnknownCallee(kept, PhantomData::<P>), arguments, plan),
        }
    }

    /// Calls of known functions are worth the most instantiations.
    fn call_static(&mut self, callee: StaticCallee, arguments: &[NodeId], plan: Plan) -> Node {
        match *arguments {
            [a] => with_argument!(self, a, |a| self.finish(callee, (a,), plan)),
            [a, b] => with_argument!(self, a, |a| with_argument!(self, b, |b| {
                self.finish(callee, (a, b), plan)
            })),
            [a, b, c] => {
                with_leaf!(self, a, |a| with_leaf!(self, b, |b| with_leaf!(self, c, |c| self
                    .finish(callee, (a, b, c), plan))))
            }
            _ => {
                let many = self.many(arguments);
                self.finish(callee, many, plan)
            }
        }
    }

    fn call_any<C: Callee>(&mut self, callee: C, arguments: &[NodeId], plan: Plan) -> Node {
        match *arguments {
            [a] => with_argument!(self, a, |a| self.finish(callee, (a,), plan)),
            [a, b] => with_leaf!(self, a, |a| with_leaf!(self, b, |b| {
                self.finish(callee, (a, b), plan)
            })),
            _ => {
                let many = self.many(arguments);
                self.finish(callee, many, plan)
            }
        }
    }

    fn many(&mut self, arguments: &[NodeId]) -> Many {
        let nodes: Vec<Node> = arguments.iter().map(|&a| self.node(a)).collect();
        let len = nodes.len() as u32;
        Many { nodes: self.shared.arena.put_all(nodes.into_iter()), len }
    }

    fn finish<C: Callee, A: Arguments>(&mut self, callee: C, arguments: A, plan: Plan) -> Node {
        let Plan { id, base, tail } = plan;
        let site = self.site(id, base.0);
        if tail {
            return self.put(TailCall { callee, arguments, base, site });
        }
        self.put(Call { callee, arguments, base, site, policy: PhantomData::<P> })
    }

    /// The base case that callers of a function decide. None if calls are counted: then each is made.
    fn base_case_of(&self, of: FunctionId) -> Option<BaseCase> {
        match self.shared.options.counts_fuel {
            true => None,
            false => BaseCase::of(self.program.function(of)),
        }
    }

    fn call_with_base_case(
        &mut self,
        of: FunctionId,
        arguments: &[NodeId],
        plan: Plan,
    ) -> Option<Node> {
        let base_case = self.base_case_of(of).filter(|_| !plan.tail)?;
        let &[argument] = arguments else {
            return None;
        };
        Some(with_argument!(self, argument, |argument| {
            let call = self.base_call(of, argument, base_case, plan.id, plan.base);
            self.put(call)
        }))
    }

    fn base_call<A>(
        &mut self,
        of: FunctionId,
        argument: A,
        base_case: BaseCase,
        id: NodeId,
        base: Slot,
    ) -> BaseCall<A, P> {
        let function = self.shared.functions[of.index()];
        let site = self.site(id, base.0);
        BaseCall { function, argument, base_case, base, site, policy: PhantomData }
    }

    /// The call, if the node is one of the form `f(n - 1)` of a known function with a base
    /// case.
    pub(super) fn step_call(&mut self, id: NodeId) -> Option<StepCall<P>> {
        let core::Node::Call {
            target: Target::Static(of), arguments, slot: base, tail: false, ..
        } = self.function.node(id)
        else {
            return None;
        };
        let &[argument] = self.function.list(arguments) else {
            return None;
        };
        let Step { slot, constant, top, .. } =
            Step::of(self.function, argument).filter(|step| !step.add)?;
        let base_case = self.base_case_of(of)?;
        let argument = self.binary_node(argument, slot, constant, top);
        Some(self.base_call(of, argument, base_case, id, Slot(base)))
    }

    /// A self tail call: only the parameters that change cost anything.
    pub(super) fn repeat(&mut self, changes: Statements, base: Slot) -> Node {
        let changes = self.function.statements(changes).to_vec();
        let targets = changes.iter().map(|change| match change.bind {
            Bind::Local(slot) => Slot(slot),
            _ => unreachable!("a parameter is a variable of the frame"),
        });
        let targets: Vec<Slot> = targets.collect();
        let values: Vec<NodeId> = changes.iter().map(|change| change.value).collect();
        match (&targets[..], &values[..]) {
            ([], _) => self.put(Repeat0),
            (&[target], &[value]) => {
                with_argument!(self, value, |value| self.put(Repeat1 { target, value }))
            }
            (&[a_target, b_target], &[a, b]) => {
                let targets = [a_target, b_target];
                with_argument!(self, a, |a| with_argument!(self, b, |b| {
                    self.put(Repeat2 { targets, values: (a, b), top: base })
                }))
            }
            (_, &[a, b, c]) => {
                with_leaf!(self, a, |a| with_leaf!(self, b, |b| with_leaf!(self, c, |c| self
                    .repeat_any(targets, (a, b, c), base))))
            }
            _ => {
                let values = self.many(&values);
                self.repeat_any(targets, values, base)
            }
        }
    }

    fn repeat_any<A: Arguments>(&mut self, targets: Vec<Slot>, values: A, base: Slot) -> Node {
        let targets = self.shared.arena.put_all(targets.into_iter());
        self.put(Repeat { targets, values, base })
    }
}
