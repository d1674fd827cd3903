//! Address space from the operating system: reserved at once, committed as touched.
//!
//! Heap, frames and guest stack are large reservations whose pages cost nothing
//! until used. Every mapping lies between two guard pages.

use std::io;
use std::ptr::{self, NonNull};

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

/// The lowest address a mapping may have: values tell pointers from Ints and from
/// constants by their upper halves.
const LOWEST: usize = 1 << 33;

/// A lazily committed, zeroed, readable and writable range of memory.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

impl Mapping {
    /// Reserves at least `len` bytes, rounded up to whole pages.
    ///
    /// # Errors
    /// If the system refuses, because of `ulimit -v` for instance.
    pub(crate) fn reserve(len: usize) -> io::Result<Mapping> {
        let page = rustix::param::page_size();
        let len = len.max(1).checked_next_multiple_of(page).ok_or(io::ErrorKind::OutOfMemory)?;
        let whole = len.checked_add(2 * page).ok_or(io::ErrorKind::OutOfMemory)?;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a fresh anonymous mapping at an address of the system's choice.
        let base = unsafe {
            rustix::mm::mmap_anonymous(ptr::null_mut(), whole, ProtFlags::empty(), flags)?
        };
        // SAFETY: `base` is at least three pages long.
        let start = unsafe { base.byte_add(page) }.cast::<u8>();
        let mapping =
            Mapping { start: NonNull::new(start).ok_or(io::ErrorKind::OutOfMemory)?, len };
        if (start as usize) < LOWEST {
            return Err(io::Error::other("the system placed a mapping below 8 GiB"));
        }
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the pages between the guards belong to this mapping and nobody uses them yet.
        unsafe { rustix::mm::mprotect(start.cast(), len, access)? };
        Ok(mapping)
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

    /// Gives the pages wholly inside `from..to` back to the system; they read as
    /// zero afterwards.
    ///
    /// # Safety
    /// `from..to` lies in this mapping and nothing in it is needed any more.
    pub(crate) unsafe fn discard(&self, from: *mut u8, to: *mut u8) {
        let page = rustix::param::page_size();
        let first = (from as usize).next_multiple_of(page);
        let last = to as usize / page * page;
        if first < last {
            // SAFETY: by contract, whole pages of this mapping that nobody needs. A
            // refusal only keeps memory in use.
            let _ = unsafe {
                rustix::mm::madvise(first as *mut _, last - first, Advice::LinuxDontNeed)
            };
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let page = rustix::param::page_size();
        // SAFETY: the mapping with its two guard pages, owned by this value alone.
        unsafe {
            let _ = rustix::mm::munmap(self.start.as_ptr().sub(page).cast(), self.len + 2 * page);
        }
    }
}

// SAFETY: a mapping is plain memory, owned like a `Box<[u8]>`.
unsafe impl Send for Mapping {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_zeroed_writable_and_discardable() {
        let mapping = Mapping::reserve(1 << 20).unwrap();
        assert!(mapping.len() >= 1 << 20 && mapping.start() as usize >= LOWEST);
        // SAFETY: inside the mapping.
        unsafe {
            let p = mapping.start().add(5000);
            assert_eq!(p.read(), 0);
            p.write(7);
            assert_eq!(p.read(), 7);
            mapping.discard(mapping.start(), mapping.end());
            assert_eq!(p.read(), 0);
        }
    }

    #[test]
    fn an_absurd_reservation_is_an_error() {
        assert!(Mapping::reserve(usize::MAX / 2).is_err());
        assert!(Mapping::reserve(usize::MAX).is_err());
    }
}
