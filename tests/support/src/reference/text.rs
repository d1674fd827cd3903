//! Texts as binary trees of pieces, so that a text built piece by piece costs
//! linear memory and not quadratic.

/// The value of a Str.
pub struct Text<'a> {
    /// How many bytes; saturates, which only texts that nobody could print reach.
    pub len: usize,
    form: Form<'a>,
}

enum Form<'a> {
    Flat(&'a str),
    Joined(&'a Text<'a>, &'a Text<'a>),
}

impl<'a> Text<'a> {
    /// A text of one piece.
    pub fn flat(piece: &'a str) -> Self {
        Text { len: piece.len(), form: Form::Flat(piece) }
    }

    /// Two texts, one after the other.
    pub fn joined(left: &'a Text<'a>, right: &'a Text<'a>) -> Self {
        Text { len: left.len.saturating_add(right.len), form: Form::Joined(left, right) }
    }

    /// The pieces, from left to right.
    pub fn pieces(&'a self) -> impl Iterator<Item = &'a str> {
        let mut ahead = vec![self];
        std::iter::from_fn(move || {
            loop {
                match ahead.pop()?.form {
                    Form::Flat(piece) => return Some(piece),
                    Form::Joined(left, right) => ahead.extend([right, left]),
                }
            }
        })
    }
}
