//! What every name means: the first of the two walks that make Core.
//!
//! The language's scoping has three layers. A name means the innermost binding made
//! before it; a function sees its own `let`; and where neither binds a name that stands
//! in a function's body, a *later* `let` of an enclosing chain does (hoisting). This walk
//! finds the binding of each use, which bindings functions mention, and which functions
//! need no closure because all they mention are globals, literals or functions like
//! themselves.

use rustc_hash::FxHashSet;

use super::FunctionId;
use crate::syntax::ast::{Ast, Node, NodeId, Symbol};
use crate::syntax::diagnostic::{Diagnostic, Label, Severity};

/// More captured variables than this, summed over all functions, are refused: nested
/// functions that all mention the same variables need quadratic space.
const MAX_CAPTURES: usize = 1 << 22;

/// A binding of a [`Resolution`], by its place there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct BindingId(u32);

impl BindingId {
    pub(super) fn new(index: usize) -> Self {
        BindingId(u32::try_from(index).expect("fewer bindings than nodes of a syntax tree"))
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A name that is bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    pub(super) name: Symbol,
    /// The function in whose frame it lives.
    pub(super) owner: FunctionId,
    /// The value, if a `let` binds it rather than a parameter list.
    pub(super) value: Option<NodeId>,
    /// Whether anything mentions it.
    pub(super) used: bool,
    /// Whether a function inside its owner mentions it.
    pub(super) captured: bool,
    /// Whether it may be evaluated before its `let`: a mention that hoisting resolved,
    /// in a function that something may call too early.
    pub(super) read_early: bool,
    /// Whether hoisting resolved any mention of it.
    pub(super) hoisted: bool,
}

/// A mention of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub(super) binding: BindingId,
    /// Whether it stands before its binding.
    pub(super) hoisted: bool,
}

/// A function and what it mentions of its surroundings.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) origin: NodeId,
    pub(super) parent: FunctionId,
    /// The `let` whose value it is.
    pub(super) binding: Option<BindingId>,
    pub(super) parameters: Vec<BindingId>,
    /// Variables of enclosing functions, globals aside, that it or a function in it
    /// mentions; each once, in order of first mention.
    pub(super) free: Vec<BindingId>,
    /// Whether its closure needs no captures.
    pub(super) is_static: bool,
}

/// The meaning of every name of a program.
#[derive(Debug)]
pub(super) struct Resolution {
    pub(super) bindings: Vec<Binding>,
    pub(super) scopes: Vec<Scope>,
    /// By node: the meaning of a `Var`.
    uses: Vec<Option<Use>>,
    /// By node: the binding that a `Let` makes, or the function that a `Function` is.
    made: Vec<u32>,
}

impl Resolution {
    pub(super) fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.index()]
    }

    pub(super) fn scope(&self, id: FunctionId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// What a `Var` means, if anything binds it.
    pub(super) fn use_at(&self, var: NodeId) -> Option<Use> {
        self.uses[var.index()]
    }

    /// The binding that a `Let` makes.
    pub(super) fn binding_at(&self, let_node: NodeId) -> BindingId {
        BindingId(self.made[let_node.index()])
    }

    /// The function that a `Function` node is.
    pub(super) fn function_at(&self, node: NodeId) -> FunctionId {
        FunctionId(self.made[node.index()])
    }

    /// The function that a binding is the name of.
    pub(super) fn function_of(&self, ast: &Ast, binding: BindingId) -> Option<FunctionId> {
        let value = self.binding(binding).value?;
        matches!(ast.node(value), Node::Function { .. }).then(|| self.function_at(value))
    }

    /// Whether a binding is the running closure itself inside of `function`. Not so if it
    /// may be read early: then it is in a cell, and a function that captures nothing else
    /// captures that cell.
    pub(super) fn is_own_name(&self, function: FunctionId, binding: BindingId) -> bool {
        self.scope(function).binding == Some(binding) && !self.binding(binding).read_early
    }

    /// The literal that a binding is a name for, if nothing can see it unbound.
    pub(super) fn literal_of(&self, ast: &Ast, binding: BindingId) -> Option<NodeId> {
        let binding = self.binding(binding);
        let value = binding.value.filter(|_| !binding.hoisted)?;
        matches!(ast.node(value), Node::Int(_) | Node::Bool(_) | Node::Str(_)).then_some(value)
    }
}

/// Resolves every name of a program.
///
/// # Errors
/// If its functions capture more variables than galo wants to keep track of.
pub(super) fn resolve(ast: &Ast) -> Result<Resolution, Box<Diagnostic>> {
    let mut resolver = Resolver::new(ast);
    resolver.run()?;
    let mut resolution = resolver.resolution;
    find_static_functions(ast, &mut resolution);
    Ok(resolution)
}

/// A chain of `let`s that is being walked.
struct Chain {
    owner: FunctionId,
    /// The statement that the walk is in.
    current: u32,
    /// By statement: the first one from there on whose value makes a call.
    next_calling: Vec<u32>,
}

/// A `let` that is still to come.
#[derive(Clone, Copy)]
struct Pending {
    binding: BindingId,
    chain: u32,
    statement: u32,
}

enum Task {
    Visit(NodeId),
    Statement { chain: u32, statement: u32 },
    Bind(BindingId),
    Unbind(BindingId),
    LeaveChain,
    LeaveFunction,
}

struct Resolver<'a> {
    ast: &'a Ast,
    resolution: Resolution,
    /// By name: what binds it here, innermost last.
    bound: Vec<Vec<BindingId>>,
    /// By name: what will bind it in an enclosing chain, innermost and next last.
    pending: Vec<Vec<Pending>>,
    chains: Vec<Chain>,
    tasks: Vec<Task>,
    current: FunctionId,
    /// How deep each function is nested.
    depths: Vec<u32>,
    free: FxHashSet<(FunctionId, BindingId)>,
    makes_call: Vec<bool>,
}

impl<'a> Resolver<'a> {
    fn new(ast: &'a Ast) -> Self {
        let main = Scope {
            origin: ast.root(),
            parent: FunctionId::MAIN,
            binding: None,
            parameters: Vec::new(),
            free: Vec::new(),
            is_static: true,
        };
        Resolver {
            ast,
            resolution: Resolution {
                bindings: Vec::new(),
                scopes: vec![main],
                uses: vec![None; ast.len()],
                made: vec![u32::MAX; ast.len()],
            },
            bound: vec![Vec::new(); ast.text_count()],
            pending: vec![Vec::new(); ast.text_count()],
            chains: Vec::new(),
            tasks: vec![Task::Visit(ast.root())],
            current: FunctionId::MAIN,
            depths: vec![0],
            free: FxHashSet::default(),
            makes_call: nodes_that_call(ast),
        }
    }

    fn run(&mut self) -> Result<(), Box<Diagnostic>> {
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Visit(node) => self.visit(node)?,
                Task::Statement { chain, statement } => {
                    self.chains[chain as usize].current = statement;
                }
                Task::Bind(binding) => self.bind(binding),
                Task::Unbind(binding) => {
                    let name = self.resolution.binding(binding).name;
                    self.bound[name.index()].pop();
                }
                Task::LeaveChain => {
                    self.chains.pop();
                }
                Task::LeaveFunction => self.current = self.resolution.scope(self.current).parent,
            }
        }
        Ok(())
    }

    fn visit(&mut self, id: NodeId) -> Result<(), Box<Diagnostic>> {
        match self.ast.node(id) {
            Node::Int(_) | Node::Str(_) | Node::Bool(_) => {}
            Node::Var(name) => return self.mention(id, name),
            Node::Let { .. } => self.enter_chain(id),
            Node::Function { .. } => self.enter_function(id, None),
            Node::Call { callee, arguments } => {
                self.tasks.extend(self.ast.list(arguments).iter().rev().map(|&a| Task::Visit(a)));
                self.tasks.push(Task::Visit(callee));
            }
            Node::If { condition, then, otherwise } => {
                self.tasks.extend([otherwise, then, condition].map(Task::Visit));
            }
            Node::Binary { lhs, rhs, .. } => self.tasks.extend([rhs, lhs].map(Task::Visit)),
            Node::Tuple { first, second } => self.tasks.extend([second, first].map(Task::Visit)),
            Node::First(value) | Node::Second(value) | Node::Print(value) => {
                self.tasks.push(Task::Visit(value));
            }
        }
        Ok(())
    }

    /// Makes the bindings of a chain of `let`s, all pending, and plans its walk.
    fn enter_chain(&mut self, first: NodeId) {
        let chain = self.chains.len() as u32;
        let (mut bindings, mut calls) = (Vec::new(), Vec::new());
        let mut next_node = first;
        while let Node::Let { name, value, next } = self.ast.node(next_node) {
            let binding = self.make_binding(name.text, Some(value));
            self.resolution.made[next_node.index()] = binding.0;
            bindings.push((binding, value));
            calls.push(self.makes_call[value.index()]);
            next_node = next;
        }
        let next_calling = next_true(&calls);
        self.chains.push(Chain { owner: self.current, current: 0, next_calling });
        self.tasks.push(Task::LeaveChain);
        self.tasks.extend(bindings.iter().map(|&(binding, _)| Task::Unbind(binding)));
        self.tasks.push(Task::Visit(next_node));
        for (i, &(binding, value)) in bindings.iter().enumerate().rev() {
            let name = self.resolution.binding(binding).name;
            let statement = i as u32;
            self.pending[name.index()].push(Pending { binding, chain, statement });
            // A function is visited by `bind`, once it can see its own name.
            self.tasks.push(Task::Bind(binding));
            if !matches!(self.ast.node(value), Node::Function { .. }) {
                self.tasks.push(Task::Visit(value));
            }
            self.tasks.push(Task::Statement { chain, statement });
        }
    }

    fn bind(&mut self, binding: BindingId) {
        let Binding { name, value, .. } = *self.resolution.binding(binding);
        self.bound[name.index()].push(binding);
        if let Some(value) = value {
            self.pending[name.index()].pop();
            if let Node::Function { .. } = self.ast.node(value) {
                self.enter_function(value, Some(binding));
            }
        }
    }

    fn make_binding(&mut self, name: Symbol, value: Option<NodeId>) -> BindingId {
        let id = BindingId::new(self.resolution.bindings.len());
        self.resolution.bindings.push(Binding {
            name,
            owner: self.current,
            value,
            used: false,
            captured: false,
            read_early: false,
            hoisted: false,
        });
        id
    }

    fn enter_function(&mut self, node: NodeId, binding: Option<BindingId>) {
        let Node::Function { parameters, body } = self.ast.node(node) else {
            unreachable!("only called for functions");
        };
        let id = FunctionId::new(self.resolution.scopes.len());
        self.resolution.made[node.index()] = id.0;
        self.depths.push(self.depths[self.current.index()] + 1);
        self.resolution.scopes.push(Scope {
            origin: node,
            parent: self.current,
            binding,
            parameters: Vec::new(),
            free: Vec::new(),
            is_static: true,
        });
        self.current = id;
        self.tasks.push(Task::LeaveFunction);
        for name in self.ast.names(parameters) {
            let parameter = self.make_binding(name.text, None);
            self.resolution.scopes[id.index()].parameters.push(parameter);
            self.bound[name.text.index()].push(parameter);
            self.tasks.push(Task::Unbind(parameter));
        }
        self.tasks.push(Task::Visit(body));
    }

    fn mention(&mut self, var: NodeId, name: Symbol) -> Result<(), Box<Diagnostic>> {
        let found = match self.bound[name.index()].last() {
            Some(&binding) => Some((Use { binding, hoisted: false }, false)),
            None => self.hoist(name),
        };
        let Some((the_use, early)) = found else {
            return Ok(());
        };
        self.resolution.uses[var.index()] = Some(the_use);
        let binding = &mut self.resolution.bindings[the_use.binding.index()];
        binding.used = true;
        binding.hoisted |= the_use.hoisted;
        binding.read_early |= early;
        if binding.owner != self.current {
            binding.captured = true;
            self.add_free(the_use.binding, var)?;
        }
        Ok(())
    }

    /// The next `let` of that name in a chain of an enclosing function, and whether
    /// this function may be called before it.
    fn hoist(&self, name: Symbol) -> Option<(Use, bool)> {
        let pending = &self.pending[name.index()];
        let here = self.depths[self.current.index()];
        let owner = |p: &Pending| self.depths[self.chains[p.chain as usize].owner.index()];
        let outside = pending.partition_point(|p| owner(p) < here);
        let &Pending { binding, chain, statement } = pending[..outside].last()?;
        // A call in the value of the `let` itself comes before it is bound, too.
        let chain = &self.chains[chain as usize];
        let early = chain.next_calling[chain.current as usize] <= statement;
        Some((Use { binding, hoisted: true }, early))
    }

    /// Notes that the current function, and those between it and the binding's owner,
    /// mention the binding.
    fn add_free(&mut self, binding: BindingId, var: NodeId) -> Result<(), Box<Diagnostic>> {
        let owner = self.resolution.binding(binding).owner;
        if owner == FunctionId::MAIN {
            return Ok(());
        }
        let mut function = self.current;
        while function != owner && self.free.insert((function, binding)) {
            let scope = &mut self.resolution.scopes[function.index()];
            scope.free.push(binding);
            function = scope.parent;
        }
        if self.free.len() > MAX_CAPTURES {
            return Err(too_many_captures(self.ast, var));
        }
        Ok(())
    }
}

fn too_many_captures(ast: &Ast, var: NodeId) -> Box<Diagnostic> {
    Box::new(Diagnostic {
        severity: Severity::Error,
        code: "too-many-captures",
        message: format!(
            "the functions of this program capture more than {MAX_CAPTURES} variables"
        ),
        primary: Label { span: ast.span(var), text: "one too many".to_owned() },
        secondary: Vec::new(),
        help: vec!["nest functions less deeply, or pass the values as arguments".to_owned()],
    })
}

/// By node: whether evaluating it makes a call, function bodies aside.
fn nodes_that_call(ast: &Ast) -> Vec<bool> {
    let mut calls = vec![false; ast.len()];
    for index in 0..ast.len() {
        let of = |id: NodeId| calls[id.index()];
        calls[index] = match ast.node(NodeId::new(index)) {
            Node::Int(_) | Node::Str(_) | Node::Bool(_) | Node::Var(_) => false,
            Node::Function { .. } => false,
            Node::Call { .. } => true,
            Node::Let { value, next, .. } => of(value) || of(next),
            Node::If { condition, then, otherwise } => of(condition) || of(then) || of(otherwise),
            Node::Binary { lhs, rhs, .. } => of(lhs) || of(rhs),
            Node::Tuple { first, second } => of(first) || of(second),
            Node::First(value) | Node::Second(value) | Node::Print(value) => of(value),
        };
    }
    calls
}

/// By place: the first place from there on that is true.
fn next_true(flags: &[bool]) -> Vec<u32> {
    let mut next = vec![u32::MAX; flags.len()];
    let mut last = u32::MAX;
    for (i, &flag) in flags.iter().enumerate().rev() {
        if flag {
            last = i as u32;
        }
        next[i] = last;
    }
    next
}

/// Marks the functions whose closures need captures, and those that need these.
///
/// All are taken for static first: functions that only mention each other stay so.
fn find_static_functions(ast: &Ast, resolution: &mut Resolution) {
    let mut mentioned_by: Vec<Vec<FunctionId>> = vec![Vec::new(); resolution.scopes.len()];
    let mut dynamic = Vec::new();
    for (index, scope) in resolution.scopes.iter().enumerate() {
        let id = FunctionId::new(index);
        for &binding in &scope.free {
            let literal = resolution.literal_of(ast, binding);
            if resolution.is_own_name(id, binding) || literal.is_some() {
                continue;
            }
            let read_early = resolution.binding(binding).read_early;
            match resolution.function_of(ast, binding).filter(|_| !read_early) {
                Some(function) => mentioned_by[function.index()].push(id),
                None => dynamic.push(id),
            }
        }
    }
    while let Some(id) = dynamic.pop() {
        let scope = &mut resolution.scopes[id.index()];
        if std::mem::replace(&mut scope.is_static, false) {
            dynamic.append(&mut mentioned_by[id.index()]);
        }
    }
}
