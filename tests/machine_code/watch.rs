//! Runs programs and keeps what was compiled.

use std::cell::RefCell;

use cranelift_codegen::ir::{self, Opcode};
use galo::engine::events::{Event, Form, FormStage, Observer};
use galo::jit::clif_text;
use galo::{Config, Engine, Tier};

/// A compiled function.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub name: String,
    pub clif: ir::Function,
    pub text: String,
    pub exits: usize,
}

/// Keeps the last version of every function.
#[derive(Default)]
struct Watch {
    compiled: RefCell<Vec<(usize, ir::Function, String, usize)>>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl Observer for Watch {
    fn event(&self, _: &Event<'_>) {}

    fn form(&self, form: &Form<'_>) {
        let FormStage::Compiled(version, jit) = form.stage else { return };
        let mut notes = version.notes.clone();
        notes.extend(jit.names_in(&version.clif));
        let place = |site| {
            let node = galo::syntax::ast::NodeId::new(site as usize);
            format!("at {}", form.context.ast.span(node).start)
        };
        let text = clif_text(&version.clif, &place, &notes);
        let mut compiled = self.compiled.borrow_mut();
        compiled.retain(|(id, ..)| *id != form.function.index());
        let exits = version.exits.len();
        compiled.push((form.function.index(), version.clif.clone(), text, exits));
    }
}

/// Runs a program and returns what was compiled, in order, and what was printed.
pub fn run(source: &str, tier: Tier) -> (Vec<Compiled>, String) {
    run_with(Config { tier, ..Config::default() }, source)
}

/// The same with any configuration.
pub fn run_with(config: Config, source: &str) -> (Vec<Compiled>, String) {
    let engine = Engine::new(config);
    let program = engine.load("test", source.as_bytes()).expect("a program");
    let watch = Watch::default();
    let mut output = Vec::new();
    program.run_observed(&mut output, &watch).expect("it ends well");
    let name = |id: usize| program.function_name(galo::core::FunctionId::new(id)).to_owned();
    let compiled = watch.compiled.take().into_iter();
    let compiled =
        compiled.map(|(id, clif, text, exits)| Compiled { name: name(id), clif, text, exits });
    (compiled.collect(), String::from_utf8(output).expect("text"))
}

/// The compiled function of this name.
pub fn compiled(source: &str, tier: Tier, name: &str) -> Compiled {
    let (all, _) = run(source, tier);
    all.into_iter().find(|function| function.name == name).expect("it is compiled")
}

/// The operations of a function outside of what is seldom run.
pub fn hot_opcodes(function: &ir::Function) -> Vec<Opcode> {
    let blocks = function.layout.blocks().filter(|&block| !function.layout.is_cold(block));
    let instructions = blocks.flat_map(|block| function.layout.block_insts(block));
    instructions.map(|instruction| function.dfg.insts[instruction].opcode()).collect()
}
