//! Any bytes: a program, which means the same with little memory, as far as that reaches.
//! What is checked is in [`galo_testing::fuzzing`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| galo_fuzz::run(galo_testing::fuzzing::limits, bytes));
