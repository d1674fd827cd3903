//! The forms of one function: its Core, and of each of its versions the optimiser's IR before and
//! after every pass, CLIF and machine code.

use std::time::Duration;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::super::code::{assembly_with, clif_with};
use super::lines::{Line, Lines, Runs};
use super::sites::Sites;
use crate::core::FunctionId;
use crate::jit::{Jit, Version};
use crate::ssa::passes::inline::{Decision, Verdict};
use crate::ssa::{self, Context};
use crate::syntax::ast::{Ast, NodeId};

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
        let clif = clif_with(version, jit, &mark);
        let assembly = assembly_with(version, jit, &mark);
        let clif = self.lines.form(marked_lines(&clif, ast.len(), sites));
        let assembly = self.lines.form(marked_lines(&assembly, ast.len(), sites));
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
            let is_inlined = matches!(decision.verdict, Verdict::Inlined { .. });
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

/// Stands on both sides of a place's number where texts are made with remarks.
const MARK: char = '\u{1F}';

fn mark(site: galo_runtime::Site) -> String {
    format!("{MARK}{site}{MARK}")
}

/// The lines of a listing whose remarks begin with marks where the place changes. Code without a
/// place goes with what is before it, up to the next label. There are so many nodes; names of
/// functions may look like a mark, too.
fn marked_lines(text: &str, nodes: usize, sites: &mut Sites) -> Vec<Line> {
    let mut site = None;
    let lines = text.lines().map(|line| {
        let is_label = line.trim().is_empty() || line.trim_end().ends_with(':');
        if is_label {
            site = None;
        }
        let mark = split_mark(line).filter(|(_, node, _)| node.index() < nodes);
        let Some((code, marked, note)) = mark else {
            return Line { text: line.to_owned(), site, ..Line::default() };
        };
        site = Some(sites.number(marked));
        Line { text: code.to_owned(), site, note: note.to_owned(), scope: 0 }
    });
    lines.collect()
}

/// What is left and right of a mark, and what it says.
fn split_mark(line: &str) -> Option<(&str, NodeId, &str)> {
    let before = format!("; {MARK}");
    let start = line.find(&before)?;
    let (number, rest) = line[start + before.len()..].split_once(MARK)?;
    let node = NodeId::new(number.parse::<u32>().ok()? as usize);
    Some((line[..start].trim_end(), node, rest.strip_prefix("; ").unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_read_with_their_places() {
        let mut sites = Sites::default();
        sites.number(NodeId::new(9));
        let text = "; f: 3 bytes\n  0  push  ; \u{1F}4\u{1F}; exit 3\n  1  pop\n.1:\n  2  ret";
        let lines = marked_lines(text, 10, &mut sites);
        let lines: Vec<_> =
            lines.iter().map(|l| (l.text.as_str(), l.site, l.note.as_str())).collect();
        assert_eq!(
            lines,
            [
                ("; f: 3 bytes", None, ""),
                ("  0  push", Some(1), "exit 3"),
                ("  1  pop", Some(1), ""),
                (".1:", None, ""),
                ("  2  ret", None, ""),
            ]
        );
    }

    #[test]
    fn what_looks_like_a_mark_is_none() {
        for line in
            ["; \u{1F}x\u{1F}", "; \u{1F}1", "; \u{1F}99999999999\u{1F}", "; \u{1F}10\u{1F}"]
        {
            let lines = marked_lines(line, 10, &mut Sites::default());
            assert_eq!((lines.len(), lines[0].site), (1, None), "{line:?}");
        }
    }
}
