//! The explorer: a run of a program as one page to look around in.
//!
//! A [`Recorder`] watches the run. What it saw and what the program tells afterwards become data
//! ([`Exploration`]), and these together with a template the [`page`]: it needs no network
//! and no other file.
//!
//! ```text
//!  events ──▶ timeline ─┐
//!  forms ───▶ code ─────┼──▶ data ──▶ page ◀── page/*.html, .css, .js
//!  program ─▶ source,   │
//!             functions ┘
//! ```
//!
//! Everything that stands for a place in the program is a number: that of a [site](sites), whose
//! span in the source the page knows. So lines of different forms belong together if they have
//! the same number. Texts are there once: a function's lines are interned, and each of its forms
//! is a list of runs of lines ([`lines`]), so that what a pass did not touch takes no room.

mod clock;
mod code;
mod data;
mod functions;
mod lines;
pub mod page;
mod recorder;
mod samples;
mod sites;
mod source;
mod tee;
#[cfg(test)]
mod tests;
mod timeline;

pub use data::{Exploration, Failed};
pub use recorder::{Recorder, Recording};
pub use source::Shown;
pub use tee::Tee;
