//! Small sets of small numbers, in the order in which their elements came.
//!
//! A set that would grow beyond a limit, [`MAX`] at most, becomes *any*: it has whatever its
//! elements' kind has escaping. So a set changes a bounded number of times, and how much of
//! it was already dealt with is a count. One element takes no room of its own.

/// How many elements a set lists at most.
pub(in super::super) const MAX: usize = 8;

const EMPTY: u32 = u32::MAX;
const ANY: u32 = u32::MAX - 1;
/// From here on the numbers stand for blocks of elements.
const BLOCKS: u32 = 1 << 31;

/// A set; its elements are in the [`Sets`] that made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Set(u32);

impl Set {
    pub(super) const EMPTY: Set = Set(EMPTY);
    pub(super) const ANY: Set = Set(ANY);

    pub(super) fn is_any(self) -> bool {
        self == Set::ANY
    }
}

/// The elements of a set, copied out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements {
    items: [u32; MAX],
    start: u8,
    end: u8,
}

impl Elements {
    pub(super) const NONE: Elements = Elements { items: [0; MAX], start: 0, end: 0 };

    pub(super) fn as_slice(&self) -> &[u32] {
        &self.items[self.start as usize..self.end as usize]
    }
}

/// What an insertion did.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inserted {
    /// The element was there already.
    Known,
    /// It is there now.
    New,
    /// The set is any; these are the elements that it had, without the new one.
    Widened(Elements),
    /// The set was any already.
    IsAny,
}

#[derive(Clone, Copy)]
struct Block {
    len: u8,
    items: [u32; MAX],
}

/// Where sets of more than one element keep them.
pub(super) struct Sets {
    limit: usize,
    blocks: Vec<Block>,
    free: Vec<u32>,
}

impl Sets {
    /// Sets of up to so many elements.
    pub(super) fn new(limit: usize) -> Sets {
        Sets { limit: limit.clamp(1, MAX), blocks: Vec::new(), free: Vec::new() }
    }

    /// The elements from the `from`th on; none of any.
    pub(super) fn elements(&self, set: Set, from: u8) -> Elements {
        let (items, end) = match set.0 {
            EMPTY | ANY => return Elements::NONE,
            one if one < BLOCKS => ([one; MAX], 1),
            block => {
                let block = &self.blocks[(block - BLOCKS) as usize];
                (block.items, block.len)
            }
        };
        Elements { items, start: from.min(end), end }
    }

    /// How many elements are listed.
    pub(super) fn len(&self, set: Set) -> u8 {
        match set.0 {
            EMPTY | ANY => 0,
            one if one < BLOCKS => 1,
            block => self.blocks[(block - BLOCKS) as usize].len,
        }
    }

    /// Adds an element.
    pub(super) fn insert(&mut self, set: &mut Set, item: u32) -> Inserted {
        debug_assert!(item < BLOCKS, "programs have fewer functions and tuples");
        match set.0 {
            ANY => return Inserted::IsAny,
            EMPTY => set.0 = item,
            one if one < BLOCKS => {
                if one == item {
                    return Inserted::Known;
                }
                if self.limit == 1 {
                    return Inserted::Widened(self.widen(set));
                }
                let mut items = [0; MAX];
                items[..2].copy_from_slice(&[one, item]);
                set.0 = BLOCKS + self.keep(Block { len: 2, items });
            }
            block => {
                let Block { len, items } = &mut self.blocks[(block - BLOCKS) as usize];
                if items[..*len as usize].contains(&item) {
                    return Inserted::Known;
                }
                if *len as usize == self.limit {
                    return Inserted::Widened(self.widen(set));
                }
                items[*len as usize] = item;
                *len += 1;
            }
        }
        Inserted::New
    }

    /// Makes a set any; what it had.
    pub(super) fn widen(&mut self, set: &mut Set) -> Elements {
        let elements = self.elements(*set, 0);
        if set.0 >= BLOCKS && set.0 < ANY {
            self.free.push(set.0 - BLOCKS);
        }
        *set = Set::ANY;
        elements
    }

    fn keep(&mut self, block: Block) -> u32 {
        if let Some(free) = self.free.pop() {
            self.blocks[free as usize] = block;
            return free;
        }
        self.blocks.push(block);
        (self.blocks.len() - 1) as u32
    }
}
