//! The constraints of one function: what its nodes do with values.
//!
//! One walk over the nodes in post-order, which is the order of evaluation: a slot that is
//! read holds what was bound to it last. (A live slot is never bound again, so that the
//! other branch of a choice cannot have done so.)

use super::variables::Var;
use super::{Addition, Call, FunctionState, NOWHERE, Site, Solver, Use};
use crate::core::{Bind, Function, FunctionId, List, Node, NodeId, Place, Statements, Target};
use crate::syntax::ast::BinaryOp;

/// A function whose constraints are being made.
#[derive(Clone, Copy)]
struct Body<'a> {
    id: FunctionId,
    function: &'a Function,
    /// Where the variables of its nodes begin.
    start: usize,
}

impl<'a> Solver<'a> {
    /// Makes the constraints of a function that is reached.
    pub(super) fn generate(&mut self, id: FunctionId) {
        let function = self.program.function(id);
        let body = Body { id, function, start: self.nodes.len() };
        self.functions[id.index()].nodes = Some(body.start);
        let interface = self.enter(body);
        for (node_id, node) in function.nodes() {
            let var = self.node(body, node);
            self.nodes.push(var);
            self.bind(self.binds[node_id.index()], var);
        }
        let result = self.var(body, function.body());
        self.flow(result, interface.plus(function.parameters as usize));
    }

    /// Prepares the frame and what blocks bind.
    fn enter(&mut self, body: Body<'_>) -> Var {
        let function = body.function;
        self.captures_of(body.id);
        let interface = self.interface(body.id);
        self.slots.clear();
        self.slots.resize(function.frame as usize, Var::NONE);
        let (first, count) = match body.id {
            FunctionId::MAIN => (self.globals, self.program.globals as usize),
            _ => (interface, function.parameters as usize),
        };
        for (i, slot) in self.slots[..count].iter_mut().enumerate() {
            *slot = first.plus(i);
        }
        self.binds.clear();
        self.binds.resize(function.nodes().len(), Bind::Discard);
        for (_, node) in function.nodes() {
            if let Node::Block { statements, .. } = node {
                for statement in function.statements(statements) {
                    self.binds[statement.value.index()] = statement.bind;
                }
            }
        }
        interface
    }

    fn bind(&mut self, bind: Bind, value: Var) {
        match bind {
            Bind::Discard => {}
            Bind::Local(slot) => self.slots[slot as usize] = value,
            Bind::Global(slot) => self.flow(value, self.globals.plus(slot as usize)),
            // The variable of a cell is that of its contents.
            Bind::Cell(slot) => self.flow(value, self.slots[slot as usize]),
        }
    }

    fn var(&self, body: Body<'_>, node: NodeId) -> Var {
        self.nodes[body.start + node.index()]
    }

    fn node(&mut self, body: Body<'a>, node: Node) -> Var {
        match node {
            Node::Int(_) => Var::INT,
            Node::Bool(_) => Var::BOOL,
            Node::Str(_) => Var::STR,
            Node::Function(function) => self.closure_of(function),
            Node::Read(place) | Node::ReadHoisted { place, .. } => self.place(body.id, place),
            // Evaluation ends there, or goes on at the beginning.
            Node::Unbound(_) => Var::NONE,
            Node::Repeat { changes, .. } => self.repeat(body, changes),
            Node::NewCell { .. } => self.variables.fresh(),
            Node::Closure { function, .. } => self.make_closure(body.id, function),
            Node::Block { result, .. } => self.var(body, result),
            Node::If { then, otherwise, .. } => {
                self.either(self.var(body, then), self.var(body, otherwise))
            }
            Node::Logic { .. } => Var::BOOL,
            Node::Binary { op, lhs, rhs, .. } => {
                self.binary(op, self.var(body, lhs), self.var(body, rhs))
            }
            Node::Tuple { first, second, .. } => self.tuple(body, first, second),
            Node::First(tuple) => self.read_field(self.var(body, tuple), Use::First),
            Node::Second(tuple) => self.read_field(self.var(body, tuple), Use::Second),
            Node::Print(value) => self.var(body, value),
            Node::Call { target, callee, arguments, .. } => {
                self.call(body, target, callee, arguments)
            }
        }
    }

    fn place(&mut self, id: FunctionId, place: Place) -> Var {
        match place {
            Place::Local(slot) => self.slots[slot as usize],
            Place::Global(slot) => self.globals.plus(slot as usize),
            Place::Capture(index) => {
                let start = self.captures_of(id);
                self.captures[start + index as usize]
            }
            Place::This => self.closure_of(id),
        }
    }

    fn closure_of(&mut self, id: FunctionId) -> Var {
        let closure = &mut self.functions[id.index()].closure;
        *closure.get_or_insert_with(|| self.variables.closure(id.index() as u32))
    }

    /// The places of the node that makes closures of a function are its captures, if it is the only
    /// one. If there are others, captures are variables into which all of these flow: the places may be
    /// constants, which cannot become anything else.
    fn make_closure(&mut self, maker: FunctionId, id: FunctionId) -> Var {
        let program = self.program;
        let places = &program.function(id).captures;
        let FunctionState { captures, makers, .. } = self.functions[id.index()];
        let is_only = captures == NOWHERE && makers == 1;
        let start = if is_only { self.captures.len() } else { self.captures_of(id) };
        for (i, &place) in places.iter().enumerate() {
            let captured = self.place(maker, place);
            match is_only {
                true => self.captures.push(captured),
                false => self.flow(captured, self.captures[start + i]),
            }
        }
        self.functions[id.index()].captures = start as u32;
        self.closure_of(id)
    }

    /// Where the variables of a function's captures are. They were made with its closures,
    /// before anything could call these, or else are made now.
    fn captures_of(&mut self, id: FunctionId) -> usize {
        let state = &mut self.functions[id.index()];
        if state.captures == NOWHERE {
            state.captures = self.captures.len() as u32;
            for _ in &self.program.function(id).captures {
                self.captures.push(self.variables.fresh());
            }
        }
        state.captures as usize
    }

    fn repeat(&mut self, body: Body<'_>, changes: Statements) -> Var {
        for change in body.function.statements(changes) {
            if let Bind::Local(slot) = change.bind {
                self.flow(self.var(body, change.value), self.slots[slot as usize]);
            }
        }
        Var::NONE
    }

    fn either(&mut self, then: Var, otherwise: Var) -> Var {
        match (then, otherwise) {
            (Var::NONE, one) | (one, Var::NONE) => one,
            _ if then == otherwise => then,
            _ => {
                let result = self.variables.fresh();
                self.flow(then, result);
                self.flow(otherwise, result);
                result
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, lhs: Var, rhs: Var) -> Var {
        match op {
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => Var::INT,
            BinaryOp::Add if lhs == Var::INT && rhs == Var::INT => Var::INT,
            BinaryOp::Add => {
                let result = self.variables.fresh();
                let addition = self.additions.len() as u32;
                self.additions.push(Addition { lhs, rhs, result });
                self.add_use(lhs, Use::Add(addition));
                if rhs != lhs {
                    self.add_use(rhs, Use::Add(addition));
                }
                result
            }
            _ => Var::BOOL,
        }
    }

    fn tuple(&mut self, body: Body<'_>, first: NodeId, second: NodeId) -> Var {
        let fields = [self.var(body, first), self.var(body, second)];
        let rest = match body.function.node(second) {
            Node::Tuple { .. } => Some(self.site_of(fields[1])),
            _ => None,
        };
        let spine = rest.map_or(1, |site| self.sites[site as usize].spine + 1);
        if spine > self.longest_spine {
            let shared = self.sites[rest.expect("it has a rest") as usize].fields;
            self.flow(fields[0], shared[0]);
            self.flow(fields[1], shared[1]);
            return fields[1];
        }
        let site = self.sites.len() as u32;
        self.sites.push(Site { fields, spine, escaped: false });
        if spine == self.longest_spine {
            // Others may come to share it.
            let own = [self.variables.fresh(), self.variables.fresh()];
            self.sites[site as usize].fields = own;
            self.flow(fields[0], own[0]);
            self.flow(fields[1], own[1]);
        }
        self.variables.tuple(site)
    }

    /// The site of a tuple's variable.
    fn site_of(&self, tuple: Var) -> u32 {
        self.variables.known(tuple).sites.as_slice()[0]
    }

    fn read_field(&mut self, tuple: Var, field: fn(Var) -> Use) -> Var {
        let result = self.variables.fresh();
        self.add_use(tuple, field(result));
        result
    }

    fn call(
        &mut self,
        body: Body<'_>,
        target: Target,
        callee: Option<NodeId>,
        arguments: List,
    ) -> Var {
        let list = body.function.list(arguments);
        if let Target::Static(id) | Target::Closure(id) = target {
            let interface = self.interface(id);
            for (i, &argument) in list.iter().enumerate() {
                self.flow(self.var(body, argument), interface.plus(i));
            }
            self.reach(id);
            return interface.plus(list.len());
        }
        let Some(callee) = callee else {
            return Var::NONE;
        };
        let (start, result) = (self.arguments.len(), self.variables.fresh());
        for &argument in list {
            let argument = self.var(body, argument);
            self.arguments.push(argument);
        }
        let call = self.calls.len() as u32;
        self.calls.push(Call { start, count: list.len(), result });
        self.add_use(self.var(body, callee), Use::Call(call));
        result
    }
}
