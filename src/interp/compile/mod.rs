//! Core to closures: picks the instantiation for the shapes of each node's operands.
//!
//! Core's nodes stand in post-order, so that each function is one loop: when a node is
//! made, those of its operands are there already. Operands that are variables or
//! constants, and small operations in frequent places (a comparison in an `if`, `n - 1`
//! as an argument), become part of the node that uses them.

mod calls;
mod functions;
mod operations;
mod shapes;

use std::io;
use std::marker::PhantomData;

use galo_runtime::{Statics, Value, VmFunction};
use rustc_hash::FxHashMap;

use super::arena::Arena;
use super::code::{Code, Options};
use super::control::Deep;
use super::node::{Eval, Node};
use super::operand::{Capture, Const, Global, Operand, Slot};
use super::profile::{Policy, SiteRecord, SiteRef};
use super::resume::Interior;
use crate::core::{self, Function, FunctionId, NodeId, Place, Program};
use crate::syntax::ast::{Ast, Symbol};

/// Nodes nested deeper than this check the native stack in between. A node's own use of
/// the stack is a few hundred bytes at most; the stack's headroom covers this many.
const CHECKED_HEIGHT: u32 = 64;

/// Compiles all functions of a program.
pub(super) fn compile<P: Policy>(
    program: &Program,
    ast: &Ast,
    options: Options,
) -> io::Result<Code> {
    let mut shared = Shared::new(program, options)?;
    for index in 0..program.functions.len() {
        functions::compile::<P>(&mut shared, program, ast, FunctionId::new(index))?;
    }
    Ok(Code {
        _arena: shared.arena,
        _statics: shared.statics,
        functions: shared.functions,
        closures: shared.closures,
        strings: shared.strings,
        names: shared.names,
        sites: shared.sites,
        interiors: shared.interiors,
        globals: program.globals,
    })
}

/// What the functions of a program have in common.
struct Shared {
    options: Options,
    arena: Arena,
    statics: Statics,
    functions: Vec<*const VmFunction>,
    /// The closures of the functions that capture nothing.
    closures: Vec<Option<Value>>,
    strings: FxHashMap<Symbol, Value>,
    sites: Vec<*const SiteRecord>,
    names: FxHashMap<Symbol, Box<str>>,
    /// By function, if the program notes its profile.
    interiors: Vec<Interior>,
}

impl Shared {
    fn new(program: &Program, options: Options) -> io::Result<Shared> {
        let mut statics = Statics::new();
        let (mut functions, mut closures) = (Vec::new(), Vec::new());
        for (id, function) in (0..).zip(&program.functions) {
            let captures = function.captures.len() as u32;
            let vm = statics.function(VmFunction::new(id, function.parameters, captures))?;
            functions.push(vm);
            // SAFETY: one of these statics' functions.
            let closure = |statics: &mut Statics| unsafe { statics.closure(vm) };
            closures.push(match captures {
                0 => Some(closure(&mut statics)?),
                _ => None,
            });
        }
        Ok(Shared {
            options,
            arena: Arena::default(),
            statics,
            functions,
            closures,
            strings: FxHashMap::default(),
            sites: Vec::new(),
            names: FxHashMap::default(),
            interiors: Vec::new(),
        })
    }
}

/// The compiler of one function.
struct Compiler<'a, P> {
    shared: &'a mut Shared,
    program: &'a Program,
    ast: &'a Ast,
    id: FunctionId,
    function: &'a Function,
    /// By Core node: the node made for it, unless it is an operand of another shape.
    nodes: Vec<Option<Node>>,
    /// By Core node: how deep evaluating it nests.
    heights: Vec<u32>,
    /// By Core node: its record.
    records: Vec<Option<SiteRef>>,
    policy: PhantomData<P>,
}

impl<P: Policy> Compiler<'_, P> {
    /// The shape in which a Core node can be part of the node that uses it.
    fn operand(&mut self, id: NodeId) -> Operand {
        match self.function.node(id) {
            core::Node::Int(n) => Operand::Const(Const(Value::int(n))),
            core::Node::Bool(b) => Operand::Const(Const(Value::bool(b))),
            core::Node::Str(text) => Operand::Const(Const(self.shared.strings[&text])),
            core::Node::Function(function) => {
                let closure = self.shared.closures[function.index()];
                Operand::Const(Const(closure.expect("constant functions capture nothing")))
            }
            core::Node::Read(place) => self.place(place),
            _ => Operand::Node(self.made(id)),
        }
    }

    fn place(&self, place: Place) -> Operand {
        match place {
            Place::Local(slot) => Operand::Slot(Slot(slot)),
            Place::Capture(index) => Operand::Capture(self.capture(index)),
            Place::Global(slot) => Operand::Global(Global(slot)),
            Place::This => Operand::Slot(self.this()),
        }
    }

    /// The slot of the running closure: the one behind the parameters.
    fn this(&self) -> Slot {
        Slot(self.function.parameters)
    }

    fn capture(&self, index: u32) -> Capture {
        Capture { closure: self.this(), index }
    }

    /// The node that was made for a Core node.
    fn made(&self, id: NodeId) -> Node {
        self.nodes[id.index()].expect("operands are made before their users")
    }

    /// A node for any Core node, variables and constants included.
    fn node(&mut self, id: NodeId) -> Node {
        match self.operand(id) {
            Operand::Slot(slot) => self.put(slot),
            Operand::Const(constant) => self.put(constant),
            Operand::Capture(capture) => self.put(capture),
            Operand::Global(global) => self.put(global),
            Operand::Node(node) => node,
        }
    }

    fn put<T: Eval>(&mut self, node: T) -> Node {
        Node::new(&mut self.shared.arena, node)
    }

    /// The place of a Core node in the syntax tree.
    fn origin(&self, id: NodeId) -> galo_runtime::Site {
        self.function.origin_of(id).index() as galo_runtime::Site
    }

    /// The record of a Core node, whose depth is `top`.
    fn site(&mut self, id: NodeId, top: core::Slot) -> SiteRef {
        if let Some(site) = self.records[id.index()] {
            return site;
        }
        let record = SiteRecord::new(self.origin(id), self.id.index() as u32, top);
        let record = self.shared.arena.put(record);
        self.shared.sites.push(record);
        *self.records[id.index()].insert(SiteRef(record))
    }

    /// Keeps a name for error messages.
    fn name(&mut self, name: Symbol) -> *const str {
        let text = || self.ast.text(name).into();
        &raw const **self.shared.names.entry(name).or_insert_with(text)
    }

    /// Whether the stack is checked before a node, because it nests very deep.
    fn is_checked(&self, id: NodeId) -> bool {
        self.heights[id.index()].is_multiple_of(CHECKED_HEIGHT)
    }

    /// Puts a check of the stack in front of a node.
    fn checked(&mut self, node: Node, site: galo_runtime::Site) -> Node {
        self.put(Deep { body: node, site })
    }
}
