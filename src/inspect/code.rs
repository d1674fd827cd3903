//! Compiled functions as text: what Cranelift is given and what it makes of that.

use super::names::Names;
use crate::jit::{Annotations, Jit, Version, clif_text, disassemble};
use crate::syntax::ast::NodeId;
use crate::syntax::format;

/// How much of an operation is shown beside what was made of it, in characters.
const SHOWN: usize = 40;

/// A function as Cranelift is given it, with the operations that instructions belong to.
pub(super) fn clif(names: &Names<'_>, version: &Version, jit: &Jit) -> String {
    let mut notes = version.notes.clone();
    notes.extend(jit.names_in(&version.clif));
    clif_text(&version.clif, &|site| operation(names, site), &notes)
}

/// A function's machine code, with the operations that it was made for.
pub(super) fn assembly(names: &Names<'_>, version: &Version, jit: &Jit) -> String {
    disassemble(
        &version.compiled,
        Annotations {
            symbol: &|address| jit.symbol(address).map(str::to_owned),
            site: &|site| operation(names, site),
            notes: &[],
        },
    )
}

/// The place of an operation and what stands there.
fn operation(names: &Names<'_>, site: galo_runtime::Site) -> String {
    let node = NodeId::new(site as usize);
    let text = format::snippet(names.program.ast(), node, SHOWN);
    format!("{} {text}", names.short_place(node))
}
