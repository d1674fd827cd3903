//! Which Tagged values are always of one type: an optimistic search.
//!
//! At first nothing is known to have any type at all. Then types flow from boxes, through operators
//! and jumps, until nothing changes: a parameter of a loop is an Int if its first argument is one
//! and every round makes an Int from it, though the rounds prove that of each other.

use super::refine::Passed;
use crate::ssa::analysis::{Edge, Graph};
use crate::ssa::{Block, Context, Function, Op, Type, Value};
use crate::syntax::ast::BinaryOp;

/// What has been found of a value. Only ever goes down this list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// No value yet.
    Nothing,
    /// Values of this type only.
    One(Type),
    /// Values of several types, or of any.
    Many,
}

impl Found {
    fn meet(self, other: Found) -> Found {
        match (self, other) {
            (Found::Nothing, found) | (found, Found::Nothing) => found,
            (Found::One(one), Found::One(other)) if one == other => self,
            _ => Found::Many,
        }
    }
}

/// Finds, by value, which Tagged values are always of one type. Takes it for granted that what the
/// `assumed` jumps pass at these places is an Int.
pub fn solve(
    function: &Function,
    context: &Context<'_>,
    graph: &Graph,
    passed: &Passed,
    assumed: &[(Edge, usize)],
) -> Vec<Found> {
    let count = function.values.len();
    let (found, users) = (vec![Found::Nothing; count], vec![Vec::new(); count]);
    let lenient = context.lenient;
    let mut solve = Solve { function, lenient, found, users, changed: Vec::new() };
    for &block in graph.order() {
        solve.enter(block, graph, passed, assumed);
    }
    solve.run();
    solve.found
}

struct Solve<'a> {
    function: &'a Function,
    lenient: bool,
    found: Vec<Found>,
    /// By value: parameters that get it as an argument, and operators on it.
    users: Vec<Vec<Value>>,
    /// Values whose users have not been told yet.
    changed: Vec<Value>,
}

impl Solve<'_> {
    fn enter(&mut self, block: Block, graph: &Graph, passed: &Passed, assumed: &[(Edge, usize)]) {
        let data = self.function.block(block);
        for (at, &parameter) in data.parameters.iter().enumerate() {
            if block == Block::ENTRY || self.function.ty(parameter) != Type::Tagged {
                self.find(parameter, Found::Many);
                continue;
            }
            for &edge in graph.incoming(block) {
                if assumed.contains(&(edge, at)) {
                    self.find(parameter, Found::One(Type::Int));
                } else if let Some(typed) = passed.get(edge, at) {
                    self.find(parameter, Found::One(self.function.ty(typed)));
                } else {
                    let argument = self.function.jump(edge).arguments[at];
                    self.users[argument.0 as usize].push(parameter);
                }
            }
        }
        data.body.iter().for_each(|&value| self.instruction(value));
    }

    fn instruction(&mut self, value: Value) {
        match self.function.instruction(value).op {
            Op::Box(inner) => self.find(value, Found::One(self.function.ty(inner))),
            Op::Generic(op, lhs, rhs) => {
                self.users[lhs.0 as usize].push(value);
                self.users[rhs.0 as usize].push(value);
                self.generic(value, op, lhs, rhs);
            }
            _ => self.find(value, Found::Many),
        }
    }

    fn find(&mut self, value: Value, found: Found) {
        let place = &mut self.found[value.0 as usize];
        let all = place.meet(found);
        if *place != all {
            *place = all;
            self.changed.push(value);
        }
    }

    /// Each value changes at most twice, and tells each of its users in constant time.
    fn run(&mut self) {
        while let Some(value) = self.changed.pop() {
            for at in 0..self.users[value.0 as usize].len() {
                let user = self.users[value.0 as usize][at];
                match self.function.instruction(user).op {
                    Op::Generic(op, lhs, rhs) => self.generic(user, op, lhs, rhs),
                    _ => self.find(user, self.found[value.0 as usize]),
                }
            }
        }
    }

    /// What an operator makes of what its operands are.
    fn generic(&mut self, value: Value, op: BinaryOp, lhs: Value, rhs: Value) {
        use Found::{Many, Nothing, One};
        let operands = (self.found[lhs.0 as usize], self.found[rhs.0 as usize]);
        let found = match (op, operands) {
            (BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem, _) => One(Type::Int),
            (_, (Nothing, _) | (_, Nothing)) => Nothing,
            (BinaryOp::Add, (One(Type::Int), One(Type::Int))) => One(Type::Int),
            (BinaryOp::Add, (One(Type::Str), One(Type::Int | Type::Str)))
            | (BinaryOp::Add, (One(Type::Int), One(Type::Str))) => One(Type::Str),
            (BinaryOp::Add, (One(Type::Str), _) | (_, One(Type::Str))) if self.lenient => {
                One(Type::Str)
            }
            _ => Many,
        };
        self.find(value, found);
    }
}
