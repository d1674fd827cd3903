//! Any bytes: a program, which is the same as source and as JSON.
//! What is checked is in [`galo_testing::fuzzing`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| galo_fuzz::run(galo_testing::fuzzing::forms, bytes));
