//! What takes longer than tests, or needs tools that not everybody has: a subcommand each.
//!
//! `cargo xtask` lists them. Every one of them fails with a text that says what is wrong, and
//! what to install where something is missing. What they write goes to ignored folders, but
//! for results that are to be kept, which go where the command line says.

mod arm64;
mod fuzz;
mod memory;
mod process;
mod reproduce;
mod shrink;
mod soak;
mod supply;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a task comes to: a text says why it failed.
type Outcome = Result<(), String>;

/// Fuzzing, memory checkers, the other architecture, long runs, the supply chain
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run all fuzz targets in turn
    Fuzz(fuzz::Options),
    /// Make a program smaller that makes galo crash, hang or differ between tiers
    Shrink(shrink::Options),
    /// Run the runtime's tests in Miri
    Miri,
    /// Run the corpus under AddressSanitizer
    Asan,
    /// Run the corpus under valgrind
    Valgrind(memory::ValgrindOptions),
    /// Run the corpus on ARM64, emulated
    Arm64(arm64::Options),
    /// Run a program for a long time, and fail if it takes more and more memory
    Soak(soak::Options),
    /// Check licences, sources and duplicates of all dependencies, offline
    Supply,
    /// Build the release twice, in two folders, and compare
    Reproduce,
    /// Check that galo builds with the oldest Rust that it claims to need
    Msrv,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Fuzz(options) => fuzz::fuzz(&options),
        Task::Shrink(options) => shrink::shrink(&options),
        Task::Miri => memory::miri(),
        Task::Asan => memory::asan(),
        Task::Valgrind(options) => memory::valgrind(&options),
        Task::Arm64(options) => arm64::arm64(&options),
        Task::Soak(options) => soak::soak(&options),
        Task::Supply => supply::check(),
        Task::Reproduce => reproduce::reproduce(),
        Task::Msrv => reproduce::msrv(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("error: {text}");
            ExitCode::FAILURE
        }
    }
}
