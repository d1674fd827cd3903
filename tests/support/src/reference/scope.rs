//! Scopes, and what a name means in one.

use std::cell::Cell;

use galo::syntax::ast::{Name, Symbol};

use super::ErrorKind;
use super::value::Value;

/// The place of a `let`'s value, filled when it is known.
pub type Slot<'a> = Cell<Option<Value<'a>>>;

/// What the names at some point of a running program mean, innermost first.
pub enum Scope<'a> {
    /// Nothing is bound.
    Empty,
    /// One name is bound by a `let`.
    Bound {
        /// The name.
        name: Symbol,
        /// Its value.
        slot: &'a Slot<'a>,
        /// The scope around.
        outer: &'a Scope<'a>,
    },
    /// The body of a function.
    Parameters {
        /// The parameters.
        names: &'a [Name],
        /// The arguments, as many.
        values: &'a [Value<'a>],
        /// Where the function was made.
        outer: &'a Scope<'a>,
    },
    /// The value of a `let`, from which functions can see what the chain binds later.
    Later {
        /// That `let` and the ones that follow it in its chain.
        lets: &'a [(Symbol, Slot<'a>)],
        /// The scope around.
        outer: &'a Scope<'a>,
    },
}

impl<'a> Scope<'a> {
    /// What a name means: what is bound around it, else, inside a function, what a
    /// `let` around the function is still going to bind.
    pub fn look_up(&'a self, name: Symbol) -> Result<Value<'a>, ErrorKind> {
        let value = self.bound(name).or_else(|| self.later(name).map(Cell::get));
        value.ok_or(ErrorKind::UnboundName)?.ok_or(ErrorKind::UsedBeforeDefinition)
    }

    fn outwards(&'a self) -> impl Iterator<Item = &'a Scope<'a>> {
        std::iter::successors(Some(self), |scope| match scope {
            Scope::Empty => None,
            Scope::Bound { outer, .. }
            | Scope::Parameters { outer, .. }
            | Scope::Later { outer, .. } => Some(outer),
        })
    }

    fn bound(&'a self, name: Symbol) -> Option<Option<Value<'a>>> {
        self.outwards().find_map(|scope| match scope {
            Scope::Bound { name: bound, slot, .. } if *bound == name => Some(slot.get()),
            Scope::Parameters { names, values, .. } => {
                let index = names.iter().rposition(|parameter| parameter.text == name)?;
                Some(Some(values[index]))
            }
            _ => None,
        })
    }

    fn later(&'a self, name: Symbol) -> Option<&'a Slot<'a>> {
        self.outwards()
            .skip_while(|scope| !matches!(scope, Scope::Parameters { .. }))
            .find_map(|scope| match scope {
                Scope::Later { lets, .. } => lets.iter().find(|(bound, _)| *bound == name),
                _ => None,
            })
            .map(|(_, slot)| slot)
    }
}
