//! Gets the program: from a file, standard input, the command line or the contest's
//! paths; and says what is wrong with it.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::args::InputArgs;
use super::failure::Failure;
use super::nearest;
use crate::inspect::Target;
use crate::report::{Reporter, Source};
use crate::syntax::ast::Ast;
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::input::{self, Form};

/// Where the contest's machine has its program.
const CONTEST_PATHS: [&str; 2] = ["/var/rinha/source.rinha.json", "/var/rinha/source.rinha"];

/// The longest program; longer ones are refused with an error.
const MAX_LEN: u64 = u32::MAX as u64;

/// The bytes of a program and what messages call it.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl Input {
    /// Reads what the command line names.
    pub(super) fn read(args: &InputArgs) -> Result<Input, Failure> {
        match (&args.code, &args.file) {
            (Some(code), _) => Ok(Input::named("<command line>", code.clone().into_bytes())),
            (None, Some(path)) if path.as_os_str() == "-" => read_stdin(),
            (None, Some(path)) => Input::read_file(path),
            (None, None) => {
                Err(Failure::Usage("a FILE, `-` or `-e CODE` is needed; see --help".to_owned()))
            }
        }
    }

    /// Reads what the command line names, or else what is at the contest's paths.
    pub(super) fn read_or_contest(args: &InputArgs) -> Result<Input, Failure> {
        if args.file.is_some() || args.code.is_some() {
            return Input::read(args);
        }
        let existing = CONTEST_PATHS.into_iter().find(|path| Path::new(path).exists());
        let path = existing.unwrap_or(CONTEST_PATHS[0]);
        Input::read_file(Path::new(path)).map_err(|failure| match failure {
            Failure::Unreadable { name, error, .. } => {
                let help = "name a FILE, `-` for standard input, or `-e CODE`; see --help";
                Failure::Unreadable { name, error, help: Some(help.to_owned()) }
            }
            other => other,
        })
    }

    /// Reads a file.
    pub(super) fn read_file(path: &Path) -> Result<Input, Failure> {
        read(path.display().to_string(), File::open(path)).map_err(|failure| match failure {
            Failure::Unreadable { name, error, .. } if error.kind() == io::ErrorKind::NotFound => {
                Failure::Unreadable { name, error, help: nearest::help(path) }
            }
            other => other,
        })
    }

    /// Refuses to write where the program is.
    pub(super) fn spare(args: &InputArgs, target: &Target) -> Result<(), Failure> {
        let (Some(program), Target::File(path)) = (&args.file, target) else { return Ok(()) };
        match (fs::canonicalize(program), fs::canonicalize(path)) {
            (Ok(program), Ok(written)) if program == written => Err(Failure::Usage(format!(
                "{:?} is the program itself, which would be overwritten; name another file",
                path.display().to_string()
            ))),
            _ => Ok(()),
        }
    }

    fn named(name: &str, bytes: Vec<u8>) -> Input {
        Input { name: name.to_owned(), bytes }
    }

    /// The tree of the program.
    pub(super) fn parse(&self, color: bool) -> Result<Ast, Failure> {
        input::read(&self.name, &self.bytes)
            .map_err(|diagnostics| self.not_a_program(&diagnostics, color))
    }

    /// The text of the program and its form.
    pub(super) fn text(&self, color: bool) -> Result<(&str, Form), Failure> {
        let text = input::text(&self.name, &self.bytes);
        text.map(|text| (text, input::form(text)))
            .map_err(|diagnostic| self.not_a_program(&[*diagnostic], color))
    }

    /// The failure that is due to errors in the input's own text.
    pub(super) fn not_a_program(&self, diagnostics: &[Diagnostic], color: bool) -> Failure {
        let source = Source::Text { name: &self.name, text: &self.shown() };
        not_a_program(diagnostics, &Reporter::new(source, color))
    }

    /// The input's own text, as far as it is one.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        let text = input::without_byte_order_mark(&self.bytes);
        String::from_utf8_lossy(&text[..text.len().min(u32::MAX as usize)])
    }

    /// The failure that is due to errors in `ast`, the tree of this input.
    pub(super) fn refused(&self, ast: &Ast, diagnostics: &[Diagnostic], color: bool) -> Failure {
        not_a_program(diagnostics, &self.reporter(ast, color))
    }

    /// A reporter of places in `ast`, the tree of this input: where there is a source
    /// they are shown in it.
    pub(super) fn reporter<'a>(&'a self, ast: &'a Ast, color: bool) -> Reporter<'a> {
        Reporter::new(self.source(ast), color)
    }

    /// What places in `ast`, the tree of this input, lie in.
    pub(super) fn source<'a>(&'a self, ast: &'a Ast) -> Source<'a> {
        match input::text(&self.name, &self.bytes) {
            Ok(text) if input::form(text) == Form::Source => {
                Source::Text { name: &self.name, text }
            }
            _ => Source::Tree(ast),
        }
    }
}

fn not_a_program(diagnostics: &[Diagnostic], reporter: &Reporter<'_>) -> Failure {
    let texts = diagnostics.iter().map(|diagnostic| reporter.diagnostic(diagnostic));
    Failure::NotAProgram(texts.collect::<Vec<_>>().join("\n"))
}

fn read_stdin() -> Result<Input, Failure> {
    read("<standard input>".to_owned(), Ok(io::stdin().lock()))
}

/// Reads all of a program, or as much as shows that it is none: devices have no end.
fn read(name: String, source: io::Result<impl Read>) -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    match source.and_then(|source| source.take(MAX_LEN + 1).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Input { name, bytes }),
        Err(error) => Err(Failure::Unreadable { name, error, help: None }),
    }
}
