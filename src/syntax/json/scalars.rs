//! Shapes of the leaves: names of kinds and operators, keys, texts, locations.

use serde::de::{self, MapAccess, SeqAccess};

use super::composite::{read_elements, read_fields};
use super::read::Reader;
use super::schema::{self, Field, FieldSet, Kind};
use super::shape::{Excerpt, Seed, Shape};
use crate::syntax::ast::{BinaryOp, FileId, Name, Names, Span, Symbol};

/// The `kind` of a node.
pub(super) struct KindName<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for KindName<'_, '_> {
    type Output = Kind;

    fn expected(&self) -> &'static str {
        "the kind of a node"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn string<E: de::Error>(self, value: &str) -> Result<Kind, E> {
        Kind::parse(value).ok_or_else(|| {
            self.0.help = one_of(Kind::ALL.map(Kind::name));
            self.0.fail(format!("there is no kind of node called {}", Excerpt(value)))
        })
    }
}

/// The `op` of a `Binary`.
pub(super) struct Operator<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for Operator<'_, '_> {
    type Output = BinaryOp;

    fn expected(&self) -> &'static str {
        "the name of an operator"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn string<E: de::Error>(self, value: &str) -> Result<BinaryOp, E> {
        schema::parse_op(value).ok_or_else(|| {
            self.0.help = one_of(BinaryOp::ALL.map(BinaryOp::json_name));
            self.0.fail(format!("there is no operator called {}", Excerpt(value)))
        })
    }
}

fn one_of<const N: usize>(names: [&str; N]) -> Option<String> {
    Some(format!("one of: {}", names.join(", ")))
}

/// A name or the contents of a literal.
pub(super) struct Text<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for Text<'_, '_> {
    type Output = Symbol;

    fn expected(&self) -> &'static str {
        "a string"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn string<E: de::Error>(self, value: &str) -> Result<Symbol, E> {
        Ok(self.0.ast.intern(value))
    }
}

/// The `name` of the whole file.
pub(super) struct Title<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for Title<'_, '_> {
    type Output = String;

    fn expected(&self) -> &'static str {
        "a string"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn string<E: de::Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }
}

/// A `filename` of a location.
struct Filename<'r, 't>(&'r mut Reader<'t>);

impl Shape for Filename<'_, '_> {
    type Output = FileId;

    fn expected(&self) -> &'static str {
        "a string"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn string<E: de::Error>(self, value: &str) -> Result<FileId, E> {
        Ok(self.0.intern_file(value))
    }
}

/// A `start` or `end`. It only serves messages, so that one that cannot be true
/// does not make a program worthless: it is moved to the nearest that could be.
struct Offset<'r, 't>(&'r mut Reader<'t>);

impl Shape for Offset<'_, '_> {
    type Output = u32;

    fn expected(&self) -> &'static str {
        "a byte offset"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn integer<E: de::Error>(self, value: i128) -> Result<u32, E> {
        Ok(value.clamp(0, u32::MAX.into()) as u32)
    }
}

/// A `location`. Without a `filename` it lies in the input itself; what has none at all
/// stands nowhere: in the empty beginning of the input. So does what has a number for a
/// location, which tools write that make trees without a source.
pub(super) struct Location<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for Location<'_, '_> {
    type Output = Span;

    fn expected(&self) -> &'static str {
        "a location object"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn integer<E: de::Error>(self, _: i128) -> Result<Span, E> {
        Ok(self.0.ast.file_span())
    }

    fn object<'de, A: MapAccess<'de>>(self, object: A) -> Result<Span, A::Error> {
        const NEEDED: FieldSet = FieldSet::of(Field::Start).with(Field::End);
        const KNOWN: FieldSet = NEEDED.with(Field::Filename);
        let (mut start, mut end, mut file) = (0, 0, self.0.input_file());
        let seen = read_fields(self.0, object, KNOWN, |reader, object, field| {
            match field {
                Field::Start => start = object.next_value_seed(Seed(Offset(reader)))?,
                Field::End => end = object.next_value_seed(Seed(Offset(reader)))?,
                _ => file = object.next_value_seed(Seed(Filename(reader)))?,
            }
            Ok(())
        })?;
        self.0.require(NEEDED, seen, "a location")?;
        Ok(Span { start, end: end.max(start), file })
    }
}

/// A name where it is bound: that of a `Let` or a parameter.
pub(super) struct Binding<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for Binding<'_, '_> {
    type Output = Name;

    fn expected(&self) -> &'static str {
        "an object with `text` and `location`"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn object<'de, A: MapAccess<'de>>(self, object: A) -> Result<Name, A::Error> {
        const NEEDED: FieldSet = FieldSet::of(Field::Text);
        const KNOWN: FieldSet = NEEDED.with(Field::Location);
        let (mut text, mut span) = (None, self.0.ast.file_span());
        let seen = read_fields(self.0, object, KNOWN, |reader, object, field| {
            match field {
                Field::Text => text = Some(object.next_value_seed(Seed(Text(reader)))?),
                _ => span = object.next_value_seed(Seed(Location(reader)))?,
            }
            Ok(())
        })?;
        self.0.require(NEEDED, seen, "a name")?;
        Ok(Name { text: text.expect("the text was required"), span })
    }
}

/// The `parameters` of a `Function`.
pub(super) struct Parameters<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for Parameters<'_, '_> {
    type Output = Names;

    fn expected(&self) -> &'static str {
        "an array of names"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn array<'de, A: SeqAccess<'de>>(self, array: A) -> Result<Self::Output, A::Error> {
        let names = read_elements(self.0, array, |reader, array| {
            array.next_element_seed(Seed(Binding(reader)))
        })?;
        Ok(self.0.ast.push_names(&names))
    }
}
