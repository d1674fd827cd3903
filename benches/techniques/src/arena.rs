//! The memory that nodes live in: bump-allocated, in the order in which they are compiled,
//! freed all at once. Neighbours in the tree are neighbours in memory.

use std::alloc::Layout;

const CHUNK_WORDS: usize = 1 << 10;

/// Owns everything it hands out pointers to.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    chunks: Vec<Box<[u64]>>,
    used: usize,
}

impl Arena {
    /// Moves `value` into the arena, which never drops it.
    pub(crate) fn put<T>(&mut self, value: T) -> *mut T {
        const { assert!(!std::mem::needs_drop::<T>()) };
        let layout = Layout::new::<T>();
        assert!(layout.align() <= align_of::<u64>());
        let object: *mut T = self.take(layout.size().div_ceil(size_of::<u64>())).cast();
        // SAFETY: the words were just taken, are aligned and large enough.
        unsafe { object.write(value) };
        object
    }

    fn take(&mut self, words: usize) -> *mut u64 {
        if self.chunks.last().is_none_or(|chunk| chunk.len() - self.used < words) {
            self.chunks.push(vec![0; CHUNK_WORDS.max(words)].into_boxed_slice());
            self.used = 0;
        }
        let chunk = self.chunks.last_mut().expect("a chunk was just made");
        let object = &raw mut chunk[self.used];
        self.used += words;
        object
    }
}
