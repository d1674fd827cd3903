//! galo: a tiered language runtime for Rinha.

pub mod core;
pub mod syntax;
