//! The optimiser's passes by their names: which are to run, and a list of them.

use std::fmt;
use std::str::FromStr;

use super::words;
use crate::ssa::passes::PassSet;

/// What a user says of the passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PassList {
    /// These run.
    Passes(PassSet),
    /// Which ones are there?
    Overview,
}

impl FromStr for PassList {
    type Err = String;

    /// Reads `help`, or words with commas between them that are followed from left to right,
    /// beginning with all passes: `NAME` or `+NAME` switches a pass on, `-NAME` off, `all` and
    /// `none` all of them.
    fn from_str(list: &str) -> Result<PassList, String> {
        if list == "help" {
            return Ok(PassList::Overview);
        }
        let mut passes = PassSet::ALL;
        for word in list.split(',') {
            let (name, is_on) = match word.strip_prefix('-') {
                Some(name) => (name, false),
                None => (word.strip_prefix('+').unwrap_or(word), true),
            };
            passes = match word {
                "all" => PassSet::ALL,
                "none" => PassSet::NONE,
                _ => passes.with(name, is_on).ok_or_else(|| unknown(name))?,
            };
        }
        Ok(PassList::Passes(passes))
    }
}

fn unknown(name: &str) -> String {
    if matches!(name, "all" | "none") {
        return format!("`{name}` has no sign");
    }
    let names = PassSet::every().map(|pass| pass.name);
    words::unknown("pass", name, names.chain(["all", "none"]))
}

/// A table of all passes for users.
#[derive(Debug)]
pub struct PassOverview;

impl fmt::Display for PassOverview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Passes of the optimiser, in the order in which they first run:")?;
        let widest = PassSet::every().map(|pass| pass.name.len()).max().unwrap_or(0);
        for pass in PassSet::every() {
            writeln!(f, "  {:<widest$}  {}", pass.name, pass.summary)?;
        }
        writeln!(f, "\nAll run unless switched off: `-gvn,-dce`, or `none,gvn` for one alone.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(list: &str) -> PassSet {
        match list.parse() {
            Ok(PassList::Passes(passes)) => passes,
            other => panic!("{list}: {other:?}"),
        }
    }

    #[test]
    fn lists_are_followed_from_left_to_right() {
        assert_eq!(passes("-gvn,+gvn"), PassSet::ALL);
        assert_eq!(passes("none,gvn"), passes("gvn,none,+gvn"));
        assert!(passes("none,gvn").contains("gvn") && !passes("none,gvn").contains("dce"));
        assert!(!passes("-gvn,-dce").contains("gvn") && passes("-gvn,-dce").contains("states"));
        assert_eq!(passes("none,all"), PassSet::ALL);
    }

    #[test]
    fn what_is_no_pass_is_answered() {
        let answer = |list: &str| list.parse::<PassList>().unwrap_err();
        assert_eq!(answer("-none"), "`none` has no sign");
        assert_eq!(answer("-gvm"), "there is no pass `gvm`; did you mean `gvn`?");
        assert!(answer("gvn,sccp").starts_with("there is no pass `sccp`; there are simplify, "));
        assert!(answer("").starts_with("there is no pass ``; there are "));
    }
}
