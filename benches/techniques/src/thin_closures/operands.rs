//! The shapes of operands. Each is a value that knows how to evaluate itself; a node that is
//! generic over them has them inside, so that reading a slot costs a load and no call.

use super::{Closure, Header};
use crate::machine::Machine;
use crate::value::Value;

/// Something that evaluates to a value (or a sentinel).
pub(super) trait Eval: 'static {
    /// Cannot fail, has no effect and does not call anything: it may be evaluated before or
    /// after its neighbours.
    const SIMPLE: bool = false;

    /// # Safety
    /// `frame` is a frame of the function that this was compiled for, in `machine`'s frame
    /// stack, with every slot below this expression's `top` initialised.
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value;
}

/// A frame slot.
#[derive(Clone, Copy)]
pub(super) struct Slot(pub u32);

impl Eval for Slot {
    const SIMPLE: bool = true;

    #[inline(always)]
    unsafe fn eval(&self, _: &mut Machine, frame: *mut Value) -> Value {
        *frame.add(self.0 as usize)
    }
}

/// A constant.
#[derive(Clone, Copy)]
pub(super) struct Const(pub Value);

impl Eval for Const {
    const SIMPLE: bool = true;

    #[inline(always)]
    unsafe fn eval(&self, _: &mut Machine, _: *mut Value) -> Value {
        self.0
    }
}

/// A captured value of the closure that is running, which is in a slot.
#[derive(Clone, Copy)]
pub(super) struct Capture {
    pub closure: u32,
    pub index: u32,
}

impl Eval for Capture {
    const SIMPLE: bool = true;

    #[inline(always)]
    unsafe fn eval(&self, _: &mut Machine, frame: *mut Value) -> Value {
        Closure::of(*frame.add(self.closure as usize)).capture(self.index as usize)
    }
}

/// Any expression: a thin pointer to its node. The first word of a node is its code, so
/// that a call loads one word less than through a vtable.
#[derive(Clone, Copy)]
pub(super) struct Node(pub *const Header);

impl Eval for Node {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        ((*self.0).0)(self.0, machine, frame)
    }
}

/// An operand of one of these shapes, before a node is made for it.
pub(super) enum Operand {
    Slot(Slot),
    Const(Const),
    Capture(Capture),
    Node(Node),
}
