//! The printed form by example: `snapshots/NAME.rinha` gives `snapshots/NAME.ssa`, all
//! functions but the program's own body. `GALO_BLESS=1` writes the files anew.

use std::fs;
use std::path::Path;

use galo::core::{self, FunctionId};
use galo::flow;
use galo::report::Places;
use galo::ssa::{self, Context, Switches};
use galo::syntax::ast;

use super::{INTS, parse};

/// The functions of a program, as if nothing but Ints had been seen. A program that begins
/// with a comment `// probes` gets those.
fn shown(source: &str) -> String {
    let ast = parse(source);
    let program = core::lower(&ast).expect("few captures");
    let facts = flow::analyze(&program, false);
    let probes = source.starts_with("// probes");
    let switches = Switches::ALL;
    let ctx = Context {
        program: &program,
        facts: &facts,
        ast: &ast,
        lenient: false,
        probes,
        switches,
        profiles: None,
    };
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
    let bless = std::env::var_os("GALO_BLESS").is_some_and(|value| value == "1");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ssa/snapshots");
    let files = fs::read_dir(folder).expect("a folder of programs");
    for source in files.map(|file| file.expect("a file").path()) {
        if source.extension().is_none_or(|extension| extension != "rinha") {
            continue;
        }
        let seen = shown(&fs::read_to_string(&source).expect("a program"));
        let file = source.with_extension("ssa");
        if bless {
            fs::write(&file, seen).expect("the file can be written");
            continue;
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert!(seen == expected, "{}: now it is\n{seen}", file.display());
    }
}
