//! What all targets do: check a property, and say what is wrong.

use std::panic::{catch_unwind, set_hook};
use std::sync::{Mutex, Once};

/// Where the last panic was. Only one that nobody catches is shown.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Ends the process if `check` fails, which then says for what program.
pub fn run(check: fn(&[u8]) -> Result<(), String>, bytes: &[u8]) {
    static HOOK: Once = Once::new();
    // The fuzzer's own hook ends the process at a panic, before a smaller program is looked for.
    HOOK.call_once(|| {
        set_hook(Box::new(|info| {
            *PANIC.lock().expect("nobody panics here") = info.to_string();
        }));
    });
    let found = match catch_unwind(|| check(bytes)) {
        Ok(Ok(())) => return,
        Ok(Err(text)) => text,
        Err(_) => PANIC.lock().expect("nobody panics here").clone(),
    };
    eprintln!("{found}");
    std::process::abort();
}
