//! The bridge to serde: what a value may look like where it stands.
//!
//! Each thing that the reader expects is a [`Shape`]; what a shape does not accept
//! is refused with one uniform message, `expected …, found …`. Shapes carry the
//! reader by mutable reference, so that values go straight into the arena.

use std::fmt;

use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Something that can stand at one place of the tree.
///
/// A shape overrides what it accepts; everything else is an error.
pub(super) trait Shape: Sized {
    /// What reading it gives.
    type Output;

    /// What is expected here, with its article: `an integer`.
    fn expected(&self) -> &'static str;

    /// Notes `message` as what is wrong here.
    fn fail<E: de::Error>(self, message: String) -> E;

    fn bool<E: de::Error>(self, value: bool) -> Result<Self::Output, E> {
        refuse(self, format_args!("`{value}`"))
    }

    fn integer<E: de::Error>(self, value: i128) -> Result<Self::Output, E> {
        refuse(self, format_args!("`{value}`"))
    }

    fn string<E: de::Error>(self, value: &str) -> Result<Self::Output, E> {
        refuse(self, format_args!("the string {}", Excerpt(value)))
    }

    fn object<'de, A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Output, A::Error> {
        skip_object(&mut object);
        refuse(self, format_args!("an object"))
    }

    fn array<'de, A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Output, A::Error> {
        skip_array(&mut array);
        refuse(self, format_args!("an array"))
    }
}

/// Fails because `found` stands where `shape` was expected.
pub(super) fn refuse<S: Shape, E: de::Error>(
    shape: S,
    found: fmt::Arguments<'_>,
) -> Result<S::Output, E> {
    let message = format!("expected {}, found {found}", shape.expected());
    Err(shape.fail(message))
}

/// Skips the rest of an object in which an error was found.
///
/// serde_json wants to see the end of every object and array that it leaves, even
/// with an error; if it does not, it makes an error of its own whose line and column
/// it counts from the beginning of the file, which in a deep tree, left level by
/// level, would take quadratic time.
pub(super) fn skip_object<'de, A: MapAccess<'de>>(object: &mut A) {
    while let Ok(Some(_)) = object.next_entry::<IgnoredAny, IgnoredAny>() {}
}

/// Skips the rest of an array in which an error was found, as [`skip_object`] does.
pub(super) fn skip_array<'de, A: SeqAccess<'de>>(array: &mut A) {
    while let Ok(Some(_)) = array.next_element::<IgnoredAny>() {}
}

/// A string as it can be quoted in one line: escaped and cut.
pub(super) struct Excerpt<'a>(pub(super) &'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 40;
        match self.0.char_indices().nth(MOST) {
            Some((end, _)) => write!(f, "{:?}…", &self.0[..end]),
            None => write!(f, "{:?}", self.0),
        }
    }
}

/// Makes a serde seed of a [`Shape`].
pub(super) struct Seed<S>(pub(super) S);

impl<'de, S: Shape> de::DeserializeSeed<'de> for Seed<S> {
    type Value = S::Output;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Output, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Shape> Visitor<'de> for Seed<S> {
    type Value = S::Output;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.expected())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<S::Output, E> {
        self.0.bool(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<S::Output, E> {
        self.0.integer(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<S::Output, E> {
        self.0.integer(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<S::Output, E> {
        refuse(self.0, format_args!("`{value:?}`"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<S::Output, E> {
        self.0.string(value)
    }

    fn visit_unit<E: de::Error>(self) -> Result<S::Output, E> {
        refuse(self.0, format_args!("`null`"))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<S::Output, A::Error> {
        self.0.object(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<S::Output, A::Error> {
        self.0.array(array)
    }
}
