//! Functions made by hand for the tests of passes.

use crate::core::{self, FunctionId, Slot};
use crate::flow::{self, Facts};
use crate::ssa::{
    Block, BlockData, Context, End, Function, Jump, Op, Resume, State, StateId, Type, Value,
};
use crate::syntax::ast::{self, Ast, BinaryOp};

/// A program for a [`Context`].
pub struct Source {
    ast: Ast,
    program: core::Program,
    facts: Facts,
}

impl Source {
    /// The program of a source text.
    pub fn new(text: &str) -> Source {
        let ast = crate::syntax::parser::parse("test", text).expect("the source is a program");
        let program = core::lower(&ast).expect("few captures");
        let facts = flow::analyze(&program, false);
        Source { ast, program, facts }
    }

    /// The context that passes look at.
    pub fn context(&self) -> Context<'_> {
        Context::new(&self.program, &self.facts, &self.ast)
    }
}

/// Makes a function, block by block.
pub struct Maker {
    function: Function,
    block: Block,
    /// What states say is in the frame.
    pub slots: Vec<Option<Value>>,
}

impl Maker {
    /// Begins a function with parameters of these types.
    pub fn new<const N: usize>(parameters: [Type; N]) -> (Maker, [Value; N]) {
        let function = Function::new(FunctionId::MAIN);
        let mut make = Maker { function, block: Block::ENTRY, slots: Vec::new() };
        let (_, parameters) = make.block(parameters);
        make.slots = parameters.iter().copied().map(Some).collect();
        (make, parameters)
    }

    /// Adds a block with parameters of these types. Instructions go to it once it is chosen
    /// with [`at`](Maker::at).
    pub fn block<const N: usize>(&mut self, parameters: [Type; N]) -> (Block, [Value; N]) {
        let parameters = parameters.map(|ty| self.value(Op::Parameter, ty));
        let block = Block(self.function.blocks.len() as u32);
        self.function.blocks.push(BlockData {
            parameters: parameters.to_vec(),
            body: Vec::new(),
            end: End::Unreachable,
        });
        (block, parameters)
    }

    /// What comes now goes to this block.
    pub fn at(&mut self, block: Block) {
        self.block = block;
    }

    fn value(&mut self, op: Op, ty: Type) -> Value {
        let site = ast::NodeId::new(0).into();
        self.function.add(op, ty, site)
    }

    /// Adds an instruction.
    pub fn op(&mut self, op: Op, ty: Type) -> Value {
        let value = self.value(op, ty);
        self.function.blocks[self.block.0 as usize].body.push(value);
        value
    }

    pub fn int(&mut self, int: i32) -> Value {
        self.op(Op::Int(int), Type::Int)
    }

    pub fn bool(&mut self, bool: bool) -> Value {
        self.op(Op::Bool(bool), Type::Bool)
    }

    pub fn copy(&mut self, value: Value) -> Value {
        self.op(Op::Copy(value), self.function.ty(value))
    }

    pub fn boxed(&mut self, value: Value) -> Value {
        self.op(Op::Box(value), Type::Tagged)
    }

    pub fn add(&mut self, lhs: Value, rhs: Value) -> Value {
        self.op(Op::Arith(BinaryOp::Add, lhs, rhs), Type::Int)
    }

    pub fn compare(&mut self, op: BinaryOp, lhs: Value, rhs: Value) -> Value {
        self.op(Op::Compare(op, lhs, rhs), Type::Bool)
    }

    pub fn print(&mut self, value: Value) -> Value {
        self.op(Op::Print(value), Type::Nothing)
    }

    /// A guard that a value is of a type. Its state is of the present slots.
    pub fn guard(&mut self, value: Value, ty: Type) -> Value {
        let state = StateId(self.function.states.len() as u32);
        let resume = Resume::After(core::NodeId::new(0), value);
        let function = FunctionId::MAIN;
        let slots = self.slots.clone();
        self.function.states.push(State { function, caller: None, resume, slots });
        self.op(Op::Guard { value, state }, ty)
    }

    pub fn set_global(&mut self, slot: Slot, value: Value) -> Value {
        self.op(Op::SetGlobal(slot, value), Type::Nothing)
    }

    pub fn end(&mut self, end: End) {
        self.function.blocks[self.block.0 as usize].end = end;
    }

    pub fn jump<const N: usize>(&mut self, to: Block, arguments: [Value; N]) {
        self.end(End::Jump(Jump { to, arguments: arguments.to_vec() }));
    }

    pub fn branch(&mut self, condition: Value, then: Block, otherwise: Block) {
        let jump = |to| Jump { to, arguments: Vec::new() };
        self.end(End::Branch { condition, then: jump(then), otherwise: jump(otherwise) });
    }

    /// Ends the block with a return of a Tagged value, and the function.
    pub fn returns(mut self, value: Value) -> Function {
        self.end(End::Return(value));
        self.function
    }

    /// The function.
    pub fn finish(self) -> Function {
        self.function
    }
}

/// The instructions of the blocks that are reached, in order.
pub fn ops(function: &Function) -> Vec<Op> {
    let graph = crate::ssa::analysis::Graph::new(function);
    let bodies = graph.order().iter().flat_map(|&block| &function.block(block).body);
    bodies.map(|&value| function.instruction(value).op.clone()).collect()
}
