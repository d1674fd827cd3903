//! Lines of code, each kept once.
//!
//! A function has some twenty forms on its way, and most lines of one are those of the one
//! before. Lines get numbers as they are first seen; a form is a list of runs of numbers, so that
//! a form like the one before takes as little room as the places where they differ.

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use serde_json::{Value, json};

/// The longest text of a line, in characters.
const MAX_CHARS: usize = 400;

/// What a line is.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub(super) struct Line {
    /// What stands there.
    pub(super) text: String,
    /// The number of the place that it was made for, if it is one.
    pub(super) site: Option<u32>,
    /// The scope that this place is in.
    pub(super) scope: u32,
    /// What is said at the right.
    pub(super) note: String,
}

/// A line by the numbers of its texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Key {
    text: u32,
    site: Option<u32>,
    scope: u32,
    note: u32,
}

/// The lines of all forms of a function.
#[derive(Default, Debug)]
pub(super) struct Lines {
    texts: IndexSet<Box<str>, RandomState>,
    lines: IndexSet<Key, RandomState>,
}

impl Lines {
    /// A form that consists of these lines.
    pub(super) fn form(&mut self, lines: impl IntoIterator<Item = Line>) -> Runs {
        let mut runs = Runs::default();
        for line in lines {
            let (text, note) = (self.text(&line.text), self.text(&line.note));
            let key = Key { text, site: line.site, scope: line.scope, note };
            runs.push(self.lines.insert_full(key).0 as u32);
        }
        runs
    }

    fn text(&mut self, text: &str) -> u32 {
        let text = shorten(text);
        match self.texts.get_index_of(&*text) {
            Some(known) => known as u32,
            None => self.texts.insert_full(text.into()).0 as u32,
        }
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The texts, and the lines: four numbers each, those of text, place (from 1; 0 is none), scope
    /// and note.
    pub(super) fn json(&self) -> (Value, Value) {
        let lines = self.lines.iter().flat_map(|line| {
            [line.text, line.site.map_or(0, |site| site + 1), line.scope, line.note]
        });
        (json!(self.texts.iter().collect::<Vec<_>>()), json!(lines.collect::<Vec<_>>()))
    }
}

/// The beginning of a long text.
pub(super) fn shorten(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(MAX_CHARS) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

/// The lines of a form: where each run of lines that follow each other begins, and how many they
/// are.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Runs(Vec<[u32; 2]>);

impl Runs {
    fn push(&mut self, line: u32) {
        match self.0.last_mut() {
            Some([start, count]) if *start + *count == line => *count += 1,
            _ => self.0.push([line, 1]),
        }
    }

    pub(super) fn json(&self) -> Value {
        json!(self.0.iter().flatten().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line { text: text.to_owned(), ..Line::default() }
    }

    #[test]
    fn what_is_the_same_is_there_once() {
        let mut lines = Lines::default();
        let before = lines.form(["a", "b", "c"].map(line));
        let after = lines.form(["a", "d", "c"].map(line));
        assert_eq!(before.0, [[0, 3]]);
        assert_eq!(after.0, [[0, 1], [3, 1], [2, 1]]);
        assert_eq!(lines.json().0, json!(["a", "", "b", "c", "d"]));
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn a_line_has_an_end() {
        let long = shorten(&"é".repeat(5_000)).chars().count();
        assert_eq!(long, MAX_CHARS + 1);
        assert_eq!(shorten("é"), "é");
    }
}
