//! Several frames at once: where functions were inlined, each waits for what the inner one returns.

use galo_runtime::{Machine, Site, Value};

use super::super::calls::settle;
use super::super::code::Code;
use super::super::profile::Recording;
use super::Resume;
use crate::core::{FunctionId, Program, Slot};

/// A frame of the interpreter that takes the place of compiled code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Whose frame it is.
    pub function: FunctionId,
    /// Where it goes on; after a call if it waits for another frame.
    pub resume: Resume,
    /// Where it begins.
    pub slot: Slot,
}

impl Code {
    /// Goes on in the middle of a function and of those that wait for it, the innermost first:
    /// each takes what the one before it returns. The value may be the signal of an error, which
    /// then leaves all of them. Returns as [`resume`](Self::resume) does.
    ///
    /// # Panics
    /// If the code was made without noting a profile.
    ///
    /// # Safety
    /// As for `resume`, of every frame; their slots count from `base`.
    pub unsafe fn resume_all(
        &self,
        program: &Program,
        machine: &mut Machine<'_>,
        frames: &[Frame],
        base: *mut Value,
        mut value: Value,
    ) -> Value {
        let waiting = machine.wait(frames.iter().map(|frame| frame.function.index() as u32));
        for index in 0..frames.len() {
            value = self.resume_next(program, machine, &frames[..=index], base, value);
            machine.leave(&waiting);
        }
        value
    }

    /// Goes on in the last of these frames, with what the one before it has come to.
    ///
    /// # Safety
    /// As for [`resume_all`](Self::resume_all).
    unsafe fn resume_next(
        &self,
        program: &Program,
        machine: &mut Machine<'_>,
        frames: &[Frame],
        base: *mut Value,
        mut value: Value,
    ) -> Value {
        let [before @ .., Frame { function, resume, slot }] = frames else {
            return value;
        };
        if let Some(inner) = before.last() {
            let Resume::After(call) = *resume else {
                unreachable!("who waits for a function waits for a call");
            };
            let site = program.function(*function).origin_of(call);
            let last;
            (value, last) = settle::<Recording>(value, inner.function.index() as u32);
            if value.is_error() {
                machine.trace(last, function.index() as u32, site.index() as Site);
            }
        }
        if value.is_error() {
            machine.left_by_error(function.index() as u32);
            return value;
        }
        let frame = base.wrapping_add(*slot as usize);
        self.resume(program, machine, *function, *resume, frame, value)
    }
}
