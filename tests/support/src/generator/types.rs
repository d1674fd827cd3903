//! The types by which terms are generated; the language itself has none.

use std::rc::Rc;

use super::Generator;

/// A type of values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Int,
    Bool,
    Str,
    /// An Int or a Str: what `+` takes in every mixture, and gives.
    Joinable,
    /// Whatever there is.
    Any,
    Tuple(Rc<(Type, Type)>),
    Function(Rc<Signature>),
}

/// The type of a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    pub parameters: Vec<Type>,
    pub result: Type,
}

impl Type {
    /// Whether a value of this type will do where `wanted` is asked for.
    pub fn fits(&self, wanted: &Type) -> bool {
        match wanted {
            Type::Any => true,
            Type::Joinable => matches!(self, Type::Int | Type::Str | Type::Joinable),
            _ => self == wanted,
        }
    }

    /// Whether no closure can be in a value. Whether two closures of one `fn` are
    /// equal is left open, so that they are not compared.
    pub fn is_first_order(&self) -> bool {
        match self {
            Type::Int | Type::Bool | Type::Str | Type::Joinable => true,
            Type::Tuple(parts) => parts.0.is_first_order() && parts.1.is_first_order(),
            Type::Any | Type::Function(_) => false,
        }
    }
}

impl Generator<'_, '_> {
    /// Any type, nested at most `depth` deep.
    pub fn any_type(&mut self, depth: usize) -> Type {
        match self.choice(if depth == 0 { 7 } else { 11 }) {
            0 | 1 => Type::Int,
            2 => Type::Bool,
            3 | 4 => Type::Str,
            5 => Type::Joinable,
            6 => Type::Any,
            7 | 8 => Type::Tuple(Rc::new((self.any_type(depth - 1), self.any_type(depth - 1)))),
            _ => Type::Function(Rc::new(self.signature(depth - 1))),
        }
    }

    /// Any type of functions, whose parts are nested at most `depth` deep.
    pub fn signature(&mut self, depth: usize) -> Signature {
        let count = [0, 1, 1, 1, 2, 2, 3, 4][self.choice(8)];
        // Rarely more than calls of compiled code take in registers.
        let count = if self.chance(3) { 17 } else { count };
        let parameters = (0..count).map(|_| self.any_type(depth)).collect();
        Signature { parameters, result: self.any_type(depth) }
    }
}
