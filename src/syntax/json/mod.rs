//! The contest's JSON: reading and writing trees exactly as the official tool does.

mod composite;
mod error;
mod node;
mod read;
mod scalars;
mod schema;
mod shape;
mod write;

pub use read::{MAX_DEPTH, read};
pub use write::{write, write_pretty};
