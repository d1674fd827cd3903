//! The tree that every technique starts from: names are resolved to frame slots, tail
//! calls are marked, and it is known which functions capture nothing.
//!
//! Slots are given out like a stack: at each point of a function, exactly the slots below
//! some `top` are live. `top` is not stored; a technique that compiles a tree counts it on
//! the way down, and a callee's frame starts there, right behind what its caller still
//! needs. The frame stack has no holes and no slot is ever read before it was written.
//!
//! A frame holds the parameters, then (for a function with captures) the closure itself as
//! a hidden last parameter, then the `let`s.

/// Identifies a function of a [`Program`].
pub type FunctionId = usize;

/// The index of a value in a frame.
pub type Slot = u16;

/// Arithmetic and comparison; both operands are Ints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Less,
    Equal,
}

/// An expression; evaluation order is left to right everywhere.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Expr {
    Int(i32),
    Slot(Slot),
    /// A captured value of the closure that is running.
    Capture(u16),
    /// A function without captures as a value; it is allocated once.
    Function(FunctionId),
    Binary(BinaryOp, Box<[Expr; 2]>),
    /// Condition, consequence, alternative.
    If(Box<[Expr; 3]>),
    /// `let` of a slot: value, body.
    Let(Slot, Box<[Expr; 2]>),
    Tuple(Box<[Expr; 2]>),
    First(Box<Expr>),
    Second(Box<Expr>),
    /// Makes a closure from the values that it captures.
    Closure(FunctionId, Vec<Expr>),
    /// A call, not in tail position, of a function that is known and captures nothing.
    Call(FunctionId, Vec<Expr>),
    /// The same in tail position: it must use no stack.
    TailCall(FunctionId, Vec<Expr>),
    /// A call of whatever the callee evaluates to, not in tail position.
    Apply(Box<Expr>, Vec<Expr>),
}

/// A function: its frame and its body.
#[derive(Clone, Debug)]
pub struct Function {
    /// How many arguments a call must pass.
    pub parameters: u16,
    /// Whether it captures anything, and so needs its closure behind the parameters.
    pub captures: bool,
    /// What a call evaluates to.
    pub body: Expr,
}

impl Function {
    /// The slot of the closure that is running.
    pub fn closure_slot(&self) -> Slot {
        self.parameters
    }

    /// The first slot that is free when the body starts. At least one, so that a callee's
    /// frame is always above its caller's: whatever recurses meets the end of the frame stack.
    pub fn top(&self) -> Slot {
        (self.parameters + self.captures as Slot).max(1)
    }
}

/// A whole program: evaluates a call of function 0 without arguments.
#[derive(Clone, Debug)]
pub struct Program {
    /// All functions; the first one is the program's entry.
    pub functions: Vec<Function>,
}

impl Expr {
    /// Whether evaluating this may read `slot` of the frame that it is evaluated in.
    pub fn reads(&self, slot: Slot) -> bool {
        let any = |exprs: &[Expr]| exprs.iter().any(|expr| expr.reads(slot));
        match self {
            Expr::Slot(read) => *read == slot,
            Expr::Int(_) | Expr::Function(_) => false,
            // Reads the closure's slot, wherever that is.
            Expr::Capture(_) => true,
            Expr::Binary(_, parts) | Expr::Let(_, parts) | Expr::Tuple(parts) => any(&parts[..]),
            Expr::If(parts) => any(&parts[..]),
            Expr::First(of) | Expr::Second(of) => of.reads(slot),
            Expr::Closure(_, parts) | Expr::Call(_, parts) | Expr::TailCall(_, parts) => any(parts),
            Expr::Apply(callee, arguments) => callee.reads(slot) || any(arguments),
        }
    }
}
