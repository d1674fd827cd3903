//! What of its surroundings galo looks at: the variables and files that its documentation
//! names, and no others.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What may stand in the sources, and how often: each is a look at the surroundings.
const LOOKS: &[(&str, &str, usize)] = &[
    // `NO_COLOR` and its kin, behind one function.
    ("src/cli/args.rs", "env::var", 1),
    // `TERM`: whether a terminal can show how far something is.
    ("src/cli/progress.rs", "env::var", 1),
    // Where the REPL keeps its history.
    ("src/cli/repl/mod.rs", "env::var", 1),
];

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src"), root.join("runtime/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// Variables of the environment are read nowhere but where it is known.
#[test]
fn sources_read_no_other_variables() {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for path in sources() {
        let text = fs::read_to_string(&path).expect("text");
        // Tests may look at theirs.
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        if path.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let count = text.matches("env::var").count() + text.matches("env::vars").count();
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a source");
        if count > 0 {
            found.insert(name.display().to_string(), count);
        }
    }
    let known = LOOKS.iter().map(|(file, _, count)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, known, "see SECURITY.md, which lists what galo reads");
}

/// Variables with which galo, Rust, Cranelift or others could be led astray.
const POISON: &[&str] = &[
    "GALO",
    "GALO_TIER",
    "GALO_JIT",
    "GALO_MAX_HEAP",
    "GALO_BLESS",
    "GALO_LOG",
    "GALO_TRACE",
    "RUST_LOG",
    "RUST_MIN_STACK",
    "CRANELIFT_FLAGS",
    "CRANELIFT_TRACE",
    "MALLOC_TRACE",
    "TMPDIR",
    "HOME",
    "XDG_STATE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "LANG",
    "LC_ALL",
    "TERM",
    "COLUMNS",
    "LINES",
    "PAGER",
    "EDITOR",
    "SHELL",
    "PATH",
    "JITDUMPDIR",
    "PERF_MAP",
    "CARGO_HOME",
];

#[test]
fn a_poisoned_environment_changes_nothing() {
    let program = "let f = fn (n) => { if (n == 0) { 0 } else { 1 + f(n - 1) } };
                   let _ = print(f(1000)); f(true)";
    let run = |poison: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_galo"));
        command.args(["--trace=exit", "-e", program]).env_clear().current_dir("/");
        if !poison.is_empty() {
            command.envs(POISON.iter().map(|name| (name, poison)));
        }
        let output = command.output().expect("galo can be started");
        (output.status.code(), output.stdout, output.stderr)
    };
    let expected = run("");
    assert_eq!((expected.0, &expected.1[..]), (Some(1), &b"1000\n"[..]));
    for poison in ["1", "0", "no", "/dev/full", "/proc/self/mem", "%n%s", "{\"tier\":\"none\"}"] {
        assert_eq!(run(poison), expected, "{poison}");
    }
}
