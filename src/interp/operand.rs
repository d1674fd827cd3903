//! The shapes of operands that are part of the node that uses them: reading one costs a
//! load or two, and no call.

use galo_runtime::{Machine, Value, closure};

use super::node::{Eval, Node};

/// A slot of the frame.
#[derive(Clone, Copy)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// Its address.
    #[inline(always)]
    pub(super) fn of(self, frame: *mut Value) -> *mut Value {
        frame.wrapping_add(self.0 as usize)
    }
}

impl Eval for Slot {
    const SIMPLE: bool = true;

    #[inline(always)]
    unsafe fn eval(&self, _: &mut Machine<'_>, frame: *mut Value) -> Value {
        *self.of(frame)
    }
}

/// A constant.
#[derive(Clone, Copy)]
pub(super) struct Const(pub(super) Value);

impl Eval for Const {
    const SIMPLE: bool = true;

    #[inline(always)]
    unsafe fn eval(&self, _: &mut Machine<'_>, _: *mut Value) -> Value {
        self.0
    }
}

/// A value that the running closure captured.
#[derive(Clone, Copy)]
pub(super) struct Capture {
    /// Where the running closure is.
    pub(super) closure: Slot,
    pub(super) index: u32,
}

impl Eval for Capture {
    const SIMPLE: bool = true;

    #[inline(always)]
    unsafe fn eval(&self, _: &mut Machine<'_>, frame: *mut Value) -> Value {
        closure::capture(*self.closure.of(frame), self.index as usize)
    }
}

/// A variable of the program's own body.
#[derive(Clone, Copy)]
pub(super) struct Global(pub(super) u32);

impl Eval for Global {
    const SIMPLE: bool = true;

    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, _: *mut Value) -> Value {
        *machine.base().wrapping_add(self.0 as usize)
    }
}

/// An operand of any shape, before a node is made for it.
#[derive(Clone, Copy)]
pub(super) enum Operand {
    Slot(Slot),
    Const(Const),
    Capture(Capture),
    Global(Global),
    Node(Node),
}
