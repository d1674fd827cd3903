//! Core: the resolved program that every tier starts from.
//!
//! Names are gone: a variable is a slot of the frame, a capture of the closure or a
//! global. Closures list exactly what they capture, tail positions are marked, known
//! callees are named. Each function owns its nodes, in post-order like the syntax tree's:
//! what walks them bottom-up is one loop, and nothing recurses.
//!
//! # Frames
//! Slots are assigned statically. At every node the live slots of the frame are those
//! below the node's *depth*; variables, outgoing arguments and operands that must
//! survive the evaluation of their neighbours take the next slot. A callee's frame
//! begins at the slot where the caller has put the arguments, so calling copies nothing,
//! and a collector finds all roots below the deepest frame's depth.
//!
//! # Globals
//! The program's own body runs once, so its variables that functions mention are not
//! captured: they live in the first slots of the first frame for the whole run.

mod early_return;
mod lower;
mod names;
mod operands;
mod print;
mod resolve;
mod specialize;
mod verify;

use crate::syntax::ast::{self, BinaryOp, Symbol};

pub use early_return::{EarlyReturn, Leaf};
pub use lower::lower;
pub use names::Names;
pub use print::{lines, print};
pub use specialize::specialize;
pub use verify::verify;

/// A function of a [`Program`], by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FunctionId(u32);

impl FunctionId {
    /// The program's own body.
    pub const MAIN: FunctionId = FunctionId(0);

    /// The id of the `index`th function.
    ///
    /// # Panics
    /// If `index` does not fit 32 bits; a syntax tree has fewer nodes.
    pub fn new(index: usize) -> Self {
        FunctionId(u32::try_from(index).expect("fewer functions than nodes of a syntax tree"))
    }

    /// The place in the program.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A node of a [`Function`], by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(u32);

impl NodeId {
    /// The id of the `index`th node.
    ///
    /// # Panics
    /// If `index` does not fit 32 bits.
    pub fn new(index: usize) -> Self {
        NodeId(u32::try_from(index).expect("fewer nodes than 2^32"))
    }

    /// The place in the function.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A slot of a frame.
pub type Slot = u32;

/// Where a variable is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// In the running function's frame.
    Local(Slot),
    /// Among the values that the running closure captured.
    Capture(u32),
    /// In the program's first frame.
    Global(Slot),
    /// The running closure itself.
    This,
}

/// What is known of a call's callee before anything runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Nothing: it may be anything, with any number of parameters.
    Unknown,
    /// A function that captures nothing; its parameters match the arguments.
    Static(FunctionId),
    /// A closure of this function; its parameters match the arguments.
    Closure(FunctionId),
}

impl Target {
    /// Whether a call needs the callee's value.
    pub fn needs_callee(self) -> bool {
        !matches!(self, Target::Static(_))
    }
}

/// A run of [`NodeId`]s in a function: the arguments of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List {
    start: u32,
    len: u32,
}

/// A run of [`Statement`]s in a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Statements {
    start: u32,
    len: u32,
}

/// What a statement does with its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bind {
    /// Nothing.
    Discard,
    /// It becomes a variable of the frame.
    Local(Slot),
    /// It becomes a global.
    Global(Slot),
    /// It fills the cell in a slot, which closures made earlier may have captured.
    Cell(Slot),
}

/// One `let` of a chain, or a parameter that a self tail call changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Statement {
    /// What becomes of the value.
    pub bind: Bind,
    /// The value.
    pub value: NodeId,
}

/// An operation, whose operands are nodes before it.
///
/// Where a node has a `slot`, it is the function's depth there: the first slot that is
/// free for the node's own use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    /// An integer.
    Int(i32),
    /// A truth value.
    Bool(bool),
    /// A string literal.
    Str(Symbol),
    /// The one closure of a function that captures nothing.
    Function(FunctionId),
    /// A variable that is bound whenever this is evaluated.
    Read(Place),
    /// A hoisted variable, perhaps before its `let`.
    ReadHoisted {
        /// Where it is.
        place: Place,
        /// Whether the place holds a cell rather than the value.
        cell: bool,
        /// What it is called.
        name: Symbol,
    },
    /// A name that nothing binds: an error.
    Unbound(Symbol),
    /// An empty cell, for a hoisted variable inside a function.
    NewCell {
        /// The depth.
        slot: Slot,
    },
    /// A new closure; [`Function::captures`] says of what.
    Closure {
        /// Of which function.
        function: FunctionId,
        /// The depth; the captured values are gathered from there.
        slot: Slot,
    },
    /// Statements, and the value after them.
    Block {
        /// In order.
        statements: Statements,
        /// The block's value.
        result: NodeId,
    },
    /// A choice.
    If {
        /// A Bool, or an error.
        condition: NodeId,
        /// The value if it is true.
        then: NodeId,
        /// The value if it is false.
        otherwise: NodeId,
    },
    /// `&&` or `||`: the right side is evaluated only if the left does not decide.
    Logic {
        /// `&&` rather than `||`.
        and: bool,
        /// The left side.
        lhs: NodeId,
        /// The right side.
        rhs: NodeId,
    },
    /// Any other binary operator; never `&&` or `||`.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Evaluated first.
        lhs: NodeId,
        /// Evaluated second.
        rhs: NodeId,
        /// The depth; keeps the left value while the right is evaluated, if `keeps`.
        slot: Slot,
        /// Whether evaluating the right side is more than reading it.
        keeps: bool,
    },
    /// A new pair.
    Tuple {
        /// Evaluated first.
        first: NodeId,
        /// Evaluated second.
        second: NodeId,
        /// The depth; keeps the first value while the second is evaluated, if `keeps`.
        slot: Slot,
        /// Whether evaluating the second value is more than reading it.
        keeps: bool,
    },
    /// The first value of a pair.
    First(NodeId),
    /// The second value of a pair.
    Second(NodeId),
    /// Prints a value and is that value.
    Print(NodeId),
    /// A call of any function but, in tail position, the function itself.
    Call {
        /// What is known of the callee.
        target: Target,
        /// The callee's value; none is needed for a static target.
        callee: Option<NodeId>,
        /// Whether the callee is evaluated first and kept in `slot`, with the callee's
        /// frame behind it. Otherwise it is a variable or a constant and can as well be
        /// evaluated after the arguments.
        keeps: bool,
        /// Evaluated in order, into the first slots of the callee's frame.
        arguments: List,
        /// The depth.
        slot: Slot,
        /// Whether the call's value is the function's.
        tail: bool,
    },
    /// A tail call of the function by itself: renews parameters, once all values are
    /// there, and runs the body again.
    Repeat {
        /// The parameters that change, in order; the others keep their values.
        changes: Statements,
        /// The depth; the new values are gathered from there.
        slot: Slot,
    },
}

/// A function of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// The name that its `let` gives it.
    pub name: Option<Symbol>,
    /// Its node in the syntax tree; the program's root for [`FunctionId::MAIN`].
    pub origin: ast::NodeId,
    /// How many arguments it takes.
    pub parameters: u32,
    /// Where the maker of a closure finds the values to capture, in order.
    pub captures: Vec<Place>,
    /// Which of them are cells of hoisted variables rather than values.
    pub captured_cells: Vec<bool>,
    /// Whether the slot behind the parameters, which begin at slot 0, holds the closure
    /// itself. True iff it captures something.
    pub takes_self: bool,
    /// How many slots its frame uses at most.
    pub frame: u32,
    nodes: Vec<Node>,
    origins: Vec<ast::NodeId>,
    lists: Vec<NodeId>,
    statements: Vec<Statement>,
}

impl Function {
    /// The nodes in post-order; the last one is the body.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (NodeId, Node)> + '_ {
        self.nodes.iter().enumerate().map(|(i, &node)| (NodeId::new(i), node))
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// The syntax that a node comes from.
    pub fn origin_of(&self, id: NodeId) -> ast::NodeId {
        self.origins[id.index()]
    }

    /// The node whose value is the function's.
    ///
    /// # Panics
    /// If the function was never lowered.
    pub fn body(&self) -> NodeId {
        NodeId::new(self.nodes.len().checked_sub(1).expect("a function has a body"))
    }

    /// The nodes of a list.
    pub fn list(&self, list: List) -> &[NodeId] {
        &self.lists[list.start as usize..][..list.len as usize]
    }

    /// Keeps statements for a node to be pushed.
    fn push_statements(&mut self, statements: impl IntoIterator<Item = Statement>) -> Statements {
        let start = self.statements.len() as u32;
        self.statements.extend(statements);
        Statements { start, len: self.statements.len() as u32 - start }
    }

    /// The statements of a block.
    pub fn statements(&self, statements: Statements) -> &[Statement] {
        &self.statements[statements.start as usize..][..statements.len as usize]
    }
}

/// A resolved program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    /// Every function; the first is the program's body.
    pub functions: Vec<Function>,
    /// How many globals there are, in the first slots of the first frame.
    pub globals: u32,
}

impl Program {
    /// A function.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }
}
