//! Makes the epilogues of compiled x86-64 functions cheaper.
//!
//! Cranelift ends every function with `mov rsp, rbp; pop rbp; ret`, although the instruction
//! before has put the stack pointer there already. The move makes each return wait for the
//! frame pointer that the one before has loaded, and so serialises a chain of returns.
//!
//! Where the move is redundant it is overwritten with a no-op of its length. To be redundant,
//! the stack pointer must be equal to the frame pointer on every path there. That is proven:
//! the code is decoded, and the distance of the two is followed along all paths, from the
//! prologue on. An instruction that changes either in a way that is not understood, paths that
//! disagree, jumps with targets unknown: then the function stays as it is.

use iced_x86::{
    Code, FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpAccess, OpKind, Register,
};

use super::compiled::Compiled;
use super::instructions::{Instructions, inner_target};
use super::target::IS_X86_64;

/// `nop dword [rax]`, of the length of the move.
const NO_OP: [u8; 3] = [0x0f, 0x1f, 0x00];

/// What is known of the stack pointer before an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stack {
    /// The function has just begun.
    Entered,
    /// The caller's frame pointer is saved.
    Saved,
    /// The frame pointer is the function's own, and the stack pointer so many bytes below.
    Framed(i64),
    /// As framed, but right behind a call whose callee has taken its arguments off the stack:
    /// the next instruction makes up for that.
    Called(i64),
    /// The caller's frame pointer is restored: the rest returns or calls in tail position.
    Left,
}

impl Stack {
    /// What is known if this is what comes next.
    fn before(self, instruction: &Instruction) -> Stack {
        match self {
            Stack::Called(depth) if adjustment(instruction).is_none_or(|bytes| bytes > 0) => {
                Stack::Framed(depth)
            }
            other => other,
        }
    }
}

/// Removes redundant moves from a function's epilogues and returns how many.
pub(super) fn lighten(compiled: &mut Compiled) -> u32 {
    if !IS_X86_64 || compiled.has_handlers {
        return 0;
    }
    let moves = redundant_moves(compiled).unwrap_or_default();
    for &offset in &moves {
        compiled.bytes[offset..offset + NO_OP.len()].copy_from_slice(&NO_OP);
    }
    moves.len() as u32
}

/// The offsets of the moves that can go; `None` if anything is unclear.
fn redundant_moves(compiled: &Compiled) -> Option<Vec<usize>> {
    let instructions = Instructions::decode(compiled)?;
    let list = &instructions.list;
    let mut info = InstructionInfoFactory::new();
    let mut before: Vec<Option<Stack>> = vec![None; list.len()];
    let mut moves = Vec::new();
    let mut open = vec![(instructions.index_at(0)?, Stack::Entered)];
    while let Some((index, stack)) = open.pop() {
        let instruction = &list[index];
        let stack = stack.before(instruction);
        if let Some(known) = before[index] {
            if known != stack {
                return None;
            }
            continue;
        }
        before[index] = Some(stack);
        if is_restoring_move(instruction) && stack == Stack::Framed(0) {
            moves.push(instruction.ip() as usize);
        }
        let Some(after) = step(compiled, &mut info, instruction, stack)? else { continue };
        if let Some(target) = inner_target(compiled, instruction) {
            open.push((instructions.index_at(target)?, after));
        }
        if instruction.flow_control() != FlowControl::UnconditionalBranch {
            open.push((instructions.index_at(instruction.next_ip())?, after));
        }
    }
    Some(moves)
}

fn is_restoring_move(instruction: &Instruction) -> bool {
    is_move(instruction, Register::RSP, Register::RBP) && instruction.len() == NO_OP.len()
}

fn is_move(instruction: &Instruction, to: Register, from: Register) -> bool {
    matches!(instruction.code(), Code::Mov_rm64_r64 | Code::Mov_r64_rm64)
        && instruction.op0_kind() == OpKind::Register
        && instruction.op1_kind() == OpKind::Register
        && instruction.op0_register() == to
        && instruction.op1_register() == from
}

/// What is known after an instruction: `Some(None)` if nothing comes after it, `None` if it is
/// unclear.
fn step(
    compiled: &Compiled,
    info: &mut InstructionInfoFactory,
    instruction: &Instruction,
    stack: Stack,
) -> Option<Option<Stack>> {
    let after = match stack {
        Stack::Entered => is_push_of_frame_pointer(instruction).then_some(Stack::Saved),
        Stack::Saved => {
            is_move(instruction, Register::RBP, Register::RSP).then_some(Stack::Framed(0))
        }
        // What the callee took, the caller gives back at once. The whole frame was there at
        // the call, so that this cannot be the prologue.
        Stack::Called(depth) => Some(Stack::Framed(depth)),
        Stack::Framed(depth) => {
            if let FlowControl::Exception | FlowControl::Interrupt = instruction.flow_control() {
                return Some(None);
            }
            framed(compiled, info, instruction, depth)
        }
        Stack::Left => match instruction.flow_control() {
            FlowControl::Next => Some(Stack::Left),
            // Out of the function, unless the target is in it.
            FlowControl::Return | FlowControl::IndirectBranch => return Some(None),
            FlowControl::UnconditionalBranch => {
                return inner_target(compiled, instruction).is_none().then_some(None);
            }
            _ => None,
        },
    };
    after.map(Some)
}

/// The step of an instruction in the frame's lifetime.
fn framed(
    compiled: &Compiled,
    info: &mut InstructionInfoFactory,
    instruction: &Instruction,
    depth: i64,
) -> Option<Stack> {
    let size = i64::from(compiled.frame_size);
    if let Some(bytes) = adjustment(instruction) {
        // In bounds, or it is not what we think it is.
        return (bytes <= depth).then_some(Stack::Framed(depth - bytes));
    }
    if is_move(instruction, Register::RSP, Register::RBP)
        || is_move(instruction, Register::RBP, Register::RSP)
    {
        return Some(Stack::Framed(0));
    }
    if instruction.code() == Code::Pop_r64 && instruction.op0_register() == Register::RBP {
        return (depth == 0).then_some(Stack::Left);
    }
    match instruction.flow_control() {
        // The whole frame is there, so that the prologue is over. Callees preserve both.
        FlowControl::Call | FlowControl::IndirectCall => {
            (depth == size).then_some(Stack::Called(depth))
        }
        FlowControl::Next => (!changes_frame(info, instruction)).then_some(Stack::Framed(depth)),
        FlowControl::ConditionalBranch => Some(Stack::Framed(depth)),
        FlowControl::UnconditionalBranch => {
            inner_target(compiled, instruction).map(|_| Stack::Framed(depth))
        }
        _ => None,
    }
}

fn is_push_of_frame_pointer(instruction: &Instruction) -> bool {
    instruction.code() == Code::Push_r64 && instruction.op0_register() == Register::RBP
}

/// What an instruction adds to the stack pointer, if that is all it does.
fn adjustment(instruction: &Instruction) -> Option<i64> {
    let is_constant = matches!(
        instruction.code(),
        Code::Add_rm64_imm8 | Code::Add_rm64_imm32 | Code::Sub_rm64_imm8 | Code::Sub_rm64_imm32
    );
    let is_stack_pointer =
        instruction.op0_kind() == OpKind::Register && instruction.op0_register() == Register::RSP;
    if !is_constant || !is_stack_pointer {
        return None;
    }
    let bytes = instruction.immediate(1).cast_signed();
    Some(if instruction.mnemonic() == Mnemonic::Sub { -bytes } else { bytes })
}

/// Whether an instruction writes the stack or the frame pointer, or part of one.
fn changes_frame(info: &mut InstructionInfoFactory, instruction: &Instruction) -> bool {
    info.info(instruction).used_registers().iter().any(|used| {
        let is_read = matches!(used.access(), OpAccess::Read | OpAccess::CondRead);
        let whole = used.register().full_register();
        !is_read && (whole == Register::RSP || whole == Register::RBP)
    })
}

#[cfg(test)]
mod tests {
    use super::super::code_memory::CodeMemory;
    use super::super::fixtures::{run, shapes};
    use super::*;

    const PROLOGUE: [u8; 4] = [0x55, 0x48, 0x89, 0xe5];
    const SUB_16: [u8; 4] = [0x48, 0x83, 0xec, 0x10];
    const ADD_16: [u8; 4] = [0x48, 0x83, 0xc4, 0x10];
    const MOVE: [u8; 3] = [0x48, 0x89, 0xec];
    const RETURN: [u8; 2] = [0x5d, 0xc3];
    const CALL: [u8; 2] = [0xff, 0xd0];

    /// How many moves are removed from these bytes.
    fn removed(frame_size: u32, code: &[&[u8]]) -> u32 {
        let mut memory = CodeMemory::new(false).unwrap();
        let (_, mut functions, _) = shapes(&mut memory).swap_remove(0);
        let mut compiled = functions.remove(0);
        compiled.bytes = code.concat();
        compiled.frame_size = frame_size;
        compiled.blocks.clear();
        lighten(&mut compiled)
    }

    #[test]
    fn functions_of_all_shapes_lose_their_moves_and_run() {
        if !IS_X86_64 {
            return;
        }
        let mut memory = CodeMemory::new(true).unwrap();
        for (shape, functions, expected) in shapes(&mut memory) {
            let removed: Vec<_> = functions.iter().map(|function| function.removed_moves).collect();
            let expected_moves: &[u32] = match shape {
                "fib" | "slots" => &[2],
                "large frame" => &[2],
                // A loop touches the pages of the frame.
                "huge frame" => &[0],
                // It is not known where the table leads.
                "table" => &[0],
                "spills" | "stack arguments" => &[1, 1],
                "tail calls" => &[1, 2, 1],
                _ => &[1],
            };
            assert_eq!(removed, expected_moves, "{shape}");
            assert_eq!(run(&mut memory, functions, 5), expected, "{shape}");
        }
    }

    #[test]
    fn redundant_moves_go() {
        if !IS_X86_64 {
            return;
        }
        assert_eq!(removed(0, &[&PROLOGUE, &MOVE, &RETURN]), 1);
        assert_eq!(removed(16, &[&PROLOGUE, &SUB_16, &ADD_16, &MOVE, &RETURN]), 1);
        assert_eq!(removed(16, &[&PROLOGUE, &SUB_16, &CALL, &ADD_16, &MOVE, &RETURN]), 1);
        // The callee takes 16 bytes.
        assert_eq!(removed(16, &[&PROLOGUE, &SUB_16, &CALL, &SUB_16, &ADD_16, &MOVE, &RETURN]), 1);
        // Two paths (`jz` over a call) that agree.
        let code = [&PROLOGUE[..], &SUB_16, &[0x74, 2], &CALL, &ADD_16, &MOVE, &RETURN];
        assert_eq!(removed(16, &code), 1);
    }

    #[test]
    fn moves_that_may_be_needed_stay() {
        let restored = [0x48, 0x8d, 0x65, 0x00];
        let cases: [(&str, u32, &[&[u8]]); 9] = [
            ("the frame is still there", 16, &[&PROLOGUE, &SUB_16, &MOVE, &RETURN]),
            ("more is added than there was", 16, &[&PROLOGUE, &SUB_16, &ADD_16, &ADD_16, &MOVE]),
            ("a call amid the prologue", 32, &[&PROLOGUE, &SUB_16, &CALL, &SUB_16, &MOVE, &RETURN]),
            ("a push", 0, &[&PROLOGUE, &[0x50], &MOVE, &RETURN]),
            ("rsp is computed", 0, &[&PROLOGUE, &restored, &MOVE, &RETURN]),
            ("rbp is loaded", 0, &[&PROLOGUE, &[0x48, 0x8b, 0x28], &MOVE, &RETURN]),
            ("no frame", 0, &[&MOVE, &RETURN]),
            // `jz` over the instruction that takes the frame away.
            ("paths disagree", 16, &[&PROLOGUE, &SUB_16, &[0x74, 4], &ADD_16, &MOVE, &RETURN]),
            ("a jump to nowhere", 0, &[&PROLOGUE, &[0x74, 1], &MOVE, &RETURN]),
        ];
        for (case, frame_size, code) in cases {
            assert_eq!(removed(frame_size, code), 0, "{case}");
        }
    }
}
