//! Commands on several files: each is done, whatever the others come to.

use std::process::ExitCode;

use super::Outcome;
use super::args::{FilesArgs, InputArgs};
use super::failure::Failure;

impl FilesArgs {
    /// Each input that is named; if none is, one that says so when it is read.
    fn each(&self) -> Vec<InputArgs> {
        if self.files.is_empty() {
            return vec![InputArgs { file: None, code: self.code.clone() }];
        }
        let named = self.files.iter().cloned();
        named.map(|file| InputArgs { file: Some(file), code: None }).collect()
    }
}

/// Does a command for each input and tells its failures; the exit status is that of the last
/// input that could not be read or is no program, or else 1 if something was found. Where nothing can be
/// written, there is nothing left to do.
pub(super) fn for_each(
    inputs: &FilesArgs,
    color: bool,
    mut command: impl FnMut(&InputArgs) -> Outcome,
) -> Outcome {
    let mut status = ExitCode::SUCCESS;
    for input in inputs.each() {
        let done = match command(&input) {
            Ok(done) => done,
            Err(failure @ Failure::Unwritable { .. }) => return Err(failure),
            Err(failure) => failure.report(color),
        };
        // A warning is the least of them.
        if done != ExitCode::SUCCESS && (done != ExitCode::FAILURE || status == ExitCode::SUCCESS) {
            status = done;
        }
    }
    Ok(status)
}
