//! Panics of the code generator end its work, not the program.
//!
//! A program runs as well without machine code, so that a bug in Cranelift (or in the CLIF it
//! is given) costs speed and nothing else. What it may have left half-done must be thrown
//! away by the caller. Panics are reported by hooks before they are caught; a hook that would
//! end the process asks [`is_contained`] first.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread, now, would be caught and reported as an error.
pub fn is_contained() -> bool {
    CONTAINED.get()
}

/// What `work` returns, or the message that it panicked with.
pub(crate) fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = CONTAINED.replace(true);
    // Whatever `work` can still reach after a panic is dropped or never used again: that is
    // the callers' part.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(outer);
    result.map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "it gives no reason".to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(contain(|| 7), Ok(7));
        let number = 3;
        assert_eq!(contain(|| -> u8 { panic!("no {number}") }), Err("no 3".to_string()));
        assert_eq!(contain(|| -> u8 { panic!("plain") }), Err("plain".to_string()));
        assert!(!is_contained());
        assert_eq!(contain(is_contained), Ok(true));
    }
}
