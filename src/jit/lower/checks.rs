//! Checks, which fail the program, and guards, which leave it to the interpreter.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder};
use galo_runtime::Kind;
use galo_runtime::abi::{self, HelperId};
use galo_runtime::stack::MAX_STACK_BYTES;

use super::super::exit::Reason;
use super::Lowering;
use super::operations::operator;
use crate::flow::Kinds;
use crate::ssa::{Demand, FRAME_BYTES, StateId, Type, Value};
use crate::syntax::ast::{BinaryOp, Symbol};

impl Lowering<'_> {
    /// How many calls of the smallest size the stack has room for. An Int holds it, as stacks are
    /// limited.
    pub(super) fn stack_room(&mut self) -> ir::Value {
        let pointer = self.emit.builder.ins().get_stack_pointer(ir::types::I64);
        let limit = self.emit.load_machine(abi::STACK_LIMIT);
        let bytes = self.emit.builder.ins().isub(pointer, limit);
        const { assert!(MAX_STACK_BYTES / (FRAME_BYTES as usize) < i32::MAX as usize) };
        let shift = i64::from(FRAME_BYTES.ilog2());
        let calls = self.emit.builder.ins().sshr_imm_u(bytes, shift);
        self.emit.builder.ins().ireduce(ir::types::I32, calls)
    }

    /// Fails at a call that has become a jump if the stack had no room for it.
    pub(super) fn check_stack(&mut self, at: Value, room: Value) {
        let room = self.value(room);
        let site = self.site(at);
        let none = self.emit.builder.ins().icmp_imm_s(IntCC::SignedLessThan, room, 0);
        self.emit.leave_if(none, |emit| emit.fail(HelperId::StackOverflow, &[site]));
    }

    /// Counts a call, and fails if it is one too many.
    pub(super) fn burn_fuel(&mut self, at: Value) {
        let left = self.emit.load_machine(abi::FUEL);
        let left = self.emit.builder.ins().iadd_imm_s(left, -1);
        self.emit.store_machine(left, abi::FUEL);
        let site = self.site(at);
        let none = self.emit.builder.ins().icmp_imm_s(IntCC::SignedLessThan, left, 0);
        self.emit.leave_if(none, |emit| emit.fail(HelperId::OutOfFuel, &[site]));
    }

    fn is_not(&mut self, ty: Type, value: ir::Value) -> ir::Value {
        if ty == Type::Int {
            return self.is_above_ints(value);
        }
        let is_of = self.emit.is_of(ty, value);
        self.emit.builder.ins().icmp_imm_u(IntCC::Equal, is_of, 0)
    }

    /// Whether a value is none of the Ints, which are the smallest words. One comparison with a
    /// constant in memory tells, for which the value needs no copy.
    pub(super) fn is_above_ints(&mut self, value: ir::Value) -> ir::Value {
        let largest = self.emit.word(abi::MAX_INT_BITS);
        self.emit.builder.ins().icmp(IntCC::UnsignedGreaterThan, value, largest)
    }

    /// Whether a value, which is one of these, is no Tuple: without Ints the tag tells, and from
    /// nothing but Ints the upper half does.
    fn is_no_tuple(&mut self, value: ir::Value, among: Kinds) -> ir::Value {
        if among.is_subset(Kinds::TUPLE | Kinds::INT) {
            return self.emit.is_of(Type::Int, value);
        }
        if !among.contains(Kind::Int) {
            let tag = self.emit.builder.ins().band_imm_u(value, abi::TAG_MASK as i64);
            let tuple = abi::TUPLE_TAG as i64;
            return self.emit.builder.ins().icmp_imm_u(IntCC::NotEqual, tag, tuple);
        }
        self.is_not(Type::Tuple, value)
    }

    /// Fails the program unless a value is of a type.
    pub(super) fn check(
        &mut self,
        at: Value,
        value: Value,
        demand: Demand,
        (ty, among): (Type, Kinds),
    ) -> ir::Value {
        let checked = self.tagged(value);
        let wrong = match ty {
            Type::Tuple => self.is_no_tuple(checked, among),
            _ => self.is_not(ty, checked),
        };
        let site = self.site(at);
        self.emit.leave_if(wrong, |emit| match demand {
            Demand::Condition => emit.fail(HelperId::ConditionNotBool, &[site, checked]),
            Demand::Logic { and, left } => {
                let (and, left) = (emit.int(i32::from(and)), emit.int(i32::from(left)));
                emit.fail(HelperId::OperandNotBool, &[and, left, site, checked]);
            }
            Demand::First | Demand::Second => {
                let first = emit.int(i32::from(demand == Demand::First));
                emit.fail(HelperId::NotATuple, &[first, site, checked]);
            }
        });
        self.emit.unboxed(ty, checked)
    }

    /// Fails the program unless an operand is an Int.
    pub(super) fn check_int(
        &mut self,
        at: Value,
        op: BinaryOp,
        [lhs, rhs]: [Value; 2],
        left: bool,
    ) -> ir::Value {
        let (lhs, rhs) = (self.tagged(lhs), self.tagged(rhs));
        let checked = if left { lhs } else { rhs };
        let wrong = self.is_not(Type::Int, checked);
        let site = self.site(at);
        let top = self.frame_or_top();
        self.emit.leave_if(wrong, |emit| {
            let operator = emit.int(operator(op) as i32);
            emit.fail(HelperId::Operate, &[operator, top, site, lhs, rhs]);
        });
        self.emit.unboxed(Type::Int, checked)
    }

    /// Fails the program if a variable is not bound yet.
    pub(super) fn check_bound(&mut self, at: Value, value: Value, name: Symbol) -> ir::Value {
        let checked = self.value(value);
        let unbound = self.emit.word(abi::UNBOUND);
        let wrong = self.emit.builder.ins().icmp(IntCC::Equal, checked, unbound);
        let site = self.site(at);
        let text = self.input.context.ast.text(name);
        let (start, len) = (text.as_ptr() as u64, text.len() as u64);
        self.emit.leave_if(wrong, |emit| {
            let (start, len) = (emit.word(start), emit.word(len));
            emit.fail(HelperId::UsedBeforeDefinition, &[site, start, len]);
        });
        checked
    }

    /// Exits unless a value is of a type.
    pub(super) fn guard(&mut self, at: Value, value: Value, state: StateId, ty: Type) -> ir::Value {
        let guarded = self.tagged(value);
        let mut wrong = self.is_not(ty, guarded);
        if self.input.forces_exits {
            let forced = self.is_forced();
            let zero = self.emit.word(0);
            let wide = match self.emit.builder.func.dfg.value_type(wrong) == ir::types::I64 {
                true => wrong,
                false => self.emit.builder.ins().uextend(ir::types::I64, wrong),
            };
            let is_wrong = self.emit.builder.ins().icmp(IntCC::NotEqual, wide, zero);
            wrong = self.emit.builder.ins().bor(is_wrong, forced);
        }
        self.exit_if(at, wrong, state, Reason::NotA(ty));
        self.emit.unboxed(ty, guarded)
    }

    /// Exits if a test wants it.
    pub(super) fn probe(&mut self, at: Value, state: StateId) {
        if self.input.forces_exits {
            let forced = self.is_forced();
            self.exit_if(at, forced, state, Reason::Forced);
        }
    }

    /// Counts down, and says whether the countdown is over; the runtime sets it anew when an
    /// exit is taken.
    fn is_forced(&mut self) -> ir::Value {
        let count = self.emit.load_machine(abi::FORCED_EXIT_COUNTDOWN);
        let less = self.emit.builder.ins().iadd_imm_s(count, -1);
        self.emit.store_machine(less, abi::FORCED_EXIT_COUNTDOWN);
        self.emit.builder.ins().icmp_imm_s(IntCC::SignedLessThan, less, 0)
    }
}
