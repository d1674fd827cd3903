//! From a peer and a program to the command that runs it: fills in the table's placeholders and
//! builds what must be built.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::peers::Peer;
use crate::places::Places;

/// A program as one peer runs it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// How it was built.
    pub build: Option<String>,
    /// How to run it.
    pub command: Vec<String>,
}

/// The galos to measure.
#[derive(Clone, Debug)]
pub struct Galos {
    /// The one that all is about.
    pub galo: PathBuf,
    /// Another one beside it.
    pub base: Option<PathBuf>,
}

/// What the placeholders stand for.
struct Names<'a> {
    galos: &'a Galos,
    source: PathBuf,
    folder: PathBuf,
    program: &'a str,
    extension: &'a str,
    flags: Vec<String>,
}

/// Where a benchmark's program for a peer is.
pub fn source(places: &Places, peer: &Peer, program: &str) -> PathBuf {
    places.programs().join(program).join(program).with_extension(peer.extension)
}

/// Builds a program for a peer.
///
/// # Errors
/// With the compiler's message, or why it could not be asked.
pub fn prepare(
    places: &Places,
    galos: &Galos,
    peer: &Peer,
    program: &str,
) -> Result<Prepared, String> {
    let source = source(places, peer, program);
    let text = fs::read_to_string(places.root.join(&source)).map_err(|e| e.to_string())?;
    let folder = places.built().join(peer.id).join(program);
    let flags = flags(&text, peer.tool);
    let names = Names { galos, source, folder, program, extension: peer.extension, flags };
    let command = names.fill(peer.run);
    let Some((build, input)) = peer.build else { return Ok(Prepared { build: None, command }) };
    let (build, input) = (names.fill(build), names.word(input));
    compile(places, &names, &build, &input).map_err(|error| error.to_string())?;
    let shown =
        if input.is_empty() { join(&build) } else { format!("{} <<< '{input}'", join(&build)) };
    Ok(Prepared { build: Some(shown), command })
}

/// A command as one types it.
pub fn join(command: &[String]) -> String {
    command.join(" ")
}

/// What the first line asks for, behind the tool's name in a comment.
fn flags(text: &str, tool: &str) -> Vec<String> {
    let first = text.lines().next().unwrap_or_default();
    let asked = first.strip_prefix("// ").and_then(|line| line.strip_prefix(tool));
    match asked {
        Some(flags) if flags.starts_with(" -") => {
            flags.split_whitespace().map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn compile(places: &Places, names: &Names, build: &[String], input: &str) -> io::Result<()> {
    fs::create_dir_all(places.root.join(&names.folder))?;
    fs::copy(places.root.join(&names.source), places.root.join(names.copy()))?;
    let mut process = Command::new(&build[0]);
    process.args(&build[1..]).current_dir(&places.root);
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = process.spawn()?;
    child.stdin.take().expect("piped").write_all(input.as_bytes())?;
    let ended = child.wait_with_output()?;
    if ended.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&ended.stderr).into_owned();
    Err(io::Error::other(format!("does not build: {message}")))
}

impl Names<'_> {
    fn fill(&self, words: &[&str]) -> Vec<String> {
        let mut filled = Vec::new();
        for word in words {
            match *word {
                "{flags}" => filled.extend(self.flags.iter().cloned()),
                word => filled.push(self.word(word)),
            }
        }
        filled
    }

    fn word(&self, word: &str) -> String {
        let base = self.galos.base.as_ref().unwrap_or(&self.galos.galo);
        let binary = self.folder.join(self.program);
        word.replace("{galo}", &shown(&self.galos.galo))
            .replace("{base}", &shown(base))
            .replace("{source}", &shown(&self.source))
            .replace("{folder}", &shown(&self.folder))
            .replace("{copy}", &shown(&self.copy()))
            .replace("{binary}", &shown(&binary))
            .replace("{class}", &capitalized(self.program))
    }

    fn copy(&self) -> PathBuf {
        self.folder.join(self.program).with_extension(self.extension)
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(galos: &Galos) -> Names<'_> {
        Names {
            galos,
            source: "programs/fib/fib.js".into(),
            folder: "built/node/fib".into(),
            program: "fib",
            extension: "js",
            flags: flags("// node --stack-size=9 --no-opt\nfib()", "node"),
        }
    }

    #[test]
    fn placeholders_are_filled_in() {
        let galos = Galos { galo: "bin/galo".into(), base: None };
        let filled =
            names(&galos).fill(&["{galo}", "{flags}", "{source}", "-o{binary}", "{class}"]);
        assert_eq!(
            join(&filled),
            "bin/galo --stack-size=9 --no-opt programs/fib/fib.js -obuilt/node/fib/fib Fib"
        );
        assert_eq!(names(&galos).word("{copy} {folder}"), "built/node/fib/fib.js built/node/fib");
    }

    #[test]
    fn only_a_first_line_that_names_the_tool_has_flags() {
        assert!(flags("// nodes are pairs", "node").is_empty());
        assert!(flags("let x = 1\n// node --late", "node").is_empty());
        assert_eq!(flags("// node --a", "node"), ["--a"]);
    }
}
