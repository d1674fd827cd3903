//! What all nodes have in common.

use galo_runtime::{Machine, Value, VmCode};

/// Something that evaluates to a value or a signal.
pub(super) trait Eval: Copy + 'static {
    /// Cannot fail, has no effect and allocates nothing: may be evaluated before or after
    /// its neighbours.
    const SIMPLE: bool = false;

    /// Evaluates it.
    ///
    /// # Safety
    /// `frame` is a frame, in `machine`'s frame area, of the function that this was
    /// compiled for, with all slots below this node's depth holding values and room for
    /// as many slots as the function uses.
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value;
}

/// A node in the arena: its code, then its operands.
#[repr(C)]
struct InMemory<T> {
    code: VmCode,
    node: T,
}

/// Any node, by its address. One load less than a call through a `dyn` pointer's table.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(super) struct Node(*const VmCode);

impl Node {
    /// Puts a node into the arena.
    pub(super) fn new<T: Eval>(arena: &mut super::arena::Arena, node: T) -> Node {
        Node(arena.put(InMemory { code: run::<T>, node }).cast())
    }

    /// The code, to be given [`body`](Self::body).
    pub(super) fn code(self) -> VmCode {
        // SAFETY: a node begins with its code and lives as long as its arena.
        unsafe { *self.0 }
    }

    /// What the code is to be given.
    pub(super) fn body(self) -> *const () {
        self.0.cast()
    }
}

/// # Safety
/// `node` is an [`InMemory<T>`]; otherwise as for [`Eval::eval`].
unsafe fn run<T: Eval>(node: *const (), machine: &mut Machine<'_>, frame: *mut Value) -> Value {
    (*node.cast::<InMemory<T>>()).node.eval(machine, frame)
}

impl Eval for Node {
    #[inline(always)]
    unsafe fn eval(&self, machine: &mut Machine<'_>, frame: *mut Value) -> Value {
        (*self.0)(self.0.cast(), machine, frame)
    }
}
