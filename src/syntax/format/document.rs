//! A document whose lines are not broken yet, and the layout that breaks them.
//!
//! A document is a flat list of operations. Groups are either written on one line or
//! broken at all lines that are directly theirs; the outermost group that does not fit
//! is broken first. Two passes over the list decide and write: groups nest as deep as
//! programs do.

/// Lines are broken beyond this many characters.
const WIDTH: usize = 90;

/// Spaces per level.
const INDENT: usize = 2;

/// Deeper levels are not indented further: a program that nests a million levels must
/// not become a text of a million columns.
const MAX_LEVEL: usize = 24;

/// An operation of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op<'a> {
    /// Text as it stands; it may hold line breaks of its own.
    Text(&'a str),
    /// An integer.
    Int(i32),
    /// A line break, or `flat` in a group on one line.
    Line { flat: &'static str },
    /// A line break in any case, which breaks all groups around it; `blank` leaves an
    /// empty line.
    Hard { blank: bool },
    /// One level deeper from the next line on.
    Indent,
    /// One level back from the next line on.
    Dedent,
    /// The beginning of a group.
    Begin,
    /// The end of the group begun last.
    End,
}

/// Writes a document as text that ends in a line break.
pub(super) fn layout(ops: &[Op<'_>]) -> String {
    let mut widths = group_widths(ops);
    let mut writer = Writer::default();
    // How many groups around the place are on one line, by decision of the outermost.
    let mut flat_groups = 0_usize;
    for op in ops {
        match *op {
            Op::Text(text) => writer.text(text),
            Op::Int(value) => writer.text(&value.to_string()),
            Op::Line { flat } if flat_groups > 0 => writer.text(flat),
            Op::Line { .. } => writer.line(false),
            Op::Hard { blank } => writer.line(blank),
            Op::Indent => writer.level += 1,
            Op::Dedent => writer.level -= 1,
            Op::Begin => {
                let width = widths.pop().flatten();
                let fits = width.is_some_and(|width| writer.column + width <= WIDTH);
                if flat_groups > 0 || fits {
                    flat_groups += 1;
                }
            }
            Op::End => flat_groups = flat_groups.saturating_sub(1),
        }
    }
    writer.out.push('\n');
    writer.out
}

/// For each group, the first one last, its width on one line together with what
/// follows it before the next possible break; nothing if it cannot be on one line.
fn group_widths(ops: &[Op<'_>]) -> Vec<Option<usize>> {
    let mut widths = Vec::new();
    // Ends of open groups: the distance of the next break after them from the end of
    // the document, and the hard breaks seen until then.
    let mut ends = Vec::new();
    let (mut distance, mut next_break, mut hard_breaks) = (0, 0, 0_usize);
    for op in ops.iter().rev() {
        match *op {
            Op::Text(text) => distance += text.chars().count(),
            Op::Int(value) => distance += decimal_width(value),
            Op::Line { flat } => {
                next_break = distance;
                distance += flat.len();
            }
            Op::Hard { .. } => {
                next_break = distance;
                hard_breaks += 1;
            }
            Op::Indent | Op::Dedent => {}
            Op::End => ends.push((next_break, hard_breaks)),
            Op::Begin => {
                let (next_break, breaks_after) = ends.pop().unwrap_or((0, 0));
                widths.push((hard_breaks == breaks_after).then(|| distance - next_break));
            }
        }
    }
    widths
}

/// How many characters the decimal form of `value` has.
fn decimal_width(value: i32) -> usize {
    let digits = value.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + usize::from(value < 0)
}

/// The text so far and where its last line stands.
#[derive(Default)]
struct Writer {
    out: String,
    level: usize,
    /// Where the next character goes on the last line.
    column: usize,
    /// Whether the last line's indentation, which is `column`, is still to be written.
    at_line_start: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.at_line_start {
            self.out.extend(std::iter::repeat_n(' ', self.column));
            self.at_line_start = false;
        }
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(at) => self.column = text[at + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn line(&mut self, blank: bool) {
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        self.column = self.level.min(MAX_LEVEL) * INDENT;
        self.at_line_start = true;
    }
}

#[cfg(test)]
mod tests {
    use super::Op::*;
    use super::*;

    const SOFT: Op<'static> = Line { flat: "" };
    const SPACE: Op<'static> = Line { flat: " " };

    #[test]
    fn groups_that_fit_are_flat() {
        let ops = [Begin, Text("f("), Indent, SOFT, Text("a,"), SPACE, Text("b"), Dedent, SOFT];
        assert_eq!(layout(&[&ops[..], &[Text(")"), End]].concat()), "f(a, b)\n");
    }

    #[test]
    fn the_outermost_group_breaks_first() {
        let long = "x".repeat(60);
        let inner = [Begin, Text(&long), SPACE, Text("y"), End];
        let ops =
            [&[Begin, Text("f("), Indent, SOFT], &inner[..], &[Dedent, SPACE], &inner, &[End]];
        assert_eq!(layout(&ops.concat()), format!("f(\n  {long} y\n{long} y\n"));
    }

    #[test]
    fn what_follows_a_group_counts() {
        let long = "x".repeat(WIDTH - 2);
        let ops = [Begin, Text(&long), SPACE, Text("y"), End, Text(";"), Hard { blank: true }];
        assert_eq!(layout(&ops), format!("{long}\ny;\n\n\n"));
        assert_eq!(layout(&ops[..5]), format!("{long} y\n"));
    }

    #[test]
    fn hard_breaks_break_the_groups_around_them_only() {
        let ops = [Begin, Text("a"), SPACE, Begin, Text("b"), SPACE, Text("c"), End];
        let rest = [Hard { blank: false }, Text("d"), End];
        assert_eq!(layout(&[&ops[..], &rest].concat()), "a\nb c\nd\n");
    }

    #[test]
    fn integers_are_as_wide_as_they_are() {
        for value in [0, 9, 10, 99, 100, -1, i32::MAX, i32::MIN] {
            assert_eq!(decimal_width(value), value.to_string().len(), "{value}");
        }
    }

    #[test]
    fn indentation_ends_somewhere() {
        let ops: Vec<_> = [Indent, Hard { blank: false }, Text("a")].repeat(100);
        let text = layout(&ops);
        let deepest = text.lines().last().unwrap_or_default();
        assert_eq!(deepest.len(), MAX_LEVEL * INDENT + 1);
    }
}
