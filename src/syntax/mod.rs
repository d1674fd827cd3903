//! Text or JSON to AST and back, with spans and the diagnostics of input.

pub mod ast;
pub mod diagnostic;
pub mod format;
pub mod input;
pub mod json;
pub mod lexer;
pub mod parser;
