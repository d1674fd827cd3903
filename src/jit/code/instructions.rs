//! The instructions of a compiled x86-64 function, told from the tables and constants among
//! them by following control from where it can enter.

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, OpKind};

use super::compiled::Compiled;

/// Bits of a processor mode.
const BITNESS: u32 = 64;

/// Where no instruction begins.
const NONE: u32 = u32::MAX;

/// A function's instructions. Addresses are offsets in it.
pub(super) struct Instructions {
    /// By offset.
    pub(super) list: Vec<Instruction>,
    /// By offset, the place of the instruction that begins there.
    at: Vec<u32>,
}

impl Instructions {
    /// Decodes a function: what can be reached from its start, by branches whose targets are
    /// in them, and from the starts of its blocks, which tables of jumps may lead to.
    ///
    /// `None` if anything is not as it should be: bytes that are no instruction, instructions
    /// that overlap, jumps to somewhere else.
    pub(super) fn decode(compiled: &Compiled) -> Option<Instructions> {
        let bytes = &compiled.bytes[..];
        let mut decoder = Decoder::with_ip(BITNESS, bytes, 0, DecoderOptions::NONE);
        let mut at = vec![NONE; bytes.len()];
        let mut list = Vec::with_capacity(bytes.len() / 4);
        // Starts last, so that they come first and code is decoded in one go.
        let mut open: Vec<u32> = compiled.blocks.iter().rev().copied().collect();
        open.push(0);
        while let Some(start) = open.pop() {
            let mut offset = start as usize;
            while *at.get(offset)? == NONE {
                decoder.set_position(offset).ok()?;
                decoder.set_ip(offset as u64);
                let instruction = decoder.decode();
                if instruction.is_invalid() {
                    return None;
                }
                at[offset] = u32::try_from(list.len()).ok()?;
                list.push(instruction);
                if let Some(target) = inner_target(compiled, &instruction) {
                    open.push(u32::try_from(target).ok()?);
                }
                if !falls_through(&instruction) {
                    break;
                }
                offset += instruction.len();
            }
        }
        list.sort_unstable_by_key(Instruction::ip);
        for (index, instruction) in list.iter().enumerate() {
            at[instruction.ip() as usize] = index as u32;
        }
        let overlap = |pair: &[Instruction]| pair[0].next_ip() > pair[1].ip();
        (!list.windows(2).any(overlap)).then_some(Instructions { list, at })
    }

    /// The place in the list of the instruction at an offset.
    pub(super) fn index_at(&self, offset: u64) -> Option<usize> {
        let index = *self.at.get(usize::try_from(offset).ok()?)?;
        (index != NONE).then_some(index as usize)
    }
}

/// Where an instruction may jump to within its function.
pub(super) fn inner_target(compiled: &Compiled, instruction: &Instruction) -> Option<u64> {
    let jumps = matches!(
        instruction.flow_control(),
        FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch
    );
    let direct = jumps && instruction.op0_kind() == OpKind::NearBranch64;
    (direct && reference(compiled, instruction).is_none()).then(|| instruction.near_branch_target())
}

/// The function that an instruction refers to, if loading fills in where that is.
pub(super) fn reference<'c>(compiled: &'c Compiled, instruction: &Instruction) -> Option<&'c str> {
    let (start, end) = (instruction.ip(), instruction.next_ip());
    let first = compiled.references.partition_point(|other| u64::from(other.offset) < start);
    let reference = compiled.references.get(first)?;
    (u64::from(reference.offset) < end).then_some(&reference.name)
}

/// Whether the next instruction can come after this one.
pub(super) fn falls_through(instruction: &Instruction) -> bool {
    match instruction.flow_control() {
        FlowControl::Next
        | FlowControl::ConditionalBranch
        | FlowControl::Call
        | FlowControl::IndirectCall => true,
        // `ud2` is an exception; so is what cannot be.
        _ => false,
    }
}
