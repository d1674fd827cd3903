//! `galo ast`: the syntax tree as the official tool's JSON.

use super::args::AstArgs;
use super::input::Input;
use super::{Outcome, output};
use crate::syntax::json;

pub(super) fn ast(args: &AstArgs, color: bool) -> Outcome {
    let ast = Input::read(&args.input)?.parse(color)?;
    output::print(|out| {
        match args.pretty {
            true => json::write_pretty(&ast, &mut *out)?,
            false => json::write(&ast, &mut *out)?,
        }
        writeln!(out)
    })
}
