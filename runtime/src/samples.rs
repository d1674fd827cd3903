//! What a run was seen doing: stacks of functions, and how often each was seen.
//!
//! Stacks begin alike, so they are kept as a tree of frames from the outermost one inwards: a stack that
//! was seen before takes no room, and another one a node for each frame in which it differs. The tree has
//! an end ([`MAX_NODES`]): the fuller it is, the fewer frames of a stack are kept, and when it is full, what
//! is new is counted where it begins to be.

use std::collections::HashMap;

/// The most frames of a stack that are kept, the innermost ones. Those further out but for the
/// outermost one are [left out](StackFrame::Omitted).
pub const MAX_FRAMES: usize = 128;
/// How many are kept once the tree has so many quarters of its nodes.
const KEPT_FRAMES: [usize; 5] = [MAX_FRAMES, MAX_FRAMES, MAX_FRAMES / 4, MAX_FRAMES / 16, 1];
/// The most nodes of a tree, but for those that stand for what was left out.
const MAX_NODES: usize = 1 << 20;

/// How a function was running.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Running {
    /// In the interpreter.
    Interpreted,
    /// As machine code of its own.
    Compiled,
    /// As part of the machine code of whoever called it.
    Inlined,
}

/// Something on a stack.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StackFrame {
    /// A function of the program.
    Function {
        /// Which.
        id: u32,
        /// How it was running.
        running: Running,
    },
    /// Frames that were left out because there are too many.
    Omitted,
    /// No function of the program: it was waiting for the compiler.
    Compiler,
}

/// A node of the tree: a stack whose innermost frame this is.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    /// The frame; the root of the tree has [`StackFrame::Omitted`] and is no frame.
    pub frame: StackFrame,
    /// The node of the stack without this frame. Smaller than the node itself; that of the root is the
    /// root.
    pub outer: u32,
    /// How often just this stack was seen.
    pub count: u64,
}

/// The stacks that were seen.
#[derive(Clone, Debug)]
pub struct Samples {
    stacks: Vec<Stack>,
    inner: HashMap<(u32, StackFrame), u32>,
    max_nodes: usize,
}

impl Default for Samples {
    fn default() -> Samples {
        Samples::with_nodes(MAX_NODES)
    }
}

impl Samples {
    fn with_nodes(max_nodes: usize) -> Samples {
        let root = Stack { frame: StackFrame::Omitted, outer: 0, count: 0 };
        Samples { stacks: vec![root], inner: HashMap::new(), max_nodes }
    }

    /// Counts a stack so many times; the innermost frame comes first.
    pub(crate) fn add<'f>(
        &mut self,
        frames: impl DoubleEndedIterator<Item = &'f StackFrame>,
        count: u64,
    ) {
        let mut at = 0;
        for &frame in frames.rev() {
            let known = self.inner.get(&(at, frame)).copied();
            let is_full = self.stacks.len() >= self.max_nodes;
            let stays = known.is_none() && is_full;
            at = match known {
                Some(known) => known,
                None => self.put(at, if stays { StackFrame::Omitted } else { frame }),
            };
            if stays {
                break;
            }
        }
        let count = self.stacks[at as usize].count.saturating_add(count);
        self.stacks[at as usize].count = count;
    }

    /// The node of a frame inside of another one.
    fn put(&mut self, outer: u32, frame: StackFrame) -> u32 {
        let next = self.stacks.len() as u32;
        let node = *self.inner.entry((outer, frame)).or_insert(next);
        if node == next {
            self.stacks.push(Stack { frame, outer, count: 0 });
        }
        node
    }

    /// How many of a stack's innermost frames are to be kept.
    pub(crate) fn kept_frames(&self) -> usize {
        KEPT_FRAMES[(4 * self.stacks.len() / self.max_nodes).min(KEPT_FRAMES.len() - 1)]
    }

    /// The tree; the first node is its root, which is outside of all frames.
    pub fn stacks(&self) -> &[Stack] {
        &self.stacks
    }

    /// How many stacks were seen in all.
    pub fn total(&self) -> u64 {
        self.stacks.iter().fold(0, |total, stack| total.saturating_add(stack.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> Vec<StackFrame> {
        let frame = |letter| StackFrame::Function { id: letter, running: Running::Interpreted };
        text.chars().rev().map(|letter| frame(letter.into())).collect()
    }

    fn add(samples: &mut Samples, text: &str, count: u64) {
        samples.add(frames(text).iter(), count);
    }

    /// Every stack that was seen, as text.
    fn seen(samples: &Samples) -> Vec<String> {
        let mut names = vec![String::new()];
        for stack in &samples.stacks()[1..] {
            let letter = match stack.frame {
                StackFrame::Function { id, .. } => char::from_u32(id).unwrap(),
                _ => '…',
            };
            names.push(format!("{}{letter}", names[stack.outer as usize]));
        }
        let counted = names.iter().zip(samples.stacks()).filter(|(_, stack)| stack.count > 0);
        counted.map(|(name, stack)| format!("{name} {}", stack.count)).collect()
    }

    #[test]
    fn equal_stacks_are_counted_together() {
        let mut samples = Samples::default();
        for text in ["ab", "abc", "ab", "b", ""] {
            add(&mut samples, text, 2);
        }
        assert_eq!(seen(&samples), [" 2", "ab 4", "abc 2", "b 2"]);
        assert_eq!((samples.stacks().len(), samples.total()), (5, 10));
    }

    #[test]
    fn a_full_tree_counts_what_it_has_no_room_for() {
        let mut samples = Samples::with_nodes(3);
        for text in ["ab", "abcd", "abce", "ac", "ab", "x"] {
            add(&mut samples, text, 1);
        }
        assert_eq!(seen(&samples), ["ab 2", "ab… 2", "a… 1", "… 1"]);
    }

    #[test]
    fn the_fuller_the_tree_the_shorter_the_stacks() {
        let mut samples = Samples::with_nodes(16);
        let mut kept = vec![samples.kept_frames()];
        for text in ["abcdefg", "bcd", "c", "xyz", "z"] {
            add(&mut samples, text, 1);
            kept.push(samples.kept_frames());
        }
        assert_eq!(kept, [128, 32, 32, 8, 8, 1]);
    }

    #[test]
    fn counts_have_an_end_and_no_overflow() {
        let mut samples = Samples::default();
        add(&mut samples, "a", u64::MAX);
        add(&mut samples, "a", 1);
        add(&mut samples, "b", 1);
        assert_eq!(samples.total(), u64::MAX);
    }
}
