//! What a page shows of commands: run in a folder of their own, compared with what the page says.
//!
//! In `console` blocks a line `$ COMMAND` is given to a shell; below it stand the exit status if it
//! is another than 0 (`? STATUS`) and what the command writes, standard error between standard
//! output. There `[..]` stands for anything in a line and `...` alone for any lines. In `sh` blocks
//! every line is a command that has to succeed. Commands that need a tool which is not there are
//! left out, and the test says so; commands that build something are not run from here at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What builds or installs; `.ci/run` does the same, or somebody who wants it.
const NOT_RUN: [&str; 6] =
    ["cargo", "RUSTC_BOOTSTRAP=1", "GALO_BLESS=1", ".ci/run", "ln", "valgrind"];

/// A folder in which the commands of a page run, with galo on the path.
pub struct Sandbox {
    folder: PathBuf,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a command came to.
pub struct Outcome {
    /// What it wrote.
    pub text: String,
    /// Its exit status.
    pub status: i32,
}

impl Sandbox {
    /// A folder with the examples, named after a page.
    pub fn new(name: &str) -> Sandbox {
        let folder = std::env::temp_dir().join(format!("galo-docs-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("bin")).expect("a folder");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_galo"), folder.join("bin/galo"))
            .expect("a link to galo");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for entry in ["examples", "tests", "editors", "docs"] {
            std::os::unix::fs::symlink(root.join(entry), folder.join(entry)).expect("a link");
        }
        Sandbox { folder }
    }

    /// Puts a file there that a page shows.
    pub fn add(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).expect("a file");
    }

    /// Runs a command, unless that cannot or need not be.
    pub fn run(&self, command: &str) -> Option<Outcome> {
        for word in words(command) {
            if NOT_RUN.contains(&word.as_str()) {
                return None;
            }
            if !self.has(&word) {
                eprintln!("not run, since there is no {word}: {command}");
                return None;
            }
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.folder.join("bin").display());
        // Who waits for ever has to be told apart from who is right.
        let mut shell = Command::new("timeout");
        shell.args(["120", "sh", "-c", command]).stdin(Stdio::null());
        shell.current_dir(&self.folder).env("PATH", path).env("HOME", &self.folder);
        shell.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env("DEBUGINFOD_URLS", "");
        // A file, since some tools write something else into a pipe.
        let output = self.folder.join("bin/output");
        let file = fs::File::create(&output).expect("a file");
        shell.stderr(file.try_clone().expect("the same file")).stdout(file);
        let status = shell.status().expect("a shell").code().unwrap_or(-1);
        let text = String::from_utf8_lossy(&fs::read(output).expect("a file")).into_owned();
        Some(Outcome { text, status })
    }

    /// Whether there is a command, and it may do what it is for.
    fn has(&self, name: &str) -> bool {
        let succeeds = |command: &str| {
            let mut shell = Command::new("sh");
            shell.args(["-c", command]).current_dir(&self.folder);
            shell.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
            shell.status().is_ok_and(|status| status.success())
        };
        match name {
            "galo" => true,
            // Not everybody may look at processes.
            "perf" => succeeds("perf record -o probe.data true && perf report -i probe.data"),
            "gdb" => succeeds("gdb -q -nx -batch -ex run true | grep -q 'exited normally'"),
            name => succeeds(&format!("command -v '{name}'")),
        }
    }
}

/// What a line of a shell calls: the first word of each command in it.
fn words(line: &str) -> Vec<String> {
    // What is quoted calls nothing.
    let plain: String = line.split('\'').step_by(2).collect();
    let parts = plain.replace("2>&1", "");
    let first = |part: &str| part.split_whitespace().next().map(str::to_owned);
    parts.split(['|', ';', '&']).filter_map(first).collect()
}

/// A command in a block, and what is said of it.
#[derive(Debug)]
pub struct Shown {
    /// The command.
    pub command: String,
    /// How it should exit.
    pub status: i32,
    /// What it should write.
    pub lines: Vec<String>,
}

/// The commands of a `console` block.
pub fn console(lines: &[String]) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for line in lines {
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.to_owned();
            all.push(Shown { command, status: 0, lines: Vec::new() });
            continue;
        }
        let last = all.last_mut().unwrap_or_else(|| panic!("no command before {line:?}"));
        match line.strip_prefix("? ") {
            Some(status) if last.lines.is_empty() => last.status = status.parse().expect(line),
            _ => last.lines.push(line.clone()),
        }
    }
    // Blank lines between commands are for the eye.
    for shown in &mut all {
        while shown.lines.last().is_some_and(String::is_empty) {
            shown.lines.pop();
        }
    }
    all
}

/// The commands of a `sh` block: what follows a `#` behind two spaces is a remark.
pub fn script(lines: &[String]) -> Vec<String> {
    let commands = lines.iter().map(|line| line.split("  #").next().unwrap_or(line).trim());
    commands
        .filter(|command| !command.is_empty() && !command.starts_with('#'))
        .map(String::from)
        .collect()
}

/// Whether lines are as they should be, where `...` is any lines and `[..]` anything in a line.
pub fn matches(expected: &[String], actual: &[&str]) -> bool {
    // By how much of `actual` is behind: whether what was expected so far fits it.
    let mut fits = vec![false; actual.len() + 1];
    fits[0] = true;
    for line in expected {
        let mut next = vec![false; actual.len() + 1];
        let mut any = false;
        for at in 0..=actual.len() {
            if line == "..." {
                any |= fits[at];
                next[at] = any;
            } else if at > 0 && fits[at - 1] {
                next[at] = line_matches(line, actual[at - 1]);
            }
        }
        fits = next;
    }
    fits[actual.len()]
}

fn line_matches(expected: &str, actual: &str) -> bool {
    let mut parts = expected.split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = actual.trim_end().strip_prefix(first.trim_end_matches('\r')) else {
        return expected.trim_end() == actual.trim_end();
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.trim_end())
}

/// Output as it is first put into a page: what differs from run to run is left out.
pub fn elided(line: &str) -> String {
    let mut out = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let digits = word.trim_start_matches("0x").trim_end_matches(',');
        let is_address = word.starts_with("0x") && digits.len() >= 11;
        let is_time = word.parse::<f64>().is_ok()
            && [" ms", " µs", " seconds", " bytes,"]
                .iter()
                .any(|unit| line.contains(&format!("{word}{unit}")));
        match (is_address, is_time) {
            (true, _) | (_, true) => out.push_str("[..]"),
            _ => out.push_str(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_may_be_anything() {
        let matches = |expected: &str, actual: &str| {
            let expected: Vec<String> = expected.lines().map(str::to_owned).collect();
            matches(&expected, &actual.lines().collect::<Vec<_>>())
        };
        assert!(matches("a\n...\nd", "a\nb\nc\nd"));
        assert!(matches("a\n...\nd", "a\nd"));
        assert!(matches("...", ""));
        assert!(!matches("a\n...\nd", "a\nb"));
        assert!(!matches("a", "a\nb") && !matches("a\nb", "a"));
        assert!(matches("in [..] ms, [..].", "in 3.4 ms, x."));
        assert!(!matches("in [..] ms", "in 3 s"));
        assert!(!matches("a[..]a", "a"));
    }

    #[test]
    fn what_a_line_calls() {
        assert_eq!(words("galo -e 'a; b | c' 2>&1 | grep -m 1 x && ls"), ["galo", "grep", "ls"]);
    }

    #[test]
    fn what_changes_is_left_out() {
        assert_eq!(elided("in 3.4 ms at 0x55d5_7883_57e0"), "in [..] ms at [..]");
        assert_eq!(elided("  %0 = int 2  ; 1:25"), "  %0 = int 2  ; 1:25");
    }
}
