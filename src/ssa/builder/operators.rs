//! Binary operators: what is proven of their operands, what is checked, what is guessed.
//!
//! Some operators take nothing but Ints, so that an operand of another kind is an error and
//! a check will do. Where others are possible, the builder guesses by the profile that
//! there are only Ints, or leaves the operation to the runtime.

use crate::ssa::Site;
use galo_runtime::Kind;

use super::{Builder, Node, NodeId, Op, Resume, Type, Value};
use crate::flow::Kinds;
use crate::ssa::StateId;
use crate::syntax::ast::BinaryOp;

/// How an operation is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// On Ints, which both operands must be.
    Check,
    /// On Ints, which both operands probably are.
    Guess,
    /// On Bools, which both operands are.
    Bools,
    /// By the runtime.
    Generic,
}

impl Builder<'_> {
    pub(super) fn binary(&mut self, id: NodeId, op: BinaryOp, sides: [Value; 2]) -> Value {
        let site = self.origin(id);
        let [lhs, rhs] = match self.way_of(id, op, sides) {
            Way::Check => self.check_ints(op, sides, site),
            Way::Guess => self.guess_ints(id, sides, site),
            Way::Bools => {
                let [lhs, rhs] = sides;
                return self.emit(Op::CompareBool(op, lhs, rhs), Type::Bool, site);
            }
            Way::Generic => return self.generic(op, sides, site),
        };
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {
                self.emit(Op::Arith(op, lhs, rhs), Type::Int, site)
            }
            BinaryOp::Div | BinaryOp::Rem => self.emit(Op::Divide(op, lhs, rhs), Type::Int, site),
            _ => self.emit(Op::Compare(op, lhs, rhs), Type::Bool, site),
        }
    }

    fn way_of(&self, id: NodeId, op: BinaryOp, sides: [Value; 2]) -> Way {
        let types = sides.map(|side| self.out.ty(side));
        let takes_only_ints = match op {
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => true,
            // Behind an Int nothing else is in order for the lenient, either. Before one it
            // is, but the blame for a Str is on the other side.
            BinaryOp::Lt | BinaryOp::Gt | BinaryOp::Lte | BinaryOp::Gte => {
                !self.ctx.lenient || types[0] == Type::Int
            }
            _ => false,
        };
        match types {
            [Type::Int, Type::Int] => Way::Check,
            _ if takes_only_ints => Way::Check,
            [Type::Bool, Type::Bool] if matches!(op, BinaryOp::Eq | BinaryOp::Neq) => Way::Bools,
            _ if self.may_guess_ints(id, types) => Way::Guess,
            _ => Way::Generic,
        }
    }

    /// Whether both operands can be Ints and, as far as was seen, always are.
    fn may_guess_ints(&self, id: NodeId, types: [Type; 2]) -> bool {
        let Node::Binary { lhs, rhs, slot, .. } = self.source.node(id) else {
            unreachable!("only used for operators");
        };
        let may_be_ints = [lhs, rhs].into_iter().zip(types).all(|(side, ty)| match ty {
            Type::Int => true,
            Type::Tagged => self.ctx.facts.kinds(self.id, side).contains(Kind::Int),
            _ => false,
        });
        let seen = || self.profile.operands(id).into_iter();
        may_be_ints
            && seen().all(|kinds| kinds.is_subset(Kinds::INT))
            && !self.profile.is_hopeless(id)
            && self.has_room_for_state(slot + 1)
    }

    /// Both operands as Ints; the program fails if they are not.
    fn check_ints(&mut self, op: BinaryOp, sides: [Value; 2], site: Site) -> [Value; 2] {
        if sides.iter().all(|&side| self.out.ty(side) == Type::Int) {
            return sides;
        }
        let [lhs, rhs] = sides.map(|side| self.tagged(side, site));
        let mut check = |side: Value, tagged: Value, left: bool| {
            let side = self.env.latest(side);
            if self.out.ty(side) == Type::Int {
                return side;
            }
            let int = self.emit(Op::CheckInt { op, lhs, rhs, left }, Type::Int, site);
            self.env.refine(tagged, int);
            int
        };
        [check(sides[0], lhs, true), check(sides[1], rhs, false)]
    }

    /// Both operands as Ints; the function exits if they are not.
    fn guess_ints(&mut self, id: NodeId, sides: [Value; 2], site: Site) -> [Value; 2] {
        let state = self.state_before(id, sides);
        sides.map(|side| {
            let side = self.env.latest(side);
            if self.out.ty(side) == Type::Int {
                return side;
            }
            let int = self.emit(Op::Guard { value: side, state }, Type::Int, site);
            self.env.refine(side, int);
            int
        })
    }

    /// The state in which the interpreter can do an operation whose operands were evaluated. A
    /// right operand that is only read it reads again.
    fn state_before(&mut self, id: NodeId, [left, right]: [Value; 2]) -> StateId {
        let Node::Binary { lhs, rhs, slot, keeps, .. } = self.source.node(id) else {
            unreachable!("only used for operators");
        };
        let resume = if keeps { Resume::After(rhs, right) } else { Resume::After(lhs, left) };
        let slots = self.snapshot(slot + keeps as u32);
        self.state(resume, slots)
    }

    /// The operation on any values, by the runtime.
    fn generic(&mut self, op: BinaryOp, sides: [Value; 2], site: Site) -> Value {
        let [lhs, rhs] = sides.map(|side| self.tagged(side, site));
        let is_arithmetic = matches!(
            op,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem
        );
        let ty = if is_arithmetic { Type::Tagged } else { Type::Bool };
        self.emit(Op::Generic(op, lhs, rhs), ty, site)
    }
}
