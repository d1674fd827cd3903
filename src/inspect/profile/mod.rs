//! Profiles: what tools that look at a process from outside need to know of compiled code.

mod folded;
mod gdb;
mod jitdump;
mod perf_map;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::str::FromStr;

use super::names::Names;
use super::sink::Target;
use super::words;
use crate::engine::events::{Form, FormStage, Samples};
use crate::jit::{Jit, Piece, Version};
pub use folded::write as write_folded;
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
    /// What galo itself saw the program doing, as folded stacks, in this file.
    Folded(Option<PathBuf>),
}

impl FromStr for ProfileOptions {
    type Err = String;

    /// Reads `KIND[:WHERE]`, or `KIND[=WHERE]`.
    fn from_str(text: &str) -> Result<ProfileOptions, String> {
        let (kind, place) = match text.split_once([':', '=']) {
            Some((kind, place)) => (kind, Some(place)),
            None => (text, None),
        };
        match (kind, place) {
            (_, Some("")) => Err("the place has no name".to_owned()),
            ("perfmap", None) => Ok(ProfileOptions::PerfMap),
            ("perfmap", Some(_)) => Err("perf looks for its map in /tmp only".to_owned()),
            ("jitdump", place) => Ok(ProfileOptions::JitDump(place.unwrap_or(".").into())),
            ("gdb", None) => Ok(ProfileOptions::Gdb),
            ("gdb", Some(_)) => Err("debuggers read no file".to_owned()),
            ("folded", Some("-")) => {
                Err("standard output is the program's; name a file".to_owned())
            }
            ("folded", place) => Ok(ProfileOptions::Folded(place.map(PathBuf::from))),
            _ => {
                let kinds = ["folded", "perfmap", "jitdump", "gdb"];
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
            ProfileOptions::Folded(path) => path.clone().map(Target::File),
        }
    }

    /// The same, with folded stacks in a file if nobody says in which.
    pub fn in_file(self, path: impl FnOnce() -> PathBuf) -> ProfileOptions {
        match self {
            ProfileOptions::Folded(None) => ProfileOptions::Folded(Some(path())),
            options => options,
        }
    }
}

/// Writes a profile while a program runs.
#[derive(Debug)]
pub struct Profile {
    writer: RefCell<Writer>,
    /// How many pieces of code were told of.
    told: RefCell<usize>,
    /// How many samples were written.
    samples: Cell<Option<u64>>,
    error: RefCell<Option<io::Error>>,
}

#[derive(Debug)]
enum Writer {
    PerfMap(PerfMap),
    JitDump(JitDump),
    Gdb(Gdb),
    /// Written when the run is over.
    Folded(File),
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
            ProfileOptions::Folded(path) => {
                let path = path.as_ref().ok_or_else(|| io::Error::other("it has no name"))?;
                Writer::Folded(File::create(path)?)
            }
        };
        Ok(Profile {
            writer: RefCell::new(writer),
            told: RefCell::default(),
            samples: Cell::default(),
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
                Writer::Folded(_) => {}
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

    /// Tells what the program was seen doing, now that it is over.
    pub fn sampled(&self, names: &Names<'_>, samples: &Samples) {
        let Writer::Folded(file) = &mut *self.writer.borrow_mut() else { return };
        let mut out = BufWriter::new(file);
        let written = folded::write(&mut out, names, samples).and_then(|()| out.flush());
        match written {
            Ok(()) => self.samples.set(Some(samples.total())),
            Err(error) => drop(self.error.borrow_mut().get_or_insert(error)),
        }
    }

    /// Whether everything was written; how many samples, if it is samples that are told.
    ///
    /// # Errors
    /// If not.
    pub fn finish(self) -> io::Result<Option<u64>> {
        match self.error.into_inner() {
            Some(error) => Err(error),
            None => Ok(self.samples.get()),
        }
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
        let file = |name: &str| Ok(ProfileOptions::Folded(Some(name.into())));
        assert_eq!(options("folded"), Ok(ProfileOptions::Folded(None)));
        assert_eq!((options("folded:a=b"), options("folded=a:b")), (file("a=b"), file("a:b")));
        assert!(options("folded:-").is_err() && options("folded=").is_err());
        let error = options("perfmp").unwrap_err();
        assert_eq!(error, "there is no kind of profile `perfmp`; did you mean `perfmap`?");
    }
}
