//! Terms with a structure: chains of `let`, branches, recursion, whole programs.

use std::rc::Rc;

use galo::syntax::ast::BinaryOp::Lt;
use galo::syntax::ast::NodeId;

use super::Generator;
use super::scope::{Binding, NAMES};
use super::types::{Signature, Type};

/// The counters of recursive functions, in the order of nesting.
const COUNTERS: [&str; 4] = ["i", "j", "k", "l"];

impl Generator<'_, '_> {
    /// A program: a chain whose values are printed on the way.
    pub fn main(&mut self) {
        let count = 2 + self.choice(6);
        let plan = self.plan(count);
        let body = Type::Tuple(Rc::new((Type::Int, Type::Str)));
        self.chain(plan, |generator| {
            let value = generator.term(&body);
            generator.tree.print(value)
        });
    }

    /// Any name.
    pub fn name(&mut self) -> &'static str {
        NAMES[self.choice(NAMES.len())]
    }

    pub fn let_chain(&mut self, ty: &Type) -> NodeId {
        let count = 1 + self.choice(3);
        let plan = self.plan(count);
        self.chain(plan, |generator| generator.term(ty))
    }

    fn plan(&mut self, count: usize) -> Vec<Binding> {
        (0..count).map(|_| Binding::plain(self.name(), self.any_type(2))).collect()
    }

    /// A chain of `let`s with planned names and types: their values may use, inside
    /// functions, what is planned.
    fn chain(&mut self, plan: Vec<Binding>, body: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        let around = self.scope.mark();
        let mut values = Vec::new();
        for (index, binding) in plan.iter().enumerate() {
            let before = self.scope.mark();
            self.scope.announce(plan[index..].iter().cloned());
            values.push(self.term(&binding.ty));
            self.scope.reset(before);
            self.scope.bind(binding.clone());
        }
        let mut next = body(self);
        for (binding, value) in plan.iter().zip(values).rev() {
            next = self.tree.bind(binding.name, value, next);
        }
        self.scope.reset(around);
        next
    }

    /// An `if`.
    pub fn choice_of(&mut self, ty: &Type) -> NodeId {
        let condition = self.term(&Type::Bool);
        let (then, otherwise) = (self.term(ty), self.term(ty));
        self.tree.choose(condition, then, otherwise)
    }

    /// A function that is called where it stands.
    pub fn immediate_call(&mut self, ty: &Type) -> NodeId {
        let signature = Signature { result: ty.clone(), ..self.signature(1) };
        let function = self.function(&signature, Generator::term);
        let arguments: Vec<_> =
            signature.parameters.iter().map(|parameter| self.term(parameter)).collect();
        self.tree.call(function, &arguments)
    }

    /// One function that calls itself, or two that call each other, with a counter
    /// that runs out; and the first call.
    pub fn recursion(&mut self, ty: &Type) -> NodeId {
        let counter = COUNTERS[self.choice(COUNTERS.len())];
        let names = if self.choice(3) == 0 { &["even", "odd"][..] } else { &["loop"][..] };
        let functions: Vec<_> =
            names.iter().map(|name| self.recursive(name, counter, ty)).collect();
        let around = self.scope.mark();
        let mut values = Vec::new();
        for (index, function) in functions.iter().enumerate() {
            let before = self.scope.mark();
            self.scope.announce(functions[index + 1..].iter().cloned());
            self.scope.bind(function.clone());
            let partner = &functions[(index + 1) % functions.len()];
            values.push(self.recursive_body(function, partner, counter));
            self.scope.reset(before);
            self.scope.bind(function.clone());
        }
        self.scope.reset(around);
        let mut next = self.first_call(&functions[0]);
        for (function, value) in functions.iter().zip(values).rev() {
            next = self.tree.bind(function.name, value, next);
        }
        next
    }

    fn recursive(&mut self, name: &'static str, counter: &'static str, ty: &Type) -> Binding {
        let mut parameters = vec![Type::Int];
        parameters.extend((0..self.choice(3)).map(|_| Type::Int));
        if self.choice(2) == 1 {
            parameters.push(self.any_type(1));
        }
        let signature = Signature { parameters, result: ty.clone() };
        Binding { name, ty: Type::Function(Rc::new(signature)), counter: Some(counter) }
    }

    fn recursive_body(
        &mut self,
        function: &Binding,
        partner: &Binding,
        counter: &'static str,
    ) -> NodeId {
        let Type::Function(signature) = &function.ty else { unreachable!("only functions") };
        let mark = self.scope.mark();
        self.scope.enter_function();
        let mut names = vec![counter];
        self.scope.bind(Binding::plain(counter, Type::Int));
        for ty in &signature.parameters[1..] {
            let name = self.name();
            names.push(name);
            self.scope.bind(Binding::plain(name, ty.clone()));
        }
        let (left, right) = (self.tree.var(counter), self.tree.int(1));
        let condition = self.tree.binary(Lt, left, right);
        let base = self.leaf(&signature.result);
        let step = self.step(partner, &signature.result);
        self.scope.reset(mark);
        let body = self.tree.choose(condition, base, step);
        self.tree.function(&names, body)
    }

    /// The body while the counter runs: a tail call, or any term, in which calls of
    /// the functions are likely since they are in scope.
    fn step(&mut self, partner: &Binding, ty: &Type) -> NodeId {
        match self.choice(4) {
            0 => self.call_of(partner),
            1 => {
                let plan = self.plan(1);
                self.chain(plan, |generator| generator.call_of(partner))
            }
            _ => self.term(ty),
        }
    }

    fn first_call(&mut self, function: &Binding) -> NodeId {
        let Type::Function(signature) = &function.ty else { unreachable!("only functions") };
        let callee = self.tree.var(function.name);
        let rounds = [0, 1, 2, 3, 5, 10, 50, 200][self.choice(8)];
        let mut arguments = vec![self.tree.int(rounds)];
        arguments.extend(signature.parameters[1..].iter().map(|parameter| self.term(parameter)));
        self.tree.call(callee, &arguments)
    }
}
