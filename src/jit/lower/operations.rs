//! Operations on values.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I64};
use cranelift_codegen::ir::{self, InstBuilder};
use galo_runtime::Operator;
use galo_runtime::abi::HelperId;

use super::Lowering;
use super::safepoints::are_never_ints;
use crate::ssa::{Jump, Op, Type, Value};
use crate::syntax::ast::BinaryOp;

/// The runtime's name for an operator.
pub(super) fn operator(op: BinaryOp) -> Operator {
    match op {
        BinaryOp::Add => Operator::Add,
        BinaryOp::Sub => Operator::Sub,
        BinaryOp::Mul => Operator::Mul,
        BinaryOp::Div => Operator::Div,
        BinaryOp::Rem => Operator::Rem,
        BinaryOp::Eq => Operator::Eq,
        BinaryOp::Neq => Operator::Neq,
        BinaryOp::Lt => Operator::Lt,
        BinaryOp::Gt => Operator::Gt,
        BinaryOp::Lte => Operator::Lte,
        BinaryOp::Gte => Operator::Gte,
        BinaryOp::And | BinaryOp::Or => unreachable!("these are control flow"),
    }
}

/// The condition of a comparison of two Ints.
pub(super) fn condition(op: BinaryOp) -> IntCC {
    match op {
        BinaryOp::Eq => IntCC::Equal,
        BinaryOp::Neq => IntCC::NotEqual,
        BinaryOp::Lt => IntCC::SignedLessThan,
        BinaryOp::Gt => IntCC::SignedGreaterThan,
        BinaryOp::Lte => IntCC::SignedLessThanOrEqual,
        BinaryOp::Gte => IntCC::SignedGreaterThanOrEqual,
        _ => unreachable!("{op:?} compares nothing"),
    }
}

impl Lowering<'_> {
    /// What an instruction comes to; nothing for those that have no value.
    pub(super) fn operation(&mut self, at: Value, op: &Op, ty: Type) -> Option<ir::Value> {
        Some(match *op {
            Op::Parameter => unreachable!("parameters are in no block's body"),
            Op::Copy(value) => self.value(value),
            Op::Int(n) => self.emit.int(n),
            Op::Bool(b) => self.emit.builder.ins().iconst(I8, i64::from(b)),
            Op::Str(text) => {
                let bits = self.input.addresses.string(text).bits();
                self.emit.word(bits)
            }
            Op::Function(function) => {
                let bits = self.input.addresses.closure(function).bits();
                self.emit.word(bits)
            }
            Op::Box(value) => self.tagged(value),
            Op::Unbox(value) => {
                let value = self.value(value);
                self.emit.unboxed(ty, value)
            }
            Op::Guard { value, state } => self.guard(at, value, state, ty),
            Op::Check { value, demand, among } => self.check(at, value, demand, (ty, among)),
            Op::CheckInt { op, lhs, rhs, left } => self.check_int(at, op, [lhs, rhs], left),
            Op::Probe(state) => {
                self.probe(at, state);
                return None;
            }
            Op::Arith(BinaryOp::Mul, lhs, rhs) if let Some(by) = self.address_scale(rhs) => {
                let lhs = self.value(lhs);
                let multiple = self.emit.builder.ins().ishl_imm_u(lhs, by);
                self.emit.builder.ins().iadd(lhs, multiple)
            }
            Op::Arith(op, lhs, rhs) => {
                let (lhs, rhs) = (self.value(lhs), self.value(rhs));
                self.arith(op, lhs, rhs)
            }
            Op::Divide(op, lhs, rhs) => self.divide(at, op, lhs, rhs),
            Op::ShiftRight(value, by) => {
                let value = self.value(value);
                self.emit.builder.ins().sshr_imm_u(value, i64::from(by))
            }
            Op::Compare(op @ (BinaryOp::Eq | BinaryOp::Neq), lhs, rhs)
                if let Some((dividend, bits)) = self.remainder_bits(lhs, rhs) =>
            {
                let dividend = self.value(dividend);
                let rest = self.emit.builder.ins().band_imm_u(dividend, bits);
                self.emit.builder.ins().icmp_imm_u(condition(op), rest, 0)
            }
            Op::Compare(op, lhs, rhs) | Op::CompareBool(op, lhs, rhs) => {
                let (lhs, rhs) = (self.value(lhs), self.value(rhs));
                self.emit.builder.ins().icmp(condition(op), lhs, rhs)
            }
            Op::Generic(op, lhs, rhs) => self.generic(at, op, lhs, rhs),
            Op::Concat(ref parts) => self.concatenation(at, parts),
            Op::Tuple(first, second) => self.tuple(at, first, second),
            Op::First(tuple) | Op::ReadCell(tuple) => self.field(tuple, 0),
            Op::Second(tuple) => self.field(tuple, 1),
            Op::Closure(function, ref captures) => self.closure(at, function, captures),
            Op::Virtual(..) => return None,
            Op::Capture(closure, index) => self.capture(closure, index),
            Op::IsFunction(closure, function) => self.is_function(closure, function),
            Op::NewCell => self.cell(at),
            Op::FillCell(cell, value) => {
                let (cell, value) = (self.value(cell), self.tagged(value));
                self.emit.helper(HelperId::FillCell, &[cell, value]);
                return None;
            }
            Op::Global(slot) => self.global(slot),
            Op::SetGlobal(slot, value) => {
                self.set_global(slot, value);
                return None;
            }
            Op::CheckBound(value, name) => self.check_bound(at, value, name),
            Op::Call(callee, ref arguments) => self.call(at, callee, arguments, ty),
            Op::StackRoom => self.stack_room(),
            Op::Fuel => {
                self.burn_fuel(at);
                return None;
            }
            Op::CheckStack(room) => {
                self.check_stack(at, room);
                return None;
            }
            Op::Print(value) => {
                let site = self.site(at);
                let value = self.tagged(value);
                let printed = self.emit.helper(HelperId::Print, &[site, value]);
                self.emit.escape_if_failed(printed.expect("printing gives back the value"));
                return None;
            }
        })
    }

    /// If a factor is 3, 5 or 9: by how much to shift what it multiplies, and add it, which addresses are
    /// computed by in one instruction.
    fn address_scale(&self, factor: Value) -> Option<i64> {
        match self.ssa().int(factor)? {
            3 => Some(1),
            5 => Some(2),
            9 => Some(3),
            _ => None,
        }
    }

    /// `==` or `!=` of the result of arithmetic and a constant, if the result is passed on at once, as
    /// at the end of the rounds of a loop that counts.
    ///
    /// Cranelift would rather know whether `i == 9` than whether `i + 1 == 10`, and so keep both for no
    /// reason but to compare. It does not see through the extension, which costs nothing.
    pub(super) fn tests_passed_sum(
        &mut self,
        tested: Value,
        jumps: [&Jump; 2],
    ) -> Option<ir::Value> {
        let ssa = self.ssa();
        let Op::Compare(op @ (BinaryOp::Eq | BinaryOp::Neq), lhs, rhs) = ssa.instruction(tested).op
        else {
            return None;
        };
        let (sum, constant) = match (ssa.int(lhs), ssa.int(rhs)) {
            (Some(constant), None) => (rhs, constant),
            (None, Some(constant)) => (lhs, constant),
            _ => return None,
        };
        let is_passed = jumps.iter().any(|jump| jump.arguments.contains(&sum));
        let is_sum = matches!(ssa.instruction(sum).op, Op::Arith(..));
        if !is_passed || !is_sum || constant < 0 {
            return None;
        }
        let sum = self.tagged(sum);
        Some(self.emit.builder.ins().icmp_imm_u(condition(op), sum, i64::from(constant)))
    }

    /// If `rhs` is 0 and `lhs` the remainder of a division by a power of two: the dividend, and
    /// the bits of it that are all 0 just if the remainder is, whatever its sign.
    fn remainder_bits(&self, lhs: Value, rhs: Value) -> Option<(Value, i64)> {
        let ssa = self.ssa();
        let &Op::Divide(BinaryOp::Rem, dividend, divisor) = &ssa.instruction(lhs).op else {
            return None;
        };
        let power = ssa.int(divisor).filter(|_| ssa.int(rhs) == Some(0))?.unsigned_abs();
        power.is_power_of_two().then(|| (dividend, i64::from(power - 1)))
    }

    fn arith(&mut self, op: BinaryOp, lhs: ir::Value, rhs: ir::Value) -> ir::Value {
        let ins = self.emit.builder.ins();
        match op {
            BinaryOp::Add => ins.iadd(lhs, rhs),
            BinaryOp::Sub => ins.isub(lhs, rhs),
            BinaryOp::Mul => ins.imul(lhs, rhs),
            _ => unreachable!("{op:?} is no plain arithmetic"),
        }
    }

    /// `/` or `%`, which fail for 0 and wrap around for the lowest Int and -1.
    fn divide(&mut self, at: Value, op: BinaryOp, lhs: Value, rhs: Value) -> ir::Value {
        let constant = self.ssa().int(rhs);
        let (lhs, rhs) = (self.value(lhs), self.value(rhs));
        if constant.is_none_or(|n| n == 0) {
            let site = self.site(at);
            let is_zero = self.emit.builder.ins().icmp_imm_u(IntCC::Equal, rhs, 0);
            self.emit.leave_if(is_zero, |emit| {
                let operator = emit.int(operator(op) as i32);
                emit.fail(HelperId::DivisionByZero, &[operator, site, lhs]);
            });
        }
        if constant.is_some_and(|n| n != 0 && n != -1) {
            return self.quotient(op, lhs, rhs);
        }
        // The machine's division traps where the result would not fit: dividing by -1 is
        // negating, and leaves nothing over.
        let (by_minus_one, plain) = (self.emit.cold_block(), self.emit.builder.create_block());
        let done = self.emit.builder.create_block();
        let result = self.emit.builder.append_block_param(done, ir::types::I32);
        let is_minus_one = self.emit.builder.ins().icmp_imm_s(IntCC::Equal, rhs, -1);
        self.emit.builder.ins().brif(is_minus_one, by_minus_one, &[], plain, &[]);
        self.emit.go_on_in(by_minus_one);
        let negated = match op {
            BinaryOp::Div => self.emit.builder.ins().ineg(lhs),
            _ => self.emit.int(0),
        };
        self.emit.builder.ins().jump(done, &[negated.into()]);
        self.emit.go_on_in(plain);
        let quotient = self.quotient(op, lhs, rhs);
        self.emit.builder.ins().jump(done, &[quotient.into()]);
        self.emit.go_on_in(done);
        result
    }

    fn quotient(&mut self, op: BinaryOp, lhs: ir::Value, rhs: ir::Value) -> ir::Value {
        match op {
            BinaryOp::Div => self.emit.builder.ins().sdiv(lhs, rhs),
            _ => self.emit.builder.ins().srem(lhs, rhs),
        }
    }

    /// Any operator on any values: two Ints here, everything else in the runtime.
    fn generic(&mut self, at: Value, op: BinaryOp, lhs: Value, rhs: Value) -> ir::Value {
        if let Some(equal) = self.equality_of_strs(at, op, lhs, rhs) {
            return equal;
        }
        if are_never_ints(self.ssa(), lhs, rhs) {
            return self.operate(at, op, lhs, rhs, true);
        }
        let (left, right) = (self.tagged(lhs), self.tagged(rhs));
        let either = self.emit.builder.ins().bor(left, right);
        let upper = self.is_above_ints(either);
        let (other, ints) = (self.emit.cold_block(), self.emit.builder.create_block());
        let done = self.emit.builder.create_block();
        let ty = if op.is_comparison() { I8 } else { I64 };
        let result = self.emit.builder.append_block_param(done, ty);
        self.emit.builder.ins().brif(upper, other, &[], ints, &[]);
        self.emit.go_on_in(ints);
        let left = self.emit.unboxed(Type::Int, left);
        let right = self.emit.unboxed(Type::Int, right);
        let quick = self.on_ints(at, op, left, right);
        self.emit.builder.ins().jump(done, &[quick.into()]);
        self.emit.go_on_in(other);
        let slow = self.operate(at, op, lhs, rhs, false);
        self.emit.builder.ins().jump(done, &[slow.into()]);
        self.emit.go_on_in(done);
        result
    }

    fn on_ints(&mut self, at: Value, op: BinaryOp, lhs: ir::Value, rhs: ir::Value) -> ir::Value {
        if op.is_comparison() {
            return self.emit.builder.ins().icmp(condition(op), lhs, rhs);
        }
        debug_assert!(
            !matches!(op, BinaryOp::Div | BinaryOp::Rem),
            "{at:?}: divisions take nothing but Ints and are never generic"
        );
        let result = self.arith(op, lhs, rhs);
        self.emit.boxed(Type::Int, result)
    }

    /// An operation by the runtime, on the only path or on one seldom taken.
    pub(super) fn operate(
        &mut self,
        at: Value,
        op: BinaryOp,
        lhs: Value,
        rhs: Value,
        always: bool,
    ) -> ir::Value {
        let site = self.site(at);
        let (lhs, rhs) = (self.tagged(lhs), self.tagged(rhs));
        let top = self.keep(at);
        let top = self.slot_address(top);
        let number = self.emit.int(operator(op) as i32);
        let result = self.emit.helper(HelperId::Operate, &[number, top, site, lhs, rhs]);
        let result = result.expect("operators have results");
        self.emit.escape_if_failed(result);
        if always {
            self.note_stored(at);
        }
        self.restore(at);
        match op.is_comparison() {
            true => self.emit.unboxed(Type::Bool, result),
            false => result,
        }
    }
}
