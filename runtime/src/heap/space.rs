//! A run of memory that objects are bump-allocated in.

use std::io;

use crate::mapping::Mapping;

/// A mapping filled from its start; `free` is the first unused word.
#[derive(Debug)]
pub(crate) struct Space {
    mapping: Mapping,
    pub(crate) free: *mut u64,
    /// Bytes from the start that were in use at some time and not given back since.
    kept: usize,
}

impl Space {
    /// Reserves a space of at least `bytes`.
    pub(crate) fn reserve(bytes: usize) -> io::Result<Space> {
        let mapping = Mapping::reserve(bytes)?;
        Ok(Space { free: mapping.start().cast(), mapping, kept: 0 })
    }

    pub(crate) fn start(&self) -> *mut u64 {
        self.mapping.start().cast()
    }

    /// The byte after the reservation.
    pub(crate) fn end(&self) -> *mut u64 {
        self.mapping.end().cast()
    }

    /// The size of the reservation in bytes.
    pub(crate) fn capacity(&self) -> usize {
        self.mapping.len()
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        self.free as usize - self.start() as usize
    }

    /// Bytes of memory that the space holds, used or not.
    pub(crate) fn held(&self) -> usize {
        self.used().max(self.kept)
    }

    /// Whether `object` lies in the reservation.
    #[inline(always)]
    pub(crate) fn contains(&self, object: *mut u64) -> bool {
        (object as usize).wrapping_sub(self.start() as usize) < self.mapping.len()
    }

    /// Forgets all objects, and gives the memory beyond the first `keep` bytes back.
    ///
    /// # Safety
    /// No object of the space is needed any more.
    pub(crate) unsafe fn clear(&mut self, keep: usize) {
        let held = self.held();
        if held > keep {
            let start = self.mapping.start();
            // SAFETY: inside the mapping; by contract nothing there is needed.
            unsafe { self.mapping.discard(start.add(keep), start.add(held)) };
        }
        self.kept = held.min(keep);
        self.free = self.start();
    }
}
