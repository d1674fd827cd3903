//! Any bytes as JSON: reading answers, and what was read survives being written.
//! What is checked is in [`galo_testing::fuzzing`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| galo_fuzz::run(galo_testing::fuzzing::json, bytes));
