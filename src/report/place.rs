//! Lines and columns.

use std::fmt;

use memchr::{memchr_iter, memrchr};

/// A place as editors count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Place {
    /// The place of the byte at `offset` of `text`; what lies outside or inside a
    /// character is moved back into the text.
    pub fn of(text: &str, offset: usize) -> Place {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
        Place {
            line: 1 + memchr_iter(b'\n', &before.as_bytes()[..line_start]).count(),
            column: 1 + before[line_start..].chars().count(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The places of one text, for those who ask for many: prepared so that neither long
/// texts nor long lines make an answer slow.
#[derive(Debug)]
pub struct Places<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// How many characters begin before each multiple of [`STEP`].
    characters: Vec<usize>,
}

/// The distance of the offsets at which characters have been counted.
const STEP: usize = 256;

impl<'a> Places<'a> {
    /// Prepares the places of `text`.
    pub fn new(text: &'a str) -> Self {
        let breaks = memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        let mut count = 0;
        let characters = text.as_bytes().chunks(STEP).map(|chunk| {
            let before = count;
            count += beginnings(chunk);
            before
        });
        let characters = characters.collect();
        Places { text, lines, characters }
    }

    /// The place of the byte at `offset`, like [`Place::of`].
    pub fn of(&self, offset: usize) -> Place {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|&start| start <= offset);
        let column = 1 + self.before(offset) - self.before(self.lines[line - 1]);
        Place { line, column }
    }

    /// How many characters begin before `offset`.
    fn before(&self, offset: usize) -> usize {
        let Some(&counted) = self.characters.get(offset / STEP) else {
            return self.characters.last().map_or(0, |&counted| {
                counted + beginnings(&self.text.as_bytes()[(self.characters.len() - 1) * STEP..])
            });
        };
        counted + beginnings(&self.text.as_bytes()[offset / STEP * STEP..offset])
    }
}

/// How many characters begin in a piece of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::{Place, Places};

    #[test]
    fn prepared_places_are_the_same() {
        let line = "é".repeat(300);
        for text in ["", "a", "\n", &format!("{line}\n\nx{line}中{line}"), &"ab\n".repeat(256)] {
            let places = Places::new(text);
            for offset in 0..text.len() + 2 {
                assert_eq!(places.of(offset), Place::of(text, offset), "{offset}");
            }
        }
    }

    #[test]
    fn counts_lines_and_characters_from_one() {
        let text = "ab\né中x\n";
        let cases = [(0, 1, 1), (2, 1, 3), (3, 2, 1), (5, 2, 2), (8, 2, 3), (10, 3, 1)];
        for (offset, line, column) in cases {
            assert_eq!(Place::of(text, offset), Place { line, column }, "{offset}");
        }
    }

    #[test]
    fn what_lies_outside_is_moved_inside() {
        assert_eq!(Place::of("é", 1), Place { line: 1, column: 1 });
        assert_eq!(Place::of("ab", 99), Place { line: 1, column: 3 });
        assert_eq!(Place::of("", 0), Place { line: 1, column: 1 });
    }
}
