//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// A command that is run in the repository and leaves the machine to others.
pub fn nice(level: u8, program: &str) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", &level.to_string(), program]).current_dir(root());
    // What this was built with is not what others are to be built with.
    for variable in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC"] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command to its end, whose output is shown.
pub fn run(command: &mut Command) -> Outcome {
    let shown = format!("{command:?}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// What a command prints.
pub fn output(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{shown}: {}\n{stderr}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))
}

/// Fails unless this command works; says what to do about it.
pub fn need(program: &str, arguments: &[&str], remedy: &str) -> Outcome {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    Err(format!("`{program} {}` does not work here; {remedy}", arguments.join(" ")))
}

/// All programs of the corpus and of the examples.
pub fn corpus() -> Result<Vec<PathBuf>, String> {
    let mut programs = Vec::new();
    let mut folders = vec![root().join("tests/corpus"), root().join("examples")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{folder:?}: {error}"))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{folder:?}: {error}"))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rinha" || e == "json") {
                programs.push(path);
            }
        }
    }
    programs.sort();
    Ok(programs)
}

/// The machine's target triple, as rustc calls it.
pub fn host() -> Result<String, String> {
    let text = output(Command::new("rustc").arg("-vV").current_dir(root()))?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| "rustc does not say its host".to_owned())
}
