//! Strings: chains of concatenations, and equality where one side is known to be a Str.
//!
//! Two Strs are compared by their addresses first, then by their lengths and first bytes; only what
//! these leave open is left to the runtime. With a literal of up to eight bytes they leave nothing
//! open: two loads decide.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I8;
use cranelift_codegen::ir::{self, InstBuilder};
use galo_runtime::abi::{self, HelperId};

use super::super::emit::Region;
use super::Lowering;
use super::operations::{condition, operator};
use crate::ssa::{Op, Type, Value};
use crate::syntax::ast::BinaryOp;

impl Lowering<'_> {
    /// A chain of `+` on strings: the parts go behind the frame's live slots.
    pub(super) fn concatenation(&mut self, at: Value, parts: &[Value]) -> ir::Value {
        let site = self.site(at);
        let top = self.keep(at);
        let top = self.slot_address(top);
        for (index, &part) in (0..).zip(parts) {
            let part = self.tagged(part);
            self.emit.store(Region::Frame, part, top, 8 * index);
        }
        let count = self.emit.int(parts.len() as i32);
        let string = self.emit.helper(HelperId::Concat, &[top, count, site]);
        let string = string.expect("a concatenation is a value");
        self.emit.escape_if_failed(string);
        self.note_stored(at);
        self.restore(at);
        string
    }

    /// `==` or `!=`, if one side is known to be a Str.
    pub(super) fn equality_of_strs(
        &mut self,
        at: Value,
        op: BinaryOp,
        lhs: Value,
        rhs: Value,
    ) -> Option<ir::Value> {
        let ssa = self.ssa();
        let sides = [lhs, rhs].map(|side| ssa.unboxed(side));
        let are_strs = sides.map(|side| ssa.ty(side) == Type::Str);
        if !matches!(op, BinaryOp::Eq | BinaryOp::Neq) || are_strs == [false, false] {
            return None;
        }
        let unknown = [lhs, rhs].into_iter().zip(are_strs).find(|(_, is_str)| !is_str);
        if let Some((unknown, _)) = unknown {
            if self.input.context.lenient {
                return None;
            }
            self.demand_str(at, op, [lhs, rhs], unknown);
        }
        Some(match sides.map(|side| self.short_literal(side)) {
            [_, Some(literal)] => self.equals_literal(op, lhs, literal),
            [Some(literal), _] => self.equals_literal(op, rhs, literal),
            _ => self.equals(at, op, lhs, rhs),
        })
    }

    /// Fails the program if one side of a comparison with a Str is none.
    fn demand_str(&mut self, at: Value, op: BinaryOp, [lhs, rhs]: [Value; 2], side: Value) {
        let side = self.tagged(side);
        let is_str = self.emit.is_of(Type::Str, side);
        let wrong = self.emit.builder.ins().icmp_imm_u(IntCC::Equal, is_str, 0);
        let (lhs, rhs) = (self.tagged(lhs), self.tagged(rhs));
        let site = self.site(at);
        let top = self.frame_or_top();
        self.emit.leave_if(wrong, |emit| {
            let operator = emit.int(operator(op) as i32);
            emit.fail(HelperId::Operate, &[operator, top, site, lhs, rhs]);
        });
    }

    /// What tells a short literal from all other Strs.
    fn short_literal(&self, value: Value) -> Option<(u64, u64)> {
        match self.ssa().instruction(value).op {
            Op::Str(text) => abi::short_string(self.input.context.ast.text(text)),
            _ => None,
        }
    }

    fn equals_literal(
        &mut self,
        op: BinaryOp,
        string: Value,
        (header, start): (u64, u64),
    ) -> ir::Value {
        let string = self.tagged(string);
        let [header, start] =
            [(abi::STRING_HEADER, header), (abi::STRING_START, start)].map(|(offset, expected)| {
                let word = self.emit.load(Region::Object, string, offset);
                let expected = self.emit.word(expected);
                self.emit.builder.ins().bxor(word, expected)
            });
        let difference = self.emit.builder.ins().bor(header, start);
        self.emit.builder.ins().icmp_imm_u(condition(op), difference, 0)
    }

    /// Whether two Strs are equal.
    fn equals(&mut self, at: Value, op: BinaryOp, lhs: Value, rhs: Value) -> ir::Value {
        let (left, right) = (self.tagged(lhs), self.tagged(rhs));
        let done = self.emit.builder.create_block();
        let result = self.emit.builder.append_block_param(done, I8);
        let known = |equal: bool| i64::from(equal == (op == BinaryOp::Eq));
        let equal = self.emit.builder.ins().iconst(I8, known(true));
        let different = self.emit.builder.ins().iconst(I8, known(false));
        let open = self.emit.builder.create_block();

        let same = self.emit.builder.ins().icmp(IntCC::Equal, left, right);
        self.decide(same, (done, equal));
        let headers = [left, right].map(|side| self.header(side));
        let differing = self.emit.builder.ins().bxor(headers[0], headers[1]);
        let lens = self.emit.word(abi::STRING_LEN_BITS);
        let differing = self.emit.builder.ins().band(differing, lens);
        self.decide(differing, (done, different));
        let forms = self.emit.builder.ins().bor(headers[0], headers[1]);
        let forms = self.emit.builder.ins().band_imm_u(forms, abi::STRING_FORM_BITS as i64);
        let flat = self.emit.builder.create_block();
        self.emit.builder.ins().brif(forms, open, &[], flat, &[]);
        self.emit.go_on_in(flat);
        let [start, other] =
            [left, right].map(|side| self.emit.load(Region::Object, side, abi::STRING_START));
        let differing = self.emit.builder.ins().icmp(IntCC::NotEqual, start, other);
        self.decide(differing, (done, different));
        let longer = self.emit.word(abi::flat_string_header(abi::SHORT_STRING_BYTES + 1));
        let is_short = self.emit.builder.ins().icmp(IntCC::UnsignedLessThan, headers[0], longer);
        self.emit.builder.ins().brif(is_short, done, &[equal.into()], open, &[]);

        self.emit.go_on_in(open);
        let site = self.site(at);
        let looked = self.emit.helper(HelperId::EqualStrs, &[site, left, right]);
        let looked = looked.expect("a comparison is a value");
        self.emit.escape_if_failed(looked);
        let looked = self.emit.unboxed(Type::Bool, looked);
        let looked = match op {
            BinaryOp::Eq => looked,
            _ => self.emit.builder.ins().bxor_imm_u(looked, 1),
        };
        self.emit.builder.ins().jump(done, &[looked.into()]);
        self.emit.go_on_in(done);
        result
    }

    fn header(&mut self, string: ir::Value) -> ir::Value {
        self.emit.load(Region::Object, string, abi::STRING_HEADER)
    }

    /// Where the condition holds, the result is decided.
    fn decide(&mut self, condition: ir::Value, (done, result): (ir::Block, ir::Value)) {
        let next = self.emit.builder.create_block();
        self.emit.builder.ins().brif(condition, done, &[result.into()], next, &[]);
        self.emit.go_on_in(next);
    }
}
