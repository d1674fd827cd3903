//! What galo's tests and fuzz targets share: the reference evaluator that says
//! what a program means, the corpus of programs with their expectations, the
//! table of all ways in which galo runs a program, and texts by example.
//!
//! Only `modes` and `fuzzing` know how galo runs programs; everything else stands on the syntax
//! tree alone, so that an error in the engine cannot hide in its own yardstick.

pub mod corpus;
pub mod differential;
pub mod fuzzing;
pub mod generator;
pub mod modes;
pub mod observation;
pub mod reference;
pub mod shape;
pub mod shrink;
pub mod snapshots;
