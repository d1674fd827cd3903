//! The heap: where tuples, closures and strings live, and how they are allocated.
//!
//! Two generations. New objects are bump-allocated in the nursery; whatever
//! survives a collection is copied to the old space (see `collect`), and the old space is
//! copied to its spare half when it has doubled (see `sizes`). Everything is immutable, so no
//! old object points to a young one and there is no write barrier; the one exception,
//! a [cell](Heap::set_cell) that a `let` fills after allocating, is remembered by hand.
//!
//! Allocation may move every object. No value may be held across it except in a root:
//! a slot of the frame stack below the `top` that is passed in.

mod collect;
pub(crate) mod object;
mod pauses;
mod sizes;
mod space;
mod statics;
mod verify;

use std::fmt;
use std::io;

use crate::function::VmFunction;
use crate::value::{Tag, Value};
use object::{PAIR_WORDS, ROPE_WORDS, StringForm, StringHeader, flat_words};
pub use pauses::Pauses;
use sizes::{NURSERY_MAX_BYTES, Sizes};
use space::Space;
pub use statics::Statics;

/// The size of a pair in bytes.
pub(crate) const PAIR_BYTES: usize = PAIR_WORDS * 8;

/// Longer strings that are not concatenations are kept outside the moving heap, in bytes.
const FLAT_MAX_BYTES: usize = 4 << 10;
/// String buffers made between two collections, in bytes, that bring the next one on, if
/// that is not too much for the heap's limit.
const BUFFERS_BETWEEN_BYTES: usize = 16 << 20;
/// The same as a part of the limit: so much of it may be buffers that nothing uses.
const BUFFERS_BETWEEN_PART: usize = 16;

/// The heap has reached its limit, or the system has no memory left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

/// What the heap has done so far.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct HeapStats {
    /// Collections of the nursery.
    pub minor_collections: u64,
    /// Collections of the old space.
    pub major_collections: u64,
    /// Bytes that survived a collection of the nursery.
    pub promoted_bytes: u64,
    /// Bytes allocated in the nursery.
    pub allocated_bytes: u64,
    /// The most bytes in use after a collection: old space and string buffers.
    pub peak_bytes: u64,
    /// Bytes in use after the last collection of the old space: what was live then.
    pub live_bytes: u64,
    /// The most memory held at a time, in bytes: nursery, both halves of the old space, string
    /// buffers.
    pub peak_held_bytes: u64,
    /// Pauses in which the nursery alone was collected.
    pub minor_pauses: Pauses,
    /// Pauses in which the old space was, too.
    pub major_pauses: Pauses,
}

impl HeapStats {
    /// The time spent collecting, in nanoseconds.
    pub fn pause_nanos(&self) -> u64 {
        self.minor_pauses.total() + self.major_pauses.total()
    }

    /// The longest single pause, in nanoseconds.
    pub fn longest_pause_nanos(&self) -> u64 {
        self.minor_pauses.longest().max(self.major_pauses.longest())
    }
}

/// One run of the collector.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Collection {
    /// Whether the old space was collected as well as the nursery.
    pub major: bool,
    /// Bytes in use before: nursery, old space and string buffers.
    pub before_bytes: u64,
    /// Bytes in use after it.
    pub after_bytes: u64,
    /// The time it took, in nanoseconds.
    pub pause_nanos: u64,
}

/// Is told of every collection, right after it.
pub trait CollectionObserver: fmt::Debug {
    /// The collector ran.
    fn collected(&self, collection: &Collection);
}

/// The roots that the caller of the collector names: all slots of `base..top` hold
/// values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roots {
    pub(crate) base: *mut Value,
    pub(crate) top: *mut Value,
}

/// The generational heap.
#[derive(Debug)]
pub struct Heap<'w> {
    /// The next free word of the nursery.
    pub(crate) free: *mut u64,
    /// Where it was after the last collection.
    fresh: *mut u64,
    /// Allocation beyond this word takes the slow path.
    pub(crate) limit: *mut u64,
    nursery: Space,
    old: Space,
    spare: Space,
    /// Objects that own a string buffer, by generation.
    young_buffers: Vec<*mut u64>,
    old_buffers: Vec<*mut u64>,
    buffer_bytes: usize,
    buffer_bytes_before: usize,
    /// Old cells that were filled with young values since the last collection.
    remembered: Vec<*mut u64>,
    max_bytes: usize,
    sizes: Sizes,
    zeal: bool,
    /// How many more requests are met that the nursery has no room for.
    requests_left: u64,
    stats: HeapStats,
    observer: Option<&'w dyn CollectionObserver>,
}

impl<'w> Heap<'w> {
    /// A heap that holds up to `max_bytes` of live data and string buffers. With
    /// `zeal` it collects at every allocation, poisons what it frees and verifies
    /// itself.
    ///
    /// # Errors
    /// If the system refuses the address space: two halves of `max_bytes` and the
    /// nursery are reserved at once, and committed as they are used.
    pub fn new(max_bytes: usize, zeal: bool) -> io::Result<Heap<'w>> {
        let half = max_bytes.checked_add(NURSERY_MAX_BYTES).ok_or(io::ErrorKind::OutOfMemory)?;
        let nursery = Space::reserve(NURSERY_MAX_BYTES)?;
        let mut heap = Heap {
            free: nursery.start(),
            fresh: nursery.start(),
            limit: nursery.start(),
            nursery,
            old: Space::reserve(half)?,
            spare: Space::reserve(half)?,
            young_buffers: Vec::new(),
            old_buffers: Vec::new(),
            buffer_bytes: 0,
            buffer_bytes_before: 0,
            remembered: Vec::new(),
            max_bytes,
            sizes: Sizes::new(max_bytes),
            zeal,
            requests_left: u64::MAX,
            stats: HeapStats::default(),
            observer: None,
        };
        if !zeal {
            heap.limit = heap.nursery.start().wrapping_add(heap.sizes.nursery(0, 0) / 8);
        }
        Ok(heap)
    }

    /// Tells `observer` of every collection from now on.
    pub fn observe(&mut self, observer: &'w dyn CollectionObserver) {
        self.observer = Some(observer);
    }

    /// Has no memory any more once `requests` were met that the nursery had no room for; with
    /// `zeal` that is every allocation. For tests of what happens then.
    pub fn fail_after(&mut self, requests: u64) {
        self.requests_left = requests;
    }

    /// What the heap has done so far.
    pub fn stats(&self) -> HeapStats {
        let fresh = self.free as u64 - self.fresh as u64;
        HeapStats { allocated_bytes: self.stats.allocated_bytes + fresh, ..self.stats }
    }

    /// The limit that the heap was made with, in bytes.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Room for `words` in the nursery, if there is any without collecting.
    #[inline(always)]
    fn bump(&mut self, words: usize) -> Option<*mut u64> {
        let object = self.free;
        if (self.limit as usize).wrapping_sub(object as usize) < words * 8 {
            return None;
        }
        self.free = object.wrapping_add(words);
        Some(object)
    }

    /// Room for `words` words; collects if need be.
    #[inline(always)]
    fn allocate(&mut self, roots: Roots, words: usize) -> Result<*mut u64, OutOfMemory> {
        match self.bump(words) {
            Some(object) => Ok(object),
            None => self.allocate_slowly(roots, words),
        }
    }

    /// Room for `words` words that were taken already, whether or not there were as many.
    pub(crate) fn room(&mut self, roots: Roots, words: usize) -> Result<*mut u64, OutOfMemory> {
        self.free = self.free.wrapping_sub(words);
        self.allocate(roots, words)
    }

    #[cold]
    #[inline(never)]
    fn allocate_slowly(&mut self, roots: Roots, words: usize) -> Result<*mut u64, OutOfMemory> {
        self.requests_left = self.requests_left.checked_sub(1).ok_or(OutOfMemory)?;
        self.collect(roots, words)?;
        self.bump(words).ok_or(OutOfMemory)
    }

    /// A pair, if there is room without collecting.
    #[inline(always)]
    pub(crate) fn bump_pair(&mut self, first: Value, second: Value) -> Option<Value> {
        let object = self.bump(PAIR_WORDS)?;
        // SAFETY: two fresh words of the nursery.
        unsafe {
            object.write(first.bits());
            object.add(1).write(second.bits());
        }
        Some(Value::pointer(object, Tag::Tuple))
    }

    /// A pair of the two values in the rooted slots from `slots`.
    ///
    /// # Safety
    /// `slots` points to two rooted slots.
    pub(crate) unsafe fn pair_of_slots(
        &mut self,
        roots: Roots,
        slots: *const Value,
    ) -> Result<Value, OutOfMemory> {
        let object = self.allocate(roots, PAIR_WORDS)?;
        // SAFETY: fresh words of the nursery; the slots by contract.
        unsafe { std::ptr::copy_nonoverlapping(slots.cast(), object, PAIR_WORDS) };
        Ok(Value::pointer(object, Tag::Tuple))
    }

    /// The closure of `function` that captures the values at `captures`.
    ///
    /// # Safety
    /// `captures` points to as many values as the function captures, all of them
    /// roots; the function outlives the heap.
    #[inline(always)]
    pub(crate) unsafe fn closure(
        &mut self,
        roots: Roots,
        function: &VmFunction,
        captures: *const Value,
    ) -> Result<Value, OutOfMemory> {
        let count = function.captures as usize;
        let object = self.allocate(roots, 1 + count)?;
        // SAFETY: fresh words of the nursery; the captures by contract.
        unsafe {
            object.write(std::ptr::from_ref(function) as u64);
            // They are few: a loop costs less than the call of a copying function.
            (0..count).for_each(|i| object.add(1 + i).write((*captures.add(i)).bits()));
        }
        Ok(Value::pointer(object, Tag::Closure))
    }

    /// A flat string of `len` bytes, to be filled by the caller before anything else.
    pub(crate) fn flat_string(
        &mut self,
        roots: Roots,
        len: usize,
    ) -> Result<(Value, *mut u8), OutOfMemory> {
        let words = flat_words(len);
        let object = self.allocate(roots, words)?;
        // SAFETY: fresh words of the nursery; the last one is zeroed for its padding.
        let bytes = unsafe {
            object.add(words - 1).write(0);
            object.write(StringHeader::new(StringForm::Flat, len as u64).word());
            object.add(1).cast::<u8>()
        };
        Ok((Value::pointer(object, Tag::Str), bytes))
    }

    /// The string with these bytes; a long one is kept outside the moving heap.
    pub(crate) fn string(&mut self, roots: Roots, bytes: Vec<u8>) -> Result<Value, OutOfMemory> {
        if bytes.len() <= FLAT_MAX_BYTES {
            let (string, to) = self.flat_string(roots, bytes.len())?;
            // SAFETY: a fresh string of that length.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
            return Ok(string);
        }
        if self.refuses_buffer(bytes.len() as u64) {
            return Err(OutOfMemory);
        }
        let object = self.allocate(roots, ROPE_WORDS)?;
        // SAFETY: a fresh object with room for an external string.
        unsafe { self.set_buffer(object, bytes.into_boxed_slice()) };
        Ok(Value::pointer(object, Tag::Str))
    }

    /// The concatenation of two strings of `len` bytes together; the operands are
    /// read from two rooted slots, since making room may move them.
    ///
    /// # Safety
    /// `operands` points to two strings in rooted slots.
    pub(crate) unsafe fn concatenation(
        &mut self,
        roots: Roots,
        len: u64,
        operands: *const Value,
    ) -> Result<Value, OutOfMemory> {
        let object = self.allocate(roots, ROPE_WORDS)?;
        // SAFETY: fresh words of the nursery; the operands by contract.
        unsafe {
            object.write(StringHeader::new(StringForm::Concat, len).word());
            object.add(1).write((*operands).bits());
            object.add(2).write((*operands.add(1)).bits());
        }
        Ok(Value::pointer(object, Tag::Str))
    }

    /// Whether `bytes` more of string buffers would break the limit even after a
    /// collection of everything else.
    pub(crate) fn refuses_buffer(&self, bytes: u64) -> bool {
        bytes > (self.max_bytes - self.buffer_bytes.min(self.max_bytes)) as u64
    }

    /// Makes an object an external string with these bytes.
    ///
    /// # Safety
    /// `object` has room for one: it is fresh, or a concatenation of `buffer.len()` bytes.
    pub(crate) unsafe fn set_buffer(&mut self, object: *mut u64, buffer: Box<[u8]>) {
        let len = buffer.len();
        // SAFETY: room for an external string, by contract.
        unsafe {
            object.write(StringHeader::new(StringForm::External, len as u64).word());
            object.add(1).write(Box::into_raw(buffer) as *mut u8 as u64);
            object.add(2).write(0);
        }
        self.buffer_bytes += len;
        if self.nursery.contains(object) {
            self.young_buffers.push(object);
        } else {
            self.old_buffers.push(object);
        }
        let between = BUFFERS_BETWEEN_BYTES.min(self.max_bytes / BUFFERS_BETWEEN_PART);
        if self.buffer_bytes - self.buffer_bytes_before > between {
            self.limit = self.free;
        }
    }

    /// Fills a cell: a pair that stands for a hoisted variable inside a function. Its
    /// first word is the variable; the only word of the heap that is ever written
    /// after its object was made.
    ///
    /// # Safety
    /// `cell` is a cell of this heap.
    pub unsafe fn set_cell(&mut self, cell: Value, value: Value) {
        let object = cell.object();
        // SAFETY: by contract.
        unsafe { object.write(value.bits()) };
        if value.is_pointer() && !self.nursery.contains(object) {
            self.remembered.push(object);
        }
    }
}

impl Drop for Heap<'_> {
    fn drop(&mut self) {
        for object in self.young_buffers.drain(..).chain(self.old_buffers.drain(..)) {
            // SAFETY: each list names live objects that own a buffer, each once.
            unsafe { collect::free_buffer(object) };
        }
    }
}
