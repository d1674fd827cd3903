//! The printed form by example: `snapshots/NAME.rinha` gives `snapshots/NAME.ssa`, all
//! functions but the program's own body. `GALO_BLESS=1` writes the files anew.

use std::path::Path;

use galo::core::{self, FunctionId};
use galo::flow;
use galo::report::Places;
use galo::ssa::{self, Context};
use galo::syntax::ast;

use super::{INTS, parse};

/// The functions of a program, as if nothing but Ints had been seen. A program that begins
/// with a comment `// probes` gets those.
fn shown(source: &str) -> String {
    let ast = parse(source);
    let program = core::lower(&ast).expect("few captures");
    let facts = flow::analyze(&program, false);
    let probes = source.starts_with("// probes");
    let ctx = Context { probes, ..Context::new(&program, &facts, &ast) };
    let places = Places::new(source);
    let place = |id: ast::NodeId| places.of(ast.span(id).start as usize).to_string();
    let functions = (1..program.functions.len()).map(|index| {
        let function = ssa::build(ctx, FunctionId::new(index), &INTS).expect("a small function");
        ssa::print(&function, &ctx, &place)
    });
    functions.collect::<Vec<_>>().join("\n")
}

#[test]
fn snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ssa/snapshots");
    galo_testing::snapshots::check(&folder, "ssa", shown);
}
