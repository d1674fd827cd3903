//! What tests of several rooms of the optimiser need.

use std::path::{Path, PathBuf};

use super::{Block, BlockData, End, Function, Jump, Profile, Profiles, Value};
use crate::core::{FunctionId, NodeId};
use crate::flow::Kinds;
use crate::syntax::ast::Ast;
use crate::syntax::input;

/// A profile in which everything has seen the same, in every function.
#[derive(Clone, Copy, Debug)]
pub(in crate::ssa) struct Seen {
    kinds: Kinds,
    callee: Option<FunctionId>,
    hopeless: bool,
}

impl Seen {
    /// The same, but every call has reached this function.
    pub(in crate::ssa) fn calling(self, function: FunctionId) -> Seen {
        Seen { callee: Some(function), ..self }
    }
}

impl Profile for Seen {
    fn operands(&self, _: NodeId) -> [Kinds; 2] {
        [self.kinds; 2]
    }

    fn callee(&self, _: NodeId) -> Option<FunctionId> {
        self.callee
    }

    fn is_hopeless(&self, _: NodeId) -> bool {
        self.hopeless
    }
}

impl Profiles for Seen {
    fn of(&self, _: FunctionId) -> Option<Box<dyn Profile + '_>> {
        Some(Box::new(*self))
    }
}

pub(in crate::ssa) const INTS: Seen = Seen { kinds: Kinds::INT, callee: None, hopeless: false };
pub(in crate::ssa) const STRS: Seen = Seen { kinds: Kinds::STR, callee: None, hopeless: false };
pub(in crate::ssa) const HOPELESS: Seen = Seen { kinds: Kinds::INT, callee: None, hopeless: true };

/// The programs below a folder of the project.
pub(in crate::ssa) fn programs(folder: &str) -> Vec<(PathBuf, Ast)> {
    let mut programs = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of programs") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read(&path).expect("a program");
            if let Ok(ast) = input::read("program", &text) {
                programs.push((path, ast));
            }
        }
    }
    programs.sort_by(|(a, _), (b, _)| a.cmp(b));
    programs
}

/// A function whose blocks have nothing but jumps to these blocks.
pub(in crate::ssa) fn jumping(jumps: &[&[u32]]) -> Function {
    let jump = |to: u32| Jump { to: Block(to), arguments: Vec::new() };
    let end = |jumps: &[u32]| match *jumps {
        [] => End::Unreachable,
        [to] => End::Jump(jump(to)),
        [then, otherwise] => {
            End::Branch { condition: Value(0), then: jump(then), otherwise: jump(otherwise) }
        }
        _ => unreachable!("a block has at most two jumps"),
    };
    let block =
        |jumps: &&[u32]| BlockData { parameters: Vec::new(), body: Vec::new(), end: end(jumps) };
    Function { blocks: jumps.iter().map(block).collect(), ..Function::new(FunctionId::MAIN) }
}
