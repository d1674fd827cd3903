//! Texts by example: what a program gives stands in a file beside it.

use std::fs;
use std::path::Path;

/// Compares what `show` makes of each program `NAME.rinha` of a folder with `NAME` and this
/// extension. With `GALO_BLESS=1` it writes those files instead.
///
/// # Panics
/// If a text is not the expected one, or a file cannot be read or written.
pub fn check(folder: &Path, extension: &str, show: impl Fn(&str) -> String) {
    let bless = std::env::var_os("GALO_BLESS").is_some_and(|value| value == "1");
    let files = fs::read_dir(folder).expect("a folder of programs");
    for source in files.map(|file| file.expect("a file").path()) {
        if source.extension().is_none_or(|extension| extension != "rinha") {
            continue;
        }
        let seen = show(&fs::read_to_string(&source).expect("a program"));
        let file = source.with_extension(extension);
        if bless {
            fs::write(&file, seen).expect("the file can be written");
            continue;
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert!(seen == expected, "{}: now it is\n{seen}", file.display());
    }
}
