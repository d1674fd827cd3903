//! The forms of one function: its Core, and of each of its versions the optimiser's IR before and
//! after every pass, CLIF and machine code.

use std::time::Duration;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::super::code::{self, assembly_lines, clif_lines};
use super::lines::{Line, Lines, Runs};
use super::sites::Sites;
use crate::core::FunctionId;
use crate::jit::{Jit, Version};
use crate::ssa::passes::inline::{Decision, Verdict};
use crate::ssa::{self, Context};
use crate::syntax::ast::Ast;

/// What there is of a function.
#[derive(Default, Debug)]
pub(super) struct Code {
    pub(super) lines: Lines,
    pub(super) versions: Vec<VersionCode>,
}

/// What there is of one version of a function.
#[derive(Default, Debug)]
pub(super) struct VersionCode {
    pub(super) number: u32,
    stages: Vec<Stage>,
    /// By scope: whose body it is, and the scope and site of the call that it was inlined for.
    scopes: Vec<Value>,
    decisions: Vec<(Decision, u32)>,
    /// Where among the decisions those are that may change.
    open: FxHashMap<(ssa::Site, Option<FunctionId>), usize>,
    clif: Runs,
    assembly: Runs,
    /// Whether something is left out because there is too much of all.
    is_cut: bool,
}

/// The optimiser's IR at some point.
#[derive(Debug)]
pub(super) struct Stage {
    /// `built`, or the pass that has made it.
    pub(super) name: &'static str,
    /// How long it took to get there from the one before.
    pub(super) time: Duration,
    /// None, if it is as before.
    pub(super) form: Option<Runs>,
}

impl Code {
    /// The version of a number, which may be a new one.
    pub(super) fn version(&mut self, number: u32) -> &mut VersionCode {
        let at = match self.versions.iter().position(|version| version.number == number) {
            Some(at) => at,
            None => {
                self.versions.push(VersionCode { number, ..VersionCode::default() });
                self.versions.len() - 1
            }
        };
        &mut self.versions[at]
    }

    /// Notes the optimiser's IR as it is after a step, which took this long.
    pub(super) fn stage(
        &mut self,
        number: u32,
        name: &'static str,
        time: Duration,
        function: &ssa::Function,
        context: &Context<'_>,
        sites: &mut Sites,
    ) {
        let lines = ssa::lines(function, context).into_iter().map(|line| Line {
            text: line.text,
            site: line.site.map(|site| sites.number(site.node)),
            scope: line.site.map_or(0, |site| site.scope.0),
            note: String::new(),
        });
        let form = self.lines.form(lines);
        let scopes = function.scopes.iter().map(|scope| {
            let caller = scope.caller.map(|site| (site.scope.0, sites.number(site.node)));
            json!([scope.function.index(), caller])
        });
        let scopes = scopes.collect();
        let version = self.version(number);
        let before = version.stages.iter().rev().find_map(|stage| stage.form.as_ref());
        let form = (before != Some(&form)).then_some(form);
        version.stages.push(Stage { name, time, form });
        version.scopes = scopes;
    }

    /// Notes that there is too much of all to keep this step.
    pub(super) fn cut(&mut self, number: u32) {
        self.version(number).is_cut = true;
    }

    /// Notes what was decided of a call; the last decision counts.
    pub(super) fn decision(&mut self, number: u32, decision: &Decision, sites: &mut Sites) {
        let site = sites.number(decision.site.node);
        let VersionCode { decisions, open, .. } = self.version(number);
        let key = (decision.site, decision.callee);
        let at = *open.entry(key).or_insert(decisions.len());
        match decisions.get_mut(at) {
            Some(known) => known.0.verdict = decision.verdict,
            None => decisions.push((*decision, site)),
        }
        // It is not looked at again; another call at the same place may be.
        if matches!(decision.verdict, Verdict::Inlined { .. }) {
            open.remove(&key);
        }
    }

    /// Notes a version's machine code and what it was made from.
    pub(super) fn compiled(
        &mut self,
        number: u32,
        version: &Version,
        jit: &Jit,
        ast: &Ast,
        sites: &mut Sites,
    ) {
        let mut numbered = |line: code::Line| {
            let site = line.node.map(|node| sites.number(node));
            Line { text: line.text, site, note: line.note, scope: 0 }
        };
        let clif = clif_lines(version, jit, ast.len()).into_iter().map(&mut numbered);
        let clif = self.lines.form(clif);
        let assembly = assembly_lines(version, jit).into_iter().map(|(line, _)| numbered(line));
        let assembly = self.lines.form(assembly);
        let version = self.version(number);
        (version.clif, version.assembly) = (clif, assembly);
    }
}

impl VersionCode {
    /// The optimiser's IR at every point.
    pub(super) fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The numbers of the places of its own calls that were inlined.
    pub(super) fn inlined(&self) -> impl Iterator<Item = u32> + '_ {
        let own = self.decisions.iter().filter(|(decision, _)| {
            // On its other ways it is called still.
            let is_inlined = matches!(decision.verdict, Verdict::Inlined { is_whole: true, .. });
            is_inlined && decision.site.scope == ssa::Scope::OWN
        });
        own.map(|&(_, site)| site)
    }

    /// All of it.
    pub(super) fn json(&self) -> Value {
        let stages = self.stages.iter().map(|stage| {
            let form = stage.form.as_ref().map(Runs::json);
            json!([stage.name, stage.time.as_micros() as u64, form])
        });
        let decisions = self.decisions.iter().map(|&(decision, site)| {
            let Decision { site: ssa::Site { scope, .. }, callee, verdict } = decision;
            let inner = match verdict {
                Verdict::Inlined { scope, .. } => Some(scope.0),
                _ => None,
            };
            let callee = callee.map(FunctionId::index);
            json!([site, scope.0, callee, inner, verdict.to_string()])
        });
        json!({
            "number": self.number,
            "cut": self.is_cut,
            "stages": stages.collect::<Value>(),
            "scopes": self.scopes,
            "decisions": decisions.collect::<Value>(),
            "clif": self.clif.json(),
            "asm": self.assembly.json(),
        })
    }
}
