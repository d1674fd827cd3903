//! Why there is no machine code: reasons that callers can tell apart and users can read.

use std::fmt;

use cranelift_codegen::CodegenError;
use cranelift_codegen::verifier::VerifierErrors;

/// Why this machine gets no machine code at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SetupError {
    /// Cranelift makes no code for this processor.
    UnsupportedHost(String),
    /// The system gives no address space for code.
    NoAddressSpace(String),
    /// The system lets nothing be executed that was not there from the start.
    ExecutionRefused(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetupError::UnsupportedHost(reason) => {
                write!(f, "no machine code can be made for this processor: {reason}")
            }
            SetupError::NoAddressSpace(reason) => {
                write!(f, "there is no address space for machine code: {reason}")
            }
            SetupError::ExecutionRefused(reason) => {
                write!(f, "the system refuses to execute code made at run time: {reason}")
            }
        }
    }
}

impl std::error::Error for SetupError {}

/// Why a function is not compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CompileError {
    /// Its CLIF is wrong: a bug of whoever made it.
    Invalid(String),
    /// It is beyond a limit of Cranelift's.
    TooLarge,
    /// Cranelift does not support something in it.
    Unsupported(String),
    /// Cranelift panicked.
    Panicked(String),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Invalid(errors) => write!(f, "its CLIF is invalid: {errors}"),
            CompileError::TooLarge => f.write_str("it is too large for the code generator"),
            CompileError::Unsupported(what) => {
                write!(f, "the code generator does not support it: {what}")
            }
            CompileError::Panicked(message) => write!(f, "the code generator failed: {message}"),
        }
    }
}

impl std::error::Error for CompileError {}

impl From<CodegenError> for CompileError {
    fn from(error: CodegenError) -> CompileError {
        match error {
            CodegenError::Verifier(errors) => CompileError::Invalid(errors.to_string()),
            CodegenError::ImplLimitExceeded | CodegenError::CodeTooLarge => CompileError::TooLarge,
            other => CompileError::Unsupported(other.to_string()),
        }
    }
}

impl From<VerifierErrors> for CompileError {
    fn from(errors: VerifierErrors) -> CompileError {
        CompileError::Invalid(errors.to_string())
    }
}

/// Why compiled functions are not loaded. None of the batch is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LoadError {
    /// The memory for code is full.
    Full,
    /// One of them refers directly to this function, which is neither loaded nor in the batch.
    Undefined(String),
    /// This function has been loaded before, or is twice in the batch.
    Duplicate(String),
    /// The system refused to make the memory executable, or another panic of the loader's.
    /// Nothing more can be loaded; what was loaded before stays.
    Failed(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Full => f.write_str("the memory for machine code is full"),
            LoadError::Undefined(name) => write!(f, "`{name}` is called directly but not loaded"),
            LoadError::Duplicate(name) => write!(f, "`{name}` is loaded already"),
            LoadError::Failed(reason) => write!(f, "machine code cannot be loaded: {reason}"),
        }
    }
}

impl std::error::Error for LoadError {}
