//! Any bytes as JSON: reading never panics, errors point into the text and can be
//! shown, and what was read survives being written.

#![no_main]

use galo::report::{Reporter, Source};
use galo::syntax::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match json::read("fuzz", text) {
        Ok(ast) => {
            let mut once = Vec::new();
            json::write(&ast, &mut once).expect("memory takes all");
            let written = std::str::from_utf8(&once).expect("JSON is UTF-8");
            let again = json::read("fuzz", written).expect("what was written can be read");
            let mut twice = Vec::new();
            json::write(&again, &mut twice).expect("memory takes all");
            assert_eq!(once, twice);
        }
        Err(error) => {
            let span = error.primary.span;
            assert!(span.start <= span.end && span.end as usize <= text.len());
            let shown = Reporter::new(Source::Text { name: "fuzz", text }, false).diagnostic(&error);
            assert!(shown.len() < 10_000, "{shown}");
        }
    }
});
