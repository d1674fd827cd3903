//! Where a page or a drawing goes that was made of a run.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::args::InputArgs;
use super::failure::{Failure, say};
use super::input::Input;
use crate::inspect::Target;

/// Where a page goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Page {
    /// To standard output, where nothing else is written then.
    Stdout,
    /// To a file.
    File(PathBuf),
}

/// How pages are known that may be overwritten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    /// The command that makes them.
    pub(super) by: &'static str,
    /// What they begin with.
    pub(super) mark: &'static str,
}

impl Page {
    /// Where the page goes that the command line asks for, or else to a file of this name. A file that is there
    /// must be such a page, or the user wants it overwritten.
    pub(super) fn new(
        program: &InputArgs,
        wanted: Option<&Path>,
        name: impl FnOnce() -> PathBuf,
        force: bool,
        made: Made,
    ) -> Result<Page, Failure> {
        let path = match wanted {
            Some(path) if path.as_os_str() == "-" => return Ok(Page::Stdout),
            Some(path) => path.to_owned(),
            None => name(),
        };
        Input::spare(program, &Target::File(path.clone()))?;
        if force || may_overwrite(&path, made).map_err(|e| Failure::unwritable(&path, e))? {
            return Ok(Page::File(path));
        }
        Err(Failure::Usage(format!(
            "{:?} is there and was not made by `{}`; name another file with `-o`, or \
             overwrite it with `--force`",
            path.display().to_string(),
            made.by,
        )))
    }

    /// Writes the page, and says so if it is in a file.
    pub(super) fn write(&self, page: &str) -> Result<(), Failure> {
        match self {
            Page::Stdout => Ok(io::stdout().lock().write_all(page.as_bytes())?),
            Page::File(path) => {
                let written = fs::write(path, page);
                written.map_err(|error| Failure::unwritable(path, error))?;
                say(&format!("wrote {}\n", path.display()));
                Ok(())
            }
        }
    }
}

/// Whether there is nothing at a path that somebody could miss.
fn may_overwrite(path: &Path, made: Made) -> io::Result<bool> {
    let kind = match fs::metadata(path) {
        Ok(kind) => kind,
        // Better to say so before the program has run for an hour.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            return folder.map_or(Ok(()), |folder| fs::metadata(folder).map(drop)).map(|()| true);
        }
        Err(error) => return Err(error),
    };
    // What is no ordinary file (`/dev/null`, a pipe) keeps nothing; to open a pipe would wait for who writes to it.
    if !kind.is_file() {
        return Ok(true);
    }
    let mut start = Vec::new();
    File::open(path)?.take(made.mark.len() as u64).read_to_end(&mut start)?;
    Ok(start.is_empty() || start == made.mark.as_bytes())
}
