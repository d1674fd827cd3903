//! Puts what makes a loop variable's next value behind the last use of the one before, so that both
//! can be in one register.
//!
//! Cranelift's mid-end places a pure instruction where it is first needed. At the end of a round of a
//! loop that is the test of whether there is another round: in `i = i + 1, sum = sum + i` until
//! `i == n` the new `i` is computed for the test, and before the sum, which still needs the old one. So
//! both live at the same time, in two registers, and each round ends with a move from one to the
//! other and a jump, on a path of its own, as the way out of the loop must not have the move. When the sum
//! comes first, the register allocator gives both `i` one register, the path is empty, and the round
//! ends with one conditional jump.
//!
//! # Soundness
//! Only pure instructions move, down, within their block, and together with those that use them: each
//! value is still computed before it is used, from the same values.

use cranelift_codegen::ir::{self, Block, BlockArg, Inst, Value, ValueDef};

/// How many instructions behind an update are looked at: so the pass takes linear time.
const MAX_STEPS: usize = 64;

/// Moves the updates of loop variables, in a function that Cranelift's mid-end has optimised.
pub(super) fn sink_updates(function: &mut ir::Function) {
    let mut at = function.layout.entry_block();
    while let Some(block) = at {
        for (update, variable) in updates(function, block) {
            sink(function, update, variable);
        }
        at = function.layout.next_block(block);
    }
}

/// The instructions of a block that make, from a parameter of a block that it jumps to, the next value
/// of that parameter.
fn updates(function: &ir::Function, block: Block) -> Vec<(Inst, Value)> {
    let dfg = &function.dfg;
    let Some(end) = function.layout.last_inst(block) else { return Vec::new() };
    let jumps = dfg.insts[end].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
    let mut found = Vec::new();
    for jump in jumps {
        let variables = dfg.block_params(jump.block(&dfg.value_lists));
        for (argument, &variable) in jump.args(&dfg.value_lists).zip(variables) {
            let BlockArg::Value(value) = argument else { continue };
            let ValueDef::Result(update, _) = dfg.value_def(value) else { continue };
            if function.layout.inst_block(update) == Some(block)
                && is_pure(function, update)
                && dfg.inst_args(update).contains(&variable)
            {
                found.push((update, variable));
            }
        }
    }
    found
}

/// Moves an update behind the last use of the variable's old value in its block, with what is made
/// from it on the way; unless the old value is needed behind the new one in any case.
fn sink(function: &mut ir::Function, update: Inst, variable: Value) {
    let mut moving = vec![update];
    let mut new = function.dfg.inst_results(update).to_vec();
    // Behind which instruction, and how many move there.
    let mut target = None;
    let mut is_stuck = false;
    let mut at = function.layout.next_inst(update);
    for _ in 0..MAX_STEPS {
        let Some(next) = at else { break };
        at = function.layout.next_inst(next);
        let is_end = at.is_none();
        // The mid-end has put the values themselves in the places of their aliases.
        debug_assert!(
            function.dfg.inst_values(next).all(|value| !function.dfg.value_is_alias(value))
        );
        let uses_old = function.dfg.inst_values(next).any(|value| value == variable);
        let uses_new = function.dfg.inst_values(next).any(|value| new.contains(&value));
        if uses_old && (uses_new || is_stuck || is_end) {
            return;
        }
        if uses_old {
            target = Some((next, moving.len()));
        } else if uses_new {
            is_stuck |= !is_pure(function, next);
            new.extend(function.dfg.inst_results(next));
            moving.push(next);
        }
    }
    let Some((target, count)) = target else { return };
    let Some(before) = function.layout.next_inst(target) else { return };
    for &instruction in &moving[..count] {
        function.layout.remove_inst(instruction);
        function.layout.insert_inst(instruction, before);
    }
}

/// Whether an instruction only computes its result from its operands.
fn is_pure(function: &ir::Function, instruction: Inst) -> bool {
    let opcode = function.dfg.insts[instruction].opcode();
    !(opcode.is_call()
        || opcode.is_branch()
        || opcode.is_terminator()
        || opcode.can_trap()
        || opcode.other_side_effects()
        || opcode.can_load()
        || opcode.can_store())
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::ir::condcodes::IntCC;
    use cranelift_codegen::ir::types::I64;
    use cranelift_codegen::ir::{Function, InstBuilder, Opcode};
    use cranelift_codegen::isa::CallConv;
    use cranelift_frontend::FunctionBuilder;

    use super::super::code_memory::CodeMemory;
    use super::super::fixtures::{function, words};
    use super::*;

    /// A loop over two variables whose round is made by `round`, which returns the next values and
    /// whether there is another round, and the opcodes of the round as they are after sinking.
    fn sunk(
        round: impl FnOnce(&mut FunctionBuilder<'_>, Value, Value) -> (Value, Value, Value),
    ) -> Vec<Opcode> {
        let mut memory = CodeMemory::new(true).unwrap();
        let mut head = None;
        let signature = words(CallConv::Tail, 2);
        let mut function: Function = function(&mut memory, signature, |_, builder, parameters| {
            let (block, exit) = (builder.create_block(), builder.create_block());
            let i = builder.append_block_param(block, I64);
            let sum = builder.append_block_param(block, I64);
            let arguments = [BlockArg::Value(parameters[0]), BlockArg::Value(parameters[1])];
            builder.ins().jump(block, &arguments);
            builder.switch_to_block(block);
            let (next, total, again) = round(builder, i, sum);
            let arguments = [BlockArg::Value(next), BlockArg::Value(total)];
            builder.ins().brif(again, block, &arguments, exit, &[]);
            builder.switch_to_block(exit);
            builder.ins().return_(&[total]);
            head = Some(block);
        });
        sink_updates(&mut function);
        let head = head.unwrap();
        function.layout.block_insts(head).map(|inst| function.dfg.insts[inst].opcode()).collect()
    }

    #[test]
    fn updates_sink_behind_the_last_use_with_what_is_made_from_them() {
        let opcodes = sunk(|builder, i, sum| {
            let next = builder.ins().ineg(i);
            let again = builder.ins().icmp(IntCC::SignedLessThan, next, next);
            let total = builder.ins().isub(sum, i);
            (next, total, again)
        });
        assert_eq!(opcodes, [Opcode::Isub, Opcode::Ineg, Opcode::Icmp, Opcode::Brif]);
    }

    #[test]
    fn updates_stay_where_the_old_value_is_needed_along_with_the_new_one() {
        let opcodes = sunk(|builder, i, sum| {
            let next = builder.ins().ineg(i);
            let total = builder.ins().isub(sum, i);
            let again = builder.ins().icmp(IntCC::SignedLessThan, next, i);
            (next, total, again)
        });
        assert_eq!(opcodes, [Opcode::Ineg, Opcode::Isub, Opcode::Icmp, Opcode::Brif]);
        let swapped = sunk(|builder, i, sum| {
            let next = builder.ins().bxor(i, sum);
            let again = builder.ins().icmp(IntCC::SignedLessThan, next, sum);
            (next, i, again)
        });
        assert_eq!(swapped, [Opcode::Bxor, Opcode::Icmp, Opcode::Brif]);
    }

    #[test]
    fn what_has_effects_stays_in_its_place() {
        let opcodes = sunk(|builder, i, sum| {
            let next = builder.ins().ineg(i);
            builder.ins().sdiv(sum, next);
            let total = builder.ins().isub(sum, i);
            let again = builder.ins().icmp(IntCC::SignedLessThan, next, total);
            (next, total, again)
        });
        let expected = [Opcode::Ineg, Opcode::Sdiv, Opcode::Isub, Opcode::Icmp, Opcode::Brif];
        assert_eq!(opcodes, expected);
    }
}
