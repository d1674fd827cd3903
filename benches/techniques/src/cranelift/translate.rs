//! From the tree to Cranelift's intermediate representation.
//!
//! A slot of the frame is no memory here but an SSA value, together with what is known of it
//! on the path that is being translated. What an arm of an `if` finds out is forgotten after
//! it: no variables, no analysis of data flow, one walk over the tree.

use super::emit::{Emitter, Tag};
use super::{Compiler, host_signature, signature};
use crate::ir::{BinaryOp, Expr, FunctionId, Program};
use crate::machine::Error;
use crate::value;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{Block, BlockArg, FuncRef, InstBuilder, Value};
use cranelift_frontend::FunctionBuilder;
use cranelift_module::Module;

/// How many words of a closure come before its captures.
const CLOSURE_HEADER: usize = 2;

/// A value with what is known of its type. None is ever a sentinel.
#[derive(Clone, Copy)]
enum Operand {
    /// A whole dynamic value.
    Any(Value),
    /// The lower half of an Int.
    Int(Value),
    /// A boolean, as Cranelift's comparisons make them.
    Bool(Value),
}

/// Translates a function of the program.
pub(super) fn translate(
    compiler: &mut Compiler,
    program: &Program,
    function: FunctionId,
    mut builder: FunctionBuilder,
) {
    let start = builder.create_block();
    builder.append_block_params_for_function_params(start);
    builder.switch_to_block(start);
    builder.seal_block(start);
    let parameters = builder.block_params(start).to_vec();
    let declare = |&id| compiler.module.declare_func_in_func(id, builder.func);
    let functions = compiler.functions.iter().map(declare).collect();

    let runtime = host_signature(&compiler.module, 0);
    let body = builder.create_block();
    let mut translator = Translator {
        emit: Emitter { builder, machine: parameters[0], runtime },
        compiler,
        program,
        functions,
        function,
        this: parameters[1],
        body,
        slots: Vec::new(),
    };
    translator.emit.check_stack();
    translator.start_body(&parameters[2..], program.functions[function].captures);
    translator.tail(&program.functions[function].body);
    let mut builder = translator.emit.builder;
    builder.seal_all_blocks();
    builder.finalize(translator.compiler.module.target_config());
}

struct Translator<'a> {
    emit: Emitter<'a>,
    compiler: &'a Compiler,
    program: &'a Program,
    /// All functions of the program, as this one refers to them.
    functions: Vec<FuncRef>,
    function: FunctionId,
    /// The closure that is running.
    this: Value,
    /// Where self tail calls jump to, with the arguments.
    body: Block,
    slots: Vec<Operand>,
}

impl Translator<'_> {
    fn start_body(&mut self, arguments: &[Value], captures: bool) {
        let builder = &mut self.emit.builder;
        let block_arguments: Vec<BlockArg> = arguments.iter().map(|&value| value.into()).collect();
        builder.ins().jump(self.body, &block_arguments);
        builder.switch_to_block(self.body);
        for _ in arguments {
            let parameter = builder.append_block_param(self.body, I64);
            self.slots.push(Operand::Any(parameter));
        }
        // Without parameters the first slot is never used, but counts: see `Function::top`.
        if captures || arguments.is_empty() {
            self.slots.push(Operand::Any(self.this));
        }
    }

    /// Translates an expression in tail position: its value is the function's result.
    fn tail(&mut self, expr: &Expr) {
        match expr {
            Expr::If(parts) => self.if_else(parts, |this, arm| this.tail(arm)),
            Expr::Let(slot, parts) => {
                self.bind(*slot, &parts[0]);
                self.tail(&parts[1]);
            }
            Expr::TailCall(id, arguments) if *id == self.function => {
                let arguments: Vec<BlockArg> =
                    arguments.iter().map(|argument| self.value(argument).into()).collect();
                self.emit.builder.ins().jump(self.body, &arguments);
            }
            Expr::TailCall(id, arguments) => {
                let arguments = self.known_arguments(arguments);
                self.emit.builder.ins().return_call(self.functions[*id], &arguments);
            }
            _ => {
                let value = self.result(expr);
                let value = self.boxed(value);
                self.emit.builder.ins().return_(&[value]);
            }
        }
    }

    /// Translates an expression; its value is no sentinel.
    fn operand(&mut self, expr: &Expr) -> Operand {
        let result = self.result(expr);
        if let (Expr::Call(..) | Expr::Apply(..), Operand::Any(value)) = (expr, result) {
            self.emit.return_sentinel(value);
        }
        result
    }

    /// The same as a whole dynamic value.
    fn value(&mut self, expr: &Expr) -> Value {
        let operand = self.operand(expr);
        self.boxed(operand)
    }

    /// Translates an expression. The value of a call, and of nothing else, may be a sentinel:
    /// whoever uses it checks that anyway, or passes it on.
    fn result(&mut self, expr: &Expr) -> Operand {
        let value = match expr {
            Expr::Int(value) => {
                return Operand::Int(self.emit.constant(I32, i64::from(*value as u32)));
            }
            Expr::Slot(slot) => return self.slots[usize::from(*slot)],
            Expr::Binary(op, operands) => return self.binary(*op, operands),
            Expr::Let(slot, parts) => {
                self.bind(*slot, &parts[0]);
                return self.operand(&parts[1]);
            }
            Expr::If(parts) => self.conditional(parts),
            Expr::Capture(index) => {
                let object = self.emit.untag_unchecked(self.this, Tag::Closure);
                self.emit.load(object, CLOSURE_HEADER + usize::from(*index))
            }
            Expr::Function(id) => {
                let closure = (&raw const self.compiler.closures[*id]).cast();
                self.emit.constant(I64, value::Value::closure(closure).0 as i64)
            }
            Expr::Tuple(parts) => {
                let fields = parts.each_ref().map(|part| self.value(part));
                self.emit.object(&fields, Tag::Tuple)
            }
            Expr::First(of) => self.field(of, 0),
            Expr::Second(of) => self.field(of, 1),
            Expr::Closure(id, captures) => self.closure(*id, captures),
            Expr::Call(id, arguments) => {
                let arguments = self.known_arguments(arguments);
                let call = self.emit.builder.ins().call(self.functions[*id], &arguments);
                self.emit.builder.inst_results(call)[0]
            }
            Expr::Apply(callee, arguments) => self.apply(callee, arguments),
            Expr::TailCall(..) => unreachable!("tail calls are in tail position"),
        };
        Operand::Any(value)
    }

    fn boxed(&mut self, operand: Operand) -> Value {
        let builder = &mut self.emit.builder;
        match operand {
            Operand::Any(value) => value,
            Operand::Int(value) => builder.ins().uextend(I64, value),
            Operand::Bool(value) => {
                let wide = builder.ins().uextend(I64, value);
                let bit = builder.ins().ishl_imm_u(wide, 3);
                builder.ins().bor_imm_u(bit, value::Value::FALSE.0 as i64)
            }
        }
    }

    fn bind(&mut self, slot: u16, value: &Expr) {
        let value = self.operand(value);
        self.slots.truncate(slot.into());
        self.slots.push(value);
    }

    fn binary(&mut self, op: BinaryOp, [left, right]: &[Expr; 2]) -> Operand {
        let left = self.operand(left);
        // If it is a sentinel, it is no Int, and the slow path passes it on.
        let right = self.result(right);
        let [left, right] = self.ints(left, right);
        let ins = self.emit.builder.ins();
        match op {
            BinaryOp::Add => Operand::Int(ins.iadd(left, right)),
            BinaryOp::Sub => Operand::Int(ins.isub(left, right)),
            BinaryOp::Mul => Operand::Int(ins.imul(left, right)),
            BinaryOp::Less => Operand::Bool(ins.icmp(IntCC::SignedLessThan, left, right)),
            BinaryOp::Equal => Operand::Bool(ins.icmp(IntCC::Equal, left, right)),
        }
    }

    /// The operands as Ints, with one check if they are not known to be.
    fn ints(&mut self, left: Operand, right: Operand) -> [Value; 2] {
        if let (Operand::Int(left), Operand::Int(right)) = (left, right) {
            return [left, right];
        }
        let (left_value, right_value) = (self.boxed(left), self.boxed(right));
        let test = match (left, right) {
            (Operand::Int(_), _) => right_value,
            (_, Operand::Int(_)) => left_value,
            _ => self.emit.builder.ins().bor(left_value, right_value),
        };
        self.emit.check_ints(test, left_value, right_value);
        [left, right].map(|operand| self.checked_int(operand))
    }

    /// The lower half of what was just found to be an Int. From here on, this is known of
    /// every slot that holds it.
    fn checked_int(&mut self, operand: Operand) -> Value {
        let value = match operand {
            Operand::Int(value) => return value,
            Operand::Any(value) => value,
            // Never an Int: the code from here on is not reached.
            Operand::Bool(_) => self.boxed(operand),
        };
        let int = self.emit.builder.ins().ireduce(I32, value);
        for slot in &mut self.slots {
            if matches!(slot, Operand::Any(held) if *held == value) {
                *slot = Operand::Int(int);
            }
        }
        int
    }

    /// Translates both arms, each with what is known where it starts.
    fn if_else(&mut self, parts: &[Expr; 3], mut arm: impl FnMut(&mut Self, &Expr)) {
        let [condition, consequence, alternative] = parts;
        let condition = self.condition(condition);
        let [on_true, on_false] = [(); 2].map(|()| self.emit.builder.create_block());
        self.emit.builder.ins().brif(condition, on_true, &[], on_false, &[]);
        let slots = self.slots.clone();
        self.emit.go_on_in(on_true);
        arm(self, consequence);
        self.slots.clone_from(&slots);
        self.emit.go_on_in(on_false);
        arm(self, alternative);
        self.slots = slots;
    }

    /// An `if` that is not in tail position.
    fn conditional(&mut self, parts: &[Expr; 3]) -> Value {
        let join = self.emit.builder.create_block();
        let result = self.emit.builder.append_block_param(join, I64);
        self.if_else(parts, |this, arm| {
            let value = this.value(arm);
            this.emit.builder.ins().jump(join, &[value.into()]);
        });
        self.emit.go_on_in(join);
        result
    }

    /// A condition as something to branch on.
    fn condition(&mut self, expr: &Expr) -> Value {
        let operand = self.operand(expr);
        if let Operand::Bool(value) = operand {
            return value;
        }
        let value = self.boxed(operand);
        let difference = value::Value::TRUE.0 ^ value::Value::FALSE.0;
        let builder = &mut self.emit.builder;
        let class = builder.ins().band_imm_s(value, !(difference as i64));
        let is_other =
            builder.ins().icmp_imm_s(IntCC::NotEqual, class, value::Value::FALSE.0 as i64);
        self.emit.fail_if(is_other, Error::Type);
        self.emit.builder.ins().band_imm_s(value, difference as i64)
    }

    fn field(&mut self, of: &Expr, index: usize) -> Value {
        let value = self.value(of);
        let object = self.emit.untag(value, Tag::Tuple);
        self.emit.load(object, index)
    }

    fn closure(&mut self, id: FunctionId, captures: &[Expr]) -> Value {
        let captures: Vec<Value> = captures.iter().map(|capture| self.value(capture)).collect();
        let code = self.emit.builder.ins().func_addr(I64, self.functions[id]);
        let parameters = self.program.functions[id].parameters;
        let parameters = self.emit.constant(I64, parameters.into());
        self.emit.object(&[&[code, parameters], &captures[..]].concat(), Tag::Closure)
    }

    /// The words that a call of a known function passes. It captures nothing, so that its
    /// closure can be anything.
    fn known_arguments(&mut self, arguments: &[Expr]) -> Vec<Value> {
        let arguments: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
        let nothing = self.emit.constant(I64, 0);
        [&[self.emit.machine, nothing], &arguments[..]].concat()
    }

    fn apply(&mut self, callee: &Expr, arguments: &[Expr]) -> Value {
        let closure = self.value(callee);
        let arguments: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
        let object = self.emit.untag(closure, Tag::Closure);
        let parameters = self.emit.load(object, 1);
        let builder = &mut self.emit.builder;
        let count = arguments.len();
        let wrong = builder.ins().icmp_imm_u(IntCC::NotEqual, parameters, count as i64);
        self.emit.fail_if(wrong, Error::Arity);

        let code = self.emit.load(object, 0);
        let builder = &mut self.emit.builder;
        let signature = builder.import_signature(signature(count));
        let arguments = [&[self.emit.machine, closure], &arguments[..]].concat();
        let call = builder.ins().call_indirect(signature, code, &arguments);
        builder.inst_results(call)[0]
    }
}
