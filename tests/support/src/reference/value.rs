//! Values, and the two walks over them: printing and comparing.

use galo::syntax::ast::NodeId;

use super::scope::Scope;
use super::text::Text;

/// A value; the arena owns what it points to.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// 32 bits, signed.
    Int(i32),
    /// A truth value.
    Bool(bool),
    /// A text.
    Str(&'a Text<'a>),
    /// A pair.
    Tuple(&'a (Value<'a>, Value<'a>)),
    /// A function with what its names mean.
    Closure(&'a Closure<'a>),
}

/// A function with what its names mean.
pub struct Closure<'a> {
    /// The function's node.
    pub function: NodeId,
    /// Where it was made.
    pub scope: &'a Scope<'a>,
}

/// What a value looks like, piece by piece from left to right.
pub fn pieces<'a>(value: Value<'a>) -> impl Iterator<Item = Piece<'a>> {
    enum Ahead<'a> {
        Value(Value<'a>),
        Mark(&'static str),
    }
    let mut ahead = vec![Ahead::Value(value)];
    std::iter::from_fn(move || {
        loop {
            let piece = match ahead.pop()? {
                Ahead::Mark(mark) => Piece::Mark(mark),
                Ahead::Value(Value::Int(int)) => Piece::Int(int),
                Ahead::Value(Value::Bool(true)) => Piece::Mark("true"),
                Ahead::Value(Value::Bool(false)) => Piece::Mark("false"),
                Ahead::Value(Value::Str(text)) => Piece::Text(text),
                Ahead::Value(Value::Closure(_)) => Piece::Mark("<#closure>"),
                Ahead::Value(Value::Tuple(&(first, second))) => {
                    ahead.extend([
                        Ahead::Mark(")"),
                        Ahead::Value(second),
                        Ahead::Mark(", "),
                        Ahead::Value(first),
                        Ahead::Mark("("),
                    ]);
                    continue;
                }
            };
            return Some(piece);
        }
    })
}

/// A piece of a value's looks.
pub enum Piece<'a> {
    /// Fixed text.
    Mark(&'static str),
    /// A number, in decimal.
    Int(i32),
    /// A text, as it is.
    Text(&'a Text<'a>),
}

/// The pairs of parts in which two values must agree to be equal, without the
/// tuples that hold them: a tuple against anything but a tuple is a pair of its own.
pub fn part_pairs<'a>(
    left: Value<'a>,
    right: Value<'a>,
) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
    let mut ahead = vec![(left, right)];
    std::iter::from_fn(move || {
        loop {
            match ahead.pop()? {
                (Value::Tuple(left), Value::Tuple(right)) => {
                    ahead.extend([(left.1, right.1), (left.0, right.0)]);
                }
                parts => return Some(parts),
            }
        }
    })
}
