//! From the tree to nodes: picks the instantiation for the shapes of each node's operands.
//!
//! Compilation is driven by destinations: the node that is made either returns its value,
//! or puts it into a slot and goes on with the body of a `let`. So `let` costs no node.

use super::calls::{Apply, Call, Repeat1, Repeat2, TailCall};
use super::nodes::{
    Add, Binary, Equal, Field, If, InMemory, Less, Let, Loop, MakeClosure, Mul, Sub, Tuple,
};
use super::operands::{Capture, Const, Eval, Node, Operand, Slot};
use super::policy::Policy;
use super::shapes::{
    Argument, Comparison, binary, int, slot, with_argument, with_leaf, with_operand, with_test,
};
use super::{Function, Header};
use crate::arena::Arena;
use crate::ir::{self, BinaryOp, Expr, FunctionId, Program};
use crate::value::Value;
use std::cell::Cell;
use std::marker::PhantomData;

/// Compiles all functions; the second result is the entry, and lives in the first.
pub(super) fn compile<P: Policy>(program: &Program) -> (Arena, *mut Function) {
    let mut arena = Arena::default();
    let unset = Function { run: unset, body: std::ptr::null(), fuel: i32::MAX, arity: 0 };
    let functions: Vec<_> = program.functions.iter().map(|_| arena.put(unset)).collect();
    for (id, function) in program.functions.iter().enumerate() {
        let mut compiler = Compiler::<P> {
            arena: &mut arena,
            functions: &functions,
            id,
            function,
            policy: PhantomData,
        };
        let body = compiler.root();
        // SAFETY: the node was just made, and all nodes begin with their code.
        let run = unsafe { (*body.0).0 };
        let compiled = Function { run, body: body.0, arity: function.parameters.into(), ..unset };
        // SAFETY: the arena owns the function and nothing refers to it right now.
        unsafe { functions[id].write(compiled) };
    }
    (arena, functions[0])
}

unsafe fn unset(_: *const Header, _: &mut crate::machine::Machine, _: *mut Value) -> Value {
    unreachable!("functions are compiled before anything runs")
}

/// Where a node's value goes.
#[derive(Clone, Copy)]
enum Destination {
    Return,
    Let { slot: u32, body: Node },
}

struct Compiler<'a, P> {
    arena: &'a mut Arena,
    functions: &'a [*mut Function],
    id: FunctionId,
    function: &'a ir::Function,
    policy: PhantomData<P>,
}

impl<P: Policy> Compiler<'_, P> {
    /// The function's body, inside a loop if it calls itself in tail position.
    fn root(&mut self) -> Node {
        let body = &self.function.body;
        let top = self.function.top().into();
        if !self.repeats(body) {
            return self.node(body, top);
        }
        let function = self.functions[self.id];
        if let Expr::If(parts) = body {
            let [condition, consequence, alternative] = &**parts;
            return with_test!(self, condition, top, |condition| {
                let consequence = self.node(consequence, top);
                with_leaf!(self, alternative, top, |alternative| {
                    let body = If { condition, consequence, alternative };
                    self.put(Loop { body, function, _policy: PhantomData::<P> })
                })
            });
        }
        let body = self.node(body, top);
        self.put(Loop { body, function, _policy: PhantomData::<P> })
    }

    /// Whether a tail position of `expr` calls the function itself.
    fn repeats(&self, expr: &Expr) -> bool {
        match expr {
            Expr::TailCall(callee, _) => *callee == self.id,
            Expr::Let(_, parts) => self.repeats(&parts[1]),
            Expr::If(parts) => self.repeats(&parts[1]) || self.repeats(&parts[2]),
            _ => false,
        }
    }

    fn put<T: Eval>(&mut self, node: T) -> Node {
        Node(self.arena.put(InMemory::new(node)).cast_const().cast())
    }

    fn emit<T: Eval>(&mut self, node: T, destination: Destination) -> Node {
        match destination {
            Destination::Return => self.put(node),
            Destination::Let { slot, body } => self.put(Let { value: node, slot, body }),
        }
    }

    fn node(&mut self, expr: &Expr, top: u32) -> Node {
        self.compile(expr, top, Destination::Return)
    }

    /// The shape in which `expr` can be part of the node that uses it.
    fn operand(&mut self, expr: &Expr, top: u32) -> Operand {
        if !P::FUSE {
            return Operand::Node(self.node(expr, top));
        }
        match expr {
            Expr::Int(value) => Operand::Const(int(*value)),
            Expr::Slot(index) => Operand::Slot(slot(*index)),
            Expr::Capture(index) => Operand::Capture(self.capture(*index)),
            Expr::Function(id) => Operand::Const(self.constant_function(*id)),
            _ => Operand::Node(self.node(expr, top)),
        }
    }

    fn capture(&self, index: u16) -> Capture {
        Capture { closure: self.function.closure_slot().into(), index: index.into() }
    }

    /// A function without captures is one closure for the whole run.
    fn constant_function(&mut self, id: FunctionId) -> Const {
        let object = self.arena.put(self.functions[id] as u64);
        Const(Value::closure(object))
    }

    fn compile(&mut self, expr: &Expr, top: u32, to: Destination) -> Node {
        match expr {
            Expr::Int(value) => self.emit(int(*value), to),
            Expr::Slot(index) => self.emit(slot(*index), to),
            Expr::Capture(index) => self.emit(self.capture(*index), to),
            Expr::Function(id) => {
                let function = self.constant_function(*id);
                self.emit(function, to)
            }
            Expr::Binary(op, operands) => self.binary(*op, operands, top, to),
            Expr::If(parts) => self.if_else(parts, top, to),
            Expr::Let(slot, parts) => self.let_in(*slot, parts, top, to),
            Expr::Tuple(parts) => self.tuple(parts, top, to),
            Expr::First(of) => with_leaf!(self, of, top, |of| self.emit(Field::<0, _>(of), to)),
            Expr::Second(of) => with_leaf!(self, of, top, |of| self.emit(Field::<1, _>(of), to)),
            Expr::Closure(id, captures) => self.closure(*id, captures, top, to),
            Expr::Call(id, arguments) => self.call(*id, arguments, top, to),
            Expr::TailCall(id, arguments) if *id == self.id => self.repeat(arguments, top),
            Expr::TailCall(id, arguments) => self.tail_call(*id, arguments, top),
            Expr::Apply(callee, arguments) => self.apply(callee, arguments, top, to),
        }
    }

    fn binary(&mut self, op: BinaryOp, operands: &[Expr; 2], top: u32, to: Destination) -> Node {
        if let (true, BinaryOp::Add, Some([left, right])) =
            (P::FUSE_CALLS, op, self.two_calls(operands, top))
        {
            return self.emit(binary::<Add, _, _, P>(left, right, top), to);
        }
        let [left, right] = operands;
        with_operand!(self, left, top, |left| with_operand!(
            self,
            right,
            top + 1,
            |right| match op {
                BinaryOp::Add => self.emit(binary::<Add, _, _, P>(left, right, top), to),
                BinaryOp::Sub => self.emit(binary::<Sub, _, _, P>(left, right, top), to),
                BinaryOp::Mul => self.emit(binary::<Mul, _, _, P>(left, right, top), to),
                BinaryOp::Less => self.emit(binary::<Less, _, _, P>(left, right, top), to),
                BinaryOp::Equal => self.emit(binary::<Equal, _, _, P>(left, right, top), to),
            }
        ))
    }

    /// Both operands, if each is the call of a known function with a slot minus a constant.
    #[allow(clippy::type_complexity, reason = "the type is the shape")]
    fn two_calls(
        &self,
        operands: &[Expr; 2],
        top: u32,
    ) -> Option<[Call<(Binary<Sub, Slot, Const, P>,), P>; 2]> {
        let call = |expr: &Expr, top| {
            let Expr::Call(id, arguments) = expr else {
                return None;
            };
            let [argument] = &arguments[..] else {
                return None;
            };
            let Argument::SubConst(left, right) = Argument::of::<P>(argument) else {
                return None;
            };
            let arguments = (binary(left, right, top),);
            Some(Call { function: self.functions[*id], arguments, top, _policy: PhantomData })
        };
        Some([call(&operands[0], top)?, call(&operands[1], top + 1)?])
    }

    fn if_else(&mut self, parts: &[Expr; 3], top: u32, to: Destination) -> Node {
        let [condition, consequence, alternative] = parts;
        with_test!(self, condition, top, |condition| {
            with_leaf!(self, consequence, top, |consequence| {
                with_leaf!(self, alternative, top, |alternative| {
                    self.emit(If { condition, consequence, alternative }, to)
                })
            })
        })
    }

    /// The body is made first, so that the value's node can have it as its continuation.
    fn let_in(&mut self, slot: ir::Slot, parts: &[Expr; 2], top: u32, to: Destination) -> Node {
        let [value, body] = parts;
        let body = self.compile(body, top + 1, to);
        self.compile(value, top, Destination::Let { slot: slot.into(), body })
    }

    fn tuple(&mut self, parts: &[Expr; 2], top: u32, to: Destination) -> Node {
        let [first, second] = parts;
        with_operand!(self, first, top, |first| with_operand!(self, second, top + 1, |second| {
            self.emit(Tuple { first, second, top }, to)
        }))
    }

    fn closure(&mut self, id: FunctionId, captures: &[Expr], top: u32, to: Destination) -> Node {
        let [capture] = captures else { unreachable!("the programs capture one value each") };
        let function = self.functions[id];
        with_leaf!(self, capture, top, |capture| self.emit(MakeClosure { function, capture }, to))
    }

    fn call(&mut self, id: FunctionId, arguments: &[Expr], top: u32, to: Destination) -> Node {
        let function = self.functions[id];
        let _policy = PhantomData::<P>;
        if let [argument] = arguments {
            return with_argument!(self, argument, top, |argument| {
                self.emit(Call { function, arguments: (argument,), top, _policy }, to)
            });
        }
        match self.nodes(arguments, top)[..] {
            [a, b] => self.emit(Call { function, arguments: (a, b), top, _policy }, to),
            [a, b, c] => self.emit(Call { function, arguments: (a, b, c), top, _policy }, to),
            [a, b, c, d] => self.emit(Call { function, arguments: (a, b, c, d), top, _policy }, to),
            _ => unreachable!("the programs pass one to four arguments"),
        }
    }

    fn nodes(&mut self, arguments: &[Expr], top: u32) -> Vec<Node> {
        (top..).zip(arguments).map(|(top, argument)| self.node(argument, top)).collect()
    }

    fn apply(&mut self, callee: &Expr, arguments: &[Expr], top: u32, to: Destination) -> Node {
        let (Expr::Slot(callee), [argument]) = (callee, arguments) else {
            unreachable!("the programs apply a slot to one argument")
        };
        let (callee, seen, _policy) =
            (slot(*callee), Cell::new(std::ptr::null()), PhantomData::<P>);
        with_argument!(self, argument, top, |argument| {
            self.emit(Apply { callee, arguments: (argument,), top, seen, _policy }, to)
        })
    }

    fn repeat(&mut self, arguments: &[Expr], top: u32) -> Node {
        let is_changed = |(index, argument): &(usize, &Expr)| !matches!(argument, Expr::Slot(slot) if usize::from(*slot) == *index);
        let changed: Vec<_> = arguments.iter().enumerate().filter(is_changed).collect();
        match changed[..] {
            [] => self.put(Const(Value::REPEAT)),
            [(target, value)] => with_argument!(self, value, top, |value| {
                self.put(Repeat1 { target: target as u32, value })
            }),
            [(first, a), (second, b)] => {
                with_argument!(self, a, top, |a| with_argument!(self, b, top + 1, |b| {
                    self.put(Repeat2 {
                        targets: [first as u32, second as u32],
                        values: (a, b),
                        top,
                    })
                }))
            }
            _ => unreachable!("the programs change at most two parameters"),
        }
    }

    fn tail_call(&mut self, id: FunctionId, arguments: &[Expr], top: u32) -> Node {
        let function = self.functions[id];
        match self.nodes(arguments, top)[..] {
            [a] => self.put(TailCall { function, arguments: (a,), top }),
            [a, b, c, d] => self.put(TailCall { function, arguments: (a, b, c, d), top }),
            _ => unreachable!("the programs pass one or four arguments here"),
        }
    }
}
