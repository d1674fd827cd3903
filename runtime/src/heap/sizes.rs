//! How large the nursery is, and when the old space is collected.
//!
//! A collection of the nursery costs what survives it. Where next to nothing does, its size does
//! not matter; where all does, neither: everything is copied once. In between, a larger nursery
//! gives objects more time to die, so it grows while a noticeable part survives, and as long as
//! what survives is little enough for a short pause. As soon as more does, it is small again.
//!
//! A deep stack must not make every collection of the nursery slow: the nursery is at least half as
//! large as the stack that has to be scanned, which keeps the cost per allocated byte constant.
//!
//! The old space is collected when it has doubled, string buffers included.

/// The nursery's size at first, and its least, in bytes. If all of it survives, a collection
/// takes less than a millisecond.
pub(super) const NURSERY_BYTES: usize = 3 << 19;
/// What the nursery grows to at most because of what survives, in bytes.
const NURSERY_GROWN_BYTES: usize = 3 * NURSERY_BYTES;
/// The most that the nursery may grow to for a deep stack or a large object, in bytes.
pub(super) const NURSERY_MAX_BYTES: usize = 64 << 20;
/// The nursery is at least this part of the stack that has to be scanned.
const STACK_PART: usize = 2;
/// The nursery shrinks if more than this survives, in bytes, and only grows if twice of what
/// survives is less.
const SURVIVORS_BYTES: usize = 1 << 20;
/// The nursery does not grow for less than this part of it.
const SURVIVORS_PART: usize = 32;
/// The old space is not collected before it has this many bytes.
const MAJOR_MIN_BYTES: usize = 8 << 20;
/// The spare half keeps this many bytes of memory at least: as much as the old space fills before
/// it is collected for the first time, so that small heaps are not given back to the system and
/// asked for again at every collection.
pub(super) const SPARE_MIN_BYTES: usize = MAJOR_MIN_BYTES + NURSERY_BYTES;

/// The sizes that depend on what the collector has seen so far.
#[derive(Debug)]
pub(super) struct Sizes {
    /// The nursery's size in bytes, deep stacks and large objects aside.
    nursery: usize,
    /// The old space and the string buffers are collected beyond this many bytes.
    major_at: usize,
    /// The heap's limit.
    max: usize,
}

impl Sizes {
    /// The sizes that a heap with this limit begins with.
    pub(super) fn new(max_bytes: usize) -> Sizes {
        Sizes { nursery: NURSERY_BYTES, major_at: MAJOR_MIN_BYTES.min(max_bytes), max: max_bytes }
    }

    /// Takes note that `survived` bytes of the `used` bytes of the nursery did survive.
    pub(super) fn nursery_collected(&mut self, used: usize, survived: usize) {
        if survived > SURVIVORS_BYTES {
            self.nursery = NURSERY_BYTES;
        } else if used >= self.nursery / 2
            && survived >= used / SURVIVORS_PART
            && survived <= SURVIVORS_BYTES / 2
        {
            self.nursery = (self.nursery * 2).min(NURSERY_GROWN_BYTES);
        }
    }

    /// The size of the nursery until its next collection, with a stack of `stack` bytes and an
    /// object to come of `need` bytes.
    pub(super) fn nursery(&self, stack: usize, need: usize) -> usize {
        self.nursery.max(stack / STACK_PART).max(need).min(NURSERY_MAX_BYTES)
    }

    /// Takes note that all of the heap was collected and `live` bytes are left.
    pub(super) fn all_collected(&mut self, live: usize) {
        self.major_at = (2 * live).clamp(MAJOR_MIN_BYTES.min(self.max), self.max);
    }

    /// How much memory the old space will hold before it is collected again, string buffers
    /// included.
    pub(super) fn old_to_be(&self) -> usize {
        self.major_at + NURSERY_BYTES
    }

    /// Whether the old space is to be collected when so much is in use.
    pub(super) fn wants_major(&self, in_use: usize) -> bool {
        in_use > self.major_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nursery's sizes when this part of it survives, in percent, time after time.
    fn grown_with(survival: usize) -> usize {
        let mut sizes = Sizes::new(1 << 30);
        for _ in 0..10 {
            let used = sizes.nursery(0, 0);
            sizes.nursery_collected(used, used / 100 * survival);
        }
        sizes.nursery(0, 0)
    }

    #[test]
    fn the_nursery_grows_where_that_saves_work() {
        assert_eq!(grown_with(1), NURSERY_BYTES);
        assert_eq!(grown_with(100), NURSERY_BYTES);
        for survival in [5, 10, 20] {
            let size = grown_with(survival);
            assert!(size > NURSERY_BYTES && size <= NURSERY_GROWN_BYTES, "{size}");
            assert!(size / 100 * survival <= SURVIVORS_BYTES, "{size}");
        }
    }

    #[test]
    fn the_nursery_shrinks_when_too_much_survives() {
        let mut sizes = Sizes::new(1 << 30);
        sizes.nursery_collected(NURSERY_BYTES, NURSERY_BYTES / 10);
        let grown = sizes.nursery(0, 0);
        assert!(grown > NURSERY_BYTES);
        sizes.nursery_collected(grown, grown);
        assert_eq!(sizes.nursery(0, 0), NURSERY_BYTES);
    }

    #[test]
    fn a_collection_that_comes_early_does_not_let_the_nursery_grow() {
        let mut sizes = Sizes::new(1 << 30);
        sizes.nursery_collected(NURSERY_BYTES / 4, NURSERY_BYTES / 8);
        assert_eq!(sizes.nursery(0, 0), NURSERY_BYTES);
    }

    #[test]
    fn stacks_and_large_objects_find_room() {
        let sizes = Sizes::new(1 << 30);
        assert_eq!(sizes.nursery(10 << 20, 0), (10 << 20) / STACK_PART);
        assert_eq!(sizes.nursery(10 << 20, 20 << 20), 20 << 20);
        assert_eq!(sizes.nursery(1 << 30, 0), NURSERY_MAX_BYTES);
    }

    #[test]
    fn the_old_space_may_double() {
        let mut sizes = Sizes::new(100 << 20);
        assert!(!sizes.wants_major(MAJOR_MIN_BYTES) && sizes.wants_major(MAJOR_MIN_BYTES + 1));
        sizes.all_collected(30 << 20);
        assert!(!sizes.wants_major(60 << 20) && sizes.wants_major((60 << 20) + 1));
        sizes.all_collected(90 << 20);
        assert!(sizes.wants_major((100 << 20) + 1));
    }
}
