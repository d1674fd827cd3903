//! The optimiser's IR: SSA with block parameters and typed values.
//!
//! A [`Function`] is made from one function of Core, with what is proven of it
//! ([`flow`](crate::flow)) and what was seen of it (the profile). Every instruction is a
//! value, some of type [`Type::Nothing`]. Ints and Bools are *unboxed*; a value of type
//! [`Type::Tagged`] can be anything that a program can see, in the runtime's
//! representation, and so is anything that is stored, captured, or passed to who is not
//! known.
//!
//! Values are immutable and functions only print, fail, allocate or diverge: every
//! instruction but those that [`Op::has_effect`] can be shared, moved or left out.
//!
//! # Checks, guards and exits
//! A *check* is part of the program: if it does not hold, the program fails with an error.
//! A *guard* is a guess of the compiler's: if it does not hold, the function *exits*, which
//! means that the interpreter continues from the guard's [`State`]. After either, the
//! value is known to be of its type.

pub mod analysis;
pub mod builder;
mod context;
pub mod counted;
pub mod loops;
mod operands;
pub mod passes;
mod print;
mod site;
mod state;
#[cfg(test)]
mod testing;
mod verify;
pub mod virtuals;

pub use builder::{Refusal, build};
pub use context::{Context, Profile, Profiles};
pub use passes::{PassSet, Switches};
pub use print::{Line, lines, print};
pub use site::{Scope, ScopeData, Site};
pub use state::{Resume, State, StateId};
pub use verify::verify;

use rustc_hash::FxHashMap;

use crate::core::{FunctionId, Slot};
use crate::syntax::ast::{self, BinaryOp, Symbol};

/// What is known of a value, and how it is represented.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// No value.
    Nothing,
    /// An unboxed Int.
    Int,
    /// An unboxed Bool.
    Bool,
    /// Any value of a program, in the runtime's representation.
    Tagged,
    /// A Tuple, in the runtime's representation.
    Tuple,
    /// A Str, in the runtime's representation.
    Str,
    /// A Closure, in the runtime's representation.
    Closure,
    /// The cell of a hoisted variable.
    Cell,
    /// A Tagged value or the mark of an unbound variable: what a cell or a global that may not
    /// be bound yet holds.
    Maybe,
}

impl Type {
    /// Whether a value of the type can point into the heap, and so must be in a root when
    /// the collector runs.
    pub fn needs_root(self) -> bool {
        !matches!(self, Type::Nothing | Type::Int | Type::Bool)
    }

    /// Whether a value of the type is a program's value in the runtime's representation.
    pub fn is_tagged(self) -> bool {
        matches!(self, Type::Tagged | Type::Tuple | Type::Str | Type::Closure)
    }
}

/// A value of a [`Function`], by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Value(pub u32);

/// A block of a [`Function`], by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Block(pub u32);

impl Block {
    /// Where a function begins. Its parameters are the function's: the closure itself, if
    /// it takes itself, of type [`Type::Closure`], then the arguments. Nothing jumps there.
    pub const ENTRY: Block = Block(0);
}

/// Who is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    /// This function, which takes as many arguments as are passed. If it takes itself,
    /// the closure is there.
    Known {
        /// Which function.
        function: FunctionId,
        /// Its closure, of type [`Type::Closure`].
        closure: Option<Value>,
    },
    /// Whatever this Closure is, which is proven to take as many arguments as are passed.
    Fitting(Value),
    /// Whatever this Tagged value is. The call fails if it is no Closure or takes another
    /// number of arguments.
    Unknown(Value),
}

impl Callee {
    /// Whether it is known to be this function.
    pub fn is(&self, id: FunctionId) -> bool {
        matches!(self, Callee::Known { function, .. } if *function == id)
    }
}

/// Why a check fails a program; decides the message and what it blames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Demand {
    /// The condition of an `if` must be a Bool.
    Condition,
    /// The left (`first`) or right operand of `&&` (`and`) or `||` must be a Bool.
    Logic {
        /// `&&` rather than `||`.
        and: bool,
        /// The left operand rather than the right one.
        left: bool,
    },
    /// `first` takes a Tuple.
    First,
    /// `second` takes a Tuple.
    Second,
}

/// What sort of object an object is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shape {
    /// A pair.
    Tuple,
    /// A closure of a function.
    Closure(FunctionId),
}

/// What a value is made by. Operands are of the types that the comments say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Op {
    /// A parameter of a block.
    Parameter,
    /// Another value; left behind by passes, gone after dead code elimination.
    Copy(Value),

    /// An Int.
    Int(i32),
    /// A Bool.
    Bool(bool),
    /// A string literal: a Str.
    Str(Symbol),
    /// The one closure of a function that captures nothing: a Closure.
    Function(FunctionId),

    /// An Int or Bool as a Tagged value; also forgets the type of a Tuple, Str or Closure.
    Box(Value),
    /// A Tagged value that is proven to be of this value's type (Int, Bool, Tuple, Str or
    /// Closure), as that. Never fails.
    Unbox(Value),
    /// A Tagged value that is guessed to be of this value's type, as that.
    Guard {
        /// The Tagged value.
        value: Value,
        /// Where to continue if the guess is wrong.
        state: StateId,
    },
    /// A Tagged value that must be of this value's type, as that; otherwise the program
    /// fails.
    Check {
        /// The Tagged value.
        value: Value,
        /// Why it must.
        demand: Demand,
        /// What it is proven to be one of.
        among: crate::flow::Kinds,
    },
    /// The left (or right) operand of an operator that takes nothing but Ints, as an Int;
    /// otherwise the program fails. Both operands are Tagged, for the message.
    CheckInt {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        lhs: Value,
        /// The right operand.
        rhs: Value,
        /// Whether this is about the left operand.
        left: bool,
    },
    /// A point at which tests may force an exit. Nothing.
    Probe(StateId),

    /// `+`, `-` or `*` of two Ints, wrapping around: an Int.
    Arith(BinaryOp, Value, Value),
    /// `/` or `%` of two Ints: an Int. Fails if the right one is 0.
    Divide(BinaryOp, Value, Value),
    /// An Int divided by two to this power, rounding down rather than towards 0: an Int.
    ShiftRight(Value, u8),
    /// A comparison of two Ints: a Bool.
    Compare(BinaryOp, Value, Value),
    /// `==` or `!=` of two Bools: a Bool.
    CompareBool(BinaryOp, Value, Value),
    /// Any operator but `&&` and `||` on two Tagged values: Tagged, or a Bool if the
    /// operator is a comparison. Can fail and allocate.
    Generic(BinaryOp, Value, Value),
    /// `a + (b + …)` of two and more Tagged values, each `+` of which concatenates or fails: a
    /// Str. The places of the operators inside are those right before this one's, in order.
    Concat(Box<[Value]>),

    /// A new pair of two Tagged values: a Tuple.
    Tuple(Value, Value),
    /// The first value of a Tuple: Tagged.
    First(Value),
    /// The second value of a Tuple: Tagged.
    Second(Value),

    /// A new closure of a function that captures these Tagged values, Maybes or Cells: a
    /// Closure.
    Closure(FunctionId, Box<[Value]>),
    /// Whether a Closure is one of this function: a Bool.
    IsFunction(Value, FunctionId),
    /// What a Closure captured at an index: Tagged, Maybe or Cell.
    Capture(Value, u32),
    /// An object that consists of these values, of any type, and that only exits make: nothing
    /// but states and other such objects refer to it. A Tuple or Closure.
    Virtual(Shape, Box<[Value]>),
    /// A new, empty Cell.
    NewCell,
    /// What a Cell holds: Maybe.
    ReadCell(Value),
    /// Fills a Cell with a Tagged value. Nothing.
    FillCell(Value, Value),
    /// What a global holds: Tagged if it is bound for certain, otherwise Maybe.
    Global(Slot),
    /// Binds a global to a Tagged value. Nothing.
    SetGlobal(Slot, Value),
    /// A Maybe that must be bound by now, as a Tagged value; otherwise the program fails. The
    /// name is the variable's.
    CheckBound(Value, Symbol),

    /// A call with Tagged arguments for an unknown callee; for a known one each argument
    /// is of the type that [`parameter_type`] gives. Its value is Tagged, or what is
    /// proven of the result: an Int, Bool, Tuple, Str or Closure.
    Call(Callee, Box<[Value]>),
    /// Prints a Tagged value. Nothing.
    Print(Value),

    /// How many more calls of [`FRAME_BYTES`] each the stack has room for: an Int, negative if
    /// there is none. The same everywhere in a function.
    StackRoom,
    /// Fails the program with a stack overflow if an Int is negative. Nothing.
    CheckStack(Value),

    /// Counts a call of a function, and fails the program if it is one too many. Nothing.
    Fuel,
}

/// The stack that a call takes where it has become a jump, in bytes: about as much as the smallest
/// compiled functions do.
pub const FRAME_BYTES: u32 = 64;

impl Op {
    /// Whether evaluating it can be noticed: it prints, fails, calls, exits or writes. Such
    /// instructions are neither left out nor moved; all others are.
    pub fn has_effect(&self) -> bool {
        matches!(
            self,
            Op::Guard { .. }
                | Op::Check { .. }
                | Op::CheckInt { .. }
                | Op::Probe(_)
                | Op::Divide(..)
                | Op::Generic(..)
                | Op::Concat(_)
                | Op::FillCell(..)
                | Op::SetGlobal(..)
                | Op::CheckBound(..)
                | Op::Call(..)
                | Op::Print(_)
                | Op::CheckStack(_)
                | Op::Fuel
        )
    }
}

/// A value: what makes it, its type, its place in the syntax tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// What makes it.
    pub op: Op,
    /// Its type.
    pub ty: Type,
    /// Where errors in it are said to be; also for annotations.
    pub site: Site,
}

/// A jump to a block, with a value for each of its parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Jump {
    /// The block.
    pub to: Block,
    /// As many values as it has parameters, of their types.
    pub arguments: Vec<Value>,
}

/// How a block ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// It goes on elsewhere.
    Jump(Jump),
    /// It goes on where a Bool says.
    Branch {
        /// The Bool.
        condition: Value,
        /// Where, if it is true.
        then: Jump,
        /// Where, if it is false.
        otherwise: Jump,
    },
    /// The function returns a Tagged value.
    Return(Value),
    /// The function's value is that of a call, which takes the function's place. Arguments as
    /// for [`Op::Call`]. Calls of the function itself are jumps to its loop instead.
    TailCall {
        /// Who is called.
        callee: Callee,
        /// With what.
        arguments: Box<[Value]>,
        /// The call.
        site: Site,
    },
    /// The program fails: nothing binds the name.
    Unbound {
        /// The name.
        name: Symbol,
        /// Where it is read.
        site: Site,
    },
    /// Cannot be reached, as the facts prove (a call before it never returns).
    Unreachable,
}

/// Instructions that run one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockData {
    /// Its parameters; their [`Op`] is [`Op::Parameter`].
    pub parameters: Vec<Value>,
    /// Its instructions, in order.
    pub body: Vec<Value>,
    /// What comes then.
    pub end: End,
}

/// A function in SSA form. Blocks that nothing reaches may be there and count for nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Which function of Core.
    pub id: FunctionId,
    /// By [`Block`].
    pub blocks: Vec<BlockData>,
    /// By [`Value`]. What is in no block's `body` or `parameters` counts for nothing.
    pub values: Vec<Instruction>,
    /// By [`StateId`].
    pub states: Vec<State>,
    /// By [`Scope`].
    pub scopes: Vec<ScopeData>,
    /// Of calls that can be inlined: the state of the interpreter that waits for the callee to return.
    /// Only there until calls have been inlined.
    pub waiting: FxHashMap<Value, StateId>,
    /// Of calls in the function's own body: the only function that the profile has seen there. Only
    /// there until [`devirtualize`](passes) has run.
    pub seen: FxHashMap<ast::NodeId, FunctionId>,
}

/// The representation in which a known function takes a parameter: unboxed if it is proven
/// to be an Int or a Bool, otherwise Tagged. (A proven Tuple, Str or Closure is passed as
/// Tagged and is an [`Op::Unbox`] away.)
pub fn parameter_type(kinds: crate::flow::Kinds) -> Type {
    match kinds.single() {
        Some(galo_runtime::Kind::Int) => Type::Int,
        Some(galo_runtime::Kind::Bool) => Type::Bool,
        _ => Type::Tagged,
    }
}

/// The type of a value of which this is proven.
pub fn proven_type(kinds: crate::flow::Kinds) -> Type {
    use galo_runtime::Kind;
    match kinds.single() {
        Some(Kind::Int) => Type::Int,
        Some(Kind::Bool) => Type::Bool,
        Some(Kind::Str) => Type::Str,
        Some(Kind::Tuple) => Type::Tuple,
        Some(Kind::Closure) => Type::Closure,
        None => Type::Tagged,
    }
}

impl Function {
    /// A function without any blocks yet.
    pub fn new(id: FunctionId) -> Function {
        Function {
            id,
            blocks: Vec::new(),
            values: Vec::new(),
            states: Vec::new(),
            scopes: vec![ScopeData { function: id, caller: None }],
            waiting: FxHashMap::default(),
            seen: FxHashMap::default(),
        }
    }

    /// Makes a value, which is in no block yet.
    pub fn add(&mut self, op: Op, ty: Type, site: Site) -> Value {
        let value = Value(self.values.len() as u32);
        self.values.push(Instruction { op, ty, site });
        value
    }

    /// The Int that a value is, if it is a constant.
    pub fn int(&self, value: Value) -> Option<i32> {
        match self.instruction(value).op {
            Op::Int(int) => Some(int),
            _ => None,
        }
    }

    /// What was boxed, if the value is a `Box`; otherwise the value.
    pub fn unboxed(&self, value: Value) -> Value {
        match self.instruction(value).op {
            Op::Box(inner) => inner,
            _ => value,
        }
    }

    /// An instruction.
    pub fn instruction(&self, value: Value) -> &Instruction {
        &self.values[value.0 as usize]
    }

    /// The type of a value.
    pub fn ty(&self, value: Value) -> Type {
        self.values[value.0 as usize].ty
    }

    /// A block.
    pub fn block(&self, block: Block) -> &BlockData {
        &self.blocks[block.0 as usize]
    }
}
