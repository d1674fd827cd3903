//! Calls that look before they leap: the base case of a recursion is decided by the caller.
//!
//! Many functions begin with `if (n < 2) { n } else { … }`: a comparison of their one
//! parameter with a constant, and one branch that is the parameter or a constant. Half of
//! fib's calls and the last of every simple recursion end there. A caller that knows the
//! function can make the comparison itself and save the call, and enter the function
//! behind the comparison otherwise.
//!
//! It is sound because the function is known and immutable, and because the branch that
//! is skipped to has no effect; an argument that is no Int, for which the comparison
//! would fail, takes the ordinary way. Calls decided so do not count as calls: counting
//! them would cost fib 20 %, and they are no reason to compile the function.

use galo_runtime::{Machine, Value, VmCode, VmFunction};

use super::calls::{enter, enter_with};
use super::node::Eval;
use super::operand::Slot;
use super::profile::{Policy, SiteRef};
use crate::core::{Function, Node, NodeId, Place};
use crate::syntax::ast::BinaryOp;

/// The Ints for which a function returns at once, and what it returns for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BaseCase {
    /// The Ints are `low` and as many after it as `len` says, wrapping around.
    low: i32,
    len: u32,
    /// The result is the argument's bits under the mask, and those of the constant.
    mask: i32,
    constant: i32,
}

impl BaseCase {
    /// The base case of a function, if it has one of this form.
    pub(super) fn of(function: &Function) -> Option<BaseCase> {
        Self::and_rest(function).map(|(base_case, _)| base_case)
    }

    /// What a function evaluates for an Int that is not its base case.
    pub(super) fn rest(function: &Function) -> Option<NodeId> {
        Self::and_rest(function).map(|(_, rest)| rest)
    }

    fn and_rest(function: &Function) -> Option<(BaseCase, NodeId)> {
        let Node::If { condition, then, otherwise } = function.node(function.body()) else {
            return None;
        };
        let Node::Binary { op, lhs, rhs, .. } = function.node(condition) else {
            return None;
        };
        let (Node::Read(Place::Local(0)), Node::Int(bound)) =
            (function.node(lhs), function.node(rhs))
        else {
            return None;
        };
        if function.parameters != 1 {
            return None;
        }
        if let Some((mask, constant)) = leaf(function, then) {
            let (low, len) = range(op, bound)?;
            return Some((BaseCase { low, len, mask, constant }, otherwise));
        }
        let (mask, constant) = leaf(function, otherwise)?;
        let (low, len) = range(negated(op)?, bound)?;
        Some((BaseCase { low, len, mask, constant }, then))
    }

    #[inline(always)]
    fn result(&self, n: i32) -> Option<Value> {
        let is_base = (n.wrapping_sub(self.low) as u32) < self.len;
        is_base.then(|| Value::int(n & self.mask | self.constant))
    }
}

/// A branch that is the parameter or an Int, as a mask and a constant.
fn leaf(function: &Function, branch: NodeId) -> Option<(i32, i32)> {
    match function.node(branch) {
        Node::Read(Place::Local(0)) => Some((-1, 0)),
        Node::Int(n) => Some((0, n)),
        _ => None,
    }
}

/// The Ints `n` for which `n op bound`, as the lowest and their number; none if there are
/// too few or too many to say so.
fn range(op: BinaryOp, bound: i32) -> Option<(i32, u32)> {
    let below = bound.wrapping_sub(i32::MIN) as u32;
    let above = i32::MAX.wrapping_sub(bound) as u32;
    match op {
        BinaryOp::Lt => Some((i32::MIN, below)),
        BinaryOp::Lte => Some((i32::MIN, below.checked_add(1)?)),
        BinaryOp::Gt => Some((bound.wrapping_add(1), above)),
        BinaryOp::Gte => Some((bound, above.checked_add(1)?)),
        BinaryOp::Eq => Some((bound, 1)),
        BinaryOp::Neq => Some((bound.wrapping_add(1), u32::MAX)),
        _ => None,
    }
}

/// The comparison that holds whenever `op` does not.
fn negated(op: BinaryOp) -> Option<BinaryOp> {
    match op {
        BinaryOp::Lt => Some(BinaryOp::Gte),
        BinaryOp::Lte => Some(BinaryOp::Gt),
        BinaryOp::Gt => Some(BinaryOp::Lte),
        BinaryOp::Gte => Some(BinaryOp::Lt),
        BinaryOp::Eq => Some(BinaryOp::Neq),
        BinaryOp::Neq => Some(BinaryOp::Eq),
        _ => None,
    }
}

/// A call of a known function with one parameter and a base case.
pub(super) struct BaseCall<A, P> {
    pub(super) function: *const VmFunction,
    pub(super) argument: A,
    pub(super) base_case: BaseCase,
    /// Where the callee's frame begins.
    pub(super) base: Slot,
    pub(super) site: SiteRef,
    pub(super) policy: std::marker::PhantomData<P>,
}

impl<A: Copy, P> Clone for BaseCall<A, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Copy, P> Copy for BaseCall<A, P> {}

/// The entry behind the base case.
#[inline(always)]
fn inner_code(function: &VmFunction) -> (VmCode, *const ()) {
    (function.inner_code.get(), function.inner_body.get())
}

impl<A: Eval, P: Policy> BaseCall<A, P> {
    /// # Safety
    /// As for [`Eval::eval`].
    #[cold]
    #[inline(never)]
    unsafe fn enter_at_start(
        &self,
        machine: &mut Machine<'_>,
        frame: *mut Value,
        argument: Value,
    ) -> Value {
        if argument.is_signal() {
            return argument;
        }
        let base = self.base.of(frame);
        *base = argument;
        enter::<P>(self.function, machine, base, self.site)
    }
}

impl<A: Eval, P: Policy> Eval for BaseCall<A, P> {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        let argument = self.argument.eval(machine, frame);
        if !argument.is_int() {
            return self.enter_at_start(machine, frame, argument);
        }
        if let Some(result) = self.base_case.result(argument.as_int_unchecked()) {
            return result;
        }
        let base = self.base.of(frame);
        *base = argument;
        enter_with::<P>(self.function, inner_code, machine, base, self.site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [i32; 9] = [i32::MIN, i32::MIN + 1, -2, -1, 0, 1, 7, i32::MAX - 1, i32::MAX];

    fn holds(op: BinaryOp, a: i32, b: i32) -> bool {
        match op {
            BinaryOp::Lt => a < b,
            BinaryOp::Lte => a <= b,
            BinaryOp::Gt => a > b,
            BinaryOp::Gte => a >= b,
            BinaryOp::Eq => a == b,
            _ => a != b,
        }
    }

    #[test]
    fn ranges_hold_exactly_the_ints_of_the_comparison() {
        use BinaryOp::*;
        for op in [Lt, Lte, Gt, Gte, Eq, Neq] {
            for bound in ALL {
                let Some((low, len)) = range(op, bound) else {
                    let all = ALL.iter().all(|&n| holds(op, n, bound));
                    assert!(all, "{op:?} {bound} has a range");
                    continue;
                };
                let base = BaseCase { low, len, mask: -1, constant: 0 };
                for n in ALL {
                    let expected = holds(op, n, bound).then_some(Value::int(n));
                    assert_eq!(base.result(n), expected, "{n} {op:?} {bound}");
                }
            }
        }
    }

    #[test]
    fn a_negated_comparison_holds_when_the_other_does_not() {
        use BinaryOp::*;
        for op in [Lt, Lte, Gt, Gte, Eq, Neq] {
            let negated = negated(op).unwrap();
            assert!(ALL.iter().all(|&n| holds(op, n, 0) != holds(negated, n, 0)));
        }
        assert_eq!(negated(Add), None);
    }
}
