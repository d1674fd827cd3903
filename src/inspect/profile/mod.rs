//! Profiles: what tools that look at a process from outside need to know of compiled code.

mod gdb;
mod jitdump;
mod perf_map;

use std::cell::RefCell;
use std::io;
use std::str::FromStr;

use super::names::Names;
use super::sink::Target;
use super::words;
use crate::engine::events::{Form, FormStage};
use crate::jit::{Jit, Piece, Version};
use gdb::Gdb;
use jitdump::JitDump;
use perf_map::PerfMap;

/// A kind of profile, and where it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProfileOptions {
    /// The names of functions, where `perf` looks for them.
    PerfMap,
    /// Code, names and places in the source, for `perf inject --jit`, in this folder.
    JitDump(std::path::PathBuf),
    /// The names of functions, for a debugger.
    Gdb,
}

impl FromStr for ProfileOptions {
    type Err = String;

    /// Reads `KIND[:WHERE]`.
    fn from_str(text: &str) -> Result<ProfileOptions, String> {
        let (kind, place) = match text.split_once(':') {
            Some((kind, place)) => (kind, Some(place)),
            None => (text, None),
        };
        match (kind, place) {
            (_, Some("")) => Err("what stands behind `:` has no name".to_owned()),
            ("perfmap", None) => Ok(ProfileOptions::PerfMap),
            ("perfmap", Some(_)) => Err("perf looks for its map in /tmp only".to_owned()),
            ("jitdump", place) => Ok(ProfileOptions::JitDump(place.unwrap_or(".").into())),
            ("gdb", None) => Ok(ProfileOptions::Gdb),
            ("gdb", Some(_)) => Err("debuggers read no file".to_owned()),
            _ => {
                let kinds = ["perfmap", "jitdump", "gdb"];
                Err(words::unknown("kind of profile", kind, kinds.into_iter()))
            }
        }
    }
}

impl ProfileOptions {
    /// Which file it goes to; none, if a debugger is told.
    pub fn target(&self) -> Option<Target> {
        match self {
            ProfileOptions::PerfMap => Some(Target::File(perf_map::path())),
            ProfileOptions::JitDump(folder) => Some(Target::File(jitdump::path(folder))),
            ProfileOptions::Gdb => None,
        }
    }
}

/// Writes a profile while a program runs.
#[derive(Debug)]
pub struct Profile {
    writer: RefCell<Writer>,
    /// How many pieces of code were told of.
    told: RefCell<usize>,
    error: RefCell<Option<io::Error>>,
}

#[derive(Debug)]
enum Writer {
    PerfMap(PerfMap),
    JitDump(JitDump),
    Gdb(Gdb),
}

impl Profile {
    /// Opens the file.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn open(options: &ProfileOptions) -> io::Result<Profile> {
        let writer = match options {
            ProfileOptions::Gdb => Writer::Gdb(Gdb::default()),
            ProfileOptions::PerfMap => Writer::PerfMap(PerfMap::create(&perf_map::path())?),
            ProfileOptions::JitDump(folder) => {
                Writer::JitDump(JitDump::create(&jitdump::path(folder))?)
            }
        };
        Ok(Profile {
            writer: RefCell::new(writer),
            told: RefCell::default(),
            error: RefCell::default(),
        })
    }

    /// Tells of code that has come into being.
    pub fn form(&self, names: &Names<'_>, form: &Form<'_>) {
        let FormStage::Compiled(version, jit) = form.stage else { return };
        let function = names.function(form.function);
        let label = format!("{function}, version {}", form.version);
        let told = self.told.replace(jit.pieces().len());
        if let Err(error) = self.write(names, &jit.pieces()[told..], version, &label, jit) {
            self.error.borrow_mut().get_or_insert(error);
        }
    }

    fn write(
        &self,
        names: &Names<'_>,
        pieces: &[Piece],
        version: &Version,
        label: &str,
        jit: &Jit,
    ) -> io::Result<()> {
        for piece in pieces {
            let is_version = piece.address == version.address;
            let name = if is_version { label } else { &piece.name };
            match &mut *self.writer.borrow_mut() {
                Writer::PerfMap(map) => map.add(piece, name)?,
                Writer::Gdb(gdb) => gdb.add(piece, name),
                Writer::JitDump(dump) => {
                    let lines = is_version.then(|| jitdump::lines(names, version));
                    // SAFETY: the code was loaded there and lives as long as the JIT.
                    let bytes = unsafe { jit.bytes(piece) };
                    dump.add(name, bytes, &lines.unwrap_or_default())?;
                }
            }
        }
        Ok(())
    }

    /// Whether everything was written.
    ///
    /// # Errors
    /// If not.
    pub fn finish(self) -> io::Result<()> {
        self.error.into_inner().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_asked_for_by_kind_and_place() {
        let options = |text: &str| text.parse::<ProfileOptions>();
        assert_eq!(options("perfmap"), Ok(ProfileOptions::PerfMap));
        assert_eq!(options("jitdump"), Ok(ProfileOptions::JitDump(".".into())));
        assert_eq!(options("jitdump:/tmp/a:b"), Ok(ProfileOptions::JitDump("/tmp/a:b".into())));
        assert!(options("perfmap:x").is_err() && options("jitdump:").is_err());
        let error = options("perfmp").unwrap_err();
        assert_eq!(error, "there is no kind of profile `perfmp`; did you mean `perfmap`?");
    }
}
