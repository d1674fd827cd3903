//! A run of memory that objects are bump-allocated in.

use std::io;

use crate::mapping::Mapping;

/// A mapping filled from its start; `free` is the first unused word.
#[derive(Debug)]
pub(crate) struct Space {
    mapping: Mapping,
    pub(crate) free: *mut u64,
    /// Bytes from the start that the space holds memory for, whether in use or not; more if more
    /// is in use.
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

    /// Forgets all objects and keeps `keep` bytes of memory. What is beyond goes to the `heir` as
    /// far as that holds less than `wanted`, and to the system otherwise.
    ///
    /// # Safety
    /// No object of the space is needed any more.
    pub(crate) unsafe fn clear(&mut self, keep: usize, heir: &mut Space, wanted: usize) {
        self.kept = self.held();
        self.free = self.start();
        let page = rustix::param::page_size();
        let end = self.kept.next_multiple_of(page);
        let begin = heir.held().next_multiple_of(page);
        let surplus = end.saturating_sub(keep.min(self.capacity()).next_multiple_of(page));
        let wanted = wanted.min(heir.capacity()) / page * page;
        let given = surplus.min(wanted.saturating_sub(begin));
        let (ours, theirs) = (self.mapping.start(), heir.mapping.start());
        // SAFETY: whole pages inside the mappings: `held` and `wanted` are within them. By contract
        // nothing there is needed, nor is it beyond what the heir has in use.
        unsafe {
            if given > 0 {
                self.mapping.give(ours.add(end - given), given, &heir.mapping, theirs.add(begin));
                heir.kept = begin + given;
            }
            if surplus > given {
                self.mapping.discard(ours.add(end - surplus), ours.add(end - given));
            }
        }
        self.kept = self.kept.min(end - surplus);
    }
}
