//! From the tree to nodes, from the end to the start.

use super::steps::{
    Apply, Binary, Call, Call1, Capture, Const, Field, Fork, Here, InMemory, Load, MakeClosure,
    Slot, Step, Store, StoreTo, TailCall, Tuple, run, run_fork, run_return, run_tail_call,
};
use super::{Function, Header, Node};
use crate::arena::Arena;
use crate::ir::{self, BinaryOp, Expr, FunctionId, Program};
use crate::value::Value;

/// Compiles all functions; the second result is the entry, and lives in the first.
pub(super) fn compile(program: &Program) -> (Arena, *mut Function) {
    let mut arena = Arena::default();
    let end = Node(arena.put(Header(run_return)));
    let functions: Vec<_> = program
        .functions
        .iter()
        .map(|function| arena.put(Function { body: end, parameters: function.parameters.into() }))
        .collect();
    for (id, function) in program.functions.iter().enumerate() {
        let mut compiler = Compiler { arena: &mut arena, functions: &functions, function };
        let body = compiler.compile(&function.body, function.top().into(), end);
        let compiled = Function { body, parameters: function.parameters.into() };
        // SAFETY: the arena owns the function and nothing refers to it right now.
        unsafe { functions[id].write(compiled) };
    }
    (arena, functions[0])
}

/// An operand that needs no node of its own.
enum Shape {
    Slot(Slot),
    Const(Const),
    Capture(Capture),
}

/// Instantiates `$make` for the shape of an operand.
macro_rules! with_shape {
    ($shape:expr, |$operand:ident| $make:expr) => {
        match $shape {
            Shape::Slot($operand) => $make,
            Shape::Const($operand) => $make,
            Shape::Capture($operand) => $make,
        }
    };
}

struct Compiler<'a> {
    arena: &'a mut Arena,
    functions: &'a [*mut Function],
    function: &'a ir::Function,
}

impl Compiler<'_> {
    fn put<T: Step>(&mut self, step: T, next: Node) -> Node {
        Node(self.arena.put(InMemory { run: run::<T>, step, next }).cast_const().cast())
    }

    /// The shape of an operand that needs no node.
    fn shape(&mut self, expr: &Expr) -> Option<Shape> {
        match expr {
            Expr::Int(value) => Some(Shape::Const(Const(Value::int(*value)))),
            Expr::Slot(slot) => Some(Shape::Slot(Slot((*slot).into()))),
            Expr::Capture(index) => Some(Shape::Capture(Capture {
                closure: self.function.closure_slot().into(),
                index: (*index).into(),
            })),
            Expr::Function(id) => {
                let object = self.arena.put(self.functions[*id] as u64);
                Some(Shape::Const(Const(Value::closure(object))))
            }
            _ => None,
        }
    }

    /// Makes the nodes that evaluate `expr` and go on with `next`; the result is the first.
    fn compile(&mut self, expr: &Expr, top: u32, next: Node) -> Node {
        if let Some(shape) = self.shape(expr) {
            return with_shape!(shape, |operand| self.put(Load(operand), next));
        }
        match expr {
            Expr::Binary(op, operands) => self.binary(*op, operands, top, next),
            Expr::If(parts) => {
                let consequence = self.compile(&parts[1], top, next);
                let alternative = self.compile(&parts[2], top, next);
                self.fork(&parts[0], top, consequence, alternative)
            }
            Expr::Let(slot, parts) => {
                let body = self.compile(&parts[1], top + 1, next);
                self.store(&parts[0], (*slot).into(), top, body)
            }
            Expr::Tuple(parts) => match self.shapes(parts) {
                Some([first, second]) => {
                    with_shape!(first, |first| with_shape!(second, |second| self
                        .put(Tuple(first, second), next)))
                }
                None => {
                    let tuple = self.put(Tuple(Slot(top), Here), next);
                    self.operands(parts, top, tuple)
                }
            },
            Expr::First(of) => self.field::<0>(of, top, next),
            Expr::Second(of) => self.field::<1>(of, top, next),
            Expr::Closure(id, captures) => {
                let [capture] = &captures[..] else {
                    unreachable!("the programs capture one value each")
                };
                let make =
                    self.put(MakeClosure { function: self.functions[*id], capture: Here }, next);
                self.compile(capture, top, make)
            }
            Expr::Call(id, arguments) => self.call(*id, arguments, top, next),
            Expr::TailCall(id, arguments) => self.tail_call(*id, arguments, top),
            Expr::Apply(callee, arguments) => self.apply(callee, arguments, top, next),
            Expr::Int(_) | Expr::Slot(_) | Expr::Capture(_) | Expr::Function(_) => {
                unreachable!("has a shape")
            }
        }
    }

    fn shapes(&mut self, parts: &[Expr; 2]) -> Option<[Shape; 2]> {
        Some([self.shape(&parts[0])?, self.shape(&parts[1])?])
    }

    /// Evaluates the first one into slot `top` and hands the second one on.
    fn operands(&mut self, parts: &[Expr; 2], top: u32, next: Node) -> Node {
        let second = self.compile(&parts[1], top + 1, next);
        self.store(&parts[0], top, top, second)
    }

    fn binary(&mut self, op: BinaryOp, operands: &[Expr; 2], top: u32, next: Node) -> Node {
        match op {
            BinaryOp::Add => self.binary_of::<0>(operands, top, next),
            BinaryOp::Sub => self.binary_of::<1>(operands, top, next),
            BinaryOp::Mul => self.binary_of::<2>(operands, top, next),
            BinaryOp::Less => self.binary_of::<3>(operands, top, next),
            BinaryOp::Equal => self.binary_of::<4>(operands, top, next),
        }
    }

    fn binary_of<const OP: u8>(&mut self, operands: &[Expr; 2], top: u32, next: Node) -> Node {
        if let Some([left, right]) = self.shapes(operands) {
            return with_shape!(left, |left| with_shape!(right, |right| self
                .put(Binary::<OP, _, _>(left, right), next)));
        }
        if let Some(left) = self.shape(&operands[0]) {
            let binary = with_shape!(left, |left| self.put(Binary::<OP, _, _>(left, Here), next));
            return self.compile(&operands[1], top, binary);
        }
        if let Some(right) = self.shape(&operands[1]) {
            let binary =
                with_shape!(right, |right| self.put(Binary::<OP, _, _>(Here, right), next));
            return self.compile(&operands[0], top, binary);
        }
        let binary = self.put(Binary::<OP, _, _>(Slot(top), Here), next);
        self.operands(operands, top, binary)
    }

    /// Evaluates `expr` into a slot; operations on plain operands do both in one node.
    fn store(&mut self, expr: &Expr, to: u32, top: u32, next: Node) -> Node {
        if let Expr::Binary(op @ (BinaryOp::Add | BinaryOp::Mul), operands) = expr
            && let Some([left, right]) = self.shapes(operands)
        {
            return with_shape!(left, |left| with_shape!(right, |right| match op {
                BinaryOp::Add =>
                    self.put(StoreTo { step: Binary::<0, _, _>(left, right), to }, next),
                _ => self.put(StoreTo { step: Binary::<2, _, _>(left, right), to }, next),
            }));
        }
        if let Some(shape) = self.shape(expr) {
            return with_shape!(shape, |operand| self
                .put(StoreTo { step: Load(operand), to }, next));
        }
        let store = self.put(Store(to), next);
        self.compile(expr, top, store)
    }

    fn fork(&mut self, condition: &Expr, top: u32, consequence: Node, alternative: Node) -> Node {
        if let Expr::Binary(op @ (BinaryOp::Less | BinaryOp::Equal), operands) = condition
            && let Some([left, right]) = self.shapes(operands)
        {
            return with_shape!(left, |left| with_shape!(right, |right| match op {
                BinaryOp::Less =>
                    self.put_fork(Binary::<3, _, _>(left, right), consequence, alternative),
                _ => self.put_fork(Binary::<4, _, _>(left, right), consequence, alternative),
            }));
        }
        let fork = self.put_fork(Load(Here), consequence, alternative);
        self.compile(condition, top, fork)
    }

    fn put_fork<T: Step>(&mut self, test: T, consequence: Node, alternative: Node) -> Node {
        let fork = Fork { run: run_fork::<T>, test, consequence, alternative };
        Node(self.arena.put(fork).cast_const().cast())
    }

    fn field<const INDEX: usize>(&mut self, of: &Expr, top: u32, next: Node) -> Node {
        if let Some(shape) = self.shape(of) {
            return with_shape!(shape, |of| self.put(Field::<INDEX, _>(of), next));
        }
        let field = self.put(Field::<INDEX, _>(Here), next);
        self.compile(of, top, field)
    }

    fn arguments(&mut self, arguments: &[Expr], top: u32, next: Node) -> Node {
        arguments.iter().enumerate().rev().fold(next, |next, (index, argument)| {
            let slot = top + index as u32;
            self.store(argument, slot, slot, next)
        })
    }

    fn call(&mut self, id: FunctionId, arguments: &[Expr], top: u32, next: Node) -> Node {
        let call = Call { function: self.functions[id], top };
        if let [Expr::Binary(BinaryOp::Sub, operands)] = arguments
            && let Some([Shape::Slot(left), Shape::Const(right)]) = self.shapes(operands)
        {
            return self.put(Call1 { argument: Binary::<1, _, _>(left, right), call }, next);
        }
        let call = self.put(call, next);
        self.arguments(arguments, top, call)
    }

    fn apply(&mut self, callee: &Expr, arguments: &[Expr], top: u32, next: Node) -> Node {
        let Expr::Slot(callee) = callee else { unreachable!("the programs apply slots") };
        let apply =
            Apply { callee: Slot((*callee).into()), arguments: arguments.len() as u32, top };
        let apply = self.put(apply, next);
        self.arguments(arguments, top, apply)
    }

    /// Arguments that are passed on where they are need nothing at either end of the list.
    /// Puts the arguments where the parameters are and goes on with the callee. One that is
    /// already there costs nothing; one that no later argument can miss is evaluated in place.
    fn tail_call(&mut self, id: FunctionId, arguments: &[Expr], top: u32) -> Node {
        let function = self.functions[id];
        let tail_call = TailCall { run: run_tail_call, function };
        let mut next = Node(self.arena.put(tail_call).cast_const().cast());
        let spare = top.max(arguments.len() as u32);
        let is_missed = |index: usize| {
            arguments[index + 1..].iter().any(|later| later.reads(index as ir::Slot))
        };
        let changed: Vec<_> = (0..arguments.len())
            .filter(|index| arguments[*index] != Expr::Slot(*index as ir::Slot))
            .collect();
        for index in changed.iter().filter(|index| is_missed(**index)) {
            let (from, to) = (Slot(spare + *index as u32), *index as u32);
            next = self.put(StoreTo { step: Load(from), to }, next);
        }
        for index in changed.iter().rev() {
            let parameter = *index as u32;
            let to = if is_missed(*index) { spare + parameter } else { parameter };
            next = self.store(&arguments[*index], to, spare + parameter, next);
        }
        next
    }
}
