//! What compiled code may rely on: where things are, how values look, what it can call.
//!
//! All numbers come from the definitions themselves; nothing is written twice.
//!
//! # Allocating inline
//! ```text
//! object = [machine + NURSERY_FREE]
//! next   = object + bytes
//! [machine + NURSERY_FREE] = next
//! if next > [machine + NURSERY_LIMIT] (unsigned): object = the helper `room`
//! ```
//! A pair has [`PAIR_BYTES`]: the first value, the second; the value is
//! `object | TUPLE_TAG`. A cell is a pair of [`UNBOUND`] and the Int 0, with the same tag. A
//! closure of `n` captures has [`closure_bytes`]`(n)`: the address of its [`VmFunction`],
//! then the captures; the value is `object | CLOSURE_TAG`. Several objects can share the bytes.
//! All words must be written before the next allocation.
//!
//! # Reading
//! The tag is part of the displacement: [`FIRST`] and [`SECOND`] of a Tuple, [`CONTENTS`] of
//! a cell, [`CLOSURE_FUNCTION`] and [`capture`] of a Closure.
//!
//! # Strings
//! The first word of a Str, [`STRING_HEADER`], has its length in the bits [`STRING_LEN_BITS`]. If
//! none of [`STRING_FORM_BITS`] is set, its bytes follow, filled up with zeros to words, one at least:
//! [`STRING_START`]. That is so for all short strings, so that what [`short_string`] gives tells one
//! from all others.
//!
//! # Frames
//! Whatever may collect is given `top`: all slots of the frame area below it must hold
//! values and it may use a few above it. Everything that compiled code keeps and that may
//! be a pointer must be in such a slot then, and be read back afterwards.

mod helpers;

use std::mem::offset_of;

pub use helpers::{AbiType, HELPERS, Helper, HelperId};

use crate::function::VmFunction;
use crate::heap;
use crate::heap::object::{StringForm, StringHeader};
use crate::machine::Machine;
use crate::value::{Tag, Value};

/// In the machine: the stack pointer below which nothing may be called, or more if somebody wants
/// something: then [`HelperId::Poll`] is to be called, and [`STACK_LIMIT`] tells.
pub const ENTRY_LIMIT: usize = offset_of!(Machine<'static>, polls.stack_limit);
/// In the machine: the stack pointer below which nothing may be called.
pub const STACK_LIMIT: usize = offset_of!(Machine<'static>, stack_limit);
/// In the machine: 0, or all ones if somebody wants something; then [`HelperId::Poll`] is to be
/// called. Loops look here, at 32 bits or all of them.
pub const IS_WANTED: usize = offset_of!(Machine<'static>, polls.is_raised);
/// In the machine: how many more calls may be made, an `i64`, where they are counted.
pub const FUEL: usize = offset_of!(Machine<'static>, fuel);
/// In the machine: the slot beyond which no frame may begin. A function whose callees begin up to
/// [`UNCHECKED_SLOTS`](crate::machine::UNCHECKED_SLOTS) behind its own frame need not look; one
/// whose frame has more than [`SMALL_FRAME_SLOTS`](crate::machine::SMALL_FRAME_SLOTS) must see that
/// all of them end there.
pub const FRAME_LIMIT: usize = offset_of!(Machine<'static>, frame_limit);
/// In the machine: where the next frame can begin, as code without a frame needs to know.
pub const FRAME_TOP: usize = offset_of!(Machine<'static>, native.frame_top);
/// In the machine: where compiled code keeps its frame while it calls a helper that runs no program.
pub const KEPT_FRAME: usize = offset_of!(Machine<'static>, native.kept_frame);
/// In the machine: where stubs that leave for code that polls keep their frame pointer, if the run is
/// [sampled](crate::sampling).
pub const LEFT: usize = offset_of!(Machine<'static>, sampling.left);
/// In the machine: the first slot of the frame area, which is the first global.
pub const BASE: usize = offset_of!(Machine<'static>, base);
/// In the machine: the function that a signalled tail call is to call.
pub const TAIL_FUNCTION: usize = offset_of!(Machine<'static>, tail.0);
/// In the machine: the frame of a signalled tail call, where its arguments are.
pub const TAIL_FRAME: usize = offset_of!(Machine<'static>, tail.1);
/// In the machine: the next free word of the nursery.
pub const NURSERY_FREE: usize = offset_of!(Machine<'static>, heap.free);
/// In the machine: where the nursery ends.
pub const NURSERY_LIMIT: usize = offset_of!(Machine<'static>, heap.limit);
/// In the machine: counted down where exits may be forced, an `i64`; below zero one is.
pub const FORCED_EXIT_COUNTDOWN: usize = offset_of!(Machine<'static>, native.forced_exit_countdown);

/// In a function: the entry for callers that know it.
pub const DIRECT: usize = offset_of!(VmFunction, direct);
/// In a function: the entry for callers that know nothing.
pub const TAGGED: usize = offset_of!(VmFunction, tagged);
/// In a function: the entry with the arguments in the frame; null if it is not compiled.
pub const MEMORY: usize = offset_of!(VmFunction, memory);
/// In a function: the number of its parameters, a `u32`.
pub const ARITY: usize = offset_of!(VmFunction, arity);
/// In a function: how often its compiled code was called, a `u64`.
pub const COMPILED_CALLS: usize = offset_of!(VmFunction, compiled_calls);
/// In a function: how many calls may still be made before the tiers are asked, an `i64`.
pub const CALLS_LEFT: usize = offset_of!(VmFunction, calls);
/// In a function: how many iterations may still run before the tiers are asked, an `i64`.
pub const LOOPS_LEFT: usize = offset_of!(VmFunction, loops);

/// The bits of a value that is no Int and that say which kind it has.
pub const TAG_MASK: u64 = 7;
/// The largest of the Ints as a word; every other value is above it.
pub const MAX_INT_BITS: u64 = u32::MAX as u64;
/// The tag of Tuples and of cells.
pub const TUPLE_TAG: u64 = Tag::Tuple as u64;
/// The tag of Strs.
pub const STR_TAG: u64 = Tag::Str as u64;
/// The tag of Closures.
pub const CLOSURE_TAG: u64 = Tag::Closure as u64;
/// `false`.
pub const FALSE: u64 = Value::FALSE.bits();
/// `true`; differs from [`FALSE`] in the bit [`BOOL_BIT`] alone.
pub const TRUE: u64 = Value::TRUE.bits();
/// The number of the bit in which the Bools differ.
pub const BOOL_BIT: u32 = (TRUE ^ FALSE).trailing_zeros();
/// What a variable holds before its `let`.
pub const UNBOUND: u64 = Value::UNBOUND.bits();

/// The size of a pair and of a cell.
pub const PAIR_BYTES: usize = heap::PAIR_BYTES;
/// From a Tuple's value to its first value, in bytes.
pub const FIRST: i32 = -(TUPLE_TAG as i32);
/// From a Tuple's value to its second value, in bytes.
pub const SECOND: i32 = 8 - TUPLE_TAG as i32;
/// From a cell's value to what it holds, in bytes.
pub const CONTENTS: i32 = -(TUPLE_TAG as i32);
/// From a Closure's value to the address of its function, in bytes.
pub const CLOSURE_FUNCTION: i32 = -(CLOSURE_TAG as i32);

/// From a Closure's value to the value that it captured at `index`, in bytes.
pub const fn capture(index: u32) -> i32 {
    8 * (1 + index as i32) - CLOSURE_TAG as i32
}

/// From a Str's value to its header, in bytes.
pub const STRING_HEADER: i32 = -(STR_TAG as i32);
/// From the value of a Str that is flat to its first eight bytes.
pub const STRING_START: i32 = 8 - STR_TAG as i32;
/// The bits of a Str's header that say how long it is.
pub const STRING_LEN_BITS: u64 = StringHeader::LEN_BITS;
/// The bits of a Str's header that are zero if it is flat.
pub const STRING_FORM_BITS: u64 = StringHeader::FORM_BITS;
/// The longest string whose header and first eight bytes say all.
pub const SHORT_STRING_BYTES: usize = 8;

/// The header of a flat string of so many bytes.
pub fn flat_string_header(len: usize) -> u64 {
    StringHeader::new(StringForm::Flat, len as u64).word()
}

/// The header and the first eight bytes of a string, if it has no more than these.
pub fn short_string(text: &str) -> Option<(u64, u64)> {
    let mut start = [0; SHORT_STRING_BYTES];
    start.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some((flat_string_header(text.len()), u64::from_ne_bytes(start)))
}

/// The size of a closure of so many captures.
pub const fn closure_bytes(captures: u32) -> usize {
    8 * (1 + captures as usize)
}

/// Whether a result is the signal of an error or of a tail call; of these, an error is the
/// one with [`ERROR_BIT`]. Compiled code tests the sign and then this.
pub const fn is_signal(result: u64) -> bool {
    (result as i64) < 0
}

/// The number of the bit that signals of errors have and those of tail calls do not.
pub const ERROR_BIT: u32 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bools_differ_in_their_bit() {
        assert_eq!(TRUE, FALSE | 1 << BOOL_BIT);
        assert_eq!(BOOL_BIT, 3);
    }

    #[test]
    fn signals_differ_in_theirs() {
        let machine = 0x7fff_dead_bee0_usize as *mut ();
        let (error, tail_call) = (Value::error(machine).bits(), Value::tail_call(machine).bits());
        assert!(is_signal(error) && is_signal(tail_call) && !is_signal(TRUE));
        assert_eq!((error ^ tail_call) >> ERROR_BIT, 1);
    }

    #[test]
    fn helpers_stand_at_their_ids() {
        for (index, helper) in HELPERS.iter().enumerate() {
            assert_eq!(helper.id as usize, index);
            assert!(!helper.address().is_null());
            assert!(std::ptr::eq(helper.id.helper(), helper));
        }
    }
}
