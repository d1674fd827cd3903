//! Why there is no compiled code of a function.

use super::code::{CompileError, LoadError};

/// Why a function has no compiled code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Cranelift did not make any.
    Compile(CompileError),
    /// It did, but it could not be loaded.
    Load(LoadError),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Compile(error) => error.fmt(f),
            Failure::Load(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<CompileError> for Failure {
    fn from(error: CompileError) -> Failure {
        Failure::Compile(error)
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        Failure::Load(error)
    }
}
