//! `+` on strings.
//!
//! Short results are copied; others are concatenations, which become flat when somebody looks
//! (see `string`). A string that is built piece by piece would then have an object or two for
//! every piece. So a short piece that is added to a concatenation is copied together with the
//! leaf that it comes to lie beside, as long as that stays short: the new string shares the
//! rest of the old one, and at most a few dozen bytes are copied for a piece.

use crate::fault::Site;
use crate::heap::OutOfMemory;
use crate::machine::Machine;
use crate::output::write_value;
use crate::string::{self, EAGER_MAX_BYTES};
use crate::value::Value;

/// The longest decimal form of an Int, in bytes.
const INT_MAX_BYTES: usize = 11;

/// One side of a concatenation: a Str in a slot, or the digits of an Int.
enum Side {
    Str { len: u64 },
    Digits { bytes: [u8; INT_MAX_BYTES], len: usize },
}

impl Side {
    fn of(value: Value) -> Side {
        let Some(n) = value.as_int() else {
            return Side::Str { len: string::len(value) };
        };
        let mut bytes = [0; INT_MAX_BYTES];
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(n).as_bytes();
        bytes[..digits.len()].copy_from_slice(digits);
        Side::Digits { bytes, len: digits.len() }
    }

    fn len(&self) -> u64 {
        match self {
            Side::Str { len } => *len,
            Side::Digits { len, .. } => *len as u64,
        }
    }

    /// Copies a short side.
    ///
    /// # Safety
    /// `to` has room for it; `value` is the Str, if it is one.
    unsafe fn copy(&self, value: Value, to: *mut u8) {
        match self {
            // SAFETY: by contract.
            Side::Str { .. } => unsafe { string::copy_short(value, to) },
            Side::Digits { bytes, len } => {
                // SAFETY: by contract.
                unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, *len) }
            }
        }
    }
}

/// Which side, if any, is a short piece that the nearest leaf of the other one has room for.
/// The operands are in the two slots from `slots`.
fn piece_for_a_leaf(slots: *const Value, sides: &[Side; 2]) -> Option<usize> {
    [1, 0].into_iter().find(|&piece| {
        // SAFETY: by contract.
        let other = unsafe { *slots.add(1 - piece) };
        // What is that short is no concatenation itself.
        let fits = |leaf| string::len(leaf) + sides[piece].len() <= EAGER_MAX_BYTES;
        (1..EAGER_MAX_BYTES).contains(&sides[piece].len())
            && other.is_str()
            && string::is_concatenation(other)
            && fits(near_leaf(other, piece))
    })
}

/// The half of the concatenation `other` that lies beside the operand on side `piece`.
fn near_leaf(other: Value, piece: usize) -> Value {
    let (left, right) = string::halves(other).expect("a concatenation");
    if piece == 0 { left } else { right }
}

impl Machine<'_> {
    /// The concatenation of two values, each a Str or an Int.
    pub(crate) fn concat(&mut self, top: *mut Value, site: Site, a: Value, b: Value) -> Value {
        let sides = [Side::of(a), Side::of(b)];
        let len = sides[0].len() + sides[1].len();
        if len > self.heap.max_bytes() as u64 {
            return self.out_of_memory(site);
        }
        // SAFETY: every frame leaves scratch slots above its top.
        unsafe {
            top.write(a);
            top.add(1).write(b);
        }
        let result = if len <= EAGER_MAX_BYTES {
            self.concat_eagerly(top, &sides)
        } else if let Some(piece) = piece_for_a_leaf(top, &sides) {
            self.concat_into_leaf(top, &sides, len, piece)
        } else {
            self.concat_lazily(top, &sides, len)
        };
        match result {
            Ok(string) => string,
            Err(OutOfMemory) => self.out_of_memory(site),
        }
    }

    /// The operands are in the two slots from `slots`.
    fn concat_eagerly(
        &mut self,
        slots: *mut Value,
        sides: &[Side; 2],
    ) -> Result<Value, OutOfMemory> {
        let roots = self.roots(slots.wrapping_add(2));
        let (left, right) = (sides[0].len() as usize, sides[1].len() as usize);
        let (string, bytes) = self.heap.flat_string(roots, left + right)?;
        // SAFETY: the slots hold the operands, wherever they are now.
        unsafe {
            sides[0].copy(*slots, bytes);
            sides[1].copy(*slots.add(1), bytes.add(left));
        }
        Ok(string)
    }

    /// The side `piece` is copied together with the nearest leaf of the other one, which is a
    /// concatenation. The operands are in the two slots from `slots`.
    fn concat_into_leaf(
        &mut self,
        slots: *mut Value,
        sides: &[Side; 2],
        len: u64,
        piece: usize,
    ) -> Result<Value, OutOfMemory> {
        let roots = self.roots(slots.wrapping_add(2));
        let other = 1 - piece;
        // SAFETY: the slots hold the operands, wherever they are; the leaf and the piece are
        // short and no concatenations, and the fresh string is as long as both.
        unsafe {
            let leaf_len = string::len(near_leaf(*slots.add(other), piece)) as usize;
            let piece_len = sides[piece].len() as usize;
            let (joined, to) = self.heap.flat_string(roots, leaf_len + piece_len)?;
            let (left, right) = string::halves(*slots.add(other)).expect("a concatenation");
            if piece == 0 {
                sides[0].copy(*slots, to);
                string::copy_short(left, to.add(piece_len));
                slots.write(joined);
                slots.add(1).write(right);
            } else {
                string::copy_short(right, to);
                sides[1].copy(*slots.add(1), to.add(leaf_len));
                slots.write(left);
                slots.add(1).write(joined);
            }
            self.heap.concatenation(roots, len, slots)
        }
    }

    fn concat_lazily(
        &mut self,
        slots: *mut Value,
        sides: &[Side; 2],
        len: u64,
    ) -> Result<Value, OutOfMemory> {
        let roots = self.roots(slots.wrapping_add(2));
        for (i, side) in sides.iter().enumerate() {
            if let Side::Digits { bytes, len } = side {
                let (string, to) = self.heap.flat_string(roots, *len)?;
                // SAFETY: a fresh string of that length; the slot is ours.
                unsafe {
                    std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, *len);
                    slots.add(i).write(string);
                }
            }
        }
        // SAFETY: both slots hold strings now, and are rooted.
        unsafe {
            if sides[0].len() == 0 {
                return Ok(*slots.add(1));
            }
            if sides[1].len() == 0 {
                return Ok(*slots);
            }
            self.heap.concatenation(roots, len, slots)
        }
    }

    /// The concatenation of a Str with any value as `print` shows it (`--lenient`).
    pub(crate) fn concat_as_printed(
        &mut self,
        top: *mut Value,
        site: Site,
        a: Value,
        b: Value,
    ) -> Value {
        // SAFETY: every frame leaves scratch slots above its top.
        unsafe {
            top.write(a);
            top.add(1).write(b);
        }
        for i in 0..2 {
            // SAFETY: just written, and rooted while the other is converted.
            let value = unsafe { *top.add(i) };
            if value.is_str() {
                continue;
            }
            match self.printed(top.wrapping_add(2), value) {
                // SAFETY: as above.
                Ok(string) => unsafe { top.add(i).write(string) },
                Err(OutOfMemory) => return self.out_of_memory(site),
            }
        }
        // SAFETY: as above.
        let (a, b) = unsafe { (*top, *top.add(1)) };
        self.concat(top, site, a, b)
    }

    /// A value as `print` shows it.
    fn printed(&mut self, top: *mut Value, value: Value) -> Result<Value, OutOfMemory> {
        let max = self.heap.max_bytes() / 2;
        let mut text = Vec::new();
        write_value(value, &mut |bytes| {
            if text.len() + bytes.len() > max || text.try_reserve(bytes.len()).is_err() {
                return Err(OutOfMemory);
            }
            text.extend_from_slice(bytes);
            Ok(())
        })?;
        self.heap.string(self.roots(top), text)
    }
}
