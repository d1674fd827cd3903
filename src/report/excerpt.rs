//! Cuts small windows out of a text of any size, around the places to be shown.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use crate::syntax::ast::Span;

/// How much is shown of a line before and after a place, in bytes.
const CONTEXT: usize = 100;
/// How much of a place is marked, in bytes: of what is larger, only its beginning.
const MAX_MARK: usize = 300;
/// How many lines of a place are marked.
const MAX_LINES: usize = 6;
/// Windows that are no further apart are shown as one.
const MAX_GAP: usize = 80;

/// A part of a text as it is shown.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Excerpt {
    /// The number of its first line.
    pub(super) line: usize,
    /// Whether its first line is shown from its beginning.
    pub(super) is_line_start: bool,
    pub(super) text: String,
    pub(super) marks: Vec<Mark>,
}

/// A place in an [`Excerpt`].
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Mark {
    /// Where in the excerpt's text.
    pub(super) range: Range<usize>,
    /// Which of the spans this is.
    pub(super) label: usize,
}

/// Windows of `text` that show all of the `spans`; first the one with the first span.
pub(super) fn excerpts(text: &str, spans: &[Span]) -> Vec<Excerpt> {
    let marked: Vec<_> = spans.iter().map(|&span| marked_part(text, span)).collect();
    let mut windows: Vec<_> = marked.iter().map(|range| window(text, range)).collect();
    windows.sort_by_key(|window| window.start);
    windows.dedup_by(|next, window| {
        let close = next.start <= window.end + MAX_GAP;
        if close {
            window.end = window.end.max(next.end);
        }
        close
    });
    let mut excerpts: Vec<_> = windows.iter().map(|range| cut(text, range, &marked)).collect();
    excerpts.sort_by_key(|excerpt| !excerpt.marks.iter().any(|mark| mark.label == 0));
    excerpts
}

/// The part of a span that is in the text and small enough to be marked.
fn marked_part(text: &str, span: Span) -> Range<usize> {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.floor_char_boundary((span.end as usize).clamp(start, start + MAX_MARK));
    let end = end.max(start);
    let line_end = memchr_iter(b'\n', &text.as_bytes()[start..end]).nth(MAX_LINES - 1);
    let end = match line_end {
        // What is too large to be shown whole is shown by its first line.
        Some(_) => start + memchr(b'\n', &text.as_bytes()[start..end]).unwrap_or(end - start),
        None => end,
    };
    start..end
}

/// The lines that `marked` stands in, as far as they are near.
fn window(text: &str, marked: &Range<usize>) -> Range<usize> {
    let near = text.floor_char_boundary(marked.start.saturating_sub(CONTEXT));
    let far = text.ceil_char_boundary((marked.end + CONTEXT).min(text.len()));
    let before = memrchr(b'\n', &text.as_bytes()[near..marked.start]);
    let after = memchr(b'\n', &text.as_bytes()[marked.end..far]);
    before.map_or(near, |at| near + at + 1)..after.map_or(far, |at| marked.end + at)
}

fn cut(text: &str, window: &Range<usize>, marked: &[Range<usize>]) -> Excerpt {
    let bytes = text.as_bytes();
    let is_line_start = window.start == 0 || bytes[window.start - 1] == b'\n';
    let is_line_end = window.end == bytes.len() || bytes[window.end] == b'\n';
    let mut shown = String::new();
    if !is_line_start {
        shown.push('…');
    }
    let prefix = shown.len();
    shown.extend(all_visible(text, window.clone()));
    let position = |offset: usize| {
        prefix + all_visible(text, window.start..offset).map(char::len_utf8).sum::<usize>()
    };
    let is_inside = |range: &Range<usize>| window.start <= range.start && range.end <= window.end;
    let inside = marked.iter().enumerate().filter(|(_, range)| is_inside(range));
    let marks = inside
        .map(|(label, range)| Mark { range: position(range.start)..position(range.end), label })
        .collect();
    if !is_line_end {
        shown.push('…');
    }
    let line = 1 + memchr_iter(b'\n', &bytes[..window.start]).count();
    Excerpt { line, is_line_start, text: shown, marks }
}

/// What is shown of a part of the text: a line's end is one, however it is written.
fn all_visible(text: &str, part: Range<usize>) -> impl Iterator<Item = char> {
    let start = part.start;
    let ends_line = move |at: usize| text.as_bytes().get(start + at + 1) == Some(&b'\n');
    let shown = text[part].char_indices().filter(move |&(at, c)| c != '\r' || !ends_line(at));
    shown.map(|(_, char)| visible(char, "\n\t"))
}

/// `char`, or a stand-in if terminals would obey it, unless it is in `allowed`.
pub(super) fn visible(char: char, allowed: &str) -> char {
    match char {
        _ if allowed.contains(char) => char,
        '\0'..='\x1F' => char::from_u32(0x2400 + u32::from(char)).unwrap_or('\u{FFFD}'),
        '\x7F' => '\u{2421}',
        '\u{80}'..='\u{9F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' => '\u{FFFD}',
        '\u{2066}'..='\u{2069}' | '\u{FEFF}' => '\u{FFFD}',
        _ => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ast::Ast;

    fn span(start: usize, end: usize) -> Span {
        let file = Ast::new("f").file_span().file;
        Span { start: start as u32, end: end as u32, file }
    }

    /// The marked text of each excerpt, with its line.
    fn marked(text: &str, spans: &[Span]) -> Vec<(usize, Vec<String>)> {
        let marks = |excerpt: &Excerpt| {
            excerpt.marks.iter().map(|mark| excerpt.text[mark.range.clone()].to_owned()).collect()
        };
        excerpts(text, spans).iter().map(|excerpt| (excerpt.line, marks(excerpt))).collect()
    }

    #[test]
    fn a_window_is_whole_lines_if_they_are_short() {
        let [excerpt] = &excerpts("one\ntwo three\nfour", &[span(8, 13)])[..] else { panic!() };
        assert_eq!((excerpt.line, excerpt.text.as_str()), (2, "two three"));
        assert_eq!(excerpt.marks, [Mark { range: 4..9, label: 0 }]);
    }

    #[test]
    fn carriage_returns_are_shown_but_at_the_ends_of_lines() {
        let text = "on\re\r\ntwo three\r\n";
        let [excerpt] = &excerpts(text, &[span(0, 10)])[..] else { panic!() };
        assert_eq!(excerpt.text, "on\u{240D}e\ntwo three");
        assert_eq!(excerpt.text[excerpt.marks[0].range.clone()], *"on\u{240D}e\ntwo ");
    }

    #[test]
    fn long_lines_are_cut() {
        let text = format!("{}here{}", "é".repeat(1_000_000), "x".repeat(1_000_000));
        let [excerpt] = &excerpts(&text, &[span(2_000_000, 2_000_004)])[..] else { panic!() };
        assert!(excerpt.text.len() < 3 * CONTEXT && excerpt.text.starts_with("…é"));
        assert!(excerpt.text.ends_with("x…"));
        assert_eq!(excerpt.text[excerpt.marks[0].range.clone()], *"here");
    }

    #[test]
    fn places_that_lie_are_moved_into_the_text() {
        assert_eq!(marked("é", &[span(1, 1)]), [(1, vec![String::new()])]);
        assert_eq!(marked("ab", &[span(70, 90)]), [(1, vec![String::new()])]);
        assert_eq!(marked("ab", &[span(1, u32::MAX as usize)]), [(1, vec!["b".to_owned()])]);
        assert_eq!(marked("", &[span(0, 0)]), [(1, vec![String::new()])]);
    }

    #[test]
    fn near_places_share_a_window_and_far_ones_do_not() {
        let text = format!("a\nb\n{}c\n", "\n".repeat(500));
        let words = marked(&text, &[span(504, 505), span(2, 3), span(0, 1)]);
        let own = |text: &str| text.to_owned();
        assert_eq!(words, [(503, vec![own("c")]), (1, vec![own("b"), own("a")])]);
    }

    #[test]
    fn of_many_lines_only_the_first_is_marked() {
        assert_eq!(marked(&"ab\n".repeat(50), &[span(0, 150)]), [(1, vec!["ab".to_owned()])]);
    }

    #[test]
    fn control_characters_are_made_visible() {
        let [excerpt] = &excerpts("\x1B[2J\u{9B}\u{202E}x", &[span(9, 10)])[..] else { panic!() };
        assert_eq!(excerpt.text, "␛[2J\u{FFFD}\u{FFFD}x");
        assert_eq!(&excerpt.text[excerpt.marks[0].range.clone()], "x");
    }
}
