//! Values as the host sees them: copied out of the heap, without a bound on their depth.

use std::fmt;

use crate::string::try_for_each_piece;
use crate::value::{Kind, Value};

/// A part of a [`Data`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// An Int.
    Int(i32),
    /// A Bool.
    Bool(bool),
    /// A Str.
    Str(Box<str>),
    /// A Closure, of which only that is told.
    Closure,
    /// A Tuple: its two parts follow.
    Tuple,
}

/// A value without a heap: its parts in Polish notation, `(1, (2, 3))` being Tuple, 1, Tuple, 2,
/// 3. Neither dropping nor comparing it recurses, however deep the tuples are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Data(Vec<Part>);

impl Data {
    /// Copies a value; `None` if it takes more than `limit` bytes, counting 16 for each part and
    /// those of strings. Tuples share parts, a copy does not.
    pub fn of(value: Value, limit: usize) -> Option<Data> {
        let (mut parts, mut rest, mut room) = (Vec::new(), vec![value], limit);
        while let Some(value) = rest.pop() {
            room = room.checked_sub(16)?;
            parts.push(match value.kind() {
                Kind::Int => Part::Int(value.as_int_unchecked()),
                Kind::Bool => Part::Bool(value == Value::TRUE),
                Kind::Closure => Part::Closure,
                Kind::Str => {
                    let text = text(value, room)?;
                    room -= text.len();
                    Part::Str(text)
                }
                Kind::Tuple => {
                    let (first, second) = crate::tuple::parts(value);
                    rest.extend([second, first]);
                    Part::Tuple
                }
            });
        }
        Some(Data(parts))
    }

    /// Its parts, in Polish notation.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        match self.0[0] {
            Part::Int(_) => Kind::Int,
            Part::Bool(_) => Kind::Bool,
            Part::Str(_) => Kind::Str,
            Part::Closure => Kind::Closure,
            Part::Tuple => Kind::Tuple,
        }
    }

    /// The two parts of a Tuple.
    pub fn split(self) -> Option<(Data, Data)> {
        if self.0[0] != Part::Tuple {
            return None;
        }
        // The first part ends where no tuple in it lacks a part.
        let mut missing = 1_usize;
        let len = self.0[1..].iter().position(|part| {
            missing = if *part == Part::Tuple { missing + 1 } else { missing - 1 };
            missing == 0
        })? + 1;
        let mut parts = self.0;
        let second = parts.split_off(len + 1);
        parts.remove(0);
        Some((Data(parts), Data(second)))
    }

    /// The value as an expression that makes it, unless there are closures in it.
    pub fn to_source(&self) -> Option<String> {
        let mut source = String::new();
        self.write(&mut source, |part, source| {
            match part {
                Part::Closure => return Err(fmt::Error),
                // There are no negative literals, and 2147483648 is none either.
                Part::Int(i32::MIN) => source.push_str("((0 - 2147483647) - 1)"),
                Part::Int(int @ ..0) => *source += &format!("(0 - {})", int.unsigned_abs()),
                part => write_part(part, source)?,
            }
            Ok(())
        })
        .ok()
        .map(|()| source)
    }

    /// Writes tuples in parentheses, and everything else with `leaf`.
    fn write<W: fmt::Write>(
        &self,
        out: &mut W,
        mut leaf: impl FnMut(&Part, &mut W) -> fmt::Result,
    ) -> fmt::Result {
        /// What is to be written behind a part.
        enum After {
            Comma,
            End,
        }
        let mut after = Vec::new();
        for part in &self.0 {
            if *part == Part::Tuple {
                out.write_char('(')?;
                after.push(After::Comma);
                continue;
            }
            leaf(part, out)?;
            while let Some(After::End) = after.last() {
                out.write_char(')')?;
                after.pop();
            }
            if let Some(last) = after.last_mut() {
                out.write_str(", ")?;
                *last = After::End;
            }
        }
        Ok(())
    }
}

/// Strings in quotes, as source has them: a text keeps the backslashes that it is written with.
fn write_part(part: &Part, out: &mut impl fmt::Write) -> fmt::Result {
    match part {
        Part::Int(int) => write!(out, "{int}"),
        Part::Bool(bool) => write!(out, "{bool}"),
        Part::Str(text) => write!(out, "\"{text}\""),
        Part::Closure => out.write_str("<#closure>"),
        Part::Tuple => Ok(()),
    }
}

impl fmt::Display for Data {
    /// As `print` shows it, but with strings in quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, write_part)
    }
}

/// The text of a Str, if it has no more than `limit` bytes.
fn text(string: Value, limit: usize) -> Option<Box<str>> {
    let mut bytes = Vec::new();
    try_for_each_piece(string, |piece| {
        if piece.len() > limit - bytes.len() {
            return Err(());
        }
        bytes.extend_from_slice(piece);
        Ok(())
    })
    .ok()?;
    // Strs are UTF-8: they come from literals and are only ever joined.
    Some(String::from_utf8_lossy(&bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(first: Data, second: Data) -> Data {
        Data([vec![Part::Tuple], first.0, second.0].concat())
    }

    fn int(int: i32) -> Data {
        Data(vec![Part::Int(int)])
    }

    #[test]
    fn tuples_are_written_and_split() {
        let nested = tuple(tuple(int(1), int(-2)), tuple(int(3), int(4)));
        assert_eq!(nested.to_string(), "((1, -2), (3, 4))");
        assert_eq!(nested.to_source().as_deref(), Some("((1, (0 - 2)), (3, 4))"));
        let (first, second) = nested.split().unwrap();
        assert_eq!((first.to_string(), second.to_string()), ("(1, -2)".into(), "(3, 4)".into()));
        assert_eq!(int(1).split(), None);
        assert_eq!(int(i32::MIN).to_source().as_deref(), Some("((0 - 2147483647) - 1)"));
    }

    #[test]
    fn what_holds_a_closure_has_no_source() {
        let data = tuple(Data(vec![Part::Str("a".into())]), Data(vec![Part::Closure]));
        assert_eq!((data.to_string().as_str(), data.to_source()), ("(\"a\", <#closure>)", None));
    }

    #[test]
    #[cfg_attr(miri, ignore = "too long for Miri")]
    fn depth_does_not_matter() {
        let mut parts = vec![Part::Tuple; 1_000_000];
        parts.extend(vec![Part::Int(0); 1_000_001]);
        let data = Data(parts);
        assert_eq!(data.to_string().len(), 1_000_000 * 5 + 1);
        assert_eq!(data.split().unwrap().1, int(0));
    }
}
