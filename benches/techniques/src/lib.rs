//! Ways to build an interpreter for Rinha's core, side by side: one tree, one representation
//! of values, one machine, and as many ways to run it.

mod arena;
pub mod boxed_closures;
pub mod bytecode;
pub mod bytecode_loop;
pub mod continuations;
pub mod cranelift;
mod execute;
pub mod ir;
pub mod machine;
pub mod native;
pub mod programs;
pub mod tape;
pub mod techniques;
pub mod thin_closures;
pub mod tree_walker;
pub mod value;

use ir::Program;
use machine::{Error, Machine};
use value::Value;

/// A way to run programs.
pub trait Interpreter: 'static {
    /// Prepares a program.
    fn new(program: &Program) -> Self
    where
        Self: Sized;

    /// Runs it.
    fn run(&self, machine: &mut Machine) -> Result<Value, Error>;
}
