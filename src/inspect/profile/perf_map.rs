//! Perf maps: a line with address, length and name for each piece of code, in a file that `perf`
//! reads when it reports (`tools/perf/Documentation/jit-interface.txt` of Linux).

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::jit::Piece;

/// Where `perf` looks for the map of this process.
pub(super) fn path() -> PathBuf {
    format!("/tmp/perf-{}.map", std::process::id()).into()
}

/// Writes a map.
#[derive(Debug)]
pub(super) struct PerfMap(File);

impl PerfMap {
    pub(super) fn create(path: &Path) -> io::Result<PerfMap> {
        // The name can be foreseen and the folder is everybody's: a link that somebody has put
        // there must not be followed. What is left of a process with this number is removed.
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(PerfMap(File::create_new(path)?))
    }

    pub(super) fn add(&mut self, piece: &Piece, name: &str) -> io::Result<()> {
        let name: String =
            name.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        // One write a line: whoever reads meanwhile sees whole ones.
        self.0.write_all(format!("{:x} {:x} galo: {name}\n", piece.address, piece.len).as_bytes())
    }
}
