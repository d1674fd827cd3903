//! Answers to names that mean nothing: the file or the command that was meant.

use std::ffi::OsStr;
use std::path::Path;

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::args::Cli;
use crate::words::nearest;

/// How many entries of a folder are looked at.
const MAX_ENTRIES: usize = 10_000;

/// The names of all commands.
fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// What is wrong with a command line of which a word could only be a command, if it were another one.
pub(super) fn misplaced(error: &clap::Error, words: &[String]) -> Option<String> {
    if error.kind() != ErrorKind::ArgumentConflict {
        return None;
    }
    let message = error.to_string();
    let (extra, _) = message.strip_prefix("error: the subcommand '")?.split_once('\'')?;
    let commands = commands();
    if let Some(command) = words.iter().find(|&word| commands.contains(word)) {
        return Some(format!("options come behind the command: `galo {command} …`"));
    }
    let first = words.iter().find(|word| !word.starts_with('-'))?;
    Some(match similar(first, commands.into_iter()) {
        Some(other) => format!("there is no command `{first}`; did you mean `{other}`?"),
        None => format!("galo runs one program: {extra:?} is one argument too many"),
    })
}

/// What to do about there being no file at `path`.
pub(super) fn help(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    if path.as_os_str() == OsStr::new(name)
        && let Some(command) = similar(name, commands().into_iter())
    {
        return Some(format!("there is a command `{command}`"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = entries.take(MAX_ENTRIES).flatten().map(|entry| entry.file_name());
    let other = similar(name, names.filter_map(|name| name.into_string().ok()))?;
    Some(format!("there is {:?}", path.with_file_name(other).display().to_string()))
}

/// The word that is most like `name`, among many that have nothing to do with it: up to two letters
/// apart, and fewer than a third of them.
pub(super) fn similar(name: &str, words: impl Iterator<Item = String>) -> Option<String> {
    nearest(name, words, 2.min(name.chars().count() / 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, words: &[&str]) -> Option<String> {
        similar(name, words.iter().map(|&word| word.to_owned()))
    }

    #[test]
    fn similar_names_are_found_and_others_are_not() {
        assert_eq!(found("ckeck", &["fmt", "check"]).as_deref(), Some("check"));
        assert_eq!(found("fib.rinah", &["fib.rs", "fib.rinha"]).as_deref(), Some("fib.rinha"));
        assert_eq!(found("a", &["b", "c"]), None, "a short word is like any other");
        assert_eq!(found("trees", &["queens"]), None);
    }
}
