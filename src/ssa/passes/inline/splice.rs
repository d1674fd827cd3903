//! Putting a body in the place of a call.

use super::super::cut;
use super::choose::{CallSite, Place};
use crate::ssa::{
    Block, BlockData, Callee, End, Function, Instruction, Jump, Op, Resume, Scope, ScopeData, Site,
    StateId, Type, Value,
};

/// Puts a function's body in the place of a call of it.
///
/// The block with the call goes on as the body's entry. What came behind the call becomes a
/// block of its own, with the call's value as its parameter: what the body returns is passed to it.
pub(super) fn splice(function: &mut Function, call: &CallSite, body: &Function) {
    let scope = Scope(function.scopes.len() as u32);
    let caller = match call.place {
        Place::Body(_) => Some(call.site),
        // The callee takes the place of its caller, in the trace, too.
        Place::Tail => function.scope(call.site.scope).caller,
    };
    function.scopes.push(ScopeData { function: body.id, caller });
    let (closure, arguments) = operands(function, call);
    let back = match call.place {
        Place::Body(value) => Some(Back {
            block: cut(function, call.block, value),
            ty: function.ty(value),
            site: call.site,
            waiting: function.waiting.remove(&value),
        }),
        Place::Tail => None,
    };
    let parameters = &body.block(Block::ENTRY).parameters;
    let passed = closure.into_iter().chain(arguments);
    let mut splice = Splice {
        scope,
        back,
        first_block: function.blocks.len() as u32,
        first_state: function.states.len() as u32,
        values: new_values(function, body, parameters.iter().copied().zip(passed)),
        function,
        body,
    };
    splice.states();
    splice.instructions();
    splice.blocks(call.block);
    splice.waiting();
}

fn operands(function: &Function, call: &CallSite) -> (Option<Value>, Vec<Value>) {
    let (callee, arguments) = match call.place {
        Place::Body(value) => match &function.instruction(value).op {
            Op::Call(callee, arguments) => (callee, arguments),
            _ => unreachable!("only calls are inlined"),
        },
        Place::Tail => match &function.block(call.block).end {
            End::TailCall { callee, arguments, .. } => (callee, arguments),
            _ => unreachable!("only calls are inlined"),
        },
    };
    let Callee::Known { closure, .. } = *callee else {
        unreachable!("only calls of known functions are inlined");
    };
    (closure, arguments.to_vec())
}

/// By value of the body: its place in the function, with room for those that are not parameters.
fn new_values(
    function: &Function,
    body: &Function,
    parameters: impl Iterator<Item = (Value, Value)>,
) -> Vec<Value> {
    let first = function.values.len() as u32;
    let mut values: Vec<Value> = (first..).map(Value).take(body.values.len()).collect();
    for (parameter, passed) in parameters {
        values[parameter.0 as usize] = passed;
    }
    values
}

/// Where what the body returns goes.
#[derive(Clone, Copy)]
struct Back {
    block: Block,
    ty: Type,
    site: Site,
    /// The state that waits for it.
    waiting: Option<StateId>,
}

struct Splice<'a> {
    function: &'a mut Function,
    body: &'a Function,
    scope: Scope,
    back: Option<Back>,
    /// The first of the body's blocks behind its entry.
    first_block: u32,
    first_state: u32,
    /// By value of the body.
    values: Vec<Value>,
}

impl Splice<'_> {
    fn value(&self, value: &mut Value) {
        *value = self.values[value.0 as usize];
    }

    fn state(&self, state: StateId) -> StateId {
        StateId(self.first_state + state.0)
    }

    fn site(&self, site: Site) -> Site {
        debug_assert_eq!(site.scope, Scope::OWN, "nothing is inlined in a body yet");
        Site { node: site.node, scope: self.scope }
    }

    fn states(&mut self) {
        let waiting = self.back.as_ref().and_then(|back| back.waiting);
        for state in &self.body.states {
            let mut state = state.clone();
            state.caller = state.caller.map(|caller| self.state(caller)).or(waiting);
            state.for_each_mut(&mut |value| self.value(value));
            self.function.states.push(state);
        }
    }

    fn instructions(&mut self) {
        for instruction in &self.body.values {
            let Instruction { op, ty, site } = instruction;
            let mut op = op.clone();
            op.for_each_operand_mut(&mut |value| self.value(value));
            if let Op::Guard { state, .. } | Op::Probe(state) = &mut op {
                *state = self.state(*state);
            }
            let site = self.site(*site);
            self.function.add(op, *ty, site);
        }
    }

    fn blocks(&mut self, host: Block) {
        for (index, data) in self.body.blocks.iter().enumerate() {
            let map = |values: &[Value]| {
                values.iter().map(|value| self.values[value.0 as usize]).collect::<Vec<_>>()
            };
            let (parameters, mut block_body) = (map(&data.parameters), map(&data.body));
            let mut end = data.end.clone();
            end.for_each_operand_mut(&mut |value| self.value(value));
            for jump in end.jumps_mut() {
                debug_assert_ne!(jump.to, Block::ENTRY, "nothing jumps to an entry");
                jump.to = Block(self.first_block + jump.to.0 - 1);
            }
            let end = self.end(end, &mut block_body);
            if index == 0 {
                let data = &mut self.function.blocks[host.0 as usize];
                data.body.extend(block_body);
                data.end = end;
            } else {
                self.function.blocks.push(BlockData { parameters, body: block_body, end });
            }
        }
    }

    /// How a block of the body ends here, if it ended like that; adds to its instructions.
    fn end(&mut self, end: End, body: &mut Vec<Value>) -> End {
        let Some(Back { block, ty, site, waiting }) = self.back else {
            return match end {
                End::TailCall { callee, arguments, site } => {
                    End::TailCall { callee, arguments, site: self.site(site) }
                }
                End::Unbound { name, site } => End::Unbound { name, site: self.site(site) },
                end => end,
            };
        };
        let value = match end {
            End::Return(value) => self.returned(value, ty, body),
            // As after a tail call, it seems to be called from where its caller was.
            End::TailCall { callee, arguments, .. } => {
                let value = self.push(Op::Call(callee, arguments), ty, site, body);
                self.function.waiting.extend(waiting.map(|waiting| (value, waiting)));
                value
            }
            End::Unbound { name, site } => return End::Unbound { name, site: self.site(site) },
            end @ (End::Jump(_) | End::Branch { .. } | End::Unreachable) => return end,
        };
        End::Jump(Jump { to: block, arguments: vec![value] })
    }

    /// What is returned, as of the type that is proven of it.
    fn returned(&mut self, value: Value, ty: Type, body: &mut Vec<Value>) -> Value {
        let site = self.function.instruction(value).site;
        match ty {
            Type::Tagged => value,
            _ => self.push(Op::Unbox(value), ty, site, body),
        }
    }

    fn push(&mut self, op: Op, ty: Type, site: Site, body: &mut Vec<Value>) -> Value {
        let value = self.function.add(op, ty, site);
        body.push(value);
        value
    }

    /// The calls of the body may be inlined, too, if somebody waits for it or need not.
    fn waiting(&mut self) {
        let can_wait = self.back.as_ref().is_none_or(|back| back.waiting.is_some());
        for (&call, &state) in &self.body.waiting {
            if can_wait {
                let state = self.state(state);
                debug_assert!(matches!(self.function.state(state).resume, Resume::Returned(_)));
                self.function.waiting.insert(self.values[call.0 as usize], state);
            }
        }
    }
}
