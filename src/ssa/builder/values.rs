//! Variables and constants, what binds them, and values that are made and taken apart.

use super::environment::Known;
use super::{Builder, DEAD, Demand, NodeId, Op, Slot, Type, Value};
use crate::core::{Bind, FunctionId, Node, Place};
use crate::flow::Kinds;
use crate::ssa::End;
use crate::ssa::Site;
use crate::syntax::ast::Symbol;

impl Builder<'_> {
    /// The value of a node without operands: a constant or a variable.
    pub(super) fn leaf(&mut self, id: NodeId) -> Value {
        let site = self.origin(id);
        match self.source.node(id) {
            Node::Int(n) => self.emit(Op::Int(n), Type::Int, site),
            Node::Bool(b) => self.emit(Op::Bool(b), Type::Bool, site),
            Node::Str(text) => self.emit(Op::Str(text), Type::Str, site),
            Node::Function(function) => self.emit(Op::Function(function), Type::Closure, site),
            Node::Read(place) => {
                let value = self.read(place, site);
                self.proven(value, id)
            }
            Node::ReadHoisted { place, cell, name } => {
                let value = self.read_hoisted(place, cell, name, site);
                self.proven(value, id)
            }
            Node::Unbound(name) => {
                self.end(End::Unbound { name, site });
                DEAD
            }
            _ => unreachable!("only used for nodes without operands"),
        }
    }

    /// What a place holds.
    fn read(&mut self, place: Place, site: Site) -> Value {
        match place {
            Place::Local(slot) => self.env.slot(slot),
            Place::This => self.env.slot(self.source.parameters),
            Place::Capture(index) => self.known(Known::Capture(index), |builder| {
                let is_cell = builder.source.captured_cells[index as usize];
                let ty = if is_cell { Type::Cell } else { Type::Tagged };
                let closure = builder.env.slot(builder.source.parameters);
                builder.emit(Op::Capture(closure, index), ty, site)
            }),
            Place::Global(slot) => self.known(Known::Global(slot), |builder| {
                builder.emit(Op::Global(slot), Type::Tagged, site)
            }),
        }
    }

    /// A variable that may not be bound yet.
    fn read_hoisted(&mut self, place: Place, is_cell: bool, name: Symbol, site: Site) -> Value {
        if is_cell {
            let cell = self.read(place, site);
            return self.known(Known::Contents(cell), |builder| {
                let value = builder.emit(Op::ReadCell(cell), Type::Maybe, site);
                builder.emit(Op::CheckBound(value, name), Type::Tagged, site)
            });
        }
        if let Place::Global(slot) = place {
            return self.known(Known::Global(slot), |builder| {
                let value = builder.emit(Op::Global(slot), Type::Maybe, site);
                builder.emit(Op::CheckBound(value, name), Type::Tagged, site)
            });
        }
        let value = self.read(place, site);
        match self.out.ty(value) {
            Type::Maybe => {
                let bound = self.emit(Op::CheckBound(value, name), Type::Tagged, site);
                self.env.refine(value, bound);
                bound
            }
            _ => value,
        }
    }

    /// What is known, or becomes known by what `make` emits.
    fn known(&mut self, known: Known, make: impl FnOnce(&mut Self) -> Value) -> Value {
        self.env.get(known).unwrap_or_else(|| {
            let value = make(self);
            self.env.set(known, value);
            value
        })
    }

    /// The value on the stack is in a slot of the frame, too.
    pub(super) fn keep(&mut self, slot: Slot) {
        if !self.is_dead() {
            let value = *self.results.last().expect("there is a value to keep");
            self.env.set_slot(slot, Some(value));
        }
    }

    /// Binds the value on the stack, which is that of the node `id`.
    pub(super) fn bind(&mut self, bind: Bind, id: NodeId) {
        let value = self.pop();
        if let Bind::Local(slot) = bind {
            self.depth = slot + 1;
        }
        if self.is_dead() {
            return;
        }
        let site = self.origin(id);
        match bind {
            Bind::Discard => {}
            Bind::Local(slot) => {
                let value = Some(value).filter(|_| !self.liveness.is_never_read(id));
                self.env.set_slot(slot, value);
            }
            Bind::Global(slot) => {
                let tagged = self.tagged(value, site);
                self.emit(Op::SetGlobal(slot, tagged), Type::Nothing, site);
                self.env.set_slot(slot, Some(value));
            }
            Bind::Cell(slot) => {
                let cell = self.env.slot(slot);
                let tagged = self.tagged(value, site);
                self.emit(Op::FillCell(cell, tagged), Type::Nothing, site);
                self.env.set(Known::Contents(cell), value);
                self.forget_bound(id);
            }
        }
    }

    /// A new closure, with what it captures.
    pub(super) fn closure(&mut self, id: NodeId, function: FunctionId) -> Value {
        let site = self.origin(id);
        let program = self.ctx.program;
        let places = &program.function(function).captures;
        let captures = places.iter().map(|&place| {
            let value = self.read(place, site);
            match self.out.ty(value) {
                Type::Cell | Type::Maybe => value,
                _ => self.tagged(value, site),
            }
        });
        let captures = captures.collect();
        self.emit(Op::Closure(function, captures), Type::Closure, site)
    }

    /// A new pair.
    pub(super) fn tuple(&mut self, id: NodeId, first: Value, second: Value) -> Value {
        let site = self.origin(id);
        if self.expected_pairs.contains(&id) {
            return self.pair_of([first, second], site);
        }
        let first = self.tagged(first, site);
        let second = self.tagged(second, site);
        self.emit(Op::Tuple(first, second), Type::Tuple, site)
    }

    /// `first` or `second`.
    pub(super) fn field(&mut self, id: NodeId, value: Value, demand: Demand) -> Value {
        let site = self.origin(id);
        let (Node::First(operand) | Node::Second(operand)) = self.source.node(id) else {
            unreachable!("only used for these");
        };
        if let Some([first, second]) = self.parts(value) {
            return if demand == Demand::First { first } else { second };
        }
        let among = self.ctx.facts.kinds(self.id, operand);
        let tuple = self.demand(value, (Type::Tuple, among), demand, site);
        let op = if demand == Demand::First { Op::First(tuple) } else { Op::Second(tuple) };
        self.emit(op, Type::Tagged, site)
    }

    /// `print`.
    pub(super) fn print(&mut self, id: NodeId, value: Value) -> Value {
        let site = self.origin(id);
        let tagged = self.tagged(value, site);
        self.emit(Op::Print(tagged), Type::Nothing, site);
        value
    }

    /// A value that must be of a type, as of that type; it is proven to be of one of these kinds.
    pub(super) fn demand(
        &mut self,
        value: Value,
        (ty, among): (Type, Kinds),
        demand: Demand,
        site: Site,
    ) -> Value {
        if self.out.ty(value) == ty {
            return value;
        }
        let tagged = self.tagged(value, site);
        let checked = self.emit(Op::Check { value: tagged, demand, among }, ty, site);
        self.env.refine(tagged, checked);
        checked
    }

    /// The value on the stack must be a Bool.
    pub(super) fn demand_result(&mut self, demand: Demand, site: Site) {
        if !self.is_dead() {
            let value = self.pop();
            let value = self.demand(value, (Type::Bool, Kinds::ANY), demand, site);
            self.results.push(value);
        }
    }

    /// Forgets the slots that nothing reads after a node.
    pub(super) fn forget_after(&mut self, id: NodeId) {
        for slot in self.liveness.after(id) {
            self.env.forget(slot);
        }
    }

    /// Forgets the slots that nothing reads on a branch.
    pub(super) fn forget_at(&mut self, id: NodeId) {
        for slot in self.liveness.at_branch(id) {
            self.env.forget(slot);
        }
    }

    /// Forgets the slot of a cell, if nothing reads it after it was filled.
    fn forget_bound(&mut self, id: NodeId) {
        for slot in self.liveness.after_binding(id) {
            self.env.forget(slot);
        }
    }
}
