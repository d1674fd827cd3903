//! galo: a tiered language runtime for Rinha.

pub mod syntax;
