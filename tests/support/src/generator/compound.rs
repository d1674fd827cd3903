//! Terms with a structure: chains of `let`, branches, whole programs.

use std::rc::Rc;

use galo::syntax::ast::NodeId;

use super::Generator;
use super::scope::{Binding, NAMES};
use super::types::{Signature, Type};

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

    pub fn plan(&mut self, count: usize) -> Vec<Binding> {
        (0..count).map(|_| Binding::plain(self.name(), self.any_type(2))).collect()
    }

    /// A chain of `let`s with planned names and types: their values may use, inside
    /// functions, what is planned.
    pub fn chain(&mut self, plan: Vec<Binding>, body: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
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
}
