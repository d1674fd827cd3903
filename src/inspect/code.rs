//! Compiled functions as text: what Cranelift is given and what it makes of that.

use galo_runtime::Site;

use super::names::Names;
use crate::jit::{Annotations, Jit, Version, clif_text, disassemble};
use crate::syntax::ast::NodeId;
use crate::syntax::format;

/// How much of an operation is shown beside what was made of it, in characters.
const SHOWN: usize = 40;

/// A function as Cranelift is given it, with the operations that instructions belong to.
pub(super) fn clif(names: &Names<'_>, version: &Version, jit: &Jit) -> String {
    clif_with(version, jit, &|site| operation(names, site))
}

/// The same; `site` says what is at a place.
pub(super) fn clif_with(version: &Version, jit: &Jit, site: &dyn Fn(Site) -> String) -> String {
    let mut notes = version.notes.clone();
    notes.extend(jit.names_in(&version.clif));
    clif_text(&version.clif, site, &notes)
}

/// A function's machine code, with the operations that it was made for.
pub(super) fn assembly(names: &Names<'_>, version: &Version, jit: &Jit) -> String {
    assembly_with(version, jit, &|site| operation(names, site))
}

/// The same; `site` says what is at a place.
pub(super) fn assembly_with(version: &Version, jit: &Jit, site: &dyn Fn(Site) -> String) -> String {
    let symbol = |address| jit.symbol(address).map(str::to_owned);
    disassemble(&version.compiled, Annotations { symbol: &symbol, site, notes: &[] })
}

/// The place of an operation and what stands there.
fn operation(names: &Names<'_>, site: Site) -> String {
    let node = NodeId::new(site as usize);
    let text = format::snippet(names.program.ast(), node, SHOWN);
    format!("{} {text}", names.short_place(node))
}
