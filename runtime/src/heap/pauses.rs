//! How long the collector stopped the program: a histogram of pauses.
//!
//! Each power of two of nanoseconds has eight buckets of equal width (the idea is Gil Tene's
//! HdrHistogram), so that a quantile is known to an eighth whatever its size, and noting a pause
//! is counting up one number.

use std::fmt;

/// Buckets for each power of two, as a power of two.
const PART_BITS: u32 = 3;
const PARTS: usize = 1 << PART_BITS;
/// Pauses from 2^36 ns on, more than a minute, share the last bucket.
const BUCKETS: usize = PARTS * (36 - PART_BITS as usize + 1);

/// The distribution of the lengths of pauses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    counts: [u32; BUCKETS],
    longest: u64,
    total: u64,
}

impl Default for Pauses {
    fn default() -> Self {
        Pauses { counts: [0; BUCKETS], longest: 0, total: 0 }
    }
}

impl Pauses {
    /// Notes a pause of so many nanoseconds.
    pub(super) fn note(&mut self, nanos: u64) {
        let bucket = &mut self.counts[bucket(nanos)];
        *bucket = bucket.saturating_add(1);
        self.longest = self.longest.max(nanos);
        self.total += nanos;
    }

    /// The length that `percent` of the pauses do not exceed, in nanoseconds: to an eighth, and
    /// rather too much than too little. 0 if there were none.
    pub fn percentile(&self, percent: u64) -> u64 {
        let count: u64 = self.counts.iter().copied().map(u64::from).sum();
        let rank = (count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= rank {
                return end_of(bucket).min(self.longest);
            }
        }
        self.longest
    }

    /// The longest pause, in nanoseconds.
    pub fn longest(&self) -> u64 {
        self.longest
    }

    /// All pauses together, in nanoseconds.
    pub fn total(&self) -> u64 {
        self.total
    }
}

impl fmt::Debug for Pauses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pauses")
            .field("median", &self.percentile(50))
            .field("longest", &self.longest)
            .field("total", &self.total)
            .finish()
    }
}

/// The bucket that a length belongs to.
fn bucket(nanos: u64) -> usize {
    // Lengths below PARTS have buckets of their own; others are told apart by their highest bits.
    let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(PART_BITS + 1);
    (shift as usize * PARTS + (nanos >> shift) as usize).min(BUCKETS - 1)
}

/// The greatest length in a bucket.
fn end_of(bucket: usize) -> u64 {
    let shift = (bucket / PARTS).saturating_sub(1);
    let highest = bucket - shift * PARTS;
    ((highest as u64 + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "too long for Miri")]
    fn buckets_follow_each_other_and_are_narrow() {
        let mut last = 0;
        for nanos in (0..100_000).chain((17..36).map(|power| (1 << power) - 1)) {
            let bucket = bucket(nanos);
            assert!(bucket >= last && bucket < BUCKETS, "{nanos}");
            let end = end_of(bucket);
            assert!(nanos <= end && end - nanos <= nanos / PARTS as u64, "{nanos} {end}");
            last = bucket;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_those_of_the_lengths() {
        let mut pauses = Pauses::default();
        assert_eq!(pauses.percentile(99), 0);
        (1..=1000).for_each(|micros| pauses.note(micros * 1000));
        for percent in [1, 50, 90, 99] {
            let exact = percent * 10_000;
            let found = pauses.percentile(percent);
            assert!(found >= exact && found <= exact + exact / 8, "{percent} % {found}");
        }
        assert_eq!((pauses.percentile(100), pauses.longest()), (1_000_000, 1_000_000));
        assert_eq!(pauses.total(), 500_500_000);
    }
}
