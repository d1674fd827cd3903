//! What happens when galo itself is wrong: it says so, and exits with 70.

use std::backtrace::Backtrace;
use std::panic::{self, PanicHookInfo};
use std::process;

use super::failure::say;
use crate::jit::code::containment;

/// The exit status of a bug, as in sysexits.
const EX_SOFTWARE: i32 = 70;

/// Makes panics say what they are and what to do about them.
pub(super) fn install_hook() {
    panic::set_hook(Box::new(|info| {
        if containment::is_contained() {
            return;
        }
        say(&message(info));
        process::exit(EX_SOFTWARE);
    }));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    format!(
        "galo: this is a bug in galo, not in the program: {info}\n\
         Please report it with the program, the command line and these lines; galo {}.\n{}\n",
        super::VERSION,
        Backtrace::capture(),
    )
}
