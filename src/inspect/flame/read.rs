//! Reads folded stacks: lines of frames, with semicolons between them, and a count.

use std::collections::HashMap;

use crate::syntax::ast::{Ast, Span};
use crate::syntax::diagnostic::Diagnostic;

/// How many frames of a stack are drawn, from the outermost one inwards.
const MAX_DEPTH: usize = 512;
/// What stands for those further in.
const TOO_DEEP: &str = "[…]";
/// How many lines that are no stacks are told.
const MAX_FINDINGS: usize = 10;
/// The most samples there can be: the largest number up to which a drawing's script can count.
const MAX_TOTAL: u64 = 1 << 53;

/// The frames of all stacks, as a tree. The first stands for all of them and has no name.
#[derive(Debug)]
pub struct Stacks<'t> {
    pub(super) frames: Vec<Frame<'t>>,
}

/// A frame, wherever it is on the same others.
#[derive(Debug)]
pub(super) struct Frame<'t> {
    /// What it is called.
    pub(super) name: &'t str,
    /// How many samples it is in.
    pub(super) count: u64,
    /// The frames that it calls, in the order of their names.
    pub(super) inner: Vec<u32>,
}

impl Stacks<'_> {
    /// How many samples there are.
    pub fn total(&self) -> u64 {
        self.frames[0].count
    }
}

/// Reads the text of a file of this name. Empty lines mean nothing, and lines that begin with `#` are remarks.
///
/// # Errors
/// If there are lines that are no stacks, or no samples at all.
pub fn read<'t>(name: &str, text: &'t str) -> Result<Stacks<'t>, Vec<Diagnostic>> {
    let file = Ast::new(name).file_span().file;
    let mut stacks = Stacks { frames: vec![Frame { name: "", count: 0, inner: Vec::new() }] };
    let mut known = HashMap::new();
    let mut findings = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = |range: std::ops::Range<usize>| Span {
            start: (start + range.start) as u32,
            end: (start + range.end) as u32,
            file,
        };
        let content = line.trim_end();
        let is_remark = content.starts_with('#') && !content.contains(';');
        if !content.is_empty() && !is_remark && findings.len() < MAX_FINDINGS {
            match stack(content) {
                Ok((frames, count)) if count <= MAX_TOTAL - stacks.total() => {
                    stacks.add(&mut known, frames, count);
                }
                Ok((frames, _)) => {
                    let message = "these are more samples than can be counted";
                    let place = span(frames.len() + 1..content.len());
                    findings.push(Diagnostic::error("bad-count", message, place, "too many"));
                }
                Err(finding) => {
                    let place = span(finding.place);
                    let error =
                        Diagnostic::error(finding.code, finding.message, place, finding.label);
                    findings.push(error.with_help("a stack is a line like `main;outer;inner 42`"));
                }
            }
        }
        start += line.len();
    }
    if findings.is_empty() && stacks.total() == 0 {
        let all = Span { start: 0, end: 0, file };
        let message = "there are no samples";
        findings.push(Diagnostic::error("no-samples", message, all, "nothing was seen"));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    stacks.sort();
    Ok(stacks)
}

/// Why a line is no stack.
struct Finding {
    code: &'static str,
    message: &'static str,
    label: &'static str,
    place: std::ops::Range<usize>,
}

/// The frames of a line, and how often they were seen. What is behind the point of a number is left out.
fn stack(line: &str) -> Result<(&str, u64), Finding> {
    let no_count = |place| Finding {
        code: "no-count",
        message: "this is no stack: there is no count at its end",
        label: "a number is expected",
        place,
    };
    let (frames, number) = line.rsplit_once(' ').ok_or_else(|| no_count(0..line.len()))?;
    let place = frames.len() + 1..line.len();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return Err(no_count(place));
    }
    let count = whole.parse().unwrap_or(u64::MAX);
    if frames.trim().is_empty() {
        let (code, message) = ("no-frames", "this is no stack: there are no frames");
        return Err(Finding { code, message, label: "only a count", place });
    }
    Ok((frames, count))
}

impl<'t> Stacks<'t> {
    fn add(&mut self, known: &mut HashMap<(u32, &'t str), u32>, frames: &'t str, count: u64) {
        self.frames[0].count += count;
        let mut at = 0;
        for (depth, name) in frames.split(';').enumerate() {
            let name = if depth < MAX_DEPTH { name.trim() } else { TOO_DEEP };
            let next = self.frames.len() as u32;
            let frame = *known.entry((at, name)).or_insert(next);
            if frame == next {
                self.frames.push(Frame { name, count: 0, inner: Vec::new() });
                self.frames[at as usize].inner.push(frame);
            }
            self.frames[frame as usize].count += count;
            if depth == MAX_DEPTH {
                break;
            }
            at = frame;
        }
    }

    fn sort(&mut self) {
        for frame in 0..self.frames.len() {
            let mut inner = std::mem::take(&mut self.frames[frame].inner);
            inner.sort_by_key(|&frame| self.frames[frame as usize].name);
            self.frames[frame].inner = inner;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All frames with their counts, each behind the one that calls it.
    fn tree(text: &str) -> Vec<String> {
        let stacks = read("test", text).expect("stacks");
        let mut open = vec![(0, 0)];
        let mut lines = Vec::new();
        while let Some((frame, depth)) = open.pop() {
            let Frame { name, count, inner } = &stacks.frames[frame as usize];
            lines.push(format!("{}{name} {count}", " ".repeat(depth)));
            open.extend(inner.iter().rev().map(|&frame| (frame, depth + 1)));
        }
        lines
    }

    fn codes(text: &str) -> Vec<(&'static str, &str)> {
        let findings = read("test", text).expect_err("no stacks");
        let at = |finding: &Diagnostic| {
            let Span { start, end, .. } = finding.primary.span;
            &text[start as usize..end as usize]
        };
        findings.iter().map(|finding| (finding.code, at(finding))).collect()
    }

    #[test]
    fn stacks_share_the_frames_with_which_they_begin() {
        let text = "# a remark\nmain;b;c 3\n\nmain;a 2.75\r\nmain 1\nmain;b;c 1\n#!;x 1";
        let expected = [" 8", " #! 1", "  x 1", " main 7", "  a 2", "  b 4", "   c 4"];
        assert_eq!(tree(text), expected);
        assert_eq!(tree("a b (c:1:2) 7"), [" 7", " a b (c:1:2) 7"]);
        assert_eq!(tree(";; 7"), [" 7", "  7", "   7", "    7"]);
    }

    #[test]
    fn what_is_no_stack_is_told_with_its_place() {
        assert_eq!(
            codes("a 1\nb\nc x\nd -1\n 2\ne 1.x"),
            [
                ("no-count", "b"),
                ("no-count", "x"),
                ("no-count", "-1"),
                ("no-frames", "2"),
                ("no-count", "1.x"),
            ]
        );
        assert_eq!(codes(""), [("no-samples", "")]);
        assert_eq!(codes("a 0\n"), [("no-samples", "")]);
        assert_eq!(codes("a 9007199254740992\nb 1"), [("bad-count", "1")]);
        let large = "a 99999999999999999999999999";
        assert_eq!(codes(large), [("bad-count", &large[2..])]);
        assert_eq!(codes(&"x\n".repeat(1000)).len(), MAX_FINDINGS);
    }

    #[test]
    fn deep_stacks_have_an_end() {
        let text = format!("{} 5", vec!["f"; 100_000].join(";"));
        let lines = tree(&text);
        assert_eq!(lines.len(), MAX_DEPTH + 2);
        assert_eq!(lines.last().map(|line| line.trim()), Some("[…] 5"));
    }
}
