//! galo: a tiered language runtime for Rinha.
//!
//! Start at [`Engine`].

pub mod check;
pub mod cli;
pub mod core;
pub mod engine;
pub mod flow;
pub mod inspect;
pub mod interp;
pub mod jit;
pub mod report;
pub mod ssa;
pub mod syntax;
mod words;

pub use engine::{
    Config, Engine, Evaluation, InputError, JitConfig, Program, ProgramError, RunStats, Tier,
};
pub use galo_runtime::{Data, ErrorKind, Kind, Part};

/// The examples of the README and the handbook, which are compiled and run.
#[cfg(doctest)]
#[allow(rustdoc::invalid_codeblock_attributes)]
mod handbook {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../docs/src/embedding.md")]
    mod embedding {}
}
