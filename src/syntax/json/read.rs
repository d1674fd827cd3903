//! Reads a contest JSON file straight into the arena of an [`Ast`].
//!
//! No document tree is built: [`serde_json`] calls the shapes of this module as it
//! meets values, and they push nodes. serde recurses with the nesting of its input,
//! so that the recursion is moved to stack segments on the heap and ends at
//! [`MAX_DEPTH`].

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, IgnoredAny};

use super::node::File;
use super::schema::{Field, FieldSet};
use super::shape::Seed;
use crate::syntax::ast::{Ast, FileId};
use crate::syntax::diagnostic::Diagnostic;

/// How deep nodes may be nested. Each level takes about a kilobyte of stack while it is
/// read: the deepest file that is accepted takes some 600 MB.
pub const MAX_DEPTH: usize = 500_000;

/// How deep nodes may be nested in a text that is perhaps not JSON. serde_json finds
/// the place of a syntax error anew, from the beginning of the text, at every level
/// that it leaves because of one: few levels can afford that.
const UNCHECKED_DEPTH: usize = 64;

/// What must be left of a stack segment when the next level of nodes is entered.
const RED_ZONE: usize = 64 << 10;

/// The size of a stack segment; its pages are only taken as they are touched.
const SEGMENT: usize = 4 << 20;

/// Reads the tree in `text`, the contents of the JSON file `name`.
///
/// The first file of the tree is the JSON file itself: the place of errors, and of
/// locations that name no file.
pub fn read(name: &str, text: &str) -> Result<Ast, Box<Diagnostic>> {
    let mut reader = Reader::new(name, text);
    let mut json = serde_json::Deserializer::from_str(text);
    json.disable_recursion_limit();
    let read = Seed(File(&mut reader)).deserialize(&mut json).and_then(|()| json.end());
    match read {
        Ok(()) => Ok(reader.ast),
        Err(error) => {
            let error = reader.syntax_error.take().unwrap_or(error);
            Err(Box::new(super::error::diagnose(&error, reader, text)))
        }
    }
}

/// The state that all shapes share: the tree so far, and what went wrong.
pub(super) struct Reader<'t> {
    text: &'t str,
    pub(super) ast: Ast,
    last_file: FileId,
    depth: usize,
    /// Whether the whole text is known to be JSON.
    checked: bool,
    /// What keeps it from being JSON, if that was found out in advance.
    syntax_error: Option<serde_json::Error>,
    /// What is wrong, if it is the tree and not JSON as such.
    pub(super) message: Option<String>,
    /// How to put it right.
    pub(super) help: Option<String>,
    /// The way to the error, its last step first.
    pub(super) path: Vec<Step>,
}

/// One step from a value to a part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Field(Field),
    Index(usize),
}

impl<'t> Reader<'t> {
    fn new(name: &str, text: &'t str) -> Self {
        let ast = Ast::new(name);
        let last_file = ast.file_span().file;
        Reader {
            text,
            ast,
            last_file,
            depth: 0,
            checked: false,
            syntax_error: None,
            message: None,
            help: None,
            path: Vec::new(),
        }
    }

    /// The file that is being read, as the tree calls it.
    pub(super) fn input_file(&self) -> FileId {
        self.ast.file_span().file
    }

    /// Interns a file name; most are the same as the one before.
    pub(super) fn intern_file(&mut self, name: &str) -> FileId {
        if self.ast.file(self.last_file) != name {
            self.last_file = self.ast.intern_file(name);
        }
        self.last_file
    }

    /// Makes sure that one more level of nodes can be read.
    pub(super) fn may_descend<E: de::Error>(&mut self) -> Result<(), E> {
        if self.depth == MAX_DEPTH {
            return Err(self.fail(format!("nodes are nested more than {MAX_DEPTH} deep")));
        }
        if self.depth == UNCHECKED_DEPTH && !self.checked {
            self.check()?;
        }
        Ok(())
    }

    /// Reads one level of nodes, with stack enough for it.
    pub(super) fn descend<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, SEGMENT, || read(self));
        self.depth -= 1;
        result
    }

    /// Makes sure that the whole text is JSON, without recursion.
    fn check<E: de::Error>(&mut self) -> Result<(), E> {
        let mut json = serde_json::Deserializer::from_str(self.text);
        let checked = IgnoredAny::deserialize(&mut json).and_then(|_| json.end());
        self.checked = true;
        self.syntax_error = checked.err();
        match self.syntax_error {
            None => Ok(()),
            Some(_) => Err(E::custom("")),
        }
    }

    /// Whether what has not been read yet can be skipped in an orderly way.
    pub(super) fn can_skip(&self) -> bool {
        self.syntax_error.is_none()
    }

    /// Notes what is wrong. The message is kept here and not in the error, which
    /// would bury it in a text with a line and a column.
    pub(super) fn fail<E: de::Error>(&mut self, message: String) -> E {
        self.message = Some(message);
        E::custom("")
    }

    /// Notes that an error came from the part that `step` leads to.
    pub(super) fn inside<E>(&mut self, step: Step, error: E) -> E {
        self.path.push(step);
        error
    }

    /// Fails unless all the `wanted` fields were `seen`.
    pub(super) fn require<E: de::Error>(
        &mut self,
        wanted: FieldSet,
        seen: FieldSet,
        owner: &str,
    ) -> Result<(), E> {
        let missing: Vec<_> =
            wanted.without(seen).iter().map(|field| format!("`{}`", field.name())).collect();
        match missing.len() {
            0 => Ok(()),
            1 => Err(self.fail(format!("{owner} needs the field {}", missing[0]))),
            _ => Err(self.fail(format!("{owner} needs the fields {}", missing.join(", ")))),
        }
    }
}
