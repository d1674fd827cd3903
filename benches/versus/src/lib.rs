//! galo head to head with other runtimes.
//!
//! The programs in `programs/` are run as whole processes, A B C A B C …, after a warm-up that
//! also shows whether all of them print the same. What comes out is a file of every sample
//! ([`results`]), from which everything else is made: tables, chart and targets ([`report`],
//! [`targets`]), and the comparison with an earlier file ([`compare`]). So nothing is ever
//! written by hand.
//!
//! This crate knows galo only as a program to run.
#![forbid(unsafe_code)]

pub mod args;
pub mod compare;
pub mod machine;
pub mod measure;
pub mod peers;
pub mod places;
pub mod prepare;
pub mod process;
pub mod progress;
pub mod report;
pub mod results;
pub mod run;
pub mod stats;
pub mod suite;
pub mod targets;
