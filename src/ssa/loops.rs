//! The loops of a function: the blocks on the ways from a block, the loop's head, back to it.
//!
//! Only jumps to a block that dominates theirs make loops: a cycle that can be entered at
//! several places counts as none. Near linear and without recursion: heads are looked at from the
//! inside out, and what is known to be an inner loop is passed in one step.

use super::Block;
use super::analysis::{Dominators, Graph};

/// A loop, by its place in [`Loops`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loop(u32);

/// The loops of a function.
#[derive(Debug)]
pub struct Loops {
    /// By block: the innermost loop that it is in.
    innermost: Vec<Option<Loop>>,
    /// By loop: its head.
    heads: Vec<Block>,
    /// By loop: the next one around it.
    parents: Vec<Option<Loop>>,
}

impl Loops {
    /// Finds the loops.
    pub fn new(graph: &Graph, dominators: &Dominators, blocks: usize) -> Loops {
        let mut loops =
            Loops { innermost: vec![None; blocks], heads: Vec::new(), parents: Vec::new() };
        // By loop: one around it, or itself; shortcuts to the outermost one so far.
        let mut around: Vec<u32> = Vec::new();
        for &head in graph.order().iter().rev() {
            let incoming = graph.incoming(head).iter().map(|edge| edge.from);
            let mut stack: Vec<Block> =
                incoming.filter(|&from| dominators.dominates(head, from)).collect();
            if stack.is_empty() {
                continue;
            }
            let this = Loop(loops.heads.len() as u32);
            loops.heads.push(head);
            loops.parents.push(None);
            around.push(this.0);
            loops.innermost[head.0 as usize].get_or_insert(this);
            while let Some(block) = stack.pop() {
                let enter = match loops.innermost[block.0 as usize] {
                    None => {
                        loops.innermost[block.0 as usize] = Some(this);
                        block
                    }
                    Some(inner) => {
                        let outermost = outermost(&mut around, inner.0);
                        if outermost == this.0 {
                            continue;
                        }
                        around[outermost as usize] = this.0;
                        loops.parents[outermost as usize] = Some(this);
                        loops.heads[outermost as usize]
                    }
                };
                stack.extend(graph.incoming(enter).iter().map(|edge| edge.from));
            }
        }
        loops
    }

    /// The loop that begins with a block.
    pub fn headed_by(&self, block: Block) -> Option<Loop> {
        self.innermost[block.0 as usize].filter(|&inner| self.head(inner) == block)
    }

    /// The first block of a loop.
    pub fn head(&self, of: Loop) -> Block {
        self.heads[of.0 as usize]
    }

    /// The loops that a block is in, from the inside out.
    pub fn around(&self, block: Block) -> impl Iterator<Item = Loop> + '_ {
        std::iter::successors(self.innermost[block.0 as usize], |inner| {
            self.parents[inner.0 as usize]
        })
    }

    /// Whether a block is in a loop.
    pub fn contains(&self, of: Loop, block: Block) -> bool {
        self.around(block).any(|inner| inner == of)
    }
}

fn outermost(around: &mut [u32], mut at: u32) -> u32 {
    while around[at as usize] != at {
        let next = around[around[at as usize] as usize];
        around[at as usize] = next;
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::testing::jumping;

    fn loops(jumps: &[&[u32]]) -> Loops {
        let function = jumping(jumps);
        let graph = Graph::new(&function);
        Loops::new(&graph, &Dominators::new(&graph, &function), jumps.len())
    }

    fn heads(loops: &Loops, block: u32) -> Vec<u32> {
        loops.around(Block(block)).map(|inner| loops.head(inner).0).collect()
    }

    #[test]
    fn loops_in_loops() {
        // 1 is around 2 (with 3 and 4) and 5 (itself only); 7 is outside.
        let found = loops(&[&[1], &[2, 7], &[3, 4], &[2], &[2, 5], &[5, 6], &[1], &[]]);
        assert_eq!(heads(&found, 0), [0; 0]);
        assert_eq!(heads(&found, 1), [1]);
        for block in 2..=4 {
            assert_eq!(heads(&found, block), [2, 1]);
        }
        assert_eq!(heads(&found, 5), [5, 1]);
        assert_eq!(heads(&found, 6), [1]);
        assert_eq!(heads(&found, 7), [0; 0]);
        let outer = found.headed_by(Block(1)).expect("a loop");
        assert!(found.contains(outer, Block(4)) && !found.contains(outer, Block(7)));
        assert_eq!(found.headed_by(Block(3)), None);
    }

    #[test]
    fn cycles_with_two_entries_are_none() {
        let found = loops(&[&[1, 2], &[2], &[1, 3], &[]]);
        assert!((0..4).all(|block| heads(&found, block).is_empty()));
    }
}
