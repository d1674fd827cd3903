//! The corpus: every program in `tests/corpus` and `examples`, in every mode.
//!
//! `GALO_BLESS=1` writes what the programs' first mode observes into their files
//! instead of comparing; read the difference before committing it.

use std::path::Path;
use std::process::ExitCode;

use galo_testing::corpus::{Case, Expectation};
use galo_testing::modes::{MODES, Mode};
use libtest_mimic::{Arguments, Failed, Trial};

const FOLDERS: [&str; 2] = ["tests/corpus", "examples"];

fn main() -> ExitCode {
    let bless = std::env::var_os("GALO_BLESS").is_some_and(|value| value == "1");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut trials = Vec::new();
    for folder in FOLDERS {
        for case in Case::all_below(&root.join(folder)).expect("the corpus can be read") {
            let case: &'static Case = Box::leak(Box::new(case));
            let modes = MODES.iter().filter(|mode| mode.takes(case));
            let modes = modes.take(if bless { 1 } else { MODES.len() });
            trials.extend(modes.map(|mode| trial(folder, mode, case, bless)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(folder: &str, mode: &'static Mode, case: &'static Case, bless: bool) -> Trial {
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    Trial::test(format!("{}::{folder}/{}", mode.name, case.name), move || {
        let seen = case.expectation_of(&(mode.run)(case)?);
        if bless {
            return Ok(case.bless(&seen)?);
        }
        compare(case, &seen)
    })
}

fn compare(case: &Case, seen: &Expectation) -> Result<(), Failed> {
    let Some(expected) = &case.expectation else {
        return Err("the file expects nothing: read it and run with GALO_BLESS=1".into());
    };
    if expected.agrees_with(seen) {
        return Ok(());
    }
    let (expected, seen) = (case.lines_of(expected), case.lines_of(seen));
    Err(format!("expected\n{}\n\nseen\n{}", expected.join("\n"), seen.join("\n")).into())
}
