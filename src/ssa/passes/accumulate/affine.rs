//! Affine maps of an Int: what is done with it is multiplying and adding, whatever comes first.

use crate::ssa::{Op, Value};
use crate::syntax::ast::BinaryOp;

/// The map `r ↦ sum + scale·r`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Affine {
    /// What is added; `None` is 0.
    pub sum: Option<Value>,
    /// By what is multiplied; `None` is 1.
    pub scale: Option<Value>,
}

/// Makes an Int of an operation.
pub type Emit<'a> = &'a mut dyn FnMut(Op) -> Value;

impl Affine {
    /// The map that leaves everything as it is.
    pub const IDENTITY: Affine = Affine { sum: None, scale: None };

    /// `lhs op rhs`, where each side is a map of the same Int or an Int that does not depend on it;
    /// `None` if that is no affine map.
    pub fn of(
        op: BinaryOp,
        lhs: Result<Affine, Value>,
        rhs: Result<Affine, Value>,
        emit: Emit<'_>,
    ) -> Option<Affine> {
        use BinaryOp::{Add, Mul, Sub};
        Some(match (op, lhs, rhs) {
            (Add, Ok(map), Err(int)) | (Add, Err(int), Ok(map)) => map.plus(int, emit),
            (Sub, Ok(map), Err(int)) => {
                let int = negated(int, emit);
                map.plus(int, emit)
            }
            (Sub, Err(int), Ok(map)) => map.negated(emit).plus(int, emit),
            (Mul, Ok(map), Err(int)) | (Mul, Err(int), Ok(map)) => map.times(int, emit),
            (Add, Ok(one), Ok(other)) => one.plus_map(other, emit),
            (Sub, Ok(one), Ok(other)) => {
                let other = other.negated(emit);
                one.plus_map(other, emit)
            }
            _ => return None,
        })
    }

    fn plus(self, int: Value, emit: Emit<'_>) -> Affine {
        let sum = self.sum.map_or(int, |sum| emit(Op::Arith(BinaryOp::Add, sum, int)));
        Affine { sum: Some(sum), ..self }
    }

    fn times(self, int: Value, emit: Emit<'_>) -> Affine {
        let scale = self.scale.map_or(int, |scale| emit(Op::Arith(BinaryOp::Mul, scale, int)));
        let sum = self.sum.map(|sum| emit(Op::Arith(BinaryOp::Mul, sum, int)));
        Affine { sum, scale: Some(scale) }
    }

    fn negated(self, emit: Emit<'_>) -> Affine {
        let minus_one = emit(Op::Int(-1));
        self.times(minus_one, emit)
    }

    fn plus_map(self, other: Affine, emit: Emit<'_>) -> Affine {
        let mut scale = |map: Affine| map.scale.unwrap_or_else(|| emit(Op::Int(1)));
        let (one, two) = (scale(self), scale(other));
        let scale = Some(emit(Op::Arith(BinaryOp::Add, one, two)));
        let map = Affine { sum: self.sum, scale };
        match other.sum {
            Some(sum) => map.plus(sum, emit),
            None => map,
        }
    }

    /// The map that does `first` and then this.
    pub fn after(self, first: Affine, emit: Emit<'_>) -> Affine {
        let sum = first.sum.map(|sum| self.scaled(sum, emit));
        let sum = match (self.sum, sum) {
            (Some(one), Some(other)) => Some(emit(Op::Arith(BinaryOp::Add, one, other))),
            (one, other) => one.or(other),
        };
        let scale = match first.scale {
            Some(scale) => Some(self.scaled(scale, emit)),
            None => self.scale,
        };
        Affine { sum, scale }
    }

    /// What an Int is mapped to.
    pub fn apply(self, int: Value, emit: Emit<'_>) -> Value {
        let scaled = self.scaled(int, emit);
        self.sum.map_or(scaled, |sum| emit(Op::Arith(BinaryOp::Add, sum, scaled)))
    }

    fn scaled(self, int: Value, emit: Emit<'_>) -> Value {
        self.scale.map_or(int, |scale| emit(Op::Arith(BinaryOp::Mul, scale, int)))
    }
}

fn negated(int: Value, emit: Emit<'_>) -> Value {
    let zero = emit(Op::Int(0));
    emit(Op::Arith(BinaryOp::Sub, zero, int))
}
