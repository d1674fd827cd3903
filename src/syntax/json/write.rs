//! Writes a tree as the official tool does, to the byte: the same order of keys,
//! the same escapes, compact or pretty.
//!
//! What remains to be written is kept on a stack of our own, so that the depth of
//! the tree does not matter. serde_json's formatters do the punctuation.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::schema::{Field, Kind};
use crate::syntax::ast::{Ast, BinaryOp, Name, Names, Node, NodeId, Nodes, Span};

/// Writes `ast` in one line, without a line feed at the end.
///
/// Many small pieces are written: give it something buffered.
pub fn write(ast: &Ast, out: impl Write) -> io::Result<()> {
    Writer { ast, out, format: CompactFormatter, tasks: Vec::new() }.file()
}

/// Writes `ast` indented by two spaces a level, without a line feed at the end.
///
/// What this writes grows with the square of the tree's depth.
pub fn write_pretty(ast: &Ast, out: impl Write) -> io::Result<()> {
    Writer { ast, out, format: PrettyFormatter::new(), tasks: Vec::new() }.file()
}

struct Writer<'a, W, F> {
    ast: &'a Ast,
    out: W,
    format: F,
    /// What is still to be written, the next last.
    tasks: Vec<Task>,
}

/// A piece of output between two others that may be large.
enum Task {
    /// A whole object.
    Node(NodeId),
    /// A key whose value is a node.
    Field(Field, NodeId),
    /// The key `op`.
    Op(BinaryOp),
    /// The key `arguments`.
    Arguments(Nodes),
    /// An element of `arguments`, and whether it is the first.
    Element(NodeId, bool),
    /// What follows an element.
    EndElement,
    /// The end of `arguments`.
    EndArray,
    /// What follows the value of a key.
    EndField,
    /// The location of a node and the end of its object.
    EndNode(NodeId),
}

impl<W: Write, F: Formatter> Writer<'_, W, F> {
    fn file(&mut self) -> io::Result<()> {
        self.format.begin_object(&mut self.out)?;
        self.first_text(Field::Name, self.ast.name())?;
        self.key(Field::Expression, false)?;
        self.tasks.push(Task::Node(self.ast.root()));
        while let Some(task) = self.tasks.pop() {
            self.perform(task)?;
        }
        self.format.end_object_value(&mut self.out)?;
        self.location(self.ast.file_span())?;
        self.format.end_object(&mut self.out)
    }

    fn perform(&mut self, task: Task) -> io::Result<()> {
        match task {
            Task::Node(id) => self.node(id),
            Task::Field(field, id) => {
                self.key(field, false)?;
                self.tasks.extend([Task::EndField, Task::Node(id)]);
                Ok(())
            }
            Task::Op(op) => self.text(Field::Op, op.json_name()),
            Task::Arguments(arguments) => self.arguments(arguments),
            Task::Element(id, first) => {
                self.tasks.extend([Task::EndElement, Task::Node(id)]);
                self.format.begin_array_value(&mut self.out, first)
            }
            Task::EndElement => self.format.end_array_value(&mut self.out),
            Task::EndArray => self.format.end_array(&mut self.out),
            Task::EndField => self.format.end_object_value(&mut self.out),
            Task::EndNode(id) => {
                self.location(self.ast.span(id))?;
                self.format.end_object(&mut self.out)
            }
        }
    }

    /// Begins a node: what needs no other nodes is written, the rest becomes tasks.
    fn node(&mut self, id: NodeId) -> io::Result<()> {
        let node = self.ast.node(id);
        self.format.begin_object(&mut self.out)?;
        self.first_text(Field::Kind, Kind::of(node).name())?;
        self.tasks.push(Task::EndNode(id));
        match node {
            Node::Int(value) => self.value(|format, out| format.write_i32(out, value)),
            Node::Bool(value) => self.value(|format, out| format.write_bool(out, value)),
            Node::Str(text) => self.text(Field::Value, self.ast.text(text)),
            Node::Var(text) => self.text(Field::Text, self.ast.text(text)),
            Node::Let { name, value, next } => {
                self.tasks
                    .extend([Task::Field(Field::Next, next), Task::Field(Field::Value, value)]);
                self.key(Field::Name, false)?;
                self.name(name)?;
                self.format.end_object_value(&mut self.out)
            }
            Node::Function { parameters, body } => {
                self.tasks.push(Task::Field(Field::Value, body));
                self.parameters(parameters)
            }
            Node::Call { callee, arguments } => {
                let arguments = Task::Arguments(arguments);
                self.later([Task::Field(Field::Callee, callee), arguments])
            }
            Node::If { condition, then, otherwise } => self.later([
                Task::Field(Field::Condition, condition),
                Task::Field(Field::Then, then),
                Task::Field(Field::Otherwise, otherwise),
            ]),
            Node::Binary { op, lhs, rhs } => self.later([
                Task::Field(Field::Lhs, lhs),
                Task::Op(op),
                Task::Field(Field::Rhs, rhs),
            ]),
            Node::Tuple { first, second } => {
                self.later([Task::Field(Field::First, first), Task::Field(Field::Second, second)])
            }
            Node::First(value) | Node::Second(value) | Node::Print(value) => {
                self.later([Task::Field(Field::Value, value)])
            }
        }
    }

    /// Leaves `tasks` to be done in their order.
    fn later<const N: usize>(&mut self, tasks: [Task; N]) -> io::Result<()> {
        self.tasks.extend(tasks.into_iter().rev());
        Ok(())
    }

    fn arguments(&mut self, arguments: Nodes) -> io::Result<()> {
        self.key(Field::Arguments, false)?;
        self.format.begin_array(&mut self.out)?;
        self.tasks.extend([Task::EndField, Task::EndArray]);
        let elements = self.ast.list(arguments).iter().enumerate().rev();
        self.tasks.extend(elements.map(|(index, &id)| Task::Element(id, index == 0)));
        Ok(())
    }

    fn parameters(&mut self, parameters: Names) -> io::Result<()> {
        self.key(Field::Parameters, false)?;
        self.format.begin_array(&mut self.out)?;
        for (index, &name) in self.ast.names(parameters).iter().enumerate() {
            self.format.begin_array_value(&mut self.out, index == 0)?;
            self.name(name)?;
            self.format.end_array_value(&mut self.out)?;
        }
        self.format.end_array(&mut self.out)?;
        self.format.end_object_value(&mut self.out)
    }

    /// A name where it is bound.
    fn name(&mut self, name: Name) -> io::Result<()> {
        self.format.begin_object(&mut self.out)?;
        self.first_text(Field::Text, self.ast.text(name.text))?;
        self.location(name.span)?;
        self.format.end_object(&mut self.out)
    }

    /// The key `location` and its value.
    fn location(&mut self, span: Span) -> io::Result<()> {
        self.key(Field::Location, false)?;
        self.format.begin_object(&mut self.out)?;
        for (field, offset) in [(Field::Start, span.start), (Field::End, span.end)] {
            self.key(field, field == Field::Start)?;
            self.format.write_u32(&mut self.out, offset)?;
            self.format.end_object_value(&mut self.out)?;
        }
        self.text(Field::Filename, self.ast.file(span.file))?;
        self.format.end_object(&mut self.out)?;
        self.format.end_object_value(&mut self.out)
    }

    /// The key `value` and what `write` writes.
    fn value(&mut self, write: impl FnOnce(&mut F, &mut W) -> io::Result<()>) -> io::Result<()> {
        self.key(Field::Value, false)?;
        write(&mut self.format, &mut self.out)?;
        self.format.end_object_value(&mut self.out)
    }

    fn first_text(&mut self, field: Field, text: &str) -> io::Result<()> {
        self.key(field, true)?;
        serde_json::to_writer(&mut self.out, text)?;
        self.format.end_object_value(&mut self.out)
    }

    fn text(&mut self, field: Field, text: &str) -> io::Result<()> {
        self.key(field, false)?;
        serde_json::to_writer(&mut self.out, text)?;
        self.format.end_object_value(&mut self.out)
    }

    /// A key, and all that stands before its value.
    fn key(&mut self, field: Field, first: bool) -> io::Result<()> {
        self.format.begin_object_key(&mut self.out, first)?;
        write!(self.out, "\"{}\"", field.name())?;
        self.format.end_object_key(&mut self.out)?;
        self.format.begin_object_value(&mut self.out)
    }
}
