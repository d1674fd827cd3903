//! Mappings in Miri, which knows no page tables: memory of the allocator, with the same
//! promises. Whatever is allowed on it is what the real one's owner may do, so that Miri checks
//! the heap and the collector.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::io;
use std::ptr::NonNull;

/// The lowest address a mapping may have, as on real systems.
const LOWEST: usize = 1 << 33;
/// What pages are taken to be, in bytes.
const PAGE: usize = 4096;
/// Addresses below [`LOWEST`] are used up in pieces of this size.
const PIECE: usize = 1 << 30;

/// A zeroed, readable and writable range of memory.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

impl Mapping {
    /// At least `len` bytes, rounded up to whole pages.
    ///
    /// # Errors
    /// If it is more than there is.
    pub(crate) fn reserve(len: usize) -> io::Result<Mapping> {
        let len = len.max(1).checked_next_multiple_of(PAGE).ok_or(io::ErrorKind::OutOfMemory)?;
        if len > 1 << 40 {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        loop {
            let layout = Mapping::layout(len);
            // SAFETY: the layout is not empty.
            let start = NonNull::new(unsafe { alloc_zeroed(layout) });
            let start = start.ok_or(io::ErrorKind::OutOfMemory)?;
            if start.as_ptr() as usize >= LOWEST {
                return Ok(Mapping { start, len });
            }
            // SAFETY: what was allocated just now; the other piece is left, for its address.
            unsafe {
                dealloc(start.as_ptr(), layout);
                let _ = alloc(Mapping::layout(PIECE));
            }
        }
    }

    fn layout(len: usize) -> Layout {
        Layout::from_size_align(len, PAGE).expect("a length that was checked")
    }

    /// The first byte.
    pub(crate) fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// The byte after the last.
    pub(crate) fn end(&self) -> *mut u8 {
        // SAFETY: one past the end of the mapping.
        unsafe { self.start.as_ptr().add(self.len) }
    }

    /// The length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Nobody tells.
    pub(crate) fn committed(&self) -> Option<usize> {
        None
    }

    /// The pages wholly inside `from..to` read as zero afterwards.
    ///
    /// # Safety
    /// `from..to` lies in this mapping and nothing in it is needed any more.
    pub(crate) unsafe fn discard(&self, from: *mut u8, to: *mut u8) {
        let first = (from as usize).next_multiple_of(PAGE) - self.start() as usize;
        let last = (to as usize / PAGE * PAGE) - self.start() as usize;
        if first < last {
            // SAFETY: by contract, pages of this mapping.
            unsafe { self.start().add(first).write_bytes(0, last - first) };
        }
    }

    /// As pages that cannot be moved: those of this mapping read as zero.
    ///
    /// # Safety
    /// Both ranges begin and end with pages, lie in their mappings, and nothing in them is
    /// needed any more.
    pub(crate) unsafe fn give(&self, from: *mut u8, len: usize, other: &Mapping, to: *mut u8) {
        // SAFETY: by contract.
        unsafe {
            other.discard(to, to.add(len));
            self.discard(from, from.add(len));
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: what `reserve` allocated, with that layout.
        unsafe { dealloc(self.start.as_ptr(), Mapping::layout(self.len)) };
    }
}

// SAFETY: a mapping is plain memory, owned like a `Box<[u8]>`.
unsafe impl Send for Mapping {}
