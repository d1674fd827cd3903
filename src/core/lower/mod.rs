//! The syntax tree to Core: the second of the two walks, which emits the nodes.
//!
//! Like the first it keeps its own list of what is still to do, so that a program may
//! be nested as deeply as memory allows.

mod calls;
mod chains;
mod expressions;
mod variables;

use rustc_hash::FxHashMap;

use self::variables::{Access, constant};
use super::resolve::{BindingId, Resolution, resolve};
use super::{Function, FunctionId, Node, NodeId, Place, Program, Slot, Statement, Target};
use crate::syntax::ast::{self, Ast, BinaryOp};
use crate::syntax::diagnostic::Diagnostic;

/// Resolves a program.
///
/// # Errors
/// If it captures more variables than galo keeps track of.
pub fn lower(ast: &Ast) -> Result<Program, Box<Diagnostic>> {
    Ok(lower_resolved(ast, &resolve(ast)?))
}

/// The program of a tree whose names are resolved.
pub(super) fn lower_resolved(ast: &Ast, resolution: &Resolution) -> Program {
    let mut lowering = Lowering::new(ast, resolution);
    lowering.run();
    let program = Program { functions: lowering.functions, globals: lowering.globals };
    debug_assert_eq!(super::verify(&program), Ok(()));
    program
}

/// A step of the walk. Results travel on a stack.
enum Task {
    /// Emit a node and leave it on the stack.
    Emit { node: ast::NodeId, tail: bool },
    /// Go on with that many live slots.
    Depth(Slot),
    /// Take the operands from the stack and leave the operation there.
    Make { origin: ast::NodeId, operation: Operation },
    /// Take the value of a `let` from the stack and bind it.
    Bind(BindingId),
    /// Take the chain's result from the stack, its statements from `first` on, and
    /// leave the block.
    Block { origin: ast::NodeId, first: usize },
    /// Emit a function.
    Function(FunctionId),
    /// The current function is complete.
    Leave,
}

/// An operation whose operands are on the stack.
enum Operation {
    If,
    Logic { and: bool },
    Binary { op: BinaryOp, slot: Slot, keeps: bool },
    Tuple { slot: Slot, keeps: bool },
    First,
    Second,
    Print,
    Call { target: Target, keeps: bool, arguments: usize, slot: Slot, tail: bool },
    Repeat { targets: Vec<Slot>, slot: Slot },
}

/// A function that is being emitted.
struct Frame {
    id: FunctionId,
    function: Function,
    /// How many slots are live.
    depth: Slot,
    /// The captures by binding.
    captures: FxHashMap<BindingId, Access>,
    /// The statements of the chains that are being emitted.
    statements: Vec<Statement>,
}

struct Lowering<'a> {
    ast: &'a Ast,
    resolution: &'a Resolution,
    functions: Vec<Function>,
    globals: Slot,
    /// By binding: its slot in its owner's frame.
    slots: Vec<Slot>,
    tasks: Vec<Task>,
    results: Vec<NodeId>,
    frames: Vec<Frame>,
}

impl<'a> Lowering<'a> {
    fn new(ast: &'a Ast, resolution: &'a Resolution) -> Self {
        let mut lowering = Lowering {
            ast,
            resolution,
            functions: Vec::new(),
            globals: 0,
            slots: vec![Slot::MAX; resolution.bindings.len()],
            tasks: Vec::new(),
            results: Vec::new(),
            frames: Vec::new(),
        };
        lowering.functions = (0..resolution.scopes.len()).map(|i| lowering.empty(i)).collect();
        lowering.assign_globals();
        lowering
    }

    /// The function with its interface but without its nodes.
    fn empty(&self, index: usize) -> Function {
        let id = FunctionId::new(index);
        let scope = self.resolution.scope(id);
        let captures = self.captured_by(id).count();
        Function {
            name: scope.binding.map(|binding| self.resolution.binding(binding).name),
            origin: scope.origin,
            parameters: scope.parameters.len() as u32,
            captures: Vec::with_capacity(captures),
            captured_cells: Vec::with_capacity(captures),
            takes_self: captures > 0,
            frame: 0,
            nodes: Vec::new(),
            origins: Vec::new(),
            lists: Vec::new(),
            statements: Vec::new(),
        }
    }

    fn assign_globals(&mut self) {
        for index in 0..self.slots.len() {
            let binding = &self.resolution.bindings[index];
            let id = BindingId::new(index);
            let is_constant = constant(self.ast, self.resolution, id, binding.read_early).is_some();
            if binding.owner == FunctionId::MAIN && binding.captured && !is_constant {
                self.slots[index] = self.globals;
                self.globals += 1;
            }
        }
    }

    fn run(&mut self) {
        self.tasks.push(Task::Function(FunctionId::MAIN));
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Emit { node, tail } => self.emit(node, tail),
                Task::Depth(depth) => self.set_depth(depth),
                Task::Make { origin, operation } => self.make(origin, operation),
                Task::Bind(binding) => self.bind(binding),
                Task::Block { origin, first } => self.make_block(origin, first),
                Task::Function(id) => self.enter(id),
                Task::Leave => self.leave(),
            }
        }
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a function is being emitted")
    }

    fn depth(&mut self) -> Slot {
        self.frame().depth
    }

    fn set_depth(&mut self, depth: Slot) {
        let frame = self.frame();
        frame.depth = depth;
        frame.function.frame = frame.function.frame.max(depth);
    }

    fn push(&mut self, node: Node, origin: ast::NodeId) -> NodeId {
        let function = &mut self.frame().function;
        function.nodes.push(node);
        function.origins.push(origin);
        let id = NodeId::new(function.nodes.len() - 1);
        self.results.push(id);
        id
    }

    fn pop(&mut self) -> NodeId {
        self.results.pop().expect("every operation finds its operands")
    }

    fn enter(&mut self, id: FunctionId) {
        let scope = self.resolution.scope(id);
        let function = self.functions[id.index()].clone();
        for (slot, &parameter) in (0..).zip(&scope.parameters) {
            self.slots[parameter.index()] = slot;
        }
        let interface = scope.parameters.len() as Slot + function.takes_self as Slot;
        let captures = (0..).zip(&function.captured_cells);
        let captures =
            captures.map(|(index, &in_cell)| Access { place: Place::Capture(index), in_cell });
        let captures = self.captured_by(id).zip(captures).collect();
        self.frames.push(Frame { id, function, depth: 0, captures, statements: Vec::new() });
        let start = if id == FunctionId::MAIN { self.globals } else { 0 };
        self.set_depth(start + interface);
        let (body, tail) = match self.ast.node(scope.origin) {
            ast::Node::Function { body, .. } if id != FunctionId::MAIN => (body, true),
            _ => (scope.origin, false),
        };
        self.tasks.push(Task::Leave);
        self.tasks.push(Task::Emit { node: body, tail });
    }

    fn leave(&mut self) {
        let Frame { id, function, .. } = self.frames.pop().expect("a function is being emitted");
        let body = self.pop();
        debug_assert_eq!(body, function.body(), "the body is the node pushed last");
        self.functions[id.index()] = function;
    }
}
