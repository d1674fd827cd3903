//! Which operations can make the collector run, and what is done about it.

use cranelift_codegen::ir;
use galo_runtime::abi::{self, HelperId};

use super::super::conventions::Convention;
use super::super::emit::Region;
use super::super::roots::Safepoint;
use super::Lowering;
use crate::ssa::{Callee, Context, Function, Op, Type, Value};

/// How an operation can make the collector run.
pub(super) fn classify(context: &Context<'_>, function: &Function, op: &Op) -> Safepoint {
    match *op {
        // Comparing makes no objects.
        Op::Generic(op, ..) if op.is_comparison() => Safepoint::Never,
        Op::Generic(_, lhs, rhs) => match are_never_ints(function, lhs, rhs) {
            true => Safepoint::Always,
            false => Safepoint::Rarely,
        },
        Op::Tuple(..) | Op::Closure(..) => Safepoint::Rarely,
        Op::Concat(_) | Op::NewCell | Op::Call(Callee::Fitting(_) | Callee::Unknown(_), _) => {
            Safepoint::Always
        }
        Op::Call(Callee::Known { function, .. }, _) => {
            match Convention::of(context, function).collects {
                true => Safepoint::Always,
                false => Safepoint::Never,
            }
        }
        _ => Safepoint::Never,
    }
}

/// Whether an operation on these is known not to be one of two Ints.
pub(super) fn are_never_ints(function: &Function, lhs: Value, rhs: Value) -> bool {
    let is_never_int = |value: Value| {
        let made = function.unboxed(value);
        matches!(function.ty(made), Type::Bool | Type::Str | Type::Tuple | Type::Closure)
    };
    is_never_int(lhs) || is_never_int(rhs)
}

impl Lowering<'_> {
    /// Puts what lives across a safepoint into its home and returns the first slot behind
    /// the homes in use.
    pub(super) fn keep(&mut self, safepoint: Value) -> u32 {
        let Some(frame) = self.frame else {
            debug_assert!(self.roots.live_across(safepoint).is_empty());
            return 0;
        };
        let frame = self.emit.builder.use_var(frame);
        let mut homes: Vec<(u32, Value)> = Vec::new();
        for &value in self.roots.live_across(safepoint) {
            let home = self.roots.home(value).expect("what lives across a safepoint has a home");
            homes.push((home, value));
        }
        homes.sort_unstable();
        let mut next = 0;
        for (home, value) in homes {
            for unused in next..home {
                let zero = self.emit.word(0);
                self.store_slot(frame, self.first_home + unused, zero);
            }
            if !self.stored.contains(value) {
                let made = self.value(value);
                self.store_slot(frame, self.first_home + home, made);
            }
            next = home + 1;
        }
        self.first_home + next
    }

    /// Reads what lives across a safepoint back from its home.
    pub(super) fn restore(&mut self, safepoint: Value) {
        let Some(frame) = self.frame else { return };
        let frame = self.emit.builder.use_var(frame);
        let live = self.roots.live_across(safepoint).to_vec();
        for value in live {
            let home = self.roots.home(value).expect("what lives across a safepoint has a home");
            let offset = slot_offset(self.first_home + home);
            let moved = self.emit.load(Region::Frame, frame, offset);
            let variable = self.variables[value.0 as usize].expect("it was defined before");
            self.emit.builder.def_var(variable, moved);
        }
    }

    /// Calls the runtime on a path that is seldom taken. The frame is left in the machine and read
    /// back: in a register it would have to be one that every entry of the function saves.
    pub(super) fn rare_helper(&mut self, id: HelperId, arguments: &[ir::Value]) -> ir::Value {
        if let Some(frame) = self.frame {
            let kept = self.emit.builder.use_var(frame);
            self.emit.store_machine(kept, abi::KEPT_FRAME);
        }
        let result = self.emit.helper(id, arguments).expect("it gives something back");
        if let Some(frame) = self.frame {
            let kept = self.emit.load_machine(abi::KEPT_FRAME);
            self.emit.builder.def_var(frame, kept);
        }
        result
    }

    /// From here on, what lives across a safepoint counts as being in its home.
    pub(super) fn note_stored(&mut self, safepoint: Value) {
        for &value in self.roots.live_across(safepoint) {
            self.stored.insert(value);
        }
    }

    pub(super) fn store_slot(&mut self, frame: ir::Value, slot: u32, value: ir::Value) {
        self.emit.store(Region::Frame, value, frame, slot_offset(slot));
    }

    /// The address of a slot of the function's frame.
    pub(super) fn slot_address(&mut self, slot: u32) -> ir::Value {
        let frame = self.frame_or_top();
        self.emit.words_behind(frame, slot)
    }

    /// The function's frame; one without may use what is behind its callers'.
    pub(super) fn frame_or_top(&mut self) -> ir::Value {
        match self.frame {
            Some(frame) => self.emit.builder.use_var(frame),
            None => self.emit.load_machine(abi::FRAME_TOP),
        }
    }
}

/// Where a slot is in its frame, in bytes.
pub(super) fn slot_offset(slot: u32) -> i32 {
    i32::try_from(slot * 8).expect("frames are far smaller")
}
