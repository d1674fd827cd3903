//! The syntax tree to Core: the second of the two walks, which emits the nodes.
//!
//! Like the first it keeps its own list of what is still to do, so that a program may
//! be nested as deeply as memory allows.

use rustc_hash::FxHashMap;

use super::resolve::{Binding, BindingId, Resolution, Use, resolve};
use super::{
    Bind, Function, FunctionId, List, Node, NodeId, Place, Program, Slot, Statement, Statements,
    Target,
};
use crate::syntax::ast::{self, Ast, BinaryOp, Symbol};
use crate::syntax::diagnostic::Diagnostic;

/// Resolves a program.
///
/// # Errors
/// If it captures more variables than galo keeps track of.
pub fn lower(ast: &Ast) -> Result<Program, Box<Diagnostic>> {
    let resolution = resolve(ast)?;
    let mut lowering = Lowering::new(ast, &resolution);
    lowering.run();
    let program = Program { functions: lowering.functions, globals: lowering.globals };
    debug_assert_eq!(super::verify(&program), Ok(()));
    Ok(program)
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
    Call { target: Target, has_callee: bool, keeps: bool, arguments: usize, slot: Slot, tail: bool },
}

/// A function that is being emitted.
struct Frame {
    id: FunctionId,
    function: Function,
    /// How many slots are live.
    depth: Slot,
    /// The captures by binding.
    captures: FxHashMap<BindingId, u32>,
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

    // Functions.

    fn enter(&mut self, id: FunctionId) {
        let scope = self.resolution.scope(id);
        let function = self.functions[id.index()].clone();
        for (slot, &parameter) in (0..).zip(&scope.parameters) {
            self.slots[parameter.index()] = slot;
        }
        let interface = scope.parameters.len() as Slot + function.takes_self as Slot;
        let captures = self.captured_by(id).zip(0..).collect();
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

    /// What a function captures: what it mentions, unless that is a constant or itself.
    fn captured_by(&self, id: FunctionId) -> impl Iterator<Item = BindingId> + use<'a> {
        let (ast, resolution) = (self.ast, self.resolution);
        let scope = resolution.scope(id);
        let needs = move |&binding: &BindingId| {
            scope.binding != Some(binding) && constant(ast, resolution, binding, false).is_none()
        };
        let free = if scope.is_static { &[][..] } else { &scope.free[..] };
        free.iter().copied().filter(needs)
    }

    /// Emits the value of a function node, and plans the function itself.
    fn function_value(&mut self, node: ast::NodeId) {
        let id = self.resolution.function_at(node);
        if self.functions[id.index()].takes_self {
            let captures = self.captured_by(id).collect::<Vec<_>>();
            let places = captures.into_iter().map(|binding| self.place(binding)).collect();
            self.functions[id.index()].captures = places;
            let slot = self.depth();
            let count = self.functions[id.index()].captures.len() as Slot;
            self.set_depth(slot + count);
            self.set_depth(slot);
            self.push(Node::Closure { function: id, slot }, node);
        } else {
            self.push(Node::Function(id), node);
        }
        self.tasks.push(Task::Function(id));
    }

    // Variables.

    /// Where the current function finds a variable that is no constant.
    fn place(&mut self, binding: BindingId) -> Place {
        let owner = self.resolution.binding(binding).owner;
        let slot = self.slots[binding.index()];
        let id = self.frame().id;
        if owner == id {
            return Place::Local(slot);
        }
        if owner == FunctionId::MAIN {
            return Place::Global(slot);
        }
        if self.resolution.scope(id).binding == Some(binding) {
            return Place::This;
        }
        Place::Capture(self.frame().captures[&binding])
    }

    fn variable(&mut self, origin: ast::NodeId, name: Symbol) {
        let Some(Use { binding, hoisted }) = self.resolution.use_at(origin) else {
            self.push(Node::Unbound(name), origin);
            return;
        };
        let node = match constant(self.ast, self.resolution, binding, hoisted) {
            Some(Constant::Function(id)) => Node::Function(id),
            Some(Constant::Literal(node)) => literal(self.ast.node(node)),
            None => {
                let place = self.place(binding);
                let early = hoisted && self.resolution.binding(binding).read_early;
                let cell = place != Place::This && is_cell(self.resolution.binding(binding));
                match early || cell {
                    true => Node::ReadHoisted { place, cell, name },
                    false => Node::Read(place),
                }
            }
        };
        self.push(node, origin);
    }

    // Chains of `let`s.

    fn chain(&mut self, origin: ast::NodeId, tail: bool) {
        let depth = self.depth();
        let first = self.frame().statements.len();
        let mut plan = Vec::new();
        let mut node = origin;
        while let ast::Node::Let { value, next, .. } = self.ast.node(node) {
            self.plan_statement(node, value, &mut plan);
            node = next;
        }
        self.tasks.push(Task::Depth(depth));
        self.tasks.push(Task::Block { origin, first });
        self.tasks.push(Task::Emit { node, tail });
        self.tasks.extend(plan.into_iter().rev());
    }

    fn plan_statement(&mut self, node: ast::NodeId, value: ast::NodeId, plan: &mut Vec<Task>) {
        let binding = self.resolution.binding_at(node);
        let facts = self.resolution.binding(binding);
        if is_cell(facts) && constant(self.ast, self.resolution, binding, true).is_none() {
            self.new_cell(node, binding);
        }
        match constant(self.ast, self.resolution, binding, facts.read_early) {
            Some(Constant::Function(id)) => plan.push(Task::Function(id)),
            Some(Constant::Literal(_)) => {}
            None => plan.extend([Task::Emit { node: value, tail: false }, Task::Bind(binding)]),
        }
    }

    fn new_cell(&mut self, origin: ast::NodeId, binding: BindingId) {
        let slot = self.depth();
        self.slots[binding.index()] = slot;
        self.push(Node::NewCell { slot }, origin);
        let value = self.pop();
        self.frame().statements.push(Statement { bind: Bind::Local(slot), value });
        self.set_depth(slot + 1);
    }

    fn bind(&mut self, binding: BindingId) {
        let value = self.pop();
        let facts = *self.resolution.binding(binding);
        let slot = self.slots[binding.index()];
        let bind = if !facts.used {
            Bind::Discard
        } else if facts.owner == FunctionId::MAIN && facts.captured {
            Bind::Global(slot)
        } else if is_cell(&facts) {
            Bind::Cell(slot)
        } else {
            let slot = self.depth();
            self.slots[binding.index()] = slot;
            self.set_depth(slot + 1);
            Bind::Local(slot)
        };
        self.frame().statements.push(Statement { bind, value });
    }

    fn make_block(&mut self, origin: ast::NodeId, first: usize) {
        let result = self.pop();
        let frame = self.frame();
        if frame.statements.len() == first {
            self.results.push(result);
            return;
        }
        let start = frame.function.statements.len() as u32;
        frame.function.statements.extend(frame.statements.drain(first..));
        let len = frame.function.statements.len() as u32 - start;
        self.push(Node::Block { statements: Statements { start, len }, result }, origin);
    }

    // Everything else.

    fn emit(&mut self, node: ast::NodeId, tail: bool) {
        use ast::Node as Ast;
        match self.ast.node(node) {
            leaf @ (Ast::Int(_) | Ast::Str(_) | Ast::Bool(_)) => {
                self.push(literal(leaf), node);
            }
            Ast::Var(name) => self.variable(node, name),
            Ast::Let { .. } => self.chain(node, tail),
            Ast::Function { .. } => self.function_value(node),
            Ast::Call { callee, arguments } => self.call(node, callee, arguments, tail),
            Ast::If { condition, then, otherwise } => self.plan(
                node,
                Operation::If,
                [(condition, false), (then, tail), (otherwise, tail)],
            ),
            Ast::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), lhs, rhs } => {
                let operation = Operation::Logic { and: op == BinaryOp::And };
                self.plan(node, operation, [(lhs, false), (rhs, false)]);
            }
            Ast::Binary { op, lhs, rhs } => {
                let (slot, keeps) = (self.depth(), !self.is_leaf(rhs));
                self.plan_kept(node, Operation::Binary { op, slot, keeps }, lhs, rhs, keeps);
            }
            Ast::Tuple { first, second } => {
                let (slot, keeps) = (self.depth(), !self.is_leaf(second));
                self.plan_kept(node, Operation::Tuple { slot, keeps }, first, second, keeps);
            }
            Ast::First(value) => self.plan(node, Operation::First, [(value, false)]),
            Ast::Second(value) => self.plan(node, Operation::Second, [(value, false)]),
            Ast::Print(value) => self.plan(node, Operation::Print, [(value, false)]),
        }
    }

    /// Whether evaluating a node uses no slots and allocates nothing.
    fn is_leaf(&self, node: ast::NodeId) -> bool {
        use ast::Node as Ast;
        matches!(self.ast.node(node), Ast::Int(_) | Ast::Str(_) | Ast::Bool(_) | Ast::Var(_))
    }

    fn plan<const N: usize>(
        &mut self,
        origin: ast::NodeId,
        operation: Operation,
        operands: [(ast::NodeId, bool); N],
    ) {
        self.tasks.push(Task::Make { origin, operation });
        let emits = operands.into_iter().rev().map(|(node, tail)| Task::Emit { node, tail });
        self.tasks.extend(emits);
    }

    /// Two operands, the first of which is kept in a slot while the second is evaluated
    /// if `keeps` says so.
    fn plan_kept(
        &mut self,
        origin: ast::NodeId,
        operation: Operation,
        first: ast::NodeId,
        second: ast::NodeId,
        keeps: bool,
    ) {
        let depth = self.depth();
        self.tasks.extend([
            Task::Make { origin, operation },
            Task::Depth(depth),
            Task::Emit { node: second, tail: false },
            Task::Depth(depth + keeps as Slot),
            Task::Emit { node: first, tail: false },
        ]);
    }

    fn call(
        &mut self,
        origin: ast::NodeId,
        callee: ast::NodeId,
        arguments: ast::Nodes,
        tail: bool,
    ) {
        let arguments = self.ast.list(arguments);
        let slot = self.depth();
        let target = self.target(callee, arguments.len());
        let has_callee = !matches!(target, Target::Static(_));
        let keeps = has_callee && !self.is_simple(callee);
        let count = arguments.len();
        let operation = Operation::Call { target, has_callee, keeps, arguments: count, slot, tail };
        self.tasks.extend([Task::Depth(slot), Task::Make { origin, operation }]);
        let first = slot + keeps as Slot;
        self.tasks.push(Task::Depth(first + count as Slot + has_callee as Slot));
        for (depth, &node) in (first..first + count as Slot).zip(arguments).rev() {
            self.tasks.extend([Task::Emit { node, tail: false }, Task::Depth(depth)]);
        }
        match (has_callee, self.ast.node(callee)) {
            (true, _) => self.tasks.push(Task::Emit { node: callee, tail: false }),
            (false, ast::Node::Function { .. }) => {
                self.tasks.push(Task::Function(self.resolution.function_at(callee)));
            }
            (false, _) => {}
        }
    }

    /// Whether a callee can as well be evaluated after the arguments: a variable that is
    /// bound for certain, or a constant.
    fn is_simple(&self, callee: ast::NodeId) -> bool {
        let ast::Node::Var(_) = self.ast.node(callee) else {
            return false;
        };
        self.resolution.use_at(callee).is_some_and(|Use { binding, hoisted }| {
            let facts = self.resolution.binding(binding);
            let is_constant = constant(self.ast, self.resolution, binding, hoisted).is_some();
            is_constant || !(hoisted && facts.read_early || is_cell(facts))
        })
    }

    /// What is known of a callee that gets so many arguments.
    fn target(&mut self, callee: ast::NodeId, arguments: usize) -> Target {
        let Some(id) = self.known_function(callee) else {
            return Target::Unknown;
        };
        let function = &self.functions[id.index()];
        match () {
            () if function.parameters as usize != arguments => Target::Unknown,
            () if function.takes_self => Target::Closure(id),
            () => Target::Static(id),
        }
    }

    /// The function that a callee certainly is, if it can be evaluated at all.
    fn known_function(&mut self, callee: ast::NodeId) -> Option<FunctionId> {
        match self.ast.node(callee) {
            ast::Node::Function { .. } => Some(self.resolution.function_at(callee)),
            ast::Node::Var(_) => {
                let Use { binding, hoisted } = self.resolution.use_at(callee)?;
                let function = self.resolution.function_of(self.ast, binding)?;
                match constant(self.ast, self.resolution, binding, hoisted) {
                    Some(_) => Some(function),
                    // Without captures the closure is a constant that is read early.
                    None => self.functions[function.index()].takes_self.then_some(function),
                }
            }
            _ => None,
        }
    }

    fn make(&mut self, origin: ast::NodeId, operation: Operation) {
        let node = match operation {
            Operation::If => {
                let (otherwise, then, condition) = (self.pop(), self.pop(), self.pop());
                Node::If { condition, then, otherwise }
            }
            Operation::Logic { and } => {
                let (rhs, lhs) = (self.pop(), self.pop());
                Node::Logic { and, lhs, rhs }
            }
            Operation::Binary { op, slot, keeps } => {
                let (rhs, lhs) = (self.pop(), self.pop());
                Node::Binary { op, lhs, rhs, slot, keeps }
            }
            Operation::Tuple { slot, keeps } => {
                let (second, first) = (self.pop(), self.pop());
                Node::Tuple { first, second, slot, keeps }
            }
            Operation::First => Node::First(self.pop()),
            Operation::Second => Node::Second(self.pop()),
            Operation::Print => Node::Print(self.pop()),
            Operation::Call { target, has_callee, keeps, arguments, slot, tail } => {
                let arguments = self.take_list(arguments);
                let callee = has_callee.then(|| self.pop());
                Node::Call { target, callee, keeps, arguments, slot, tail }
            }
        };
        self.push(node, origin);
    }

    fn take_list(&mut self, len: usize) -> List {
        let from = self.results.len() - len;
        let nodes = self.results.split_off(from);
        let lists = &mut self.frame().function.lists;
        let start = lists.len() as u32;
        lists.extend(nodes);
        List { start, len: len as u32 }
    }
}

/// A binding whose value is known and needs no evaluation.
enum Constant {
    Function(FunctionId),
    Literal(ast::NodeId),
}

/// What a mention of a binding is, if it needs no variable. `early` says whether the
/// mention was hoisted, or for the `let` itself whether any of its mentions must see
/// that it has not run yet.
fn constant(
    ast: &Ast,
    resolution: &Resolution,
    binding: BindingId,
    early: bool,
) -> Option<Constant> {
    if let Some(literal) = resolution.literal_of(ast, binding) {
        return Some(Constant::Literal(literal));
    }
    let facts = resolution.binding(binding);
    let in_main = facts.owner == FunctionId::MAIN;
    let unseen = !facts.read_early || (in_main && !early);
    let function = resolution.function_of(ast, binding).filter(|_| unseen)?;
    resolution.scope(function).is_static.then_some(Constant::Function(function))
}

/// Whether a variable is kept in a cell: closures that mention it were made before its
/// `let`. Globals need none, their place is fixed.
fn is_cell(binding: &Binding) -> bool {
    binding.hoisted && binding.owner != FunctionId::MAIN
}

fn literal(node: ast::Node) -> Node {
    match node {
        ast::Node::Int(n) => Node::Int(n),
        ast::Node::Bool(b) => Node::Bool(b),
        ast::Node::Str(text) => Node::Str(text),
        _ => unreachable!("only called for literals"),
    }
}
