//! What the JIT makes of programs: which functions it compiles, and to what.

mod properties;
mod snapshots;
mod tiers;
mod watch;
