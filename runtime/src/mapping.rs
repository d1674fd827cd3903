//! Address space from the operating system: reserved at once, committed as touched.
//!
//! Heap, frames and guest stack are large reservations whose pages cost nothing
//! until used. Every mapping lies between two guard pages.

use std::ffi::c_void;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ptr::{self, NonNull};

use rustix::mm::{Advice, MapFlags, MprotectFlags, MremapFlags, ProtFlags};

/// The lowest address a mapping may have: values tell pointers from Ints and from
/// constants by their upper halves.
const LOWEST: usize = 1 << 33;
/// The distance of the places that are asked for where the system begins lower, in bytes.
const HINT_STEP: usize = 1 << 32;
/// How many such places are tried.
const HINTS: usize = 1 << 10;

/// A lazily committed, zeroed, readable and writable range of memory.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

impl Mapping {
    /// Memory of our own, which is accounted for as it is touched.
    const FLAGS: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);

    /// Reserves at least `len` bytes, rounded up to whole pages.
    ///
    /// # Errors
    /// If the system refuses, because of `ulimit -v` for instance.
    pub(crate) fn reserve(len: usize) -> io::Result<Mapping> {
        let page = rustix::param::page_size();
        let len = len.max(1).checked_next_multiple_of(page).ok_or(io::ErrorKind::OutOfMemory)?;
        let whole = len.checked_add(2 * page).ok_or(io::ErrorKind::OutOfMemory)?;
        let mut mapping = Mapping::near(ptr::null_mut(), whole, page, len)?;
        if mapping.is_low() {
            mapping = Mapping::above(whole, page, len)?;
        }
        let start = mapping.start();
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the pages between the guards belong to this mapping and nobody uses them yet.
        unsafe { rustix::mm::mprotect(start.cast(), len, access)? };
        Ok(mapping)
    }

    /// Above [`LOWEST`], for systems that begin at the bottom, as valgrind's does: asks
    /// for one place after the other until one is free.
    fn above(whole: usize, page: usize, len: usize) -> io::Result<Mapping> {
        for step in 1..=HINTS {
            let hint = ptr::without_provenance_mut(LOWEST + step * HINT_STEP);
            let mapping = Mapping::near(hint, whole, page, len)?;
            if !mapping.is_low() {
                return Ok(mapping);
            }
        }
        Err(io::Error::other("the system places all mappings below 8 GiB"))
    }

    /// An inaccessible mapping of `whole` bytes, near `hint` if the system has room there.
    fn near(hint: *mut c_void, whole: usize, page: usize, len: usize) -> io::Result<Mapping> {
        let access = ProtFlags::empty();
        // SAFETY: a fresh anonymous mapping; a hint replaces no other mapping.
        let base = unsafe { rustix::mm::mmap_anonymous(hint, whole, access, Mapping::FLAGS)? };
        // SAFETY: `base` is at least three pages long.
        let start = unsafe { base.byte_add(page) }.cast::<u8>();
        Ok(Mapping { start: NonNull::new(start).ok_or(io::ErrorKind::OutOfMemory)?, len })
    }

    /// Whether values could not tell its addresses from constants.
    fn is_low(&self) -> bool {
        (self.start() as usize) < LOWEST
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

    /// How many bytes the system has committed, as far as it tells.
    pub(crate) fn committed(&self) -> Option<usize> {
        // A word for each page of the address space; the two uppermost bits say whether the
        // page is in memory or swapped out.
        let page = rustix::param::page_size();
        let mut map = File::open("/proc/self/pagemap").ok()?;
        map.seek(SeekFrom::Start((self.start() as usize / page * 8) as u64)).ok()?;
        let mut words = vec![0; self.len / page * 8];
        map.read_exact(&mut words).ok()?;
        let is_committed = |word: &&[u8; 8]| u64::from_le_bytes(**word) >> 62 != 0;
        Some(words.as_chunks().0.iter().filter(is_committed).count() * page)
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

    /// Moves the memory of whole pages with their contents from `from` in this mapping to
    /// `to` in `other`, whose memory there is lost: much cheaper than to give memory back and to
    /// ask for it again, which costs an exception and the clearing of a page for each of them.
    /// Afterwards `len` bytes from `from` read as zero. Where the system cannot do that, they
    /// are [discarded](Self::discard), and so may be what is at `to`.
    ///
    /// # Safety
    /// Both ranges begin and end with pages, lie in their mappings, and nothing in them is needed
    /// any more.
    pub(crate) unsafe fn give(&self, from: *mut u8, len: usize, other: &Mapping, to: *mut u8) {
        debug_assert!(self.start() <= from && from.wrapping_add(len) <= self.end());
        debug_assert!(other.start() <= to && to.wrapping_add(len) <= other.end());
        let flags = MremapFlags::MAYMOVE | MremapFlags::DONTUNMAP;
        // SAFETY: by contract, whole pages of two private anonymous mappings that nobody needs.
        let moved = unsafe { rustix::mm::mremap_fixed(from.cast(), len, len, flags, to.cast()) };
        if moved.is_ok() {
            return;
        }
        // SAFETY: as above. A failure may have left nothing at all at `to`.
        unsafe {
            let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, Mapping::FLAGS);
            rustix::mm::mmap_anonymous(to.cast(), len, access, flags | MapFlags::FIXED)
                .expect("the system takes back address space that was reserved");
            self.discard(from, from.add(len));
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
            let committed = mapping.committed().unwrap_or(4096);
            assert!(committed >= 4096 && committed < mapping.len(), "{committed}");
            mapping.discard(mapping.start(), mapping.end());
            assert_eq!(p.read(), 0);
        }
    }

    #[test]
    fn memory_moves_from_one_mapping_to_another() {
        let page = rustix::param::page_size();
        let [a, b] = [(); 2].map(|()| Mapping::reserve(16 * page).unwrap());
        // SAFETY: pages inside the mappings.
        unsafe {
            for round in 0..3 {
                a.start().add(4 * page).write(7);
                a.start().add(8 * page).write(8);
                b.start().add(round * page).write(9);
                a.give(a.start().add(4 * page), 4 * page, &b, b.start().add(round * page));
                assert!([0, 7].contains(&b.start().add(round * page).read()));
                assert_eq!(a.start().add(4 * page).read(), 0);
                assert_eq!(a.start().add(8 * page).read(), 8);
                b.start().write_bytes(1, b.len());
                a.start().write_bytes(1, a.len());
            }
        }
    }

    #[test]
    fn mappings_can_be_asked_to_lie_high() {
        let page = rustix::param::page_size();
        let mappings: Vec<_> =
            (0..3).map(|_| Mapping::above(3 * page, page, page).unwrap()).collect();
        assert!(mappings.iter().all(|mapping| !mapping.is_low() && mapping.len() == page));
    }

    #[test]
    fn an_absurd_reservation_is_an_error() {
        assert!(Mapping::reserve(usize::MAX / 2).is_err());
        assert!(Mapping::reserve(usize::MAX).is_err());
    }
}
