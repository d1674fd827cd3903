//! How a command may fail, and the exit status of each way.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use annotate_snippets::{Group, Level, Renderer};

use super::signals;
use crate::inspect::Target;

/// The exit status if the input is not a program.
pub(super) const NOT_A_PROGRAM: u8 = 65;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command line asks for what cannot be.
    Usage(String),
    /// The input is not a program; the text says why.
    NotAProgram(String),
    /// The input cannot be read.
    Unreadable {
        /// Its name.
        name: String,
        /// Why.
        error: io::Error,
        /// What to do instead.
        help: Option<String>,
    },
    /// The program failed; the text says how.
    ProgramError(String),
    /// A signal ended the program.
    Interrupted {
        /// Where that was.
        text: String,
        /// The signal.
        signal: i32,
    },
    /// What was made cannot be written.
    Unwritable {
        /// Where to.
        name: String,
        /// Why.
        error: io::Error,
    },
}

impl Failure {
    /// The failure to write the file at `path`.
    pub(super) fn unwritable(path: &Path, error: io::Error) -> Failure {
        Failure::Unwritable { name: format!("{:?}", path.display().to_string()), error }
    }

    /// The failure to write where dumps, traces and statistics go.
    pub(super) fn unwritable_target(target: &Target, error: io::Error) -> Failure {
        Failure::Unwritable { name: target.name(), error }
    }

    /// Tells the user, and gives the exit status.
    pub(super) fn report(self, color: bool) -> ExitCode {
        let (text, status) = match self {
            Failure::Usage(message) => (line(&message, None, color), 2),
            Failure::NotAProgram(text) => (text, NOT_A_PROGRAM),
            Failure::Unreadable { name, error, help } => {
                (line(&format!("cannot read {name:?}: {error}"), help, color), 66)
            }
            Failure::ProgramError(text) => (text, 1),
            Failure::Interrupted { text, signal } => {
                say(&text);
                signals::die_of(signal)
            }
            // Whoever closed the output has seen enough.
            Failure::Unwritable { error, .. } if error.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Failure::Unwritable { name, error } => {
                (line(&format!("cannot write {name}: {error}"), None, color), 1)
            }
        };
        say(&text);
        ExitCode::from(status)
    }
}

impl From<io::Error> for Failure {
    /// The only errors that commands meet without a name are those of their output.
    fn from(error: io::Error) -> Failure {
        Failure::Unwritable { name: "the output".to_owned(), error }
    }
}

/// Writes to standard error; where that is closed, nobody can be told so.
pub(super) fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Tells the user something that is no failure.
pub(super) fn warn(message: &str, color: bool) {
    let group = Group::with_title(Level::WARNING.primary_title(message));
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    say(&(renderer.render(&[group]) + "\n"));
}

/// An error without a place.
fn line(message: &str, help: Option<String>, color: bool) -> String {
    let title = Level::ERROR.primary_title(message);
    let group = Group::with_title(title).elements(help.map(|help| Level::HELP.message(help)));
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group]) + "\n"
}
