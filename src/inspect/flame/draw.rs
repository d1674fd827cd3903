//! Draws a flame graph: an SVG with a script.
//!
//! Frames that are too narrow to be seen are left out, so that there are at most some thousands in a
//! row. Colours say what kind of code ran, as the end of a frame's name does; how bright they
//! are follows from the name, so that the same stacks always give the same drawing.

use std::fmt::Write as _;

use super::read::{Frame, Stacks};
use crate::report::printable;

/// What a drawing begins with.
pub const MARK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- made by galo flame -->\n";

const STYLE: &str = include_str!("flame.css");
const SCRIPT: &str = include_str!("flame.js");

/// Widths and heights, in pixels.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 10.0;
const ROW: usize = 17;
const HEAD: usize = 58;
const FOOT: usize = 34;
/// The narrowest frame that is drawn.
const MIN_WIDTH: f64 = 0.3;
/// How wide a character is.
const CHARACTER: f64 = 6.8;

/// What stands above a drawing.
#[derive(Clone, Debug)]
pub struct Heading {
    /// What was running.
    pub title: String,
    /// How it was looked at.
    pub subtitle: String,
}

/// What kind of code a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Code {
    Interpreted,
    Compiled,
    Inlined,
    Kernel,
    /// No function.
    Other,
}

impl Code {
    const ALL: [Code; 5] =
        [Code::Interpreted, Code::Compiled, Code::Inlined, Code::Kernel, Code::Other];

    /// What a frame's name says, and the rest of it.
    fn of(name: &str) -> (Code, &str) {
        let marks = [("_[j]", Code::Compiled), ("_[i]", Code::Inlined), ("_[k]", Code::Kernel)];
        for (mark, code) in marks {
            if let Some(name) = name.strip_suffix(mark) {
                return (code, name);
            }
        }
        match name.starts_with('[') && name.ends_with(']') {
            true => (Code::Other, name),
            false => (Code::Interpreted, name),
        }
    }

    /// What is said of it.
    fn name(self) -> &'static str {
        match self {
            Code::Interpreted => "interpreter",
            Code::Compiled => "machine code",
            Code::Inlined => "inlined",
            Code::Kernel => "kernel",
            Code::Other => "no function",
        }
    }

    /// Its colour: hue and saturation.
    fn color(self) -> (u32, u32) {
        match self {
            Code::Interpreted => (28, 85),
            Code::Compiled => (128, 45),
            Code::Inlined => (186, 50),
            Code::Kernel => (265, 45),
            Code::Other => (220, 8),
        }
    }

    /// As CSS wants it, a little brighter or darker.
    fn fill(self, brightness: u32) -> String {
        let (hue, saturation) = self.color();
        format!("hsl({hue},{saturation}%,{}%)", 60 + brightness % 16)
    }
}

/// A frame in its place.
struct Placed<'s> {
    frame: &'s Frame<'s>,
    /// The first of all samples that it is in.
    start: u64,
    row: usize,
}

/// The drawing of stacks, as SVG.
pub fn draw(stacks: &Stacks<'_>, heading: &Heading) -> String {
    let total = stacks.total().max(1);
    let scale = (WIDTH - 2.0 * MARGIN) / total as f64;
    let placed = place(stacks, scale);
    let rows = placed.iter().map(|it| it.row + 1).max().unwrap_or(1);
    let height = HEAD + rows * ROW + FOOT;
    let mut svg = String::from(MARK);
    let (title, subtitle) = (escaped(&heading.title), escaped(&heading.subtitle));
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"title\" x=\"{middle}\" y=\"24\">{title}</text>\n\
         <text class=\"subtitle\" x=\"{middle}\" y=\"43\">{subtitle}</text>\n\
         <text id=\"reset\" x=\"{MARGIN}\" y=\"24\">reset zoom</text>\n\
         <text id=\"search\" x=\"{right}\" y=\"24\">search</text>\n\
         <text id=\"details\" x=\"{MARGIN}\" y=\"{foot}\"> </text>\n\
         <text id=\"matched\" x=\"{right}\" y=\"43\"> </text>\n",
        middle = WIDTH / 2.0,
        right = WIDTH - MARGIN,
        foot = height - 12,
    );
    legend(&mut svg, &placed, height);
    let _ = writeln!(svg, "<g id=\"frames\">");
    for placed in &placed {
        let y = HEAD + (rows - 1 - placed.row) * ROW;
        frame(&mut svg, placed, y, scale, total);
    }
    let _ = writeln!(svg, "</g>\n<script><![CDATA[\n{SCRIPT}]]></script>\n</svg>");
    svg
}

/// Every frame that is wide enough to be seen, from the outside in.
fn place<'s>(stacks: &'s Stacks<'_>, scale: f64) -> Vec<Placed<'s>> {
    let mut placed = Vec::new();
    let mut open = vec![(0_u32, 0_u64, 0_usize)];
    while let Some((index, start, row)) = open.pop() {
        let frame = &stacks.frames[index as usize];
        if frame.count as f64 * scale < MIN_WIDTH {
            continue;
        }
        placed.push(Placed { frame, start, row });
        let mut next = start;
        for &inner in &frame.inner {
            open.push((inner, next, row + 1));
            next += stacks.frames[inner as usize].count;
        }
    }
    placed
}

/// Says what the colours mean that are there.
fn legend(svg: &mut String, placed: &[Placed<'_>], height: usize) {
    let inner = || placed.iter().filter(|placed| placed.row > 0);
    let mut x = WIDTH - MARGIN;
    for code in Code::ALL.into_iter().rev() {
        if !inner().any(|placed| Code::of(placed.frame.name).0 == code) {
            continue;
        }
        let name = code.name();
        x -= name.len() as f64 * CHARACTER + 26.0;
        let (y, fill) = (height - 21, code.fill(8));
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y}\" width=\"10\" height=\"10\" fill=\"{fill}\"/>\
             <text x=\"{:.1}\" y=\"{}\">{name}</text>",
            x + 15.0,
            y + 9,
        );
    }
}

fn frame(svg: &mut String, placed: &Placed<'_>, y: usize, scale: f64, total: u64) {
    let Placed { frame: Frame { name, count, .. }, start, row } = placed;
    let (code, plain) = if *row == 0 { (Code::Other, "all") } else { Code::of(name) };
    let (x, width) = (MARGIN + *start as f64 * scale, *count as f64 * scale);
    let share = 100.0 * *count as f64 / total as f64;
    let kind = if *row == 0 { String::new() } else { format!(", {}", code.name()) };
    let samples = if *count == 1 { "sample" } else { "samples" };
    let name = escaped(plain);
    let shown = escaped(&shortened(plain, width));
    let fill = code.fill(brightness(plain));
    let text_y = y + 12;
    let _ = writeln!(
        svg,
        "<g data-start=\"{start}\" data-count=\"{count}\" data-row=\"{row}\" data-name=\"{name}\">\
         <title>{name}{kind}: {count} {samples}, {share:.2} %</title>\
         <rect x=\"{x:.2}\" y=\"{y}\" width=\"{width:.2}\" height=\"{}\" fill=\"{fill}\"/>\
         <text x=\"{:.2}\" y=\"{text_y}\">{shown}</text></g>",
        ROW - 1,
        x + 3.0,
    );
}

/// As much of a name as fits.
fn shortened(name: &str, width: f64) -> String {
    let room = ((width - 6.0) / CHARACTER).max(0.0) as usize;
    let long = name.chars().nth(room).is_some();
    match long {
        false => name.to_owned(),
        true if room < 3 => String::new(),
        true => name.chars().take(room - 1).chain(['…']).collect(),
    }
}

/// A number that is the same for the same name (FNV-1a).
fn brightness(name: &str) -> u32 {
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash >> 16
}

/// A text as XML, without anything that cannot be seen.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in printable(text).chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // No characters of XML.
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn drawing(text: &str) -> String {
        let heading = Heading { title: "a <title>".to_owned(), subtitle: "s".to_owned() };
        draw(&read("test", text).expect("stacks"), &heading)
    }

    /// The elements of frames, without what is not asked for.
    fn frames(svg: &str) -> Vec<String> {
        let frames = svg.lines().filter(|line| line.starts_with("<g data-start"));
        frames.map(|line| line[..line.find("</title>").unwrap()].to_owned()).collect()
    }

    #[test]
    fn frames_stand_on_their_callers() {
        let svg = drawing("main;b_[j];c_[i] 1\nmain;a 2\nmain 1");
        let expected = [
            "data-start=\"0\" data-count=\"4\" data-row=\"0\" data-name=\"all\"><title>all: 4 samples, 100.00 %",
            "data-start=\"0\" data-count=\"4\" data-row=\"1\" data-name=\"main\"><title>main, interpreter: 4 samples, 100.00 %",
            "data-start=\"2\" data-count=\"1\" data-row=\"2\" data-name=\"b\"><title>b, machine code: 1 sample, 25.00 %",
            "data-start=\"2\" data-count=\"1\" data-row=\"3\" data-name=\"c\"><title>c, inlined: 1 sample, 25.00 %",
            "data-start=\"0\" data-count=\"2\" data-row=\"2\" data-name=\"a\"><title>a, interpreter: 2 samples, 50.00 %",
        ];
        let expected: Vec<String> = expected.iter().map(|it| format!("<g {it}")).collect();
        assert_eq!(frames(&svg), expected);
        assert_eq!(svg, drawing("main;a 2\nmain 1\nmain;b_[j];c_[i] 1"), "the order means nothing");
    }

    #[test]
    fn names_are_text_and_nothing_else() {
        let svg = drawing("]]></script><script>alert(1)\"'&\u{7}\u{202E}\u{FFFF} 1");
        assert_eq!(svg.matches("<script>").count(), 1);
        assert_eq!(svg.matches("]]>").count(), 1);
        assert!(svg.contains(
            "]]&gt;&lt;/script&gt;&lt;script&gt;alert(1)&quot;'&amp;\u{2407}\u{FFFD}\u{FFFD}"
        ));
        assert!(svg.contains("<title>a &lt;title&gt;</title>"));
    }

    #[test]
    fn what_cannot_be_seen_is_not_drawn() {
        let text: String = (0..100_000).map(|n| format!("main;f{n};g 1\n")).collect();
        assert_eq!(frames(&drawing(&text)).len(), 2);
        let text = text + "main;wide 100000";
        assert_eq!(frames(&drawing(&text)).len(), 3);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_drawn_or_told(text in "(\\PC|[;# \n\\[\\]_ijk.0-9]){0,80}") {
            match read("test", &text) {
                Ok(stacks) => {
                    let heading = Heading { title: text.clone(), subtitle: text.clone() };
                    let svg = draw(&stacks, &heading);
                    assert!(svg.starts_with(MARK) && svg.ends_with("</svg>\n"));
                    assert_eq!(svg.matches("<script>").count(), 1);
                }
                Err(findings) => assert!(!findings.is_empty()),
            }
        }
    }

    #[test]
    fn names_are_as_long_as_there_is_room() {
        assert_eq!(shortened("collatz", 1000.0), "collatz");
        assert_eq!(shortened("collatz", 6.0 + 7.0 * CHARACTER), "collatz");
        assert_eq!(shortened("collatz", 6.0 + 6.5 * CHARACTER), "colla…");
        assert_eq!(shortened("collatz", 20.0), "");
    }
}
