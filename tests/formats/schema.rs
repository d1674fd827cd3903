//! JSON Schema, as far as `docs/schemas` uses it: what a value has to be, and which of the fields
//! that are described were ever seen.
//!
//! A keyword that is not known here is an error, so that nothing goes unchecked.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Keywords that say something to people only.
const FOR_PEOPLE: [&str; 4] = ["$schema", "$defs", "title", "description"];

/// A schema, and what was seen of it.
pub struct Schema {
    root: Value,
    /// The fields that were there, by their place in the schema.
    seen: BTreeSet<String>,
}

/// A part of a schema: its place, and itself.
type Part<'a> = (String, &'a Map<String, Value>);

impl Schema {
    /// Reads a schema.
    pub fn new(text: &str) -> Schema {
        Schema { root: serde_json::from_str(text).expect("JSON"), seen: BTreeSet::new() }
    }

    /// Fails unless the value is as the schema says.
    pub fn check(&mut self, value: &Value) {
        let root = self.root.as_object().expect("an object").clone();
        let mut seen = BTreeSet::new();
        if let Err(error) = self.validate(("#".to_owned(), &root), value, &mut seen) {
            panic!("{error}\n{value:#}");
        }
        self.seen.extend(seen);
    }

    /// Fields that are described and were never there.
    pub fn unseen(&self) -> Vec<String> {
        let mut all = BTreeSet::new();
        fields("#", &self.root, &mut all);
        all.difference(&self.seen).cloned().collect()
    }

    fn validate(
        &self,
        (at, schema): Part<'_>,
        value: &Value,
        seen: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        for (keyword, rule) in schema {
            let holds = match keyword.as_str() {
                keyword if FOR_PEOPLE.contains(&keyword) => true,
                "$ref" => {
                    let place = rule.as_str().expect("a reference");
                    let part = self.root.pointer(&place[1..]).and_then(Value::as_object);
                    self.validate((place.to_owned(), part.expect(place)), value, seen)?;
                    true
                }
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|one| is_a(value, one)),
                    one => is_a(value, one),
                },
                "const" => value == rule,
                "enum" => rule.as_array().expect("a list").contains(value),
                "minimum" => value.as_i64() >= rule.as_i64(),
                "required" => {
                    let names = rule.as_array().expect("a list").iter();
                    names.map(|name| name.as_str().expect("a name")).all(|n| value.get(n).is_some())
                }
                "properties" | "additionalProperties" => {
                    self.fields((at.clone(), schema), value, seen)?;
                    true
                }
                "items" => {
                    let part = (format!("{at}/items"), rule.as_object().expect("a schema"));
                    let items = value.as_array().into_iter().flatten();
                    for item in items {
                        self.validate(part.clone(), item, seen)?;
                    }
                    true
                }
                "oneOf" => self.one_of(&at, rule, value, seen),
                other => return Err(format!("{at}: unknown keyword {other}")),
            };
            if !holds {
                return Err(format!("{at}: {keyword} {rule} does not hold of {value}"));
            }
        }
        Ok(())
    }

    fn fields(
        &self,
        (at, schema): Part<'_>,
        value: &Value,
        seen: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        for (name, field) in value.as_object().into_iter().flatten() {
            let known = schema.get("properties").and_then(|known| known.get(name));
            let place = format!("{at}/properties/{name}");
            match (known, schema.get("additionalProperties")) {
                (Some(known), _) => {
                    seen.insert(place.clone());
                    self.validate((place, known.as_object().expect("a schema")), field, seen)?;
                }
                (None, Some(Value::Object(others))) => {
                    let place = format!("{at}/additionalProperties");
                    self.validate((place, others), field, seen)?;
                }
                (None, Some(Value::Bool(false))) => {
                    return Err(format!("{at}: nothing is said of the field {name}"));
                }
                (None, _) => return Err(format!("{at}: objects may have any field")),
            }
        }
        Ok(())
    }

    fn one_of(&self, at: &str, rule: &Value, value: &Value, seen: &mut BTreeSet<String>) -> bool {
        let ways = rule.as_array().expect("a list").iter().enumerate();
        let mut fitting = ways.filter_map(|(index, way)| {
            let part = (format!("{at}/oneOf/{index}"), way.as_object().expect("a schema"));
            let mut seen = BTreeSet::new();
            self.validate(part, value, &mut seen).is_ok().then_some(seen)
        });
        let Some(first) = fitting.next() else { return false };
        seen.extend(first);
        fitting.next().is_none()
    }
}

fn is_a(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("a type's name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type {other}"),
    }
}

/// Every field that a part of a schema describes.
fn fields(at: &str, part: &Value, all: &mut BTreeSet<String>) {
    match part {
        Value::Object(object) => {
            for (name, inner) in object {
                let place = format!("{at}/{name}");
                fields(&place, inner, all);
                if name == "properties" {
                    let names = inner.as_object().into_iter().flat_map(Map::keys);
                    all.extend(names.map(|name| format!("{place}/{name}")));
                }
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                fields(&format!("{at}/{index}"), inner, all);
            }
        }
        _ => {}
    }
}
