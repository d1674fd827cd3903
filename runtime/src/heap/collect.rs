//! The collector: precise, copying, generational; Cheney's scan over both.
//!
//! A minor collection copies what the roots reach from the nursery to the end of the
//! old space and then scans the copies in order (C. J. Cheney, "A nonrecursive list
//! compacting algorithm", 1970): the work list is the space itself, nothing recurses.
//! All survivors are promoted, so after it the nursery is empty and every slot holds
//! old pointers. A major collection does the same from the old space to its spare,
//! always right after a minor one.

use std::time::Instant;

use super::object::{First, PAIR_WORDS, StringForm, StringHeader, forward, words_of};
use super::sizes::SPARE_MIN_BYTES;
use super::space::Space;
use super::{Collection, Heap, HeapStats, OutOfMemory, Roots};
use crate::value::{Tag, Value};

/// What freed memory is filled with in zeal mode: no value, no header.
pub(super) const POISON: u64 = 0xdead_beef_dead_beed;
/// With more live data than this, zeal mode collects the old space only now and then.
const ZEAL_MAJOR_MAX_BYTES: usize = 64 << 10;
/// … once in so many collections.
const ZEAL_MAJOR_EVERY: u64 = 64;

impl Heap<'_> {
    /// Frees what the roots do not reach and makes room for `words` in the nursery.
    pub(super) fn collect(&mut self, roots: Roots, words: usize) -> Result<(), OutOfMemory> {
        let start = Instant::now();
        let (major_before, before) = (self.stats.major_collections, self.in_use_with_nursery());
        if self.zeal {
            self.verify(roots);
        }
        self.collect_nursery(roots);
        if self.wants_major() {
            self.collect_old(roots);
        }
        let room = self.reset_nursery(roots, words);
        if self.zeal {
            self.verify(roots);
        }
        let major = self.stats.major_collections > major_before;
        let pause_nanos = self.record_pause(start, major);
        if let Some(observer) = self.observer {
            observer.collected(&Collection {
                major,
                before_bytes: before as u64,
                after_bytes: self.in_use() as u64,
                pause_nanos,
            });
        }
        // The last sixteenth is left free, or the collector would run ever more often
        // for ever less.
        let enough = self.in_use() <= self.max_bytes - self.max_bytes / 16;
        if room && enough { Ok(()) } else { Err(OutOfMemory) }
    }

    fn in_use(&self) -> usize {
        self.old.used() + self.buffer_bytes
    }

    fn in_use_with_nursery(&self) -> usize {
        self.in_use() + (self.free as usize - self.fresh as usize)
    }

    fn wants_major(&self) -> bool {
        let zealous = self.zeal
            && (self.old.used() < ZEAL_MAJOR_MAX_BYTES
                || self.stats.minor_collections.is_multiple_of(ZEAL_MAJOR_EVERY));
        zealous || self.sizes.wants_major(self.in_use())
    }

    fn record_pause(&mut self, start: Instant, major: bool) -> u64 {
        self.stats.peak_bytes = self.stats.peak_bytes.max(self.in_use() as u64);
        let nanos = start.elapsed().as_nanos() as u64;
        let HeapStats { minor_pauses, major_pauses, .. } = &mut self.stats;
        (if major { major_pauses } else { minor_pauses }).note(nanos);
        nanos
    }

    /// Notes how much memory the heap holds, while it holds the most.
    fn record_held(&mut self) {
        let nursery = self.free as usize - self.nursery.start() as usize;
        let held = nursery + self.old.held() + self.spare.held() + self.buffer_bytes;
        self.stats.peak_held_bytes = self.stats.peak_held_bytes.max(held as u64);
    }

    fn collect_nursery(&mut self, roots: Roots) {
        let before = self.old.used();
        let mut evacuation =
            Evacuation { from: &self.nursery, scan: self.old.free, to: &mut self.old };
        evacuation.slots(roots);
        for &cell in &self.remembered {
            evacuation.word(cell);
        }
        evacuation.finish();
        self.remembered.clear();
        let mut young = std::mem::take(&mut self.young_buffers);
        for object in young.drain(..) {
            self.keep_or_free_buffer(object);
        }
        self.young_buffers = young;
        self.buffer_bytes_before = self.buffer_bytes;
        self.stats.minor_collections += 1;
        let survived = self.old.used() - before;
        self.stats.promoted_bytes += survived as u64;
        self.record_held();
        self.sizes.nursery_collected(self.free as usize - self.fresh as usize, survived);
    }

    fn collect_old(&mut self, roots: Roots) {
        std::mem::swap(&mut self.old, &mut self.spare);
        let mut evacuation =
            Evacuation { from: &self.spare, scan: self.old.free, to: &mut self.old };
        evacuation.slots(roots);
        evacuation.finish();
        self.record_held();
        for object in std::mem::take(&mut self.old_buffers) {
            self.keep_or_free_buffer(object);
        }
        self.buffer_bytes_before = self.buffer_bytes;
        if self.zeal {
            poison(self.spare.start(), self.spare.free);
        }
        self.sizes.all_collected(self.in_use());
        let keep =
            if self.zeal { self.spare.capacity() } else { self.old.used().max(SPARE_MIN_BYTES) };
        let wanted = self.sizes.old_to_be().saturating_sub(self.buffer_bytes);
        // SAFETY: everything reachable was copied out of it.
        unsafe { self.spare.clear(keep, &mut self.old, wanted) };
        self.stats.major_collections += 1;
        self.stats.live_bytes = self.in_use() as u64;
    }

    /// Empties the nursery and sizes it; false if `words` can never fit.
    fn reset_nursery(&mut self, roots: Roots, words: usize) -> bool {
        let need = words.saturating_mul(8);
        self.stats.allocated_bytes += self.free as u64 - self.fresh as u64;
        if need > self.nursery.capacity() {
            return false;
        }
        if self.zeal {
            self.reset_nursery_zealously(need);
            self.fresh = self.free;
            return true;
        }
        let stack = roots.top as usize - roots.base as usize;
        let size = self.sizes.nursery(stack, need);
        self.free = self.nursery.start();
        self.fresh = self.free;
        self.limit = self.free.wrapping_add(size / 8);
        true
    }

    /// Poisons what was used and goes on behind it, so that stale pointers meet
    /// poison for as long as possible; leaves room for exactly one allocation.
    fn reset_nursery_zealously(&mut self, need: usize) {
        poison(self.fresh, self.free);
        if (self.nursery.end() as usize - self.free as usize) < need {
            self.free = self.nursery.start();
        }
        self.limit = self.free.wrapping_add(need / 8);
    }

    /// After a collection: an object that owns a buffer has moved, or its buffer goes.
    fn keep_or_free_buffer(&mut self, object: *mut u64) {
        // SAFETY: the buffer lists name objects of the space just evacuated.
        unsafe {
            match First::of(*object) {
                First::Forwarded(to) => self.old_buffers.push(to),
                _ => self.buffer_bytes -= free_buffer(object),
            }
        }
    }
}

/// Frees the buffer of an external string and returns its length.
///
/// # Safety
/// `object` is an external string that owns its buffer; it is not used again.
pub(super) unsafe fn free_buffer(object: *mut u64) -> usize {
    // SAFETY: by contract; the buffer came from `Box::into_raw` of that length.
    unsafe {
        let len = StringHeader::from_word(*object).len() as usize;
        let bytes = *object.add(1) as *mut u8;
        drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(bytes, len)));
        len
    }
}

fn poison(from: *mut u64, to: *mut u64) {
    let words = (to as usize - from as usize) / 8;
    // SAFETY: callers name a used part of a space that holds nothing any more.
    unsafe { std::slice::from_raw_parts_mut(from, words) }.fill(POISON);
}

/// Copying what is reachable from one space to the end of another.
struct Evacuation<'h> {
    from: &'h Space,
    to: &'h mut Space,
    /// The first copied object whose contents still point to the old place.
    scan: *mut u64,
}

impl Evacuation<'_> {
    fn slots(&mut self, roots: Roots) {
        let mut slot = roots.base;
        while slot < roots.top {
            self.word(slot.cast());
            slot = slot.wrapping_add(1);
        }
    }

    /// Moves what a word of a root or of a copied object points to, and mends the word.
    #[inline(always)]
    fn word(&mut self, slot: *mut u64) {
        // SAFETY: `slot` is a word of a root or of an object, and holds a value.
        let value = unsafe { Value::from_bits(*slot) };
        if !value.is_pointer() || !self.from.contains(value.object()) {
            return;
        }
        // SAFETY: the value points to an object of the evacuated space.
        unsafe {
            let to = match First::of(*value.object()) {
                First::Forwarded(to) => to,
                _ => self.copy(value),
            };
            *slot = to as u64 | value.tag_bits();
        }
    }

    /// # Safety
    /// `value` points to an object of the evacuated space that has not moved.
    #[inline(always)]
    unsafe fn copy(&mut self, value: Value) -> *mut u64 {
        let (from, to) = (value.object(), self.to.free);
        // SAFETY: the target space is large enough for all that is reachable.
        unsafe {
            let words = if value.tag_bits() == Tag::Tuple as u64 {
                to.write(from.read());
                to.add(1).write(from.add(1).read());
                PAIR_WORDS
            } else {
                let words = words_of(value);
                std::ptr::copy_nonoverlapping(from, to, words);
                words
            };
            from.write(forward(to));
            self.to.free = to.add(words);
        }
        to
    }

    /// Scans the copies until no word points into the evacuated space.
    fn finish(&mut self) {
        while self.scan < self.to.free {
            // SAFETY: `scan` is at the start of a copied object.
            let words = unsafe { self.scan_object(self.scan) };
            self.scan = self.scan.wrapping_add(words);
        }
    }

    /// # Safety
    /// `object` is the start of an object.
    #[inline(always)]
    unsafe fn scan_object(&mut self, object: *mut u64) -> usize {
        // SAFETY: by contract; the first word says how far the object reaches.
        unsafe {
            match First::of(*object) {
                First::Pair => {
                    self.word(object);
                    self.word(object.add(1));
                    PAIR_WORDS
                }
                First::Closure(function) => {
                    let count = (*function).captures as usize;
                    (1..=count).for_each(|i| self.word(object.add(i)));
                    1 + count
                }
                First::Str(header) => {
                    if header.form() == StringForm::Concat {
                        self.word(object.add(1));
                        self.word(object.add(2));
                    }
                    header.words()
                }
                First::Forwarded(_) => unreachable!("a copied object has not moved again"),
            }
        }
    }
}
