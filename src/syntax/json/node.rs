//! Shapes of the tree itself: the file, nodes, and what nodes are made of.
//!
//! The keys of an object come in any order, `kind` perhaps last, while the values
//! must go into the arena as they are met: so a node's fields are gathered in a
//! small [`Fields`] and judged when the object ends. A field that belongs to
//! nodes of another kind is an error, in whatever order, for a wrong `kind` is the
//! likeliest reason for it; a key that belongs to none is ignored.

use serde::de::{self, MapAccess, SeqAccess};

use super::composite::{read_elements, read_fields};
use super::read::Reader;
use super::scalars::{Binding, KindName, Location, Operator, Parameters, Text, Title};
use super::schema::{Field, FieldSet, Kind};
use super::shape::{Excerpt, Seed, Shape, refuse, skip_object};
use crate::syntax::ast::{BinaryOp, Name, Names, Node, NodeId, Nodes, Span, Symbol};

/// The whole file.
pub(super) struct File<'r, 't>(pub(super) &'r mut Reader<'t>);

impl Shape for File<'_, '_> {
    type Output = ();

    fn expected(&self) -> &'static str {
        "an object with `name`, `expression` and `location`"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn object<'de, A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        const NEEDED: FieldSet = FieldSet::of(Field::Name).with(Field::Expression);
        const KNOWN: FieldSet = NEEDED.with(Field::Location);
        let (mut name, mut span) = (String::new(), self.0.ast.file_span());
        let seen = read_fields(self.0, object, KNOWN, |reader, object, field| {
            match field {
                Field::Name => name = object.next_value_seed(Seed(Title(reader)))?,
                Field::Expression => drop(object.next_value_seed(Seed(Term(reader)))?),
                _ => span = object.next_value_seed(Seed(Location(reader)))?,
            }
            Ok(())
        })?;
        self.0.require(NEEDED, seen, "a program")?;
        self.0.ast.finish(&name, span);
        Ok(())
    }
}

/// A node.
struct Term<'r, 't>(&'r mut Reader<'t>);

impl Shape for Term<'_, '_> {
    type Output = NodeId;

    fn expected(&self) -> &'static str {
        "a node"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn object<'de, A: MapAccess<'de>>(self, mut object: A) -> Result<NodeId, A::Error> {
        if let Err(error) = self.0.may_descend() {
            if self.0.can_skip() {
                skip_object(&mut object);
            }
            return Err(error);
        }
        self.0.descend(|reader| read_node(reader, object))
    }
}

/// The `arguments` of a `Call`.
struct Arguments<'r, 't>(&'r mut Reader<'t>);

impl Shape for Arguments<'_, '_> {
    type Output = Nodes;

    fn expected(&self) -> &'static str {
        "an array of nodes"
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.0.fail(message)
    }

    fn array<'de, A: SeqAccess<'de>>(self, array: A) -> Result<Nodes, A::Error> {
        let nodes = read_elements(self.0, array, |reader, array| {
            array.next_element_seed(Seed(Term(reader)))
        })?;
        Ok(self.0.ast.push_list(&nodes))
    }
}

/// What stands in a `value`.
#[derive(Clone, Copy)]
enum Payload {
    Node(NodeId),
    Int(i32),
    Str(Symbol),
    Bool(bool),
}

/// The `value` of a node whose kind may be known already.
struct Value<'r, 't> {
    reader: &'r mut Reader<'t>,
    kind: Option<Kind>,
}

impl Value<'_, '_> {
    /// Whether a value of `kind` may stand here.
    fn may_be(&self, kind: Kind) -> bool {
        self.kind.is_none_or(|known| known == kind)
    }
}

impl Shape for Value<'_, '_> {
    type Output = Payload;

    fn expected(&self) -> &'static str {
        expected_value(self.kind)
    }

    fn fail<E: de::Error>(self, message: String) -> E {
        self.reader.fail(message)
    }

    fn bool<E: de::Error>(self, value: bool) -> Result<Payload, E> {
        match self.may_be(Kind::Bool) {
            true => Ok(Payload::Bool(value)),
            false => refuse(self, format_args!("`{value}`")),
        }
    }

    fn integer<E: de::Error>(self, value: i128) -> Result<Payload, E> {
        match i32::try_from(value) {
            _ if !self.may_be(Kind::Int) => refuse(self, format_args!("`{value}`")),
            Ok(value) => Ok(Payload::Int(value)),
            Err(_) => Err(self.reader.fail(format!(
                "the integer `{value}` does not fit 32 bits (-2147483648 to 2147483647)"
            ))),
        }
    }

    fn string<E: de::Error>(self, value: &str) -> Result<Payload, E> {
        match self.may_be(Kind::Str) {
            true => Ok(Payload::Str(self.reader.ast.intern(value))),
            false => refuse(self, format_args!("the string {}", Excerpt(value))),
        }
    }

    fn object<'de, A: MapAccess<'de>>(self, mut object: A) -> Result<Payload, A::Error> {
        match self.kind {
            Some(Kind::Int | Kind::Str | Kind::Bool) => {
                skip_object(&mut object);
                refuse(self, format_args!("an object"))
            }
            _ => Term(self.reader).object(object).map(Payload::Node),
        }
    }
}

/// What the `value` of a node of `kind` is.
fn expected_value(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Int) => "an integer",
        Some(Kind::Str) => "a string",
        Some(Kind::Bool) => "`true` or `false`",
        Some(_) => "a node",
        None => "a node or a literal",
    }
}

/// The fields of a node that were met so far.
///
/// No kind has two fields of one slot here, and a node with fields of two kinds is
/// refused: so slots are shared, for frames of this size are what deep trees cost.
#[derive(Default)]
struct Fields {
    seen: FieldSet,
    kind: Option<Kind>,
    span: Option<Span>,
    /// `value`
    payload: Option<Payload>,
    /// `text`
    text: Option<Symbol>,
    /// `name`
    name: Option<Name>,
    /// `op`
    op: Option<BinaryOp>,
    /// `parameters`
    parameters: Option<Names>,
    /// `arguments`
    arguments: Option<Nodes>,
    /// `callee`, `condition`, `lhs`, `first`
    left: Option<NodeId>,
    /// `next`, `then`, `rhs`, `second`
    right: Option<NodeId>,
    /// `otherwise`
    third: Option<NodeId>,
}

fn read_node<'de, A: MapAccess<'de>>(
    reader: &mut Reader<'_>,
    object: A,
) -> Result<NodeId, A::Error> {
    let mut fields = Fields::default();
    fields.seen = read_fields(reader, object, FieldSet::NODE, |reader, object, field| {
        fields.read(field, reader, object)
    })?;
    fields.finish(reader)
}

impl Fields {
    /// Reads the value of `field`.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        field: Field,
        reader: &mut Reader<'_>,
        object: &mut A,
    ) -> Result<(), A::Error> {
        match field {
            Field::Kind => self.kind = Some(object.next_value_seed(Seed(KindName(reader)))?),
            Field::Location => self.span = Some(object.next_value_seed(Seed(Location(reader)))?),
            Field::Value => {
                let value = Value { reader, kind: self.kind };
                self.payload = Some(object.next_value_seed(Seed(value))?);
            }
            Field::Text => self.text = Some(object.next_value_seed(Seed(Text(reader)))?),
            Field::Name => self.name = Some(object.next_value_seed(Seed(Binding(reader)))?),
            Field::Op => self.op = Some(object.next_value_seed(Seed(Operator(reader)))?),
            Field::Parameters => {
                self.parameters = Some(object.next_value_seed(Seed(Parameters(reader)))?);
            }
            Field::Arguments => {
                self.arguments = Some(object.next_value_seed(Seed(Arguments(reader)))?);
            }
            Field::Callee | Field::Condition | Field::Lhs | Field::First => {
                self.left = Some(object.next_value_seed(Seed(Term(reader)))?);
            }
            Field::Next | Field::Then | Field::Rhs | Field::Second => {
                self.right = Some(object.next_value_seed(Seed(Term(reader)))?);
            }
            Field::Otherwise => self.third = Some(object.next_value_seed(Seed(Term(reader)))?),
            Field::Expression | Field::Start | Field::End | Field::Filename => {
                unreachable!("no key of a node")
            }
        }
        Ok(())
    }

    /// Makes the node, now that its object has ended.
    fn finish<E: de::Error>(self, reader: &mut Reader<'_>) -> Result<NodeId, E> {
        let Some(kind) = self.kind else {
            return Err(reader.fail("a node needs the field `kind`".to_owned()));
        };
        let wanted = kind.fields();
        reader.require(wanted, self.seen, kind.article_and_name())?;
        if let Some(extra) = self.seen.without(wanted.with(Field::Location)).iter().next() {
            let (article, extra) = (kind.article_and_name(), extra.name());
            return Err(reader.fail(format!("{article} has no field `{extra}`")));
        }
        let span = self.span.unwrap_or(reader.ast.file_span());
        match self.node(kind) {
            Some(node) => Ok(reader.ast.push(node, span)),
            None => Err(reader.fail(format!(
                "the `value` of {} must be {}",
                kind.article_and_name(),
                expected_value(Some(kind))
            ))),
        }
    }

    /// The node, unless its `value`, read before its `kind`, is none for that kind.
    fn node(self, kind: Kind) -> Option<Node> {
        let value = match self.payload {
            Some(Payload::Node(id)) => Some(id),
            _ => None,
        };
        Some(match (kind, self.payload) {
            (Kind::Int, Some(Payload::Int(value))) => Node::Int(value),
            (Kind::Str, Some(Payload::Str(value))) => Node::Str(value),
            (Kind::Bool, Some(Payload::Bool(value))) => Node::Bool(value),
            (Kind::Int | Kind::Str | Kind::Bool, _) => return None,
            (Kind::Var, _) => Node::Var(self.text?),
            (Kind::Let, _) => Node::Let { name: self.name?, value: value?, next: self.right? },
            (Kind::Function, _) => Node::Function { parameters: self.parameters?, body: value? },
            (Kind::Call, _) => Node::Call { callee: self.left?, arguments: self.arguments? },
            (Kind::If, _) => {
                Node::If { condition: self.left?, then: self.right?, otherwise: self.third? }
            }
            (Kind::Binary, _) => Node::Binary { op: self.op?, lhs: self.left?, rhs: self.right? },
            (Kind::Tuple, _) => Node::Tuple { first: self.left?, second: self.right? },
            (Kind::First, _) => Node::First(value?),
            (Kind::Second, _) => Node::Second(value?),
            (Kind::Print, _) => Node::Print(value?),
        })
    }
}
