//! Terms that need no structure around them: literals, names, operations.

use std::rc::Rc;

use galo::syntax::ast::BinaryOp::{self, *};
use galo::syntax::ast::NodeId;

use super::scope::Binding;
use super::types::{Signature, Type};
use super::{DEPTH, Generator};
use crate::reference::Dialect;

const INTS: [i32; 16] =
    [0, 1, 2, 3, 4, 5, 7, 8, 10, 31, 100, 1000, 65535, 65536, 1 << 30, i32::MAX];

const TEXTS: [&str; 8] =
    ["", "a", "b", "ab", "é", "text", "sixteen bytes ok", "longer than every short form"];

impl Generator<'_, '_> {
    /// A term of a type, unless it is a faulty one.
    pub fn term(&mut self, ty: &Type) -> NodeId {
        if self.depth == 0 || self.bytes.is_empty() {
            return self.leaf(ty);
        }
        self.depth -= 1;
        let faulty = self.faults > 0 && self.chance(self.faults);
        let term = if faulty { self.fault() } else { self.sound_term(ty) };
        self.depth += 1;
        term
    }

    fn sound_term(&mut self, ty: &Type) -> NodeId {
        // Near the top, where whole programs are made of them, rather what runs often.
        let near_top = self.depth + 2 > DEPTH;
        match if near_top { self.choice(3) } else { 2 } {
            0 if !self.bytes.is_empty() => return self.recursion(ty),
            1 => return self.iteration(ty),
            _ => {}
        }
        match self.choice(27) {
            0..6 => self.leaf(ty),
            6..12 => self.operation(ty),
            12..14 => self.call(ty),
            14..17 => self.let_chain(ty),
            17..19 => self.choice_of(ty),
            19 => self.projection(ty),
            20 => self.immediate_call(ty),
            21 => self.recursion(ty),
            22 => self.iteration(ty),
            23 | 24 => self.drift(ty),
            _ => {
                let value = self.term(ty);
                self.tree.print(value)
            }
        }
    }

    /// A name if there is one, else the smallest term.
    pub fn leaf(&mut self, ty: &Type) -> NodeId {
        let usable = |binding: &&Binding| binding.counter.is_none() && binding.ty.fits(ty);
        let mut names: Vec<_> = self.scope.visible().filter(usable).map(|b| b.name).collect();
        if self.chance(6) {
            names.extend(self.scope.hoisted().filter(usable).map(|b| b.name));
        }
        if names.is_empty() || self.chance(48) {
            return self.literal(ty);
        }
        let name = names[self.choice(names.len())];
        self.tree.var(name)
    }

    fn literal(&mut self, ty: &Type) -> NodeId {
        match ty {
            Type::Int => {
                let int = INTS[self.choice(INTS.len())];
                self.tree.int(int)
            }
            Type::Bool => {
                let bool = self.choice(2) == 1;
                self.tree.bool(bool)
            }
            Type::Str => {
                let text = TEXTS[self.choice(TEXTS.len())];
                self.tree.str(text)
            }
            Type::Joinable => {
                let ty = [Type::Int, Type::Str][self.choice(2)].clone();
                self.leaf(&ty)
            }
            Type::Any => {
                let ty = self.any_type(1);
                self.leaf(&ty)
            }
            Type::Tuple(parts) => {
                let (first, second) = (self.leaf(&parts.0), self.leaf(&parts.1));
                self.tree.tuple(first, second)
            }
            Type::Function(signature) => self.function(signature, Generator::leaf),
        }
    }

    fn operation(&mut self, ty: &Type) -> NodeId {
        match ty {
            Type::Int => self.arithmetic(),
            Type::Bool if self.chance(96) => {
                let op = [And, Or][self.choice(2)];
                self.binary(&Type::Bool, op, &Type::Bool)
            }
            Type::Bool => self.comparison(),
            Type::Str => self.concatenation(),
            Type::Joinable => self.binary(&Type::Joinable, Add, &Type::Joinable),
            Type::Any => {
                let ty = self.any_type(2);
                self.term(&ty)
            }
            Type::Tuple(parts) => {
                let (first, second) = (self.term(&parts.0), self.term(&parts.1));
                self.tree.tuple(first, second)
            }
            Type::Function(signature) => self.function(signature, Generator::term),
        }
    }

    fn binary(&mut self, left: &Type, op: BinaryOp, right: &Type) -> NodeId {
        let (lhs, rhs) = (self.term(left), self.term(right));
        self.tree.binary(op, lhs, rhs)
    }

    /// Divisors are literals mostly, so that few programs end with a zero.
    fn arithmetic(&mut self) -> NodeId {
        let op = [Add, Add, Sub, Sub, Mul, Div, Rem][self.choice(7)];
        if matches!(op, Div | Rem) && !self.chance(32) {
            let lhs = self.term(&Type::Int);
            let divisor = INTS[1 + self.choice(INTS.len() - 1)];
            let rhs = self.tree.int(divisor);
            return self.tree.binary(op, lhs, rhs);
        }
        self.binary(&Type::Int, op, &Type::Int)
    }

    fn comparison(&mut self) -> NodeId {
        let op = [Eq, Neq, Lt, Gt, Lte, Gte][self.choice(6)];
        let lenient = self.dialect == Dialect::Lenient;
        if matches!(op, Lt | Gt | Lte | Gte) {
            let ty = if lenient && self.chance(64) { Type::Str } else { Type::Int };
            return self.binary(&ty, op, &ty);
        }
        let (left, right) = if lenient {
            (self.comparable_type(), self.comparable_type())
        } else {
            let ty = [Type::Int, Type::Bool, Type::Str][self.choice(3)].clone();
            (ty.clone(), ty)
        };
        self.binary(&left, op, &right)
    }

    fn comparable_type(&mut self) -> Type {
        Some(self.any_type(2)).filter(Type::is_first_order).unwrap_or(Type::Int)
    }

    fn concatenation(&mut self) -> NodeId {
        let lenient = self.dialect == Dialect::Lenient;
        let other = match self.choice(4) {
            0 => Type::Str,
            1 => Type::Joinable,
            2 if lenient => self.any_type(1),
            _ => Type::Int,
        };
        if self.choice(2) == 0 {
            self.binary(&Type::Str, Add, &other)
        } else {
            self.binary(&other, Add, &Type::Str)
        }
    }

    fn projection(&mut self, ty: &Type) -> NodeId {
        let other = self.any_type(1);
        if self.choice(2) == 0 {
            let tuple = self.term(&Type::Tuple(Rc::new((ty.clone(), other))));
            self.tree.first(tuple)
        } else {
            let tuple = self.term(&Type::Tuple(Rc::new((other, ty.clone()))));
            self.tree.second(tuple)
        }
    }

    /// A call of a function that is in scope, if one has the right result.
    fn call(&mut self, ty: &Type) -> NodeId {
        let usable = |binding: &&Binding| binding.returning(ty).is_some();
        let mut callees: Vec<_> = self.scope.visible().filter(usable).cloned().collect();
        if self.chance(32) {
            callees.extend(self.scope.hoisted().filter(usable).cloned());
        }
        if callees.is_empty() {
            return self.operation(ty);
        }
        let callee = callees.swap_remove(self.choice(callees.len()));
        self.call_of(&callee)
    }

    /// A call of a name that stands for a function.
    pub fn call_of(&mut self, callee: &Binding) -> NodeId {
        let Type::Function(signature) = &callee.ty else { unreachable!("only functions") };
        let function = self.tree.var(callee.name);
        let mut arguments = Vec::new();
        let mut rest = &signature.parameters[..];
        if let Some(counter) = callee.counter {
            arguments.push(self.counted_down(counter));
            rest = &rest[1..];
        }
        arguments.extend(rest.iter().map(|parameter| self.term(parameter)));
        self.tree.call(function, &arguments)
    }

    /// Something that is an error if it is evaluated, or not the type that was asked
    /// for and so perhaps an error around it.
    pub fn fault(&mut self) -> NodeId {
        match self.choice(6) {
            0 => self.tree.var("nowhere"),
            1 => {
                let callee = self.term(&Type::Int);
                let argument = self.term(&Type::Int);
                self.tree.call(callee, &[argument])
            }
            2 => {
                let signature = self.signature(1);
                let function = self.function(&signature, Generator::term);
                let mut arguments: Vec<_> =
                    signature.parameters.iter().map(|parameter| self.term(parameter)).collect();
                arguments.push(self.leaf(&Type::Int));
                self.tree.call(function, &arguments)
            }
            _ => {
                let ty = self.any_type(2);
                self.term(&ty)
            }
        }
    }

    /// A function whose body is generated by `body`.
    pub fn function(
        &mut self,
        signature: &Signature,
        body: fn(&mut Self, &Type) -> NodeId,
    ) -> NodeId {
        let mark = self.scope.mark();
        self.scope.enter_function();
        let mut names = Vec::new();
        for ty in &signature.parameters {
            let name = self.name();
            names.push(name);
            self.scope.bind(Binding::plain(name, ty.clone()));
        }
        let body = body(self, &signature.result);
        self.scope.reset(mark);
        self.tree.function(&names, body)
    }
}
