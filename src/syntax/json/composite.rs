//! Reads objects and arrays part by part: keys known and unknown, keys that occur
//! twice, the path to an error, and an orderly retreat from one.

use serde::de::{self, IgnoredAny, MapAccess, SeqAccess};

use super::read::{Reader, Step};
use super::schema::{Field, FieldSet};
use super::shape::{Seed, Shape, skip_array, skip_object};

/// Reads an object, calling `read` for the value of each field that is `known`;
/// other keys are ignored. Gives the fields that there were.
pub(super) fn read_fields<'t, 'de, A: MapAccess<'de>>(
    reader: &mut Reader<'t>,
    mut object: A,
    known: FieldSet,
    mut read: impl FnMut(&mut Reader<'t>, &mut A, Field) -> Result<(), A::Error>,
) -> Result<FieldSet, A::Error> {
    let mut seen = FieldSet::default();
    let error = loop {
        let step = match object.next_key_seed(Seed(Key { reader, known })) {
            Ok(None) => return Ok(seen),
            Ok(Some(None)) => object.next_value::<IgnoredAny>().map(drop),
            Ok(Some(Some(field))) if seen.contains(field) => {
                object.next_value_seed(Seed(Repeated { reader, field }))
            }
            Ok(Some(Some(field))) => {
                seen = seen.with(field);
                read(reader, &mut object, field)
                    .map_err(|error| reader.inside(Step::Field(field), error))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = step {
            break error;
        }
    };
    skip_object(&mut object);
    Err(error)
}

/// Reads an array, calling `read` for each element until there are no more.
pub(super) fn read_elements<'t, 'de, A: SeqAccess<'de>, T>(
    reader: &mut Reader<'t>,
    mut array: A,
    mut read: impl FnMut(&mut Reader<'t>, &mut A) -> Result<Option<T>, A::Error>,
) -> Result<Vec<T>, A::Error> {
    let mut elements = Vec::new();
    loop {
        match read(reader, &mut array) {
            Ok(Some(element)) => elements.push(element),
            Ok(None) => return Ok(elements),
            Err(error) => {
                skip_array(&mut array);
                return Err(reader.inside(Step::Index(elements.len()), error));
            }
        }
    }
}

/// A key of an object with the fields `known`; `None` is a key to be ignored.
struct Key<'r, 't> {
    reader: &'r mut Reader<'t>,
    known: FieldSet,
}

impl Shape for Key<'_, '_> {
    type Output = Option<Field>;

    fn expected(&self) -> &'static str {
        "a key"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.reader.fail(message)
    }

    fn string<E: de::Error>(self, value: &str) -> Result<Option<Field>, E> {
        Ok(Field::parse(value).filter(|&field| self.known.contains(field)))
    }
}

/// The value of a key that was there before: never right, whatever it is.
struct Repeated<'r, 't> {
    reader: &'r mut Reader<'t>,
    field: Field,
}

impl Shape for Repeated<'_, '_> {
    type Output = ();

    fn expected(&self) -> &'static str {
        "nothing"
    }

    fn fail<E: de::Error>(self, _: String) -> E {
        let name = self.field.name();
        self.reader.fail(format!("the key `{name}` occurs twice in one object"))
    }
}
