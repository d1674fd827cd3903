//! Any bytes: the parser answers, and what it accepts survives formatting.
//! What is checked is in [`galo_testing::fuzzing`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| galo_fuzz::run(galo_testing::fuzzing::source, bytes));
