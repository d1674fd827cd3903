//! Functions that run often: recursion with a counter that runs out, loops that call
//! what they are given, and values that change their kind in one round of many.

use std::rc::Rc;

use galo::syntax::ast::BinaryOp::{Div, Eq, Lt, Sub};
use galo::syntax::ast::NodeId;

use super::Generator;
use super::builder::Builder;
use super::scope::Binding;
use super::types::{Signature, Type};

/// The counters of recursive functions, in the order of nesting.
const COUNTERS: [&str; 4] = ["i", "j", "k", "l"];

/// Recursive functions, each calling the next one.
const FAMILIES: [&[&str]; 4] =
    [&["loop"], &["loop"], &["even", "odd"], &["ping", "pong", "rest", "last"]];

/// What tuples are called that are only taken apart, where nothing else can name them.
const PAIRS: [&str; 3] = ["p", "q", "r"];

/// A part of a tuple.
type Take = fn(&mut Builder, NodeId) -> NodeId;

/// How often they run.
const ROUNDS: [i32; 12] = [0, 1, 2, 3, 5, 10, 20, 50, 50, 100, 200, 200];

impl Generator<'_, '_> {
    /// One function that calls itself, or some that call each other, with a counter
    /// that runs out; and the first calls, of which only the last one gives the result.
    pub fn recursion(&mut self, ty: &Type) -> NodeId {
        let counter = COUNTERS[self.choice(COUNTERS.len())];
        let names = FAMILIES[self.choice(FAMILIES.len())];
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
        let earlier = [0, 0, 1, 2][self.choice(4)];
        let first_calls: Vec<_> = (0..=earlier).map(|_| self.first_call(&functions[0])).collect();
        let next = self.in_sequence(first_calls);
        functions
            .iter()
            .zip(values)
            .rev()
            .fold(next, |next, (function, value)| self.tree.bind(function.name, value, next))
    }

    fn recursive(&mut self, name: &'static str, counter: &'static str, ty: &Type) -> Binding {
        let mut parameters = vec![Type::Int];
        for _ in 0..self.choice(4) {
            parameters.push(match self.choice(8) {
                0..=2 => Type::Int,
                3 => Type::Joinable,
                4 => Type::Any,
                5 | 6 => Type::Tuple(Rc::new((Type::Int, self.any_type(1)))),
                _ => self.any_type(1),
            });
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
        let mut hidden = Vec::new();
        for (ty, pair) in signature.parameters[1..].iter().zip(PAIRS) {
            match ty {
                Type::Tuple(parts) if self.chance(192) => {
                    names.push(pair);
                    hidden.push((pair, Rc::clone(parts)));
                }
                _ => {
                    let name = self.name();
                    names.push(name);
                    self.scope.bind(Binding::plain(name, ty.clone()));
                }
            }
        }
        let condition = self.runs_out(counter);
        let base = self.leaf(&signature.result);
        let before = self.scope.mark();
        let parts = self.parts(&hidden);
        let calls_around = std::mem::take(&mut self.calls);
        let step = self.step(partner, &signature.result);
        self.calls = calls_around;
        self.scope.reset(before);
        // Where the parts are taken in one branch only, the other one has no use for the pair.
        let body = if self.chance(128) {
            let step = self.bind_parts(parts, step);
            self.tree.choose(condition, base, step)
        } else {
            let choice = self.tree.choose(condition, base, step);
            self.bind_parts(parts, choice)
        };
        self.scope.reset(mark);
        self.tree.function(&names, body)
    }

    /// Names for parts of pairs which nothing else is done with, so that compilers may pass the
    /// parts in their place.
    fn parts(&mut self, pairs: &[(&'static str, Rc<(Type, Type)>)]) -> Vec<(&'static str, NodeId)> {
        let mut bound = Vec::new();
        for (pair, types) in pairs {
            for (take, ty) in [(Builder::first as Take, &types.0), (Builder::second, &types.1)] {
                if self.chance(224) {
                    let name = self.name();
                    let tuple = self.tree.var(pair);
                    bound.push((name, take(&mut self.tree, tuple)));
                    self.scope.bind(Binding::plain(name, ty.clone()));
                }
            }
        }
        bound
    }

    fn bind_parts(&mut self, parts: Vec<(&'static str, NodeId)>, next: NodeId) -> NodeId {
        parts.into_iter().rev().fold(next, |next, (name, part)| self.tree.bind(name, part, next))
    }

    fn runs_out(&mut self, counter: &'static str) -> NodeId {
        let (left, right) = (self.tree.var(counter), self.tree.int(1));
        self.tree.binary(Lt, left, right)
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

    /// What a recursive call passes on: one less in the first call of a function, and
    /// much less in others, so that their number does not explode.
    pub fn counted_down(&mut self, counter: &'static str) -> NodeId {
        self.calls += 1;
        let left = self.tree.var(counter);
        let (op, right) = if self.calls == 1 { (Sub, 1) } else { (Div, 3) };
        let right = self.tree.int(right);
        self.tree.binary(op, left, right)
    }

    fn first_call(&mut self, function: &Binding) -> NodeId {
        let Type::Function(signature) = &function.ty else { unreachable!("only functions") };
        let callee = self.tree.var(function.name);
        let mut arguments = vec![self.rounds()];
        arguments.extend(signature.parameters[1..].iter().map(|parameter| self.term(parameter)));
        self.tree.call(callee, &arguments)
    }

    fn rounds(&mut self) -> NodeId {
        let rounds = ROUNDS[self.choice(ROUNDS.len())];
        self.tree.int(rounds)
    }

    /// A loop that applies a function that it is given, called with several of them.
    pub fn iteration(&mut self, ty: &Type) -> NodeId {
        let counter = COUNTERS[self.choice(COUNTERS.len())];
        let step = Signature { parameters: vec![ty.clone()], result: ty.clone() };
        let body = self.iteration_body(counter, &step);
        let again = self.tree.function(&[counter, "f", "x"], body);
        let step = Type::Function(Rc::new(step));
        let earlier = [0, 1, 2, 3][self.choice(4)];
        let mut calls = Vec::new();
        for _ in 0..=earlier {
            let callee = self.tree.var("again");
            let arguments = [self.rounds(), self.term(&step), self.term(ty)];
            calls.push(self.tree.call(callee, &arguments));
        }
        let next = self.in_sequence(calls);
        self.tree.bind("again", again, next)
    }

    /// `if (i < 1) { x } else { again(i - 1, f, f(x)) }`, perhaps with another closure,
    /// made in every round, in place of `f`.
    fn iteration_body(&mut self, counter: &'static str, step: &Signature) -> NodeId {
        let mark = self.scope.mark();
        self.scope.enter_function();
        self.scope.bind(Binding::plain(counter, Type::Int));
        self.scope.bind(Binding::plain("f", Type::Function(Rc::new(step.clone()))));
        self.scope.bind(Binding::plain("x", step.result.clone()));
        let condition = self.runs_out(counter);
        let base = self.tree.var("x");
        let callee = self.tree.var("again");
        let (left, one) = (self.tree.var(counter), self.tree.int(1));
        let counted = self.tree.binary(Sub, left, one);
        let function =
            if self.chance(64) { self.function(step, Generator::term) } else { self.tree.var("f") };
        let (f, x) = (self.tree.var("f"), self.tree.var("x"));
        let applied = self.tree.call(f, &[x]);
        let call = self.tree.call(callee, &[counted, function, applied]);
        self.scope.reset(mark);
        self.tree.choose(condition, base, call)
    }

    /// All of them, for the value of the last one; the others are printed, or not.
    fn in_sequence(&mut self, mut terms: Vec<NodeId>) -> NodeId {
        let last = terms.pop().expect("at least one");
        terms.into_iter().rev().fold(last, |next, term| {
            let value = if self.chance(128) { self.tree.print(term) } else { term };
            self.tree.bind("_", value, next)
        })
    }

    /// A term that is another one in one round of the loop around it: perhaps of another
    /// kind, as far as the type allows it, or faulty where faults are.
    pub fn drift(&mut self, ty: &Type) -> NodeId {
        let is_counter = |binding: &&Binding| COUNTERS.contains(&binding.name);
        let counters: Vec<_> = self.scope.visible().filter(is_counter).map(|b| b.name).collect();
        let Some(counter) = counters.last() else { return self.choice_of(ty) };
        let round = ROUNDS[self.choice(ROUNDS.len())] / 2;
        let (left, right) = (self.tree.var(counter), self.tree.int(round));
        if *ty == Type::Int && self.faults > 0 && self.chance(32) {
            let divisor = self.tree.binary(Sub, left, right);
            let dividend = self.term(ty);
            return self.tree.binary(Div, dividend, divisor);
        }
        let condition = self.tree.binary(Eq, left, right);
        let late = self.faults > 0 && self.chance(64);
        let then = if late { self.fault() } else { self.term(ty) };
        let otherwise = self.term(ty);
        self.tree.choose(condition, then, otherwise)
    }
}
