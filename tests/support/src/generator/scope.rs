//! The names that a term may use.

use super::types::{Signature, Type};

/// The pool of names: small, so that they shadow each other.
pub const NAMES: [&str; 12] = ["a", "b", "c", "d", "f", "g", "h", "x", "y", "n", "m", "_"];

/// A name and what it is good for.
#[derive(Clone, Debug)]
pub struct Binding {
    pub name: &'static str,
    pub ty: Type,
    /// The counter of a recursive function, its first parameter: inside, it is only
    /// called with one less.
    pub counter: Option<&'static str>,
}

/// What is bound around a term, and what chains around it are going to bind.
#[derive(Default)]
pub struct Scope {
    bound: Vec<Binding>,
    later: Vec<(usize, Binding)>,
    functions: usize,
}

/// A point to return to.
#[derive(Clone, Copy)]
pub struct Mark {
    bound: usize,
    later: usize,
    functions: usize,
}

impl Scope {
    pub fn mark(&self) -> Mark {
        Mark { bound: self.bound.len(), later: self.later.len(), functions: self.functions }
    }

    pub fn reset(&mut self, mark: Mark) {
        self.bound.truncate(mark.bound);
        self.later.truncate(mark.later);
        self.functions = mark.functions;
    }

    pub fn bind(&mut self, binding: Binding) {
        self.bound.push(binding);
    }

    /// Announces what the chain around the next term is going to bind.
    pub fn announce(&mut self, bindings: impl IntoIterator<Item = Binding>) {
        let functions = self.functions;
        self.later.extend(bindings.into_iter().map(|binding| (functions, binding)));
    }

    /// Enters the body of a function.
    pub fn enter_function(&mut self) {
        self.functions += 1;
    }

    /// What a term may use, a name that is bound anew only in its newest meaning.
    pub fn visible(&self) -> impl Iterator<Item = &Binding> {
        let shadowed =
            |index: usize, name| self.bound[index + 1..].iter().any(|later| later.name == name);
        let bound = self.bound.iter().enumerate();
        bound.filter(move |(index, binding)| !shadowed(*index, binding.name)).map(|(_, b)| b)
    }

    /// What a term in a function may use though it is bound later only.
    pub fn hoisted(&self) -> impl Iterator<Item = &Binding> {
        let inside = self.later.iter().filter(|(functions, _)| *functions < self.functions);
        inside
            .map(|(_, binding)| binding)
            .filter(|binding| self.bound.iter().all(|bound| bound.name != binding.name))
    }
}

impl Binding {
    pub fn plain(name: &'static str, ty: Type) -> Self {
        Binding { name, ty, counter: None }
    }

    /// The signature, if this is a function with such a result.
    pub fn returning(&self, result: &Type) -> Option<&Signature> {
        match &self.ty {
            Type::Function(signature) if signature.result.fits(result) => Some(signature),
            _ => None,
        }
    }
}
