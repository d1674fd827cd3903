//! What is known of each function besides its code: how often it ran, what is proven of it, what
//! was seen in it, whom it calls.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

use super::lines::{Line, shorten};
use super::sites::Sites;
use crate::Program;
use crate::core::{self, FunctionId, Node, Target};
use crate::flow::{self, Callees, Facts, Kinds};
use crate::interp::profile::{FunctionProfile, SiteProfile};
use crate::syntax::ast;

/// The names of kinds, in the order of their bits in the page's data.
pub(super) const KINDS: [&str; 5] = ["Int", "Bool", "Str", "Tuple", "Closure"];

/// What a program tells of its functions after a run.
#[derive(Debug)]
pub(super) struct Functions<'a> {
    program: &'a Program,
    facts: Facts,
    profiles: Vec<FunctionProfile>,
    /// By function and place: what was seen.
    seen: FxHashMap<(u32, u32), SiteProfile>,
}

/// How a call finds whom it calls.
enum Known {
    /// It stands in the program.
    Static,
    /// It is proven.
    Proven,
    /// Nothing is proven; the interpreter saw one function.
    SeenOne,
    /// Nothing is proven, and the interpreter saw several.
    SeenMany,
    /// Nothing is proven, and nothing was seen.
    No,
}

impl<'a> Functions<'a> {
    pub(super) fn new(program: &'a Program) -> Functions<'a> {
        let seen = program.site_profiles().map(|seen| ((seen.function, seen.site), seen));
        Functions {
            program,
            facts: flow::analyze(program.core(), program.is_lenient()),
            profiles: program.function_profiles().collect(),
            seen: seen.collect(),
        }
    }

    /// A function in the list of all. The places of calls that were inlined are known.
    pub(super) fn summary(
        &self,
        id: FunctionId,
        inlined: &FxHashSet<u32>,
        sites: &mut Sites,
    ) -> Value {
        let function = self.program.core().function(id);
        let FunctionProfile { calls, loops, compiled_calls, .. } = self.profiles[id.index()];
        json!({
            "name": shorten(self.program.function_name(id)),
            "site": sites.number(function.origin),
            "nodes": function.nodes().len(),
            "signature": flow::signature(self.facts.function(id)),
            "calls": calls,
            "loops": loops,
            "compiledCalls": compiled_calls,
            "callees": self.callees(id, inlined, sites),
        })
    }

    /// The calls of a function: place, callee, how that is known, and whether it was inlined.
    fn callees(&self, id: FunctionId, inlined: &FxHashSet<u32>, sites: &mut Sites) -> Value {
        let function = self.program.core().function(id);
        let calls = function.nodes().filter_map(|(node, what)| {
            let Node::Call { target, .. } = what else { return None };
            let place = function.origin_of(node);
            let (callee, known) = match (target, self.facts.callees(id, node)) {
                (Target::Static(callee) | Target::Closure(callee), _) => {
                    (Some(callee.index()), Known::Static)
                }
                (Target::Unknown, Callees::One(callee)) => (Some(callee.index()), Known::Proven),
                (Target::Unknown, _) => match self.seen(id, place) {
                    Some(SiteProfile { callee: Some(callee), megamorphic, .. }) => {
                        let known = if *megamorphic { Known::SeenMany } else { Known::SeenOne };
                        (Some(*callee as usize), known)
                    }
                    _ => (None, Known::No),
                },
            };
            let site = sites.number(place);
            Some(json!([site, callee, known as u8, u8::from(inlined.contains(&site))]))
        });
        calls.collect()
    }

    fn seen(&self, id: FunctionId, place: ast::NodeId) -> Option<&SiteProfile> {
        self.seen.get(&(id.index() as u32, place.index() as u32))
    }

    /// A function's Core, with what is proven and what was seen of each node.
    pub(super) fn core(&self, id: FunctionId, sites: &mut Sites) -> Vec<Line> {
        let function = self.program.core().function(id);
        let lines = core::lines(self.program.core(), self.program.ast(), id).into_iter();
        let lines = lines.map(|(text, node)| {
            let Some(node) = node else {
                let note = flow::signature(self.facts.function(id));
                return Line { text, note, ..Line::default() };
            };
            let place = function.origin_of(node);
            let mut note = self.facts.kinds(id, node).to_string();
            let has_profile =
                matches!(function.node(node), Node::Binary { .. } | Node::Call { .. });
            if let Some(seen) = self.seen(id, place).filter(|_| has_profile) {
                note += &self.saw(seen);
            }
            Line { text, site: Some(sites.number(place)), scope: 0, note }
        });
        lines.collect()
    }

    /// What was seen, in words.
    fn saw(&self, seen: &SiteProfile) -> String {
        let mut text = String::new();
        let kinds = [("left", &seen.left), ("right", &seen.right), ("result", &seen.result)];
        for (what, kinds) in kinds.into_iter().filter(|(_, kinds)| !kinds.is_empty()) {
            text += &format!("; saw {what} {}", kinds.join("|"));
        }
        if let Some(callee) = seen.callee {
            let name = self.program.function_name(FunctionId::new(callee as usize));
            let others = if seen.megamorphic { " and others" } else { "" };
            text += &format!("; saw callee {}{others}", shorten(name));
        }
        text
    }

    /// Of each place of a function: what is proven of it, and what its left and right operand and
    /// result were seen to be besides Ints, as bits.
    pub(super) fn kinds(&self, id: FunctionId, sites: &mut Sites) -> Value {
        let function = self.program.core().function(id);
        let mut rows: Vec<[u32; 5]> = Vec::new();
        for (node, _) in function.nodes() {
            let place = function.origin_of(node);
            let bits = |kinds: Option<&Vec<&str>>| kinds.map_or(0, |kinds| seen_bits(kinds));
            let seen = self.seen(id, place);
            rows.push([
                sites.number(place),
                proven_bits(self.facts.kinds(id, node)),
                bits(seen.map(|seen| &seen.left)),
                bits(seen.map(|seen| &seen.right)),
                bits(seen.map(|seen| &seen.result)),
            ]);
        }
        json!(rows.concat())
    }
}

fn seen_bits(kinds: &[&str]) -> u32 {
    let bit = |kind| KINDS.iter().position(|name| name == kind).map_or(0, |at| 1 << at);
    kinds.iter().map(bit).sum()
}

fn proven_bits(kinds: Kinds) -> u32 {
    let names = kinds.iter().map(|kind| kind.to_string());
    names.map(|kind| seen_bits(&[kind.as_str()])).sum()
}
