//! The instructions of techniques 2, 5 and 5b, and the way from the tree to them.
//!
//! The machine has registers: operands are slots of the frame, and a slot is where each
//! result goes. An instruction has eight bytes. Sums with constants and comparisons that
//! decide a branch have instructions of their own. The three techniques differ only in how
//! they get from one instruction to the next.

use crate::ir::{BinaryOp, Expr, Function, FunctionId, Program, Slot};

/// An instruction. `offset`s count instructions from the one that they are in.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Op {
    /// Heads a function: how many arguments a call must pass. Calls of known functions skip it.
    Enter {
        parameters: u16,
    },
    Int {
        to: Slot,
        value: i32,
    },
    Move {
        to: Slot,
        from: Slot,
    },
    Capture {
        to: Slot,
        closure: Slot,
        index: u16,
    },
    Add {
        to: Slot,
        left: Slot,
        right: Slot,
    },
    Sub {
        to: Slot,
        left: Slot,
        right: Slot,
    },
    Mul {
        to: Slot,
        left: Slot,
        right: Slot,
    },
    Less {
        to: Slot,
        left: Slot,
        right: Slot,
    },
    Equal {
        to: Slot,
        left: Slot,
        right: Slot,
    },
    AddInt {
        to: Slot,
        left: Slot,
        right: i16,
    },
    SubInt {
        to: Slot,
        left: Slot,
        right: i16,
    },
    Jump {
        offset: i32,
    },
    JumpUnless {
        condition: Slot,
        offset: i16,
    },
    JumpUnlessLess {
        left: Slot,
        right: Slot,
        offset: i16,
    },
    JumpUnlessLessInt {
        left: Slot,
        right: i16,
        offset: i16,
    },
    JumpUnlessEqualInt {
        left: Slot,
        right: i16,
        offset: i16,
    },
    Tuple {
        to: Slot,
        first: Slot,
        second: Slot,
    },
    First {
        to: Slot,
        of: Slot,
    },
    Second {
        to: Slot,
        of: Slot,
    },
    /// A function without captures as a value.
    Function {
        to: Slot,
        id: u16,
    },
    /// A closure with one capture.
    Closure {
        to: Slot,
        capture: Slot,
        offset: i16,
    },
    /// Calls a known function with the frame at `base`, where the result goes, too.
    Call {
        base: Slot,
        offset: i32,
    },
    /// The same for whatever `callee` holds.
    Apply {
        callee: Slot,
        base: Slot,
        arguments: u16,
    },
    /// Returns from the function.
    Return {
        from: Slot,
    },
}

/// A compiled program.
#[derive(Debug)]
pub struct Bytecode {
    /// The instructions of all functions, one behind the other; the program's entry is first.
    pub ops: Vec<Op>,
    /// The index of each function's first instruction.
    pub entries: Vec<usize>,
}

/// Compiles all functions.
pub fn compile(program: &Program) -> Bytecode {
    let mut compiler = Compiler { code: Vec::new(), links: Vec::new(), id: 0, closure: 0 };
    let entries: Vec<_> = program
        .functions
        .iter()
        .enumerate()
        .map(|(id, function)| compiler.function(id, function))
        .collect();
    for (at, callee) in std::mem::take(&mut compiler.links) {
        compiler.link(at, entries[callee]);
    }
    Bytecode { ops: compiler.code, entries }
}

struct Compiler {
    code: Vec<Op>,
    /// Instructions that refer to functions by offset, to be filled in at the end.
    links: Vec<(usize, FunctionId)>,
    id: FunctionId,
    closure: Slot,
}

/// What happens to an expression's value: it goes to a slot, or it is the function's.
#[derive(Clone, Copy)]
enum To {
    Slot(Slot),
    Return,
}

impl Compiler {
    fn function(&mut self, id: FunctionId, function: &Function) -> usize {
        let entry = self.code.len();
        (self.id, self.closure) = (id, function.closure_slot());
        self.code.push(Op::Enter { parameters: function.parameters });
        self.compile(&function.body, To::Return, function.top());
        entry
    }

    /// Puts the distances to the callees' entries into the instructions; a call of a known
    /// function skips the check of its arguments' number.
    fn link(&mut self, at: usize, entry: usize) {
        let distance = entry as i32 - at as i32;
        match &mut self.code[at] {
            Op::Call { offset, .. } | Op::Jump { offset } => *offset = distance + 1,
            Op::Closure { offset, .. } => *offset = short(distance),
            op => unreachable!("{op:?} refers to no function"),
        }
    }

    /// The slot that holds the value of `expr`: its own if it is a variable, else `top`.
    fn operand(&mut self, expr: &Expr, top: Slot) -> Slot {
        if let Expr::Slot(slot) = expr {
            return *slot;
        }
        self.compile(expr, To::Slot(top), top);
        top
    }

    fn compile(&mut self, expr: &Expr, to: To, top: Slot) {
        match expr {
            Expr::If(parts) => return self.if_else(parts, to, top),
            Expr::Let(slot, parts) => {
                self.compile(&parts[0], To::Slot(*slot), top);
                return self.compile(&parts[1], to, top + 1);
            }
            Expr::TailCall(id, arguments) => return self.tail_call(*id, arguments, top),
            Expr::Slot(from) => return self.deliver(*from, to),
            _ => {}
        }
        let target = match to {
            To::Slot(slot) => slot,
            To::Return => top,
        };
        self.simple(expr, target, top);
        if let To::Return = to {
            self.code.push(Op::Return { from: target });
        }
    }

    fn deliver(&mut self, from: Slot, to: To) {
        match to {
            To::Slot(slot) if slot == from => {}
            To::Slot(to) => self.code.push(Op::Move { to, from }),
            To::Return => self.code.push(Op::Return { from }),
        }
    }

    /// Expressions that are one instruction behind those of their operands.
    fn simple(&mut self, expr: &Expr, to: Slot, top: Slot) {
        let op = match expr {
            Expr::Int(value) => Op::Int { to, value: *value },
            Expr::Capture(index) => Op::Capture { to, closure: self.closure, index: *index },
            Expr::Function(id) => Op::Function { to, id: *id as u16 },
            Expr::Binary(op, operands) => self.binary(*op, operands, to, top),
            Expr::Tuple(parts) => {
                let first = self.operand(&parts[0], top);
                let second = self.operand(&parts[1], top + 1);
                Op::Tuple { to, first, second }
            }
            Expr::First(of) => Op::First { to, of: self.operand(of, top) },
            Expr::Second(of) => Op::Second { to, of: self.operand(of, top) },
            Expr::Closure(id, captures) => {
                let [capture] = &captures[..] else {
                    unreachable!("the programs capture one value each")
                };
                let capture = self.operand(capture, top);
                self.links.push((self.code.len(), *id));
                Op::Closure { to, capture, offset: 0 }
            }
            Expr::Call(id, arguments) => {
                self.arguments(arguments, top);
                self.links.push((self.code.len(), *id));
                self.code.push(Op::Call { base: top, offset: 0 });
                return self.deliver(top, To::Slot(to));
            }
            Expr::Apply(callee, arguments) => {
                let callee = self.operand(callee, top);
                let base = top + (callee == top) as Slot;
                self.arguments(arguments, base);
                self.code.push(Op::Apply { callee, base, arguments: arguments.len() as u16 });
                return self.deliver(base, To::Slot(to));
            }
            Expr::Slot(_) | Expr::If(_) | Expr::Let(..) | Expr::TailCall(..) => {
                unreachable!("not simple")
            }
        };
        self.code.push(op);
    }

    fn binary(&mut self, op: BinaryOp, operands: &[Expr; 2], to: Slot, top: Slot) -> Op {
        let left = self.operand(&operands[0], top);
        match (op, constant(&operands[1])) {
            (BinaryOp::Add, Some(right)) => return Op::AddInt { to, left, right },
            (BinaryOp::Sub, Some(right)) => return Op::SubInt { to, left, right },
            _ => {}
        }
        let right = self.operand(&operands[1], top + 1);
        match op {
            BinaryOp::Add => Op::Add { to, left, right },
            BinaryOp::Sub => Op::Sub { to, left, right },
            BinaryOp::Mul => Op::Mul { to, left, right },
            BinaryOp::Less => Op::Less { to, left, right },
            BinaryOp::Equal => Op::Equal { to, left, right },
        }
    }

    fn arguments(&mut self, arguments: &[Expr], base: Slot) {
        for (slot, argument) in (base..).zip(arguments) {
            self.compile(argument, To::Slot(slot), slot);
        }
    }

    /// Puts the arguments where the parameters are, and jumps. One that is already there
    /// costs nothing; one that no later argument can miss is evaluated in place.
    fn tail_call(&mut self, id: FunctionId, arguments: &[Expr], top: Slot) {
        let spare = top.max(arguments.len() as Slot);
        let mut moves = Vec::new();
        for (parameter, argument) in (0..).zip(arguments) {
            if *argument == Expr::Slot(parameter) {
                continue;
            }
            let later = &arguments[usize::from(parameter) + 1..];
            let is_missed = later.iter().any(|later| later.reads(parameter));
            let target = if is_missed { spare + parameter } else { parameter };
            self.compile(argument, To::Slot(target), spare + parameter);
            moves.extend(is_missed.then_some((parameter, target)));
        }
        for (to, from) in moves {
            self.code.push(Op::Move { to, from });
        }
        self.links.push((self.code.len(), id));
        self.code.push(Op::Jump { offset: 0 });
    }

    fn if_else(&mut self, parts: &[Expr; 3], to: To, top: Slot) {
        let branch = self.condition(&parts[0], top);
        self.compile(&parts[1], to, top);
        let end = self.code.len();
        if let To::Slot(_) = to {
            self.code.push(Op::Jump { offset: 0 });
        }
        self.target(branch);
        self.compile(&parts[2], to, top);
        if let To::Slot(_) = to {
            self.target(end);
        }
    }

    /// Emits a branch that is taken if the condition is false; its target comes later.
    fn condition(&mut self, condition: &Expr, top: Slot) -> usize {
        let offset = 0;
        let op = match condition {
            Expr::Binary(op @ (BinaryOp::Less | BinaryOp::Equal), operands) => {
                let left = self.operand(&operands[0], top);
                match (op, constant(&operands[1])) {
                    (BinaryOp::Less, Some(right)) => Op::JumpUnlessLessInt { left, right, offset },
                    (BinaryOp::Equal, Some(right)) => {
                        Op::JumpUnlessEqualInt { left, right, offset }
                    }
                    (BinaryOp::Less, None) => {
                        let right = self.operand(&operands[1], top + 1);
                        Op::JumpUnlessLess { left, right, offset }
                    }
                    _ => Op::JumpUnless { condition: self.operand(condition, top), offset },
                }
            }
            _ => Op::JumpUnless { condition: self.operand(condition, top), offset },
        };
        self.code.push(op);
        self.code.len() - 1
    }

    /// Lets the branch at `from` go to the next instruction.
    fn target(&mut self, from: usize) {
        let distance = (self.code.len() - from) as i32;
        match &mut self.code[from] {
            Op::Jump { offset } => *offset = distance,
            Op::JumpUnless { offset, .. }
            | Op::JumpUnlessLess { offset, .. }
            | Op::JumpUnlessLessInt { offset, .. }
            | Op::JumpUnlessEqualInt { offset, .. } => *offset = short(distance),
            op => unreachable!("{op:?} is no branch"),
        }
    }
}

fn constant(expr: &Expr) -> Option<i16> {
    let Expr::Int(value) = expr else { return None };
    i16::try_from(*value).ok()
}

fn short(distance: i32) -> i16 {
    distance.try_into().expect("the programs are small")
}
