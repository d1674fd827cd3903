//! What every tier of galo stands on: values, heap and collector, strings, the guest
//! stack, errors and the operations on values.
//!
//! Nearly all `unsafe` of the project lives here. The crate knows nothing of syntax
//! trees, of tiers or of code generation: places in the program are opaque
//! [sites](fault::Site).
//!
//! The invariant that everything rests on: **allocation may move every object**, so no
//! value is held across it except in a root, a slot of the frame area below the `top`
//! that the operation was given.

pub mod abi;
pub mod closure;
pub mod concat;
pub mod data;
pub mod fault;
pub mod function;
pub mod heap;
pub mod interrupt;
pub mod machine;
#[cfg_attr(miri, path = "mapping/simulated.rs")]
mod mapping;
pub mod native;
pub mod ops;
pub mod output;
pub mod samples;
pub mod sampling;
pub mod stack;
pub mod string;
pub mod tiers;
pub mod tuple;
pub mod value;

pub use data::{Data, Part};
pub use fault::{Blame, ErrorKind, Fault, Site};
pub use function::{VmCode, VmFunction};
pub use heap::{Collection, CollectionObserver, HeapStats, Pauses, Statics};
pub use interrupt::{Interrupts, Request};
pub use machine::{Limits, Machine};
pub use ops::Operator;
pub use output::Output;
pub use samples::{Running, Samples, StackFrame};
pub use sampling::Pace;
pub use stack::GuestStack;
pub use tiers::Tiers;
pub use value::{Kind, Value};
