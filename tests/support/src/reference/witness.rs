//! What a run is seen to do, node by node: the kinds of values, who is called with what,
//! what happens while a function is active. What is proven of a program must allow it.

use std::collections::{BTreeMap, BTreeSet};

use galo::syntax::ast::{Ast, NodeId};

use super::value::Value;

/// The names of the kinds of values.
const KINDS: [&str; 5] = ["Int", "Bool", "Str", "Tuple", "Closure"];

/// A set of kinds of values.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct KindSet(u8);

impl KindSet {
    /// The kinds, by the names that the language has for them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().enumerate().filter(move |(i, _)| self.0 & 1 << i != 0).map(|(_, k)| k)
    }

    fn add(&mut self, value: Value<'_>) {
        self.0 |= match value {
            Value::Int(_) => 1,
            Value::Bool(_) => 2,
            Value::Str(_) => 4,
            Value::Tuple(_) => 8,
            Value::Closure(_) => 16,
        };
    }
}

/// Something that happens in a run and that all active functions take part in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Event {
    /// A value is printed.
    Print,
    /// The program fails.
    Failure,
    /// A tuple is made, or texts are joined.
    Allocation,
}

/// What a run was seen to do.
#[derive(Clone, Default, Debug)]
pub struct Sightings {
    /// By node: the kinds that its value had.
    pub values: Vec<KindSet>,
    /// By function: the kinds that each of its arguments had.
    pub arguments: BTreeMap<NodeId, Vec<KindSet>>,
    /// Calls, and the functions that they called.
    pub calls: BTreeSet<(NodeId, NodeId)>,
    /// Functions, and what happened while they were active: between their start and
    /// their return, also in functions that they call, in tail position or not.
    pub events: BTreeSet<(NodeId, Event)>,
}

/// Where an evaluation began.
#[derive(Clone, Copy, Default)]
pub struct Mark {
    nodes: usize,
    functions: usize,
}

/// Sees what happens in a run.
pub struct Witness {
    seen: Sightings,
    /// The nodes that are being evaluated, tail positions included.
    nodes: Vec<NodeId>,
    /// The functions that are active, those included that a tail call has left.
    functions: Vec<NodeId>,
}

impl Witness {
    pub fn new(ast: &Ast) -> Witness {
        let values = vec![KindSet::default(); ast.len()];
        Witness {
            seen: Sightings { values, ..Sightings::default() },
            nodes: Vec::new(),
            functions: Vec::new(),
        }
    }

    pub fn testify(self) -> Sightings {
        self.seen
    }

    pub fn begin(&self) -> Mark {
        Mark { nodes: self.nodes.len(), functions: self.functions.len() }
    }

    pub fn visit(&mut self, node: NodeId) {
        self.nodes.push(node);
    }

    /// Everything since the mark has this value, or none.
    pub fn end(&mut self, mark: Mark, value: Option<Value<'_>>) {
        if let Some(value) = value {
            for node in &self.nodes[mark.nodes..] {
                self.seen.values[node.index()].add(value);
            }
        }
        self.nodes.truncate(mark.nodes);
        self.functions.truncate(mark.functions);
    }

    pub fn enter(&mut self, call: NodeId, function: NodeId, arguments: &[Value<'_>]) {
        self.seen.calls.insert((call, function));
        let kinds = self.seen.arguments.entry(function);
        let kinds = kinds.or_insert_with(|| vec![KindSet::default(); arguments.len()]);
        for (kinds, &argument) in kinds.iter_mut().zip(arguments) {
            kinds.add(argument);
        }
        if self.functions.last() != Some(&function) {
            self.functions.push(function);
        }
    }

    pub fn happens(&mut self, event: Event) {
        self.seen.events.extend(self.functions.iter().map(|&function| (function, event)));
    }
}
