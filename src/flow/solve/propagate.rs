//! Values on their way: from variables to their uses.

use super::super::operators;
use super::variables::{News, Var};
use super::{Addition, Call, Link, NOWHERE, Shape, Solver, Use};
use crate::core::FunctionId;
use crate::syntax::ast::BinaryOp;

impl Solver<'_> {
    /// Delivers news until there are none.
    pub(super) fn run(&mut self) {
        loop {
            if let Some(function) = self.pending.pop() {
                self.generate(function);
            } else if let Some(function) = self.variables.escaping_functions.pop() {
                self.function_escapes(FunctionId::new(function as usize));
            } else if let Some(site) = self.variables.escaping_sites.pop() {
                self.site_escapes(site);
            } else if let Some((var, news)) = self.variables.next_news() {
                self.deliver_all(var, &news);
            } else {
                return;
            }
        }
    }

    /// Uses that are added meanwhile come before those of the list, and know all already.
    fn deliver_all(&mut self, var: Var, news: &News) {
        let mut next = self.uses.get(var.index()).copied().unwrap_or(NOWHERE);
        while next != NOWHERE {
            let link = self.links[next as usize];
            self.deliver(link.what, news);
            next = link.next;
        }
    }

    /// Notes a use of a variable and tells it what is known already.
    pub(super) fn add_use(&mut self, of: Var, what: Use) {
        if !self.variables.is_constant(of) {
            if self.uses.len() <= of.index() {
                self.uses.resize(self.variables.len(), NOWHERE);
            }
            let next = std::mem::replace(&mut self.uses[of.index()], self.links.len() as u32);
            self.links.push(Link { what, next });
            assert!(self.links.len() < NOWHERE as usize, "fewer uses than 2^32");
        }
        let known = self.variables.known(of);
        if !known.kinds.is_empty() {
            self.deliver(what, &known);
        }
    }

    /// What is in one variable is also in the other.
    pub(super) fn flow(&mut self, from: Var, to: Var) {
        if from != to {
            self.add_use(from, Use::Flow(to));
        }
    }

    fn deliver(&mut self, what: Use, news: &News) {
        match what {
            Use::Flow(to) => self.variables.join(to, news),
            Use::First(to) => self.read_fields(news, 0, to),
            Use::Second(to) => self.read_fields(news, 1, to),
            Use::Call(call) => self.callees(call, news),
            Use::Add(addition) => self.add(addition),
        }
    }

    fn read_fields(&mut self, news: &News, field: usize, to: Var) {
        for &site in news.sites.as_slice() {
            self.flow(self.sites[site as usize].fields[field], to);
        }
        if news.any_site {
            self.flow(self.any_site[field], to);
        }
    }

    fn add(&mut self, addition: u32) {
        let Addition { lhs, rhs, result } = self.additions[addition as usize];
        let (lhs, rhs) = (self.variables.kinds(lhs), self.variables.kinds(rhs));
        let kinds = operators::results(BinaryOp::Add, lhs, rhs, self.lenient);
        self.variables.add_kinds(result, kinds);
    }

    fn callees(&mut self, call: u32, news: &News) {
        let Call { start, count, result } = self.calls[call as usize];
        for &function in news.functions.as_slice() {
            let function = FunctionId::new(function as usize);
            if self.parameters(function) == count {
                let interface = self.interface(function);
                self.connect(start, count, result, interface);
                self.reach(function);
            }
        }
        if news.any_function {
            let shape = self.shape(count);
            self.connect(start, count, result, self.shapes[shape].interface);
            self.shape_is_called(shape);
        }
    }

    /// Passes arguments to parameters, and the result back.
    fn connect(&mut self, start: usize, count: usize, result: Var, interface: Var) {
        for i in 0..count {
            self.flow(self.arguments[start + i], interface.plus(i));
        }
        self.flow(interface.plus(count), result);
    }

    fn shape_is_called(&mut self, shape: usize) {
        if std::mem::replace(&mut self.shapes[shape].called, true) {
            return;
        }
        for i in 0..self.shapes[shape].functions.len() {
            self.reach(self.shapes[shape].functions[i]);
        }
    }

    /// A function is one of *any*: whoever calls any calls it.
    fn function_escapes(&mut self, id: FunctionId) {
        if std::mem::replace(&mut self.functions[id.index()].escaped, true) {
            return;
        }
        let count = self.parameters(id);
        let shape = self.shape(count);
        self.shapes[shape].functions.push(id);
        let (any, interface) = (self.shapes[shape].interface, self.interface(id));
        for i in 0..count {
            self.flow(any.plus(i), interface.plus(i));
        }
        self.flow(interface.plus(count), any.plus(count));
        if self.shapes[shape].called {
            self.reach(id);
        }
    }

    /// A site is one of *any*: whoever reads fields of any reads its fields.
    fn site_escapes(&mut self, site: u32) {
        let site = &mut self.sites[site as usize];
        if std::mem::replace(&mut site.escaped, true) {
            return;
        }
        let fields = site.fields;
        for (field, any) in fields.into_iter().zip(self.any_site) {
            self.flow(field, any);
        }
    }

    fn shape(&mut self, parameters: usize) -> usize {
        if self.shape_of.len() <= parameters {
            self.shape_of.resize(parameters + 1, NOWHERE);
        }
        if self.shape_of[parameters] == NOWHERE {
            self.shape_of[parameters] = self.shapes.len() as u32;
            let interface = self.variables.fresh_row(parameters + 1);
            self.shapes.push(Shape { interface, functions: Vec::new(), called: false });
        }
        self.shape_of[parameters] as usize
    }

    fn parameters(&self, id: FunctionId) -> usize {
        self.program.function(id).parameters as usize
    }

    /// The variables of a function's parameters and result.
    pub(super) fn interface(&mut self, id: FunctionId) -> Var {
        let count = self.parameters(id) + 1;
        let state = &mut self.functions[id.index()];
        *state.interface.get_or_insert_with(|| self.variables.fresh_row(count))
    }

    /// Something calls a function.
    pub(super) fn reach(&mut self, id: FunctionId) {
        if !std::mem::replace(&mut self.functions[id.index()].reached, true) {
            self.pending.push(id);
        }
    }
}
