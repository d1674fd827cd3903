//! An allocator that counts: whether work is linear can be seen from what is allocated, on
//! any machine, however busy.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, whose calls are counted for each thread.
pub struct Counting;

thread_local! {
    /// Bytes allocated so far by this thread.
    static ALLOCATED: Cell<u64> = const { Cell::new(0) };
}

/// How many bytes this thread allocates in `work`.
pub fn allocated_in(work: impl FnOnce()) -> u64 {
    let before = ALLOCATED.get();
    work();
    ALLOCATED.get() - before
}

fn count(bytes: usize) {
    // A thread that ends has no counter any more, and nobody who asks for it.
    let _ = ALLOCATED.try_with(|allocated| allocated.set(allocated.get() + bytes as u64));
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: by contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: by contract.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: by contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size.saturating_sub(layout.size()));
        // SAFETY: by contract.
        unsafe { System.realloc(block, layout, new_size) }
    }
}
