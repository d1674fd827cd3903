//! Technique 3: nested closures, as `Box<dyn Fn>`.
//!
//! Each expression becomes a Rust closure that owns the closures of its operands. Operands
//! that are slots or constants are part of the closure that uses them. Safe, short, and what
//! most closure interpreters do. Each call goes through a vtable: the box holds the address of
//! the data and that of the table, so that two words travel and one more load is made than
//! with a code pointer in front of the data; and every closure is an allocation of its own,
//! wherever the allocator puts it.

use crate::Interpreter;
use crate::ir::{self, BinaryOp, Expr, FunctionId, Program, Slot};
use crate::machine::{Error, Machine, Pending, binary_int};
use crate::value::Value;
use std::cell::OnceCell;

type Code = Box<dyn Fn(&mut Machine, *mut Value) -> Value>;

/// What a call needs to know about its callee.
struct Function {
    body: OnceCell<Code>,
    parameters: usize,
}

/// A program as closures.
pub struct BoxedClosures {
    functions: Box<[Function]>,
    /// The closures of functions without captures.
    _constants: Box<[u64]>,
}

impl Interpreter for BoxedClosures {
    fn new(program: &Program) -> BoxedClosures {
        let function = |function: &ir::Function| Function {
            body: OnceCell::new(),
            parameters: function.parameters.into(),
        };
        let functions: Box<[Function]> = program.functions.iter().map(function).collect();
        let constants: Box<[u64]> =
            functions.iter().map(|function| &raw const *function as u64).collect();
        for (id, function) in program.functions.iter().enumerate() {
            let body =
                Compiler { functions: &functions, constants: &constants, id, function }.root();
            assert!(functions[id].body.set(body).is_ok(), "each function is compiled once");
        }
        BoxedClosures { functions, _constants: constants }
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let frame = machine.frame();
        let value = enter(&self.functions[0], machine, frame);
        machine.finish(value)
    }
}

/// Reads a slot.
///
/// Nothing here is `unsafe` in name, to keep the closures readable; the compiler gives a node
/// only slots that its function's frame has, and [`enter`] checks that there is a frame.
fn read(frame: *mut Value, slot: Slot) -> Value {
    // SAFETY: see above.
    unsafe { *frame.add(slot.into()) }
}

fn write(frame: *mut Value, slot: Slot, value: Value) {
    // SAFETY: see `read`.
    unsafe { *frame.add(slot.into()) = value }
}

fn enter(function: &Function, machine: &mut Machine, frame: *mut Value) -> Value {
    if !machine.has_frame(frame) {
        return machine.fail(Error::StackOverflow);
    }
    let value = function.body.get().expect("compiled")(machine, frame);
    if value.is_sentinel() { follow(value) } else { value }
}

/// Runs tail calls until one of them returns.
#[inline(never)]
fn follow(mut value: Value) -> Value {
    while let Some(machine) = value.as_tail_call::<Machine>() {
        // SAFETY: the sentinel carries the running machine, and the callee is in the table.
        let (machine, function) =
            unsafe { (&mut *machine, &*(*machine).pending.callee.cast::<Function>()) };
        value = function.body.get().expect("compiled")(machine, machine.pending.frame);
    }
    value
}

/// The shapes of operands: a value that is part of the closure that uses it.
trait Operand: 'static {
    const SIMPLE: bool = true;
    fn get(&self, machine: &mut Machine, frame: *mut Value) -> Value;
}

impl Operand for Slot {
    #[inline(always)]
    fn get(&self, _: &mut Machine, frame: *mut Value) -> Value {
        read(frame, *self)
    }
}

impl Operand for Value {
    #[inline(always)]
    fn get(&self, _: &mut Machine, _: *mut Value) -> Value {
        *self
    }
}

impl Operand for Code {
    const SIMPLE: bool = false;

    #[inline(always)]
    fn get(&self, machine: &mut Machine, frame: *mut Value) -> Value {
        self(machine, frame)
    }
}

enum Shape {
    Slot(Slot),
    Value(Value),
    Code(Code),
}

/// Instantiates `$make` for the shape of an operand.
macro_rules! with_operand {
    ($self:ident, $expr:expr, $top:expr, |$operand:ident| $make:expr) => {
        match $self.operand($expr, $top) {
            Shape::Slot($operand) => $make,
            Shape::Value($operand) => $make,
            Shape::Code($operand) => $make,
        }
    };
}

/// Instantiates `$make` for a binary operation as a constant.
macro_rules! with_operation {
    ($op:expr, |$operation:ident| $make:expr) => {
        match $op {
            BinaryOp::Add => with_operation!(Add, $operation, $make),
            BinaryOp::Sub => with_operation!(Sub, $operation, $make),
            BinaryOp::Mul => with_operation!(Mul, $operation, $make),
            BinaryOp::Less => with_operation!(Less, $operation, $make),
            BinaryOp::Equal => with_operation!(Equal, $operation, $make),
        }
    };
    ($op:ident, $operation:ident, $make:expr) => {{
        let $operation = |left, right| binary_int(BinaryOp::$op, left, right);
        $make
    }};
}

/// Closures point to the functions that they call without owning them: the table owns all.
struct Compiler<'a> {
    functions: &'a [Function],
    constants: &'a [u64],
    id: FunctionId,
    function: &'a ir::Function,
}

impl Compiler<'_> {
    /// The body, in the loop that self tail calls return to.
    fn root(&self) -> Code {
        let body = self.compile(&self.function.body, self.function.top());
        Box::new(move |machine, frame| {
            loop {
                let value = body(machine, frame);
                if value != Value::REPEAT {
                    return value;
                }
            }
        })
    }

    fn operand(&self, expr: &Expr, top: Slot) -> Shape {
        match expr {
            Expr::Slot(slot) => Shape::Slot(*slot),
            Expr::Int(value) => Shape::Value(Value::int(*value)),
            _ => Shape::Code(self.compile(expr, top)),
        }
    }

    /// The address of a function's entry in the table, which outlives the closures.
    fn callee(&self, id: FunctionId) -> *const Function {
        &raw const self.functions[id]
    }

    fn compile(&self, expr: &Expr, top: Slot) -> Code {
        match expr {
            Expr::Int(value) => constant(Value::int(*value)),
            Expr::Slot(slot) => {
                let slot = *slot;
                Box::new(move |_, frame| read(frame, slot))
            }
            Expr::Capture(index) => self.capture(*index),
            Expr::Function(id) => constant(Value::closure(&raw const self.constants[*id])),
            Expr::Binary(op, operands) => self.binary(*op, operands, top),
            Expr::If(parts) => self.if_else(parts, top),
            Expr::Let(slot, parts) => self.let_in(*slot, parts, top),
            Expr::Tuple(parts) => self.tuple(parts, top),
            Expr::First(of) => with_operand!(self, of, top, |of| field::<0>(of)),
            Expr::Second(of) => with_operand!(self, of, top, |of| field::<1>(of)),
            Expr::Closure(id, captures) => {
                let [capture] = &captures[..] else {
                    unreachable!("the programs capture one value each")
                };
                self.closure(*id, self.compile(capture, top))
            }
            Expr::Call(id, arguments) => self.call(*id, arguments, top),
            Expr::TailCall(id, arguments) => self.tail_call(*id, arguments, top),
            Expr::Apply(callee, arguments) => self.apply(callee, arguments, top),
        }
    }

    fn capture(&self, index: u16) -> Code {
        let (slot, word) = (self.function.closure_slot(), 1 + usize::from(index));
        Box::new(move |_, frame| {
            let object = read(frame, slot).as_closure().expect("the slot of the running closure");
            // SAFETY: the closure was made for this function and has this capture.
            Value(unsafe { *object.add(word) })
        })
    }

    fn binary(&self, op: BinaryOp, operands: &[Expr; 2], top: Slot) -> Code {
        let [left, right] = operands;
        with_operand!(self, left, top, |left| with_operand!(self, right, top + 1, |right| {
            with_operation!(op, |operation| binary(left, right, top, operation))
        }))
    }

    fn if_else(&self, parts: &[Expr; 3], top: Slot) -> Code {
        let [condition, consequence, alternative] = parts;
        let alternative = self.compile(alternative, top);
        with_operand!(self, consequence, top, |consequence| {
            if let Expr::Binary(BinaryOp::Less, operands) = condition {
                let [left, right] = &**operands;
                return with_operand!(self, left, top, |left| with_operand!(
                    self,
                    right,
                    top + 1,
                    |right| { if_less(left, right, top, consequence, alternative) }
                ));
            }
            let condition = self.compile(condition, top);
            Box::new(move |machine, frame| match condition(machine, frame) {
                Value::TRUE => consequence.get(machine, frame),
                Value::FALSE => alternative(machine, frame),
                value => machine.binary_slow(value, value),
            })
        })
    }

    fn let_in(&self, slot: Slot, parts: &[Expr; 2], top: Slot) -> Code {
        let value = self.compile(&parts[0], top);
        let body = self.compile(&parts[1], top + 1);
        Box::new(move |machine, frame| {
            let value = value(machine, frame);
            if value.is_sentinel() {
                return value;
            }
            write(frame, slot, value);
            body(machine, frame)
        })
    }

    fn tuple(&self, parts: &[Expr; 2], top: Slot) -> Code {
        let first = self.compile(&parts[0], top);
        let second = self.compile(&parts[1], top + 1);
        Box::new(move |machine, frame| {
            let first = first(machine, frame);
            if first.is_sentinel() {
                return first;
            }
            write(frame, top, first);
            let second = second(machine, frame);
            if second.is_sentinel() {
                return second;
            }
            machine.tuple(read(frame, top), second)
        })
    }

    fn closure(&self, id: FunctionId, capture: Code) -> Code {
        let function = self.callee(id) as u64;
        Box::new(move |machine, frame| {
            let capture = capture(machine, frame);
            if capture.is_sentinel() {
                return capture;
            }
            let object = machine.allocate(2);
            // SAFETY: the two words were just allocated.
            unsafe {
                object.write(function);
                object.add(1).write(capture.0);
            }
            Value::closure(object)
        })
    }

    fn call(&self, id: FunctionId, arguments: &[Expr], top: Slot) -> Code {
        let function = self.callee(id);
        if let [argument] = arguments {
            let argument = self.compile(argument, top);
            return Box::new(move |machine, frame| {
                let value = argument(machine, frame);
                if value.is_sentinel() {
                    return value;
                }
                write(frame, top, value);
                // SAFETY: the table outlives the closures; `top` is a slot of the frame.
                unsafe { enter(&*function, machine, frame.add(top.into())) }
            });
        }
        let arguments = self.arguments(arguments, top);
        Box::new(move |machine, frame| match store(&arguments, machine, frame, top) {
            // SAFETY: as above.
            Ok(()) => unsafe { enter(&*function, machine, frame.add(top.into())) },
            Err(value) => value,
        })
    }

    fn arguments(&self, arguments: &[Expr], top: Slot) -> Box<[Code]> {
        (top..).zip(arguments).map(|(top, argument)| self.compile(argument, top)).collect()
    }

    fn tail_call(&self, id: FunctionId, arguments: &[Expr], top: Slot) -> Code {
        let arguments = self.arguments(arguments, top);
        let callee = self.callee(id).cast();
        let is_self = id == self.id;
        Box::new(move |machine, frame| {
            if let Err(value) = store(&arguments, machine, frame, top) {
                return value;
            }
            // SAFETY: the arguments were just stored there.
            unsafe { frame.add(top.into()).copy_to(frame, arguments.len()) };
            if is_self {
                return Value::REPEAT;
            }
            machine.pending = Pending { callee, frame };
            Value::tail_call(machine)
        })
    }

    fn apply(&self, callee: &Expr, arguments: &[Expr], top: Slot) -> Code {
        let callee = self.compile(callee, top);
        let arguments = self.arguments(arguments, top + 1);
        Box::new(move |machine, frame| {
            let callee = callee(machine, frame);
            if callee.is_sentinel() {
                return callee;
            }
            write(frame, top, callee);
            if let Err(value) = store(&arguments, machine, frame, top + 1) {
                return value;
            }
            let callee = read(frame, top);
            let Some(object) = callee.as_closure() else {
                return machine.fail(Error::Type);
            };
            // SAFETY: a closure's first word is its function.
            let function = unsafe { &*(*object as *const Function) };
            if function.parameters != arguments.len() {
                return machine.fail(Error::Arity);
            }
            write(frame, top + 1 + arguments.len() as Slot, callee);
            // SAFETY: `top` is a slot of the frame.
            enter(function, machine, unsafe { frame.add(usize::from(top) + 1) })
        })
    }
}

fn constant(value: Value) -> Code {
    Box::new(move |_, _| value)
}

/// Evaluates arguments into the slots from `top`.
#[inline(always)]
fn store(
    arguments: &[Code],
    machine: &mut Machine,
    frame: *mut Value,
    top: Slot,
) -> Result<(), Value> {
    for (slot, argument) in (top..).zip(arguments) {
        let value = argument(machine, frame);
        if value.is_sentinel() {
            return Err(value);
        }
        write(frame, slot, value);
    }
    Ok(())
}

/// Both operands if they are Ints; otherwise what the operation evaluates to.
#[inline(always)]
fn operands<L: Operand, R: Operand>(
    left: &L,
    right: &R,
    top: Slot,
    machine: &mut Machine,
    frame: *mut Value,
) -> Result<(i32, i32), Value> {
    let mut left = left.get(machine, frame);
    if !R::SIMPLE {
        if left.is_sentinel() {
            return Err(left);
        }
        write(frame, top, left);
    }
    let right = right.get(machine, frame);
    if !R::SIMPLE {
        left = read(frame, top);
    }
    if left.both_int(right) {
        Ok((left.as_int(), right.as_int()))
    } else {
        Err(machine.binary_slow(left, right))
    }
}

fn binary<L: Operand, R: Operand>(
    left: L,
    right: R,
    top: Slot,
    operation: impl Fn(i32, i32) -> Value + 'static,
) -> Code {
    Box::new(move |machine, frame| match operands(&left, &right, top, machine, frame) {
        Ok((left, right)) => operation(left, right),
        Err(value) => value,
    })
}

fn if_less<L: Operand, R: Operand>(
    left: L,
    right: R,
    top: Slot,
    consequence: impl Operand,
    alternative: Code,
) -> Code {
    Box::new(move |machine, frame| match operands(&left, &right, top, machine, frame) {
        Ok((left, right)) if left < right => consequence.get(machine, frame),
        Ok(_) => alternative(machine, frame),
        Err(value) => value,
    })
}

fn field<const INDEX: usize>(of: impl Operand) -> Code {
    Box::new(move |machine, frame| {
        let value = of.get(machine, frame);
        match value.as_tuple() {
            // SAFETY: a pair has both fields.
            Some(object) => Value(unsafe { *object.add(INDEX) }),
            None => machine.binary_slow(value, value),
        }
    })
}
