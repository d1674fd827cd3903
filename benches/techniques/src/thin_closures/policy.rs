//! What can be switched on and off to see what it costs. Every node is generic over a
//! policy, so that each combination is compiled as if the others did not exist.

/// What a call compares before it enters a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StackCheck {
    /// Nothing: deep recursion crashes.
    None,
    /// The new frame against the end of the frame stack.
    Frame,
    /// The native stack pointer against its limit.
    Native,
}

/// When an operation notes the kinds of its operands if they are Ints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// Never: Int is what is left if nothing else has been noted.
    Never,
    /// Each time, with a read and a write.
    Always,
    /// Each time, with a read and a branch that is hardly ever taken.
    Once,
}

/// A set of choices.
pub trait Policy: Copy + 'static {
    /// Operands that are slots, constants or captures, and comparisons that are conditions,
    /// are part of the node that uses them.
    const FUSE: bool = true;
    /// Calls are part of the operation whose operand they are.
    const FUSE_CALLS: bool = false;
    /// How calls guard against endless recursion.
    const STACK: StackCheck = StackCheck::Frame;
    /// Calls and iterations count down the callee's fuel.
    const COUNT: bool = false;
    /// When an operation notes that its operands were Ints. Other kinds are noted by the slow
    /// paths in any case.
    const RECORD: Record = Record::Never;
    /// A left operand is kept in the frame, not in a register, while the right one runs.
    const SPILL: bool = false;
}

macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident { $($constant:ident: $type:ty = $value:expr),* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Policy for $name { $(const $constant: $type = $value;)* }
    )*};
}

policies! {
    /// The baseline: fused operands, a check against the end of the frame stack.
    Standard {}
    /// No fusion at all: one node for each node of the tree.
    Unfused { FUSE: bool = false }
    /// Even calls are fused into the operations that use them.
    FusedCalls { FUSE_CALLS: bool = true }
    /// No stack check.
    Unchecked { STACK: StackCheck = StackCheck::None }
    /// A check against the end of the native stack.
    NativeCheck { STACK: StackCheck = StackCheck::Native }
    /// Calls and iterations counted, kinds noted in slow paths.
    Counting { COUNT: bool = true }
    /// Calls and iterations counted, Ints noted by every operation.
    Recording { COUNT: bool = true, RECORD: Record = Record::Always }
    /// Calls and iterations counted, Ints noted where they have not been.
    RecordingOnce { COUNT: bool = true, RECORD: Record = Record::Once }
    /// Left operands kept in the frame.
    Spilling { SPILL: bool = true }
}
