//! Compiled functions as text: what Cranelift is given and what it makes of that.

use galo_runtime::Site;

use super::names::Names;
use crate::jit::{Annotations, CodeLine, Jit, Version, clif_text, code_lines, disassemble};
use crate::syntax::ast::NodeId;
use crate::syntax::format;

/// How much of an operation is shown beside what was made of it, in characters.
const SHOWN: usize = 40;

/// A function as Cranelift is given it, with the operations that instructions belong to.
pub(super) fn clif(names: &Names<'_>, version: &Version, jit: &Jit) -> String {
    clif_with(version, jit, &|site| operation(names, site))
}

fn clif_with(version: &Version, jit: &Jit, site: &dyn Fn(Site) -> String) -> String {
    let mut notes = version.notes.clone();
    notes.extend(jit.names_in(&version.clif));
    clif_text(&version.clif, site, &notes)
}

/// A function's machine code, with the operations that it was made for.
pub(super) fn assembly(names: &Names<'_>, version: &Version, jit: &Jit) -> String {
    let (symbol, site) = (symbols(jit), |site| operation(names, site));
    disassemble(&version.compiled, Annotations { symbol: &symbol, site: &site, notes: &[] })
}

fn symbols(jit: &Jit) -> impl Fn(u64) -> Option<String> + '_ {
    |address| jit.symbol(address).map(str::to_owned)
}

/// The place of an operation and what stands there.
fn operation(names: &Names<'_>, site: Site) -> String {
    let node = NodeId::new(site as usize);
    let text = format::snippet(names.program.ast(), node, SHOWN);
    format!("{} {text}", names.short_place(node))
}

/// A line of code.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// What stands there.
    pub(super) text: String,
    /// The operation that it was made for, if it is one. Code without a place goes with what is
    /// before it, up to the next label.
    pub(super) node: Option<NodeId>,
    /// What is said of it.
    pub(super) note: String,
}

/// A function as Cranelift is given it, in lines; the program's tree has so many nodes.
pub(super) fn clif_lines(version: &Version, jit: &Jit, nodes: usize) -> Vec<Line> {
    marked_lines(&clif_with(version, jit, &mark), nodes)
}

/// A function's machine code in lines, and what more is known of each.
pub(super) fn assembly_lines(version: &Version, jit: &Jit) -> Vec<(Line, CodeLine)> {
    let (symbol, site) = (symbols(jit), |_| String::new());
    let lines =
        code_lines(&version.compiled, Annotations { symbol: &symbol, site: &site, notes: &[] });
    let mut node = None;
    let lines = lines.into_iter().map(|line| {
        let own = line.site.map(|site| NodeId::new(site as usize));
        node = if line.is_label { None } else { own.or(node) };
        (Line { text: line.listed(&version.compiled), node, note: line.notes.join("; ") }, line)
    });
    lines.collect()
}

/// Stands on both sides of a place's number where texts are made with remarks.
const MARK: char = '\u{1F}';

fn mark(site: Site) -> String {
    format!("{MARK}{site}{MARK}")
}

/// The lines of a listing whose remarks begin with marks where the place changes. There are so
/// many nodes; names of functions may look like a mark, too.
fn marked_lines(text: &str, nodes: usize) -> Vec<Line> {
    let mut node = None;
    let lines = text.lines().map(|line| {
        let is_label = line.trim().is_empty() || line.trim_end().ends_with(':');
        if is_label {
            node = None;
        }
        let mark = split_mark(line).filter(|(_, node, _)| node.index() < nodes);
        let Some((code, marked, note)) = mark else {
            return Line { text: line.to_owned(), node, note: String::new() };
        };
        node = Some(marked);
        Line { text: code.to_owned(), node, note: note.to_owned() }
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
        let text = "; f: 3 bytes\n  0  push  ; \u{1F}4\u{1F}; exit 3\n  1  pop\nblock1:\n  2  ret";
        let lines = marked_lines(text, 10);
        let lines: Vec<_> = lines
            .iter()
            .map(|line| (line.text.as_str(), line.node.map(NodeId::index), line.note.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("; f: 3 bytes", None, ""),
                ("  0  push", Some(4), "exit 3"),
                ("  1  pop", Some(4), ""),
                ("block1:", None, ""),
                ("  2  ret", None, ""),
            ]
        );
    }

    #[test]
    fn what_looks_like_a_mark_is_none() {
        for line in
            ["; \u{1F}x\u{1F}", "; \u{1F}1", "; \u{1F}99999999999\u{1F}", "; \u{1F}10\u{1F}"]
        {
            let lines = marked_lines(line, 10);
            assert_eq!((lines.len(), lines[0].node), (1, None), "{line:?}");
        }
    }
}
