//! Makes polls in compiled x86-64 functions cheaper.
//!
//! To see whether somebody wants something of the program, Cranelift copies the pinned register,
//! loads the word and tests it: `mov a, r15; mov a, [a + WORD]; test a, a; jne`. That is one
//! instruction, if the word is either 0 or above every stack: `cmp rsp, [r15 + WORD]; jb`, which
//! processors execute as one step together with the jump. So a round of the shortest loops takes no longer.
//!
//! # Soundness
//! - The word is 0 or the largest there is ([`interrupt`](galo_runtime::interrupt)), and so is
//!   below the stack pointer exactly where it is not 0.
//! - The register has the word behind the jump and then nothing: [`lower`](crate::jit) gives the word to
//!   that jump only, and nothing else loads it.
//! - The instructions stand in a row and nobody jumps between them; the new ones take as many bytes.

use galo_runtime::abi::IS_WANTED;
use iced_x86::{Code, Instruction, Mnemonic, OpKind, Register};

use super::compiled::Compiled;
use super::instructions::{Instructions, inner_target};
use super::target::IS_X86_64;

/// `cmp rsp, [r15 + …]`, without the displacement. The longer of two encodings.
const COMPARE: [u8; 4] = [0x49, 0x3b, 0xa4, 0x27];
/// A prefix that means nothing in front of it, and how many of them cost nothing.
const PREFIX: u8 = 0x3e;
const MAX_PREFIXES: usize = 3;
/// No-ops by length.
const NO_OPS: [&[u8]; 4] = [&[], &[0x90], &[0x66, 0x90], &[0x0f, 0x1f, 0x00]];
/// The first byte of jumps with 32 bits of displacement.
const LONG_JUMP: u8 = 0x0f;

/// Makes a function's polls one instruction each, and returns how many there were.
pub(super) fn fold(compiled: &mut Compiled, stub: &str) -> u32 {
    let polls = compiled.references.iter().any(|reference| reference.name == stub);
    if !IS_X86_64 || !polls {
        return 0;
    }
    let Some(instructions) = Instructions::decode(compiled) else { return 0 };
    let mut entered: Vec<u64> = compiled.blocks.iter().map(|&start| start.into()).collect();
    entered.extend(instructions.list.iter().filter_map(|it| inner_target(compiled, it)));
    entered.sort_unstable();
    let mut folded = 0;
    for window in instructions.list.windows(4) {
        let [copy, load, test, jump] = window else { continue };
        let (start, end) = (copy.ip(), jump.ip());
        let next = entered.partition_point(|&target| target <= start);
        let is_entered = entered.get(next).is_some_and(|&target| target <= end);
        let in_a_row = window.windows(2).all(|pair| pair[0].next_ip() == pair[1].ip());
        if !is_entered && in_a_row && is_poll(copy, load, test) {
            folded += u32::from(rewrite(&mut compiled.bytes, start as usize, end as usize));
        }
    }
    folded
}

/// Whether these load the word by way of the register that they load it into, and test it.
fn is_poll(copy: &Instruction, load: &Instruction, test: &Instruction) -> bool {
    let register = copy.op0_register();
    let word = load.op0_register();
    matches!(copy.code(), Code::Mov_rm64_r64 | Code::Mov_r64_rm64)
        && copy.op0_kind() == OpKind::Register
        && copy.op1_kind() == OpKind::Register
        && copy.op1_register() == Register::R15
        && load.code() == Code::Mov_r32_rm32
        && load.op1_kind() == OpKind::Memory
        && load.memory_base() == register
        && load.memory_index() == Register::None
        && load.memory_displacement64() == IS_WANTED as u64
        && word.full_register() == register
        && test.mnemonic() == Mnemonic::Test
        && test.op0_register() == word
        && test.op1_register() == word
}

/// Puts the one instruction in the place of three, and makes the jump behind it fit.
fn rewrite(bytes: &mut [u8], start: usize, jump: usize) -> bool {
    let condition = match bytes[jump..] {
        [LONG_JUMP, 0x85, ..] => 0x82,
        [LONG_JUMP, 0x84, ..] => 0x83,
        _ => return false,
    };
    let compare = COMPARE.len() + size_of::<u32>();
    let Some(fill) = (jump - start).checked_sub(compare) else { return false };
    let prefixes = fill.min(MAX_PREFIXES);
    let Some(no_op) = NO_OPS.get(fill - prefixes) else { return false };
    let mut made = no_op.to_vec();
    made.resize(fill, PREFIX);
    made.extend(COMPARE);
    made.extend((IS_WANTED as u32).to_le_bytes());
    bytes[start..jump].copy_from_slice(&made);
    // `jne` becomes `jb`, `je` becomes `jae`.
    bytes[jump + 1] = condition;
    true
}
