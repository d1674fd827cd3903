//! Hostile inputs and hostile surroundings: nothing of them may give a panic, a signal, a hang
//! or a wrong answer. Each file is a kind of fault, most of them with a table, a row a fault.
//!
//! What takes long is ignored by default:
//!
//! ```sh
//! cargo test --test faults -- --ignored
//! ```

mod allocation;
mod counting;
mod environment;
mod input;
mod isolation;
mod scale;
mod surroundings;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;
