//! The corpus: every program in `tests/corpus` and `examples`, in every mode.
//!
//! `GALO_BLESS=1` writes what the programs' first mode observes into their files
//! instead of comparing; read the difference before committing it.

use std::path::Path;
use std::process::ExitCode;

use galo_testing::corpus::{Case, Expectation};
use galo_testing::modes::{MODES, Mode, YARDSTICK};
use galo_testing::observation::Observation;
use libtest_mimic::{Arguments, Failed, Trial};

const FOLDERS: [&str; 2] = ["tests/corpus", "examples"];

fn main() -> ExitCode {
    let bless = std::env::var_os("GALO_BLESS").is_some_and(|value| value == "1");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut trials = Vec::new();
    for folder in FOLDERS {
        for case in Case::all_below(&root.join(folder)).expect("the corpus can be read") {
            let case: &'static Case = Box::leak(Box::new(case));
            if bless {
                trials.push(Trial::test(name(folder, "bless", case), || bless_case(case)));
                continue;
            }
            let modes = MODES.iter().filter(|mode| mode.takes(&case.settings));
            trials
                .extend(modes.map(|mode| {
                    Trial::test(name(folder, mode.name, case), || compare(case, mode))
                }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn name(folder: &str, mode: &str, case: &Case) -> String {
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    format!("{mode}::{folder}/{}", case.name)
}

fn compare(case: &Case, mode: &Mode) -> Result<(), Failed> {
    let Some(expected) = &case.expectation else {
        return Err("the file expects nothing: read it and run with GALO_BLESS=1".into());
    };
    let seen = (mode.run)(case.program())?;
    agree(case, expected, &case.expectation_of(&seen))?;
    agree_on_trace(case, &seen)
}

/// The file says nothing of the calls that led to an error; the interpreter does.
fn agree_on_trace(case: &Case, seen: &Observation) -> Result<(), Failed> {
    let knows_trace = seen.error.as_ref().is_some_and(|error| error.trace.is_some());
    if !knows_trace || !YARDSTICK.takes(&case.settings) {
        return Ok(());
    }
    let expected = (YARDSTICK.run)(case.program())?;
    if expected.agrees_with(seen) {
        return Ok(());
    }
    Err(format!("expected\n{:#?}\n\nseen\n{:#?}", expected.error, seen.error).into())
}

fn agree(case: &Case, expected: &Expectation, seen: &Expectation) -> Result<(), Failed> {
    if expected.agrees_with(seen) {
        return Ok(());
    }
    let (expected, seen) = (case.lines_of(expected), case.lines_of(seen));
    Err(format!("expected\n{}\n\nseen\n{}", expected.join("\n"), seen.join("\n")).into())
}

/// Takes the first mode's word for it, and asks the following ones only for what the
/// first does not know.
fn bless_case(case: &Case) -> Result<(), Failed> {
    let mut blessed: Option<Expectation> = None;
    for mode in MODES.iter().filter(|mode| mode.takes(&case.settings)) {
        let seen = case.expectation_of(&(mode.run)(case.program())?);
        if let Some(before) = &blessed {
            agree(case, before, &seen)?;
        }
        blessed = Some(seen);
        if blessed.as_ref().is_some_and(Expectation::is_complete) {
            break;
        }
    }
    Ok(case.bless(&blessed.ok_or("every mode skips this program")?)?)
}
