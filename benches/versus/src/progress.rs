//! One line that says where the measurement is, if somebody watches.

use std::env;
use std::io::{self, IsTerminal, Write};

/// The line.
#[derive(Debug)]
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    /// Shown only on a terminal, and one that can go back to the start of a line.
    pub fn new() -> Progress {
        let is_dumb = env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty());
        Progress { is_shown: !is_dumb && io::stderr().is_terminal() }
    }

    /// Replaces the line.
    pub fn show(&self, text: &str) {
        if self.is_shown {
            // Nobody is helped by an error of a line that is soon replaced.
            let _ = write!(io::stderr(), "\r\x1b[K{text}");
            let _ = io::stderr().flush();
        }
    }

    /// A line that stays.
    pub fn say(&self, text: &str) {
        self.show("");
        eprintln!("versus: {text}");
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}
