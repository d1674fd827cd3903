//! Parameters that are passed as two values: pairs that only exits make.

use super::{Builder, NodeId, Op, Slot, Type, Value};
use crate::core::{Bind, Node, Statement};
use crate::ssa::{Shape, Site};

impl Builder<'_> {
    /// The pair that a split parameter stands for. Only states hold it.
    pub(super) fn pair_of(&mut self, parts: [Value; 2], site: Site) -> Value {
        self.emit(Op::Virtual(Shape::Tuple, parts.into()), Type::Tuple, site)
    }

    /// Notes which pairs are made to be passed to a call as two values: nobody makes these.
    pub(super) fn expect_pairs(&mut self, id: NodeId) {
        let passed: Vec<NodeId> = match self.source.node(id) {
            Node::Call { target, arguments, .. } => {
                let Some(callee) = self.known_callee(id, target) else { return };
                let split = &self.ctx.facts.function(callee).split;
                let arguments = self.source.list(arguments).iter().zip(split);
                arguments.filter(|(_, split)| split.is_some()).map(|(&it, _)| it).collect()
            }
            Node::Repeat { changes, .. } => {
                let is_split = |change: &&Statement| match change.bind {
                    Bind::Local(slot) => self.facts.split[slot as usize].is_some(),
                    _ => false,
                };
                let changes = self.source.statements(changes).iter();
                changes.filter(is_split).map(|change| change.value).collect()
            }
            _ => return,
        };
        let source = self.source;
        let is_pair = |&operand: &NodeId| matches!(source.node(operand), Node::Tuple { .. });
        self.expected_pairs.extend(passed.into_iter().filter(is_pair));
    }

    /// The values of what is passed as a split parameter, which is proven to be a Tuple.
    pub(super) fn taken_apart(&mut self, pair: Value, site: Site) -> [Value; 2] {
        if let Some(parts) = self.parts(pair) {
            return parts;
        }
        let tuple = self.as_type(pair, Type::Tuple, site);
        [Op::First(tuple), Op::Second(tuple)].map(|op| self.emit(op, Type::Tagged, site))
    }

    /// The values of a split parameter.
    pub(super) fn parts(&self, pair: Value) -> Option<[Value; 2]> {
        match &self.out.instruction(pair).op {
            Op::Virtual(Shape::Tuple, parts) => parts[..].try_into().ok(),
            _ => None,
        }
    }

    /// What parameters hold now, as it is passed on to the loop of the function.
    pub(super) fn passed_on(&mut self, slots: &[Slot], site: Site) -> Vec<Value> {
        let mut values = Vec::with_capacity(slots.len());
        for &slot in slots {
            let value = self.env.slot(slot);
            match self.facts.split[slot as usize] {
                Some(_) => values.extend(self.taken_apart(value, site)),
                None => values.push(value),
            }
        }
        values
    }
}
