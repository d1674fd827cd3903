//! `+` on strings: a chain of parts, each a Str or an Int, becomes one string at once.
//!
//! `a + b + c` is `a + (b + c)`. Once all parts are evaluated and one of the last two is a Str,
//! every `+` of the chain concatenates, and what comes between need not be made. Short results
//! are copied together; of longer ones short neighbours are, and long parts stay where they are
//! (see [`string`]), so that building a string piece by piece takes linear time.
//! Digits go straight to where they belong.
//!
//! A string that is built piece by piece would be an object or two for every piece. So short
//! parts beside a concatenation are copied together with the leaf that they come to lie
//! beside, as long as that stays short: the new string shares the rest of the old one, and at most
//! a few dozen bytes are copied for a piece.
//!
//! Anything else (an operand of another kind, two Ints at the end, too long a string) is done
//! operator by operator, from the right, so that errors and their places are the operators'.

use crate::fault::Site;
use crate::heap::OutOfMemory;
use crate::machine::{Machine, SCRATCH_SLOTS};
use crate::output::Writing;
use crate::string::{self, EAGER_MAX_BYTES};
use crate::value::Value;

/// The most parts of a chain.
pub const MAX_PARTS: usize = SCRATCH_SLOTS;

/// The half of a concatenation on its right side (`last`) or left one.
fn leaf(concatenation: Value, last: bool) -> Value {
    let (left, right) = string::halves(concatenation).expect("a concatenation");
    if last { right } else { left }
}

/// Which leaf, if any, short parts are joined with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    /// The last half of the concatenation in this slot.
    Before(*mut Value),
    /// The first half of the concatenation in this slot.
    After(*mut Value),
}

impl Beside {
    /// The leaf that has room for `more` bytes: of the last of so many pieces, which are in the
    /// slots from `parts`, or of the part `next` in them.
    ///
    /// # Safety
    /// The slots hold Strs.
    unsafe fn of(parts: *mut Value, pieces: usize, next: Option<usize>, more: u64) -> Beside {
        let has_room = |slot: *mut Value, last: bool| {
            // SAFETY: by contract.
            let string = unsafe { *slot };
            // What is that short is no concatenation itself.
            string::is_concatenation(string)
                && string::len(leaf(string, last)) + more <= EAGER_MAX_BYTES
        };
        let before = pieces.checked_sub(1).map(|last| parts.wrapping_add(last));
        if let Some(slot) = before.filter(|&slot| has_room(slot, true)) {
            return Beside::Before(slot);
        }
        let after = next.map(|next| parts.wrapping_add(next));
        after.filter(|&slot| has_room(slot, false)).map_or(Beside::Nothing, Beside::After)
    }

    /// The length of the leaf.
    ///
    /// # Safety
    /// The slot holds the concatenation.
    unsafe fn len(self) -> u64 {
        // SAFETY: by contract.
        unsafe {
            match self {
                Beside::Nothing => 0,
                Beside::Before(slot) => string::len(leaf(*slot, true)),
                Beside::After(slot) => string::len(leaf(*slot, false)),
            }
        }
    }
}

/// What is known of the parts of a chain before they are joined.
struct Measured {
    lens: [u64; MAX_PARTS],
    total: u64,
}

/// The length of an Int in decimal digits, with its sign.
#[inline(always)]
fn decimal_len(n: i32) -> u64 {
    let digits = n.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
    u64::from(digits) + u64::from(n < 0)
}

/// Copies a few bytes without calling anybody for the shortest.
///
/// # Safety
/// Both are so long and do not overlap.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    /// Copies the first and the last bytes, which may be the same.
    macro_rules! ends {
        ($word:ty) => {{
            let last = len - size_of::<$word>();
            // SAFETY: there are as many bytes on both sides, by the caller's choice of word.
            unsafe {
                let first = from.cast::<$word>().read_unaligned();
                let end = from.add(last).cast::<$word>().read_unaligned();
                to.cast::<$word>().write_unaligned(first);
                to.add(last).cast::<$word>().write_unaligned(end);
            }
        }};
    }
    match len {
        0 => {}
        1 => ends!(u8),
        2..=3 => ends!(u16),
        4..=7 => ends!(u32),
        8..=15 => ends!(u64),
        16..=32 => ends!(u128),
        // SAFETY: by contract.
        _ => unsafe { std::ptr::copy_nonoverlapping(from, to, len) },
    }
}

impl Machine<'_> {
    /// The value of `a + (b + (c + …))` for the values in `count` slots from `parts`, of which
    /// there are two at least, and [`MAX_PARTS`] at most. The slots are the first behind the
    /// live ones and are used up. `site` is that of the first `+`; that of each other is one less
    /// than that of the one before, as its syntax stands right before it.
    #[inline]
    pub fn concat(&mut self, parts: *mut Value, count: usize, site: Site) -> Value {
        debug_assert!((2..=MAX_PARTS).contains(&count));
        match self.measure(parts, count) {
            Some(measured) => self.join_measured(parts, count, site, &measured),
            None => self.add_one_by_one(parts, count, site),
        }
    }

    #[inline(always)]
    fn join_measured(
        &mut self,
        parts: *mut Value,
        count: usize,
        site: Site,
        measured: &Measured,
    ) -> Value {
        let top = parts.wrapping_add(count);
        // A part alone, if all others are empty.
        for (i, &len) in measured.lens[..count].iter().enumerate() {
            // SAFETY: one of the slots.
            let part = unsafe { *parts.add(i) };
            if len == measured.total && part.is_str() {
                return part;
            }
        }
        let joined = if measured.total <= EAGER_MAX_BYTES {
            self.join(parts, &measured.lens[..count], Beside::Nothing, measured.total, top)
        } else {
            self.join_long(parts, &measured.lens[..count], top)
        };
        match joined {
            Ok(string) => string,
            Err(OutOfMemory) => self.out_of_memory(site),
        }
    }

    /// The lengths of the parts, if they can be joined.
    #[inline(always)]
    fn measure(&self, parts: *mut Value, count: usize) -> Option<Measured> {
        let mut measured = Measured { lens: [0; MAX_PARTS], total: 0 };
        let mut strs = 0;
        for i in 0..count {
            // SAFETY: one of the slots.
            let part = unsafe { *parts.add(i) };
            let len = match part.as_int() {
                Some(n) => decimal_len(n),
                None if part.is_str() => {
                    strs |= 1 << i;
                    string::len(part)
                }
                None => return None,
            };
            measured.lens[i] = len;
            measured.total += len;
        }
        let last_two = 0b11 << (count - 2);
        let fits = measured.total <= self.heap.max_bytes() as u64;
        (strs & last_two != 0 && fits).then_some(measured)
    }

    #[cold]
    #[inline(never)]
    fn add_one_by_one(&mut self, parts: *mut Value, count: usize, site: Site) -> Value {
        // SAFETY: the slots; those before the operands of an operation stay rooted.
        unsafe {
            let mut sum = *parts.add(count - 1);
            for i in (0..count - 1).rev() {
                let top = parts.add(i);
                sum = self.add(top, site - i as Site, *top, sum);
                if sum.is_signal() {
                    break;
                }
            }
            sum
        }
    }

    /// The flat string of short parts of these lengths, `total` bytes together with the leaves
    /// `beside` them. The slots below `top` are rooted.
    #[inline(always)]
    fn join(
        &mut self,
        parts: *mut Value,
        lens: &[u64],
        beside: Beside,
        total: u64,
        top: *mut Value,
    ) -> Result<Value, OutOfMemory> {
        let roots = self.roots(top);
        let (string, mut to) = self.heap.flat_string(roots, total as usize)?;
        // SAFETY: the slots hold the parts, wherever they are now, and there is room for as many
        // bytes as were measured.
        unsafe {
            if let Beside::Before(slot) = beside {
                let leaf = leaf(*slot, true);
                let len = string::len(leaf) as usize;
                copy(string::short_bytes(leaf), to, len);
                to = to.add(len);
            }
            for (i, &len) in lens.iter().enumerate() {
                let part = *parts.add(i);
                match part.as_int() {
                    Some(n) => {
                        let mut buffer = itoa::Buffer::new();
                        let digits = buffer.format(n);
                        debug_assert_eq!(digits.len() as u64, len);
                        copy(digits.as_ptr(), to, digits.len());
                    }
                    None => copy(string::short_bytes(part), to, len as usize),
                }
                to = to.add(len as usize);
            }
            if let Beside::After(slot) = beside {
                let leaf = leaf(*slot, false);
                copy(string::short_bytes(leaf), to, string::len(leaf) as usize);
            }
        }
        Ok(string)
    }

    /// The string of parts that are too much to copy: short neighbours are joined, with the leaf
    /// that they come to lie beside if it has room, and what comes of it is concatenated from the
    /// right.
    #[inline(never)]
    fn join_long(
        &mut self,
        parts: *mut Value,
        lens: &[u64],
        top: *mut Value,
    ) -> Result<Value, OutOfMemory> {
        let count = lens.len();
        let (mut rest_lens, mut piece_lens) = ([0; MAX_PARTS], [0; MAX_PARTS]);
        rest_lens[..count].copy_from_slice(lens);
        let lens = &mut rest_lens[..count];
        let (mut at, mut pieces) = (0, 0);
        while at < count {
            let short = lens[at..].iter().take_while(|&&len| len <= EAGER_MAX_BYTES).count();
            let end = at + short.max(1);
            let mut len = lens[at..end].iter().sum::<u64>();
            // SAFETY: slots of the chain, all of which are rooted; those before `pieces` hold
            // what was made of the parts before `at`, which are as many or more.
            unsafe {
                let first = parts.add(at);
                if len > 0 {
                    let beside = match short {
                        0 => Beside::Nothing,
                        _ => Beside::of(parts, pieces, (end < count).then_some(end), len),
                    };
                    let mut piece = *first;
                    if short > 1 || piece.is_int() || beside != Beside::Nothing {
                        let total = len + beside.len();
                        piece = self.join(first, &lens[at..end], beside, total, top)?;
                        len = total;
                    }
                    match beside {
                        Beside::Nothing => {}
                        Beside::Before(slot) => {
                            piece_lens[pieces - 1] -= beside.len();
                            *slot = leaf(*slot, false);
                        }
                        Beside::After(slot) => {
                            lens[end] -= beside.len();
                            *slot = leaf(*slot, true);
                        }
                    }
                    parts.add(pieces).write(piece);
                    piece_lens[pieces] = len;
                    pieces += 1;
                }
            }
            at = end;
        }
        let mut len = piece_lens[pieces - 1];
        for i in (0..pieces - 1).rev() {
            len += piece_lens[i];
            // SAFETY: two slots of the chain that hold Strs.
            unsafe {
                let operands = parts.add(i);
                operands.write(self.heap.concatenation(self.roots(top), len, operands)?);
            }
        }
        // SAFETY: the first slot.
        Ok(unsafe { *parts })
    }

    /// The sum of any two values. `top` is the end of the live slots.
    pub(crate) fn add(&mut self, top: *mut Value, site: Site, a: Value, b: Value) -> Value {
        if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
            return Value::int(a.wrapping_add(b));
        }
        let joins = |v: Value| v.is_str() || v.is_int();
        if joins(a) && joins(b) {
            return self.concat_two(top, site, a, b);
        }
        if self.is_lenient() && (a.is_str() || b.is_str()) {
            return self.concat_as_printed(top, site, a, b);
        }
        self.not_addable(site, a, b)
    }

    fn concat_two(&mut self, top: *mut Value, site: Site, a: Value, b: Value) -> Value {
        // SAFETY: every frame leaves scratch slots above its top.
        unsafe {
            top.write(a);
            top.add(1).write(b);
        }
        match self.measure(top, 2) {
            Some(measured) => self.join_measured(top, 2, site, &measured),
            // Too long.
            None => self.out_of_memory(site),
        }
    }

    /// The concatenation of a Str with any value as `print` shows it (`--lenient`).
    fn concat_as_printed(&mut self, top: *mut Value, site: Site, a: Value, b: Value) -> Value {
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
            match self.printed(top.wrapping_add(2), site, value) {
                // SAFETY: as above.
                Ok(string) => unsafe { top.add(i).write(string) },
                Err(error) => return error,
            }
        }
        // SAFETY: as above.
        let (a, b) = unsafe { (*top, *top.add(1)) };
        self.concat_two(top, site, a, b)
    }

    /// A value as `print` shows it, or the signal of an error.
    fn printed(&mut self, top: *mut Value, site: Site, value: Value) -> Result<Value, Value> {
        let max = self.heap.max_bytes() / 2;
        let (mut text, mut writing) = (Vec::new(), Writing::of(value));
        let mut write = |bytes: &[u8]| {
            if text.len() + bytes.len() > max || text.try_reserve(bytes.len()).is_err() {
                return Err(OutOfMemory);
            }
            text.extend_from_slice(bytes);
            Ok(())
        };
        loop {
            match writing.go_on(&mut write) {
                Ok(true) => break,
                Ok(false) => self.poll_if_wanted(site).map_or(Ok(()), Err)?,
                Err(OutOfMemory) => return Err(self.out_of_memory(site)),
            }
        }
        let string = self.heap.string(self.roots(top), text);
        string.map_err(|OutOfMemory| self.out_of_memory(site))
    }
}
