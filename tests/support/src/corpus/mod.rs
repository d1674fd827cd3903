//! Programs in files, with what is expected of them in the same file.
//!
//! A source file (`.rinha`) ends with a block of comment lines, see [`block`]; a
//! tree (`.json`) has the same lines as strings in a last key `"expect"`, which
//! readers of trees ignore. Blessing rewrites what was observed and leaves every
//! other byte of the file alone.

mod block;
mod expectation;
mod place;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use expectation::{Expectation, Settings};

use crate::observation::Observation;

/// How a file spells its program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Rinha source.
    Source,
    /// A syntax tree as JSON.
    Json,
}

/// A program to run.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    /// What to call its file.
    pub name: &'a str,
    /// How `text` spells it.
    pub form: Form,
    /// Its text.
    pub text: &'a str,
    /// How to run it.
    pub settings: &'a Settings,
}

/// One program of the corpus.
#[derive(Clone, Debug)]
pub struct Case {
    /// The path below the corpus, without extension.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// How it spells the program.
    pub form: Form,
    /// The whole file.
    pub text: String,
    /// How to run it.
    pub settings: Settings,
    /// What must come of it, if that was ever written down.
    pub expectation: Option<Expectation>,
}

impl Case {
    /// All programs below a folder, by name.
    pub fn all_below(folder: &Path) -> io::Result<Vec<Case>> {
        let mut cases = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(current) = folders.pop() {
            for entry in fs::read_dir(current)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(form) = Form::of(&path) {
                    cases.push(Case::read(folder, path, form)?);
                }
            }
        }
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(cases)
    }

    fn read(folder: &Path, path: PathBuf, form: Form) -> io::Result<Case> {
        let text = fs::read_to_string(&path)?;
        let invalid = |why| io::Error::other(format!("{}: {why}", path.display()));
        let lines = block::lines(form, &text).map_err(invalid)?;
        let (settings, expectation) = expectation::parse(&lines).map_err(invalid)?;
        let below = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
        let name = below.to_string_lossy().replace('\\', "/");
        Ok(Case { name, path, form, text, settings, expectation })
    }

    /// The program.
    pub fn program(&self) -> Program<'_> {
        Program { name: &self.name, form: self.form, text: &self.text, settings: &self.settings }
    }

    /// What to expect if `observation` is right.
    pub fn expectation_of(&self, observation: &Observation) -> Expectation {
        Expectation::of(observation, &|place| place::describe(self.form, &self.text, place))
    }

    /// The lines of the file if it expected that.
    pub fn lines_of(&self, expectation: &Expectation) -> Vec<String> {
        expectation::render(&self.settings, expectation)
    }

    /// Writes what was observed into the file as what is expected from now on.
    pub fn bless(&self, expectation: &Expectation) -> io::Result<()> {
        let lines = self.lines_of(expectation);
        fs::write(&self.path, block::replace(self.form, &self.text, &lines))
    }
}

impl Form {
    fn of(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "rinha" => Some(Form::Source),
            "json" => Some(Form::Json),
            _ => None,
        }
    }
}
