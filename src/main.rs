//! The `galo` command.

fn main() {}
