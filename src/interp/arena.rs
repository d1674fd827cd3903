//! The memory that nodes live in: bump-allocated in the order in which they are made,
//! freed all at once. Neighbours in the tree are neighbours in memory, and dropping a
//! program does not recurse.

use std::alloc::Layout;

const CHUNK_WORDS: usize = 1 << 10;

/// Owns everything it hands out pointers to.
#[derive(Debug, Default)]
pub(super) struct Arena {
    chunks: Vec<Box<[u64]>>,
    used: usize,
}

impl Arena {
    /// Moves `value` into the arena, which never drops it.
    pub(super) fn put<T>(&mut self, value: T) -> *const T {
        const { assert!(!std::mem::needs_drop::<T>()) };
        self.put_all([value].into_iter())
    }

    /// Moves the values into the arena, side by side.
    pub(super) fn put_all<T>(&mut self, values: impl ExactSizeIterator<Item = T>) -> *const T {
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        let layout = Layout::array::<T>(values.len()).expect("an array that fits the memory");
        let start: *mut T = self.take(layout.size().div_ceil(size_of::<u64>())).cast();
        for (i, value) in values.enumerate() {
            // SAFETY: the words were just taken, are aligned and large enough.
            unsafe { start.add(i).write(value) };
        }
        start
    }

    fn take(&mut self, words: usize) -> *mut u64 {
        if self.chunks.last().is_none_or(|chunk| chunk.len() - self.used < words) {
            let size = CHUNK_WORDS << self.chunks.len().min(8);
            self.chunks.push(vec![0; size.max(words)].into_boxed_slice());
            self.used = 0;
        }
        let chunk = self.chunks.last_mut().expect("a chunk was just made");
        let start = chunk[self.used..].as_mut_ptr();
        self.used += words;
        start
    }
}
