//! Where dumps and traces go: standard error, standard output, a file, or a folder with a
//! file for each text.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where texts go.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Target {
    /// Standard error.
    #[default]
    Stderr,
    /// Standard output.
    Stdout,
    /// One file.
    File(PathBuf),
    /// A folder, with a file for each text.
    Folder(PathBuf),
}

impl Target {
    /// What a path on the command line means: `-` is standard output, a folder that exists
    /// or a path that ends with a slash is a folder, anything else a file.
    pub fn of_path(path: &Path) -> Target {
        if path.as_os_str() == "-" {
            Target::Stdout
        } else if path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            Target::Folder(path.to_owned())
        } else {
            Target::File(path.to_owned())
        }
    }

    /// The target in words.
    pub fn name(&self) -> String {
        match self {
            Target::Stderr => "standard error".to_owned(),
            Target::Stdout => "standard output".to_owned(),
            Target::File(path) | Target::Folder(path) => {
                format!("{:?}", path.display().to_string())
            }
        }
    }
}

/// Writes texts to a [`Target`].
#[derive(Debug)]
pub(super) struct Sink {
    to: Opened,
    is_empty: bool,
}

#[derive(Debug)]
enum Opened {
    Stderr,
    Stdout,
    File(File),
    Folder(PathBuf),
}

impl Sink {
    /// Opens a target: its file or folder is made.
    pub(super) fn open(target: &Target) -> io::Result<Sink> {
        let to = match target {
            Target::Stderr => Opened::Stderr,
            Target::Stdout => Opened::Stdout,
            Target::File(path) => Opened::File(File::create(path)?),
            Target::Folder(path) => {
                fs::create_dir_all(path)?;
                Opened::Folder(path.clone())
            }
        };
        Ok(Sink { to, is_empty: true })
    }

    /// Writes a text below its title; in a folder, to the file of that name.
    pub(super) fn text(&mut self, title: &str, file: &str, text: &str) -> io::Result<()> {
        if let Opened::Folder(folder) = &self.to {
            return fs::write(folder.join(file), text);
        }
        let space = if self.is_empty { "" } else { "\n" };
        self.append(&format!("{space}; {title}\n{text}"))
    }

    /// Writes what follows on what was written before. Nothing is kept back: what happens
    /// next may be the end of the process.
    pub(super) fn append(&mut self, text: &str) -> io::Result<()> {
        self.is_empty = false;
        match &mut self.to {
            Opened::Stderr => io::stderr().write_all(text.as_bytes()),
            Opened::Stdout => {
                io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush())
            }
            Opened::File(file) => file.write_all(text.as_bytes()),
            Opened::Folder(folder) => {
                Err(io::Error::other(format!("{:?} is a folder", folder.display().to_string())))
            }
        }
    }
}
