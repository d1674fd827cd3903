//! The lines that say how to run a program and what must come of it.
//!
//! ```text
//! = flags: lenient                    the dialect, if not the strict one
//! = skip: reference, zeal             modes that are too slow for it, and why not
//! = max-heap: 16777216                limits of the engine, in bytes
//! = max-stack: 1048576
//! = stdout:                           then the lines of output, each after `| `;
//! | 55                                or `none`, or for long output its length and hash
//! = error: type-error at 3:14-17      kind and place
//! = message: …                        what the engine says
//! ```

use std::fmt::Write;

use crate::observation::Observation;
use crate::reference::Dialect;

/// Output beyond this is written down as its length and hash.
const LONGEST_OUTPUT: usize = 4 << 10;

/// How a program is to be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The dialect it is written in.
    pub dialect: Dialect,
    /// Words of the names of modes that leave it out.
    pub skip: Vec<String>,
    /// The engine's limit for the heap, in bytes.
    pub max_heap: Option<usize>,
    /// The engine's limit for the stack, in bytes.
    pub max_stack: Option<usize>,
}

impl Settings {
    /// No limits but the engine's own, nothing left out.
    pub fn new(dialect: Dialect) -> Self {
        Settings { dialect, skip: Vec::new(), max_heap: None, max_stack: None }
    }
}

/// What must come of it, in the words of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// The output: lines, or a digest of it.
    pub stdout: Vec<String>,
    /// Kind and place of the error.
    pub error: Option<String>,
    /// What the error says, if an engine was asked.
    pub message: Option<String>,
}

impl Expectation {
    /// What to expect if `observation` is right.
    pub fn of(observation: &Observation, describe: &dyn Fn((u32, u32)) -> String) -> Self {
        let error = observation.error.as_ref();
        Expectation {
            stdout: stdout_lines(&observation.stdout),
            error: error.map(|error| format!("{} at {}", error.kind, describe(error.place))),
            message: error.and_then(|error| error.message.clone()),
        }
    }

    /// Whether nothing is left to be asked.
    pub fn is_complete(&self) -> bool {
        self.error.is_none() || self.message.is_some()
    }

    /// Whether `seen` is as expected; what one side knows nothing of is not compared.
    pub fn agrees_with(&self, seen: &Expectation) -> bool {
        let messages = self.message.as_ref().zip(seen.message.as_ref());
        self.stdout == seen.stdout
            && self.error == seen.error
            && messages.is_none_or(|(expected, seen)| expected == seen)
    }
}

fn stdout_lines(stdout: &[u8]) -> Vec<String> {
    if stdout.is_empty() {
        return vec!["= stdout: none".into()];
    }
    match std::str::from_utf8(stdout).ok().and_then(|text| text.strip_suffix('\n')) {
        Some(text) if text.len() <= LONGEST_OUTPUT => {
            let lines = text.split('\n').map(|line| format!("| {line}"));
            std::iter::once("= stdout:".to_owned()).chain(lines).collect()
        }
        _ => vec![format!("= stdout: {} bytes, hash {:016x}", stdout.len(), hash(stdout))],
    }
}

/// FNV-1a: stable, short, and enough to tell a wrong output from a right one.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Reads the lines; without any about the output there is no expectation yet.
pub fn parse(lines: &[String]) -> Result<(Settings, Option<Expectation>), String> {
    let mut settings = Settings::new(Dialect::Strict);
    let mut seen = Expectation { stdout: Vec::new(), error: None, message: None };
    for line in lines {
        let Some((key, value)) = line.strip_prefix("= ").and_then(|line| line.split_once(':'))
        else {
            seen.stdout.push(line.clone());
            continue;
        };
        let value = value.trim();
        match key {
            "flags" if value == "lenient" => settings.dialect = Dialect::Lenient,
            "skip" => settings.skip = value.split(", ").map(str::to_owned).collect(),
            "max-heap" => settings.max_heap = Some(bytes(value)?),
            "max-stack" => settings.max_stack = Some(bytes(value)?),
            "stdout" => seen.stdout.push(line.trim_end().to_owned()),
            "error" => seen.error = Some(value.to_owned()),
            "message" => seen.message = Some(value.to_owned()),
            _ => return Err(format!("unknown line `{line}`")),
        }
    }
    let expectation = Some(seen).filter(|seen| !seen.stdout.is_empty());
    Ok((settings, expectation))
}

fn bytes(value: &str) -> Result<usize, String> {
    value.parse().map_err(|_| format!("`{value}` is not a number of bytes"))
}

/// The lines that [`parse`] reads back.
pub fn render(settings: &Settings, expectation: &Expectation) -> Vec<String> {
    let mut lines = String::new();
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            writeln!(lines, "= {key}: {value}").expect("a string takes everything");
        }
    };
    line("flags", (settings.dialect == Dialect::Lenient).then(|| "lenient".into()));
    line("skip", (!settings.skip.is_empty()).then(|| settings.skip.join(", ")));
    line("max-heap", settings.max_heap.map(|bytes| bytes.to_string()));
    line("max-stack", settings.max_stack.map(|bytes| bytes.to_string()));
    let mut rendered: Vec<String> = lines.lines().map(str::to_owned).collect();
    rendered.extend(expectation.stdout.iter().cloned());
    rendered.extend(expectation.error.iter().map(|error| format!("= error: {error}")));
    rendered.extend(expectation.message.iter().map(|message| format!("= message: {message}")));
    rendered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered_lines_read_back() {
        let lines = [
            "= flags: lenient",
            "= skip: reference, zeal",
            "= max-heap: 4096",
            "= stdout:",
            "| a: b",
            "| ",
            "= error: type-error at 1:2-3",
            "= message: what: this",
        ]
        .map(str::to_owned);
        let (settings, expectation) = parse(&lines).unwrap();
        assert_eq!(render(&settings, &expectation.unwrap()), lines);
    }

    #[test]
    fn output_is_lines_or_a_digest() {
        assert_eq!(stdout_lines(b""), ["= stdout: none"]);
        assert_eq!(stdout_lines(b"a\n\n"), ["= stdout:", "| a", "| "]);
        let long = stdout_lines(&[b'\n'; LONGEST_OUTPUT + 2]);
        assert_eq!(long, ["= stdout: 4098 bytes, hash 2c473698bb67c555"]);
    }

    #[test]
    fn unknown_lines_are_refused() {
        assert!(parse(&["= stdoud: none".to_owned()]).is_err());
    }
}
