//! Checks that a program is well-formed Core. Run after lowering in debug builds.

use super::{Bind, Function, FunctionId, Node, NodeId, Place, Program, Slot, Target};

/// Checks a whole program.
///
/// # Errors
/// The first thing that is wrong, with its function and node.
pub fn verify(program: &Program) -> Result<(), String> {
    for (index, function) in program.functions.iter().enumerate() {
        let id = FunctionId::new(index);
        let check = Check { program, function, id };
        check.function().map_err(|what| format!("function {index}: {what}"))?;
    }
    Ok(())
}

struct Check<'a> {
    program: &'a Program,
    function: &'a Function,
    id: FunctionId,
}

type Checked = Result<(), String>;

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

impl Check<'_> {
    fn function(&self) -> Checked {
        let f = self.function;
        ensure(f.nodes().len() > 0, || "has no body".to_owned())?;
        ensure(f.takes_self != f.captures.is_empty(), || {
            "takes itself iff it captures".to_owned()
        })?;
        for (id, node) in f.nodes() {
            self.node(id, node).map_err(|what| format!("node {}: {what}", id.index()))?;
        }
        self.tail_calls()
    }

    fn node(&self, id: NodeId, node: Node) -> Checked {
        for operand in operands(self.function, node) {
            ensure(operand < id, || format!("operand {} comes later", operand.index()))?;
        }
        match node {
            Node::Read(place) | Node::ReadHoisted { place, .. } => self.place(place),
            Node::Function(function) => {
                let takes_self = self.program.function(function).takes_self;
                ensure(!takes_self, || "a constant closure captures something".to_owned())
            }
            Node::Closure { function, slot } => {
                let captures = self.program.function(function).captures.len() as Slot;
                ensure(captures > 0, || "a closure captures nothing".to_owned())?;
                self.slots(slot + captures)
            }
            Node::NewCell { slot } => self.slots(slot),
            Node::Block { statements, .. } => {
                self.function.statements(statements).iter().try_for_each(|s| self.bind(s.bind))
            }
            Node::Repeat { changes, slot } => {
                let changes = self.function.statements(changes);
                self.slots(slot + changes.len() as Slot)?;
                changes.iter().try_for_each(|change| self.parameter(change.bind))
            }
            Node::Binary { slot, keeps, .. } | Node::Tuple { slot, keeps, .. } => {
                self.slots(slot + keeps as Slot)
            }
            Node::Call { target, callee, keeps, arguments, slot, .. } => {
                let arguments = self.function.list(arguments).len() as Slot;
                self.slots(slot + keeps as Slot + arguments + callee.is_some() as Slot)?;
                self.target(target, callee.is_some(), arguments)
            }
            _ => Ok(()),
        }
    }

    fn target(&self, target: Target, has_callee: bool, arguments: u32) -> Checked {
        let (id, takes_self) = match target {
            Target::Unknown => return ensure(has_callee, || "has no callee".to_owned()),
            Target::Static(id) => (id, false),
            Target::Closure(id) => (id, true),
        };
        let function = self.program.function(id);
        ensure(has_callee == takes_self && function.takes_self == takes_self, || {
            "the target does not fit its function".to_owned()
        })?;
        ensure(function.parameters == arguments, || "the arguments do not fit".to_owned())
    }

    fn place(&self, place: Place) -> Checked {
        let fits = match place {
            Place::Local(slot) => slot < self.function.frame,
            Place::Global(slot) => slot < self.program.globals && self.id != FunctionId::MAIN,
            Place::Capture(index) => (index as usize) < self.function.captures.len(),
            Place::This => self.function.takes_self,
        };
        ensure(fits, || format!("{place:?} does not exist"))
    }

    fn bind(&self, bind: Bind) -> Checked {
        match bind {
            Bind::Discard => Ok(()),
            Bind::Local(slot) | Bind::Cell(slot) => self.slots(slot + 1),
            Bind::Global(slot) => {
                let fits = slot < self.program.globals && self.id == FunctionId::MAIN;
                ensure(fits, || format!("global {slot} does not exist here"))
            }
        }
    }

    fn parameter(&self, bind: Bind) -> Checked {
        let fits = matches!(bind, Bind::Local(slot) if slot < self.function.parameters);
        ensure(fits, || format!("{bind:?} is no parameter"))
    }

    fn slots(&self, end: Slot) -> Checked {
        ensure(end <= self.function.frame, || format!("slot {end} is beyond the frame"))
    }

    /// Every call marked as a tail call is in tail position.
    fn tail_calls(&self) -> Checked {
        let mut in_tail_position = vec![false; self.function.nodes().len()];
        if self.id != FunctionId::MAIN {
            in_tail_position[self.function.body().index()] = true;
        }
        for (id, node) in self.function.nodes().collect::<Vec<_>>().into_iter().rev() {
            if !in_tail_position[id.index()] {
                let marked = matches!(node, Node::Call { tail: true, .. } | Node::Repeat { .. });
                ensure(!marked, || format!("node {} is no tail call", id.index()))?;
                continue;
            }
            match node {
                Node::Block { result, .. } => in_tail_position[result.index()] = true,
                Node::If { then, otherwise, .. } => {
                    in_tail_position[then.index()] = true;
                    in_tail_position[otherwise.index()] = true;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The operands of a node.
fn operands(function: &Function, node: Node) -> Vec<NodeId> {
    match node {
        Node::Int(_)
        | Node::Bool(_)
        | Node::Str(_)
        | Node::Function(_)
        | Node::Read(_)
        | Node::ReadHoisted { .. }
        | Node::Unbound(_)
        | Node::NewCell { .. }
        | Node::Closure { .. } => Vec::new(),
        Node::Block { statements, result } => {
            let values = function.statements(statements).iter().map(|s| s.value);
            values.chain([result]).collect()
        }
        Node::If { condition, then, otherwise } => vec![condition, then, otherwise],
        Node::Logic { lhs, rhs, .. } | Node::Binary { lhs, rhs, .. } => vec![lhs, rhs],
        Node::Tuple { first, second, .. } => vec![first, second],
        Node::First(value) | Node::Second(value) | Node::Print(value) => vec![value],
        Node::Repeat { changes, .. } => {
            function.statements(changes).iter().map(|change| change.value).collect()
        }
        Node::Call { callee, arguments, .. } => {
            callee.into_iter().chain(function.list(arguments).iter().copied()).collect()
        }
    }
}
