//! Machine code: from functions in CLIF, Cranelift's own IR, to code that can be called.
//!
//! ```text
//!  ir::Function ──compile──▶ Compiled ──load──▶ code in memory
//!   (clif_text)              (disassembly)      (call_sites)
//! ```
//!
//! [`CodeMemory`] runs Cranelift and owns the code. A [`Compiled`] function is still data:
//! bytes, relocations, the places in the program that the bytes came from; on x86-64 its
//! [epilogues](epilogue) and [polls] are made cheaper there. Loading puts a batch of them into memory and
//! makes that executable; code is never writable and executable at once.
//!
//! Nothing here knows what the functions do or when they are made.

/// The name of the stub that functions call when somebody wants something of the program.
pub const POLL_STUB: &str = "poll";

pub mod call_sites;
mod clif_text;
mod code_memory;
mod compiled;
pub mod containment;
mod disassembly;
mod epilogue;
mod error;
#[cfg(test)]
mod fixtures;
mod instructions;
mod listing;
mod polls;
mod schedule;
pub mod target;
#[cfg(test)]
mod tests;

pub use call_sites::{CallSites, Scope};
pub use clif_text::clif_text;
pub use code_memory::{Batch, CodeMemory, Loaded, Options};
pub use compiled::{
    CallSite, Compiled, MAX_SCOPED_SITE, MAX_SCOPES, Reference, SiteRange, scoped_location,
    site_of, source_location,
};
pub use disassembly::{Annotations, CodeLine, code_lines, disassemble};
pub use error::{CompileError, LoadError, SetupError};
