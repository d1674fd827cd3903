//! What files are called that are made of a program, if nobody says.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A file in the current folder that has the program's name, with another extension; or another name if
/// the program is in no file.
pub(super) fn named_after(program: Option<&Path>, otherwise: &str, extension: &str) -> PathBuf {
    let mut name = program.and_then(Path::file_name).unwrap_or(OsStr::new(otherwise));
    if name == "-" {
        name = OsStr::new(otherwise);
    }
    let mut path = PathBuf::from(name);
    for known in ["json", "rinha", "folded"] {
        if path.extension().is_some_and(|it| it == known) {
            path.set_extension("");
        }
    }
    let mut name = path.into_os_string();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_programs() {
        let name = |program: Option<&str>| named_after(program.map(Path::new), "explore", "html");
        assert_eq!(name(Some("a/fib.rinha")), Path::new("fib.html"));
        assert_eq!(name(Some("fib.rinha.json")), Path::new("fib.html"));
        assert_eq!(name(Some("fib.folded")), Path::new("fib.html"));
        assert_eq!(name(Some("fib.v2.txt")), Path::new("fib.v2.txt.html"));
        assert_eq!(name(Some("-")), Path::new("explore.html"));
        assert_eq!(name(None), Path::new("explore.html"));
    }
}
