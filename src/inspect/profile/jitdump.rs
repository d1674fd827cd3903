//! Jitdump files: code, names and lines, as `perf inject --jit` makes an object file of for each
//! piece (`tools/perf/Documentation/jitdump-specification.txt` of Linux).
//!
//! The file's header and the records of code are written by Wasmtime's crate; the records of lines,
//! which it leaves to its users, are written here.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use wasmtime_internal_jit_debug::perf_jitdump::JitDumpFile;

use super::super::names::Names;
use crate::jit::Version;
use crate::syntax::ast::NodeId;

/// The number of a record of lines (`JIT_CODE_DEBUG_INFO`).
const DEBUG_INFO: u32 = 2;

/// What ELF calls this processor (`EM_X86_64`, `EM_AARCH64`).
const MACHINE: u32 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };

/// The name that `perf` knows such files by.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join(format!("jit-{}.dump", std::process::id()))
}

/// A place in the code that begins what was made for a line.
pub(super) struct Line {
    /// The offset in the code.
    offset: u32,
    line: usize,
    column: usize,
    file: String,
}

/// The lines that a version's code was made for, where they are known.
pub(super) fn lines(names: &Names<'_>, version: &Version) -> Vec<Line> {
    let ranges = version.compiled.sites.iter();
    let lines = ranges.filter_map(|range| {
        let (file, place) = names.file_and_place(NodeId::new(range.site as usize))?;
        let offset = range.bytes.start;
        Some(Line { offset, line: place.line, column: place.column, file })
    });
    lines.collect()
}

/// Writes such a file.
pub(super) struct JitDump(JitDumpFile);

impl fmt::Debug for JitDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JitDump").field(self.0.file()).finish()
    }
}

impl JitDump {
    pub(super) fn create(path: &Path) -> io::Result<JitDump> {
        // It appends, and a process with this number may have left one.
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => JitDumpFile::new(path, MACHINE).map(JitDump),
        }
    }

    pub(super) fn add(&mut self, name: &str, code: &[u8], lines: &[Line]) -> io::Result<()> {
        let time = self.0.get_time_stamp();
        if !lines.is_empty() {
            self.0.file_mut().write_all(&debug_info(time, code.as_ptr() as u64, lines))?;
        }
        let name = name.replace('\0', " ");
        let process = std::process::id();
        self.0.dump_code_load_record(&name, code, time, process, process)
    }
}

/// The record of the lines of the code at `address`, which stands before the code's own.
fn debug_info(time: u64, address: u64, lines: &[Line]) -> Vec<u8> {
    let mut entries = Vec::new();
    for line in lines {
        let number = u32::try_from(line.line).unwrap_or(u32::MAX);
        let column = u32::try_from(line.column).unwrap_or(u32::MAX);
        entries.extend((address + u64::from(line.offset)).to_ne_bytes());
        entries.extend(number.to_ne_bytes());
        entries.extend(column.to_ne_bytes());
        entries.extend(line.file.replace('\0', " ").bytes());
        entries.push(0);
    }
    const HEADER: usize = 4 + 4 + 8 + 8 + 8;
    let size = (HEADER + entries.len()).next_multiple_of(8);
    let mut record = Vec::with_capacity(size);
    record.extend(DEBUG_INFO.to_ne_bytes());
    record.extend(u32::try_from(size).expect("code is smaller").to_ne_bytes());
    record.extend(time.to_ne_bytes());
    record.extend(address.to_ne_bytes());
    record.extend((lines.len() as u64).to_ne_bytes());
    record.extend(entries);
    record.resize(size, 0);
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_a_record_of_whole_words() {
        let line = |offset, line| Line { offset, line, column: 7, file: "a.rinha".to_owned() };
        let record = debug_info(5, 0x1000, &[line(0, 3), line(4, 4)]);
        assert_eq!(record.len() % 8, 0);
        let word = |at: usize| u64::from_ne_bytes(record[at..at + 8].try_into().unwrap());
        assert_eq!(u32::from_ne_bytes(record[4..8].try_into().unwrap()) as usize, record.len());
        assert_eq!([word(8), word(16), word(24)], [5, 0x1000, 2]);
        assert_eq!(word(32), 0x1000);
        assert_eq!(&record[48..56], b"a.rinha\0");
        assert_eq!(word(56), 0x1004);
    }
}
