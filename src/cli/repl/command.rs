//! Commands of the REPL, `:name argument`: their table and their help.

use std::fmt;

use crate::cli::nearest;

/// What a command does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Command {
    Help,
    Type,
    Core,
    Ssa,
    Clif,
    Asm,
    Time,
    Tier,
    List,
    Load,
    Clear,
    Quit,
}

/// A command's name, its argument and what it does.
struct Row(Command, &'static str, &'static str, &'static str);

const TABLE: [Row; 12] = [
    Row(Command::Help, "help", "", "this list"),
    Row(
        Command::Type,
        "type",
        "TERM",
        "the kinds of values it can have, as is proven without running it",
    ),
    Row(Command::Core, "core", "NAME|TERM", "a function, or a term, with its names resolved"),
    Row(Command::Ssa, "ssa", "TERM", "evaluate it as machine code: the optimiser's result"),
    Row(Command::Clif, "clif", "TERM", "the same: what Cranelift is given"),
    Row(Command::Asm, "asm", "TERM", "the same: the machine code"),
    Row(Command::Time, "time", "TERM", "evaluate it and tell how long that took"),
    Row(Command::Tier, "tier", "[auto|interp|jit]", "what may run the inputs"),
    Row(Command::List, "list", "", "the definitions, as the program that they are"),
    Row(Command::Load, "load", "FILE", "evaluate a file and keep its definitions"),
    Row(Command::Clear, "clear", "", "forget all definitions"),
    Row(Command::Quit, "quit", "", "leave (Ctrl-D, too)"),
];

impl Command {
    /// The names of all.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.1)
    }

    /// Reads what stands behind the colon: a command's name, or the beginning of one, and an
    /// argument.
    pub(super) fn parse(text: &str) -> Result<(Command, &str), String> {
        let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let argument = argument.trim();
        let row = TABLE.iter().find(|row| !name.is_empty() && row.1.starts_with(name));
        match row {
            Some(Row(command, name, wanted, _)) if wanted.is_empty() && !argument.is_empty() => {
                let _ = command;
                Err(format!("`:{name}` takes no argument"))
            }
            Some(Row(_, name, wanted, _)) if needs_argument(wanted) && argument.is_empty() => {
                Err(format!("`:{name}` needs an argument: `:{name} {wanted}`"))
            }
            Some(row) => Ok((row.0, argument)),
            None => Err(match nearest::similar(name, Command::names().map(str::to_owned)) {
                Some(other) => format!("there is no command `:{name}`; did you mean `:{other}`?"),
                None => format!("there is no command `:{name}`; `:help` lists them"),
            }),
        }
    }
}

fn needs_argument(wanted: &str) -> bool {
    !wanted.is_empty() && !wanted.starts_with('[')
}

/// The list of commands.
pub(super) struct Help;

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Type a term to evaluate it, or definitions (`let x = 1`) to keep them; an input"
        )?;
        writeln!(f, "ends when it is complete. `it` is the last value. Commands, which can be")?;
        writeln!(f, "shortened:")?;
        for Row(_, name, argument, about) in &TABLE {
            writeln!(f, "  {:<24} {about}", format!(":{name} {argument}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_their_beginnings() {
        assert_eq!(Command::parse("type  1 + 2 "), Ok((Command::Type, "1 + 2")));
        assert_eq!(Command::parse("q"), Ok((Command::Quit, "")));
        assert_eq!(Command::parse("tier"), Ok((Command::Tier, "")));
        assert_eq!(
            Command::parse("hlep").unwrap_err(),
            "there is no command `:hlep`; did you mean `:help`?"
        );
        assert!(Command::parse("core").unwrap_err().contains(":core NAME|TERM"));
        assert!(Command::parse("quit now").is_err());
        assert!(Command::parse("").is_err());
    }
}
