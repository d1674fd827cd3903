//! Into compiled code and out of it again, by hand: the few instructions that differ
//! between architectures.
//!
//! An entry saves the registers that C's callees must keep, and links them into the
//! machine as the current segment; leaving restores them from there, whether the code
//! returns or [escapes](escape). Compiled code has the machine in the register that
//! Cranelift pins: r15 on x86-64, x21 on aarch64.

use super::{SEGMENT, Trampoline, unwind};
use crate::function::VmFunction;
use crate::machine::Machine;
use crate::value::Value;

/// Where an entry's frame pointer points, in words from the segment's record: the frames
/// of the segment are linked up to there.
#[cfg(target_arch = "x86_64")]
pub(super) const SEGMENT_WORDS: usize = 6;
/// Where an entry's frame pointer points, in words from the segment's record: the frames
/// of the segment are linked up to there.
#[cfg(target_arch = "aarch64")]
pub(super) const SEGMENT_WORDS: usize = 0;

/// Where the segment is outside of an entry, in words from the segment's record.
#[cfg(target_arch = "x86_64")]
pub(super) const OUTER_SEGMENT: usize = 0;
/// Where the segment is outside of an entry, in words from the segment's record.
#[cfg(target_arch = "aarch64")]
pub(super) const OUTER_SEGMENT: usize = 160 / 8;

/// Runs a compiled function through the trampoline; returns what it returns, or the signal
/// of the error for which it escaped.
///
/// # Safety
/// As for [`run_compiled`](super::run_compiled).
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn enter(
    machine: &mut Machine<'_>,
    frame: *mut Value,
    function: *const VmFunction,
    trampoline: Trampoline,
) -> Value {
    core::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push qword ptr [rdi + {segment}]",
        "mov qword ptr [rdi + {segment}], rsp",
        "mov rbx, rdi",
        "call rcx",
        "jmp {leave}",
        segment = const SEGMENT,
        leave = sym leave,
    )
}

/// Returns from an entry: the stack pointer is at the segment's record, the machine in
/// rbx, the result in rax.
///
/// # Safety
/// Only for the code beside it.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn leave() {
    core::arch::naked_asm!(
        "pop qword ptr [rbx + {segment}]",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        segment = const SEGMENT,
    )
}

/// Called by compiled code, not jumped to: gives up the current segment because of the
/// error that is in the machine. Never returns to its caller.
///
/// # Safety
/// The caller is compiled code, and a helper has just returned the signal of an error.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub unsafe extern "C" fn escape() {
    core::arch::naked_asm!(
        "mov rdi, r15",
        "mov rsi, qword ptr [rsp]",
        "mov rdx, rbp",
        "and rsp, -16",
        "call {unwind}",
        "mov rbx, r15",
        "mov rsp, qword ptr [r15 + {segment}]",
        "jmp {leave}",
        unwind = sym unwind,
        segment = const SEGMENT,
        leave = sym leave,
    )
}

/// Runs a compiled function through the trampoline; returns what it returns, or the signal
/// of the error for which it escaped.
///
/// # Safety
/// As for [`run_compiled`](super::run_compiled).
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn enter(
    machine: &mut Machine<'_>,
    frame: *mut Value,
    function: *const VmFunction,
    trampoline: Trampoline,
) -> Value {
    core::arch::naked_asm!(
        "stp x29, x30, [sp, #-176]!",
        "mov x29, sp",
        "stp x19, x20, [sp, #16]",
        "stp x21, x22, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x25, x26, [sp, #64]",
        "stp x27, x28, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        "ldr x9, [x0, #{segment}]",
        "str x9, [sp, #160]",
        "mov x9, sp",
        "str x9, [x0, #{segment}]",
        "mov x19, x0",
        "blr x3",
        "b {leave}",
        segment = const SEGMENT,
        leave = sym leave,
    )
}

/// Returns from an entry: the stack pointer is at the segment's record, the machine in
/// x19, the result in x0.
///
/// # Safety
/// Only for the code beside it.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn leave() {
    core::arch::naked_asm!(
        "ldr x9, [sp, #160]",
        "str x9, [x19, #{segment}]",
        "ldp d14, d15, [sp, #144]",
        "ldp d12, d13, [sp, #128]",
        "ldp d10, d11, [sp, #112]",
        "ldp d8, d9, [sp, #96]",
        "ldp x27, x28, [sp, #80]",
        "ldp x25, x26, [sp, #64]",
        "ldp x23, x24, [sp, #48]",
        "ldp x21, x22, [sp, #32]",
        "ldp x19, x20, [sp, #16]",
        "ldp x29, x30, [sp], #176",
        "ret",
        segment = const SEGMENT,
    )
}

/// Called by compiled code, not jumped to: gives up the current segment because of the
/// error that is in the machine. Never returns to its caller.
///
/// # Safety
/// The caller is compiled code, and a helper has just returned the signal of an error.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub unsafe extern "C" fn escape() {
    core::arch::naked_asm!(
        "mov x0, x21",
        "mov x1, x30",
        "mov x2, x29",
        "bl {unwind}",
        "ldr x9, [x21, #{segment}]",
        "mov sp, x9",
        "mov x19, x21",
        "b {leave}",
        unwind = sym unwind,
        segment = const SEGMENT,
        leave = sym leave,
    )
}
