//! The shape of a function: which blocks are reached and in which order, who jumps where,
//! and which blocks dominate which.
//!
//! Dominators are found by the semi-NCA method (Georgiadis, *Linear-Time Algorithms for
//! Dominators and Related Problems*, 2005), which stays near linear where a block has
//! thousands of predecessors at different depths, as the common `false` of a long `&&` has:
//! the simpler iterative method walks up the tree from each of them. Nothing recurses.

use super::{Block, Function, Jump};

/// A jump, by the block that it ends and its place there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Edge {
    /// The block that jumps.
    pub from: Block,
    /// Which of its jumps: 0, or 1 for the one that is taken if a condition is false.
    pub index: u8,
}

/// Which blocks are reached, and by which jumps.
#[derive(Debug)]
pub struct Graph {
    order: Vec<Block>,
    /// By block: its place in `order`.
    places: Vec<u32>,
    /// By block: where its edges begin in `edges`; one more at the end.
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

const UNREACHED: u32 = u32::MAX;

impl Function {
    /// The jump that an edge stands for.
    ///
    /// # Panics
    /// If the block has no such jump any more.
    pub fn jump(&self, edge: Edge) -> &Jump {
        let mut jumps = self.block(edge.from).end.jumps();
        jumps.nth(edge.index as usize).expect("an edge stands for a jump")
    }

    /// The jump that an edge stands for, to be changed.
    ///
    /// # Panics
    /// If the block has no such jump any more.
    pub fn jump_mut(&mut self, edge: Edge) -> &mut Jump {
        let end = &mut self.blocks[edge.from.0 as usize].end;
        end.jumps_mut().nth(edge.index as usize).expect("an edge stands for a jump")
    }
}

impl Graph {
    /// The graph of a function.
    pub fn new(function: &Function) -> Graph {
        let order = reverse_postorder(function);
        let mut places = vec![UNREACHED; function.blocks.len()];
        for (place, block) in order.iter().enumerate() {
            places[block.0 as usize] = place as u32;
        }
        let (starts, edges) = incoming(function, &order);
        Graph { order, places, starts, edges }
    }

    /// The reached blocks in reverse postorder: a block stands behind all that dominate it, and
    /// behind all that jump to it but for the jumps back to a loop's head.
    pub fn order(&self) -> &[Block] {
        &self.order
    }

    /// Whether the block can be reached.
    pub fn is_reached(&self, block: Block) -> bool {
        self.places[block.0 as usize] != UNREACHED
    }

    /// Whether a reached block stands behind another one in the order: a jump there is none back to a
    /// loop's head.
    pub fn is_ahead(&self, from: Block, to: Block) -> bool {
        self.places[from.0 as usize] < self.places[to.0 as usize]
    }

    /// The jumps of reached blocks to the block.
    pub fn incoming(&self, block: Block) -> &[Edge] {
        let at = block.0 as usize;
        &self.edges[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

fn reverse_postorder(function: &Function) -> Vec<Block> {
    let mut order = Vec::new();
    let mut seen = vec![false; function.blocks.len()];
    let mut stack = vec![(Block::ENTRY, 0)];
    seen[0] = true;
    while let Some((block, next)) = stack.last_mut() {
        let jump = function.block(*block).end.jumps().nth(*next);
        *next += 1;
        match jump {
            Some(jump) if !seen[jump.to.0 as usize] => {
                seen[jump.to.0 as usize] = true;
                stack.push((jump.to, 0));
            }
            Some(_) => {}
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// All edges, ordered by the block where they lead, and where each block's begin.
fn incoming(function: &Function, order: &[Block]) -> (Vec<u32>, Vec<Edge>) {
    let mut starts = vec![0; function.blocks.len() + 1];
    let all = || {
        order.iter().flat_map(|&from| {
            let jumps = function.block(from).end.jumps().enumerate();
            jumps.map(move |(index, jump)| (jump.to, Edge { from, index: index as u8 }))
        })
    };
    for (to, _) in all() {
        starts[to.0 as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut next = starts.clone();
    let mut edges = vec![Edge { from: Block::ENTRY, index: 0 }; starts[starts.len() - 1] as usize];
    for (to, edge) in all() {
        edges[next[to.0 as usize] as usize] = edge;
        next[to.0 as usize] += 1;
    }
    (starts, edges)
}

/// A step of a walk over the dominator tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Arrives at a block, behind all that dominate it.
    Enter(Block),
    /// Leaves a block, after all that it dominates.
    Leave(Block),
}

/// Which blocks dominate which: all ways from the entry to the one lead through the other.
#[derive(Debug)]
pub struct Dominators {
    /// By block: the nearest other one that dominates it.
    immediate: Vec<Option<Block>>,
    steps: Vec<Step>,
    /// By block: the steps that enter and leave it.
    entered: Vec<(u32, u32)>,
}

impl Dominators {
    /// The dominators in a graph.
    pub fn new(graph: &Graph, function: &Function) -> Dominators {
        let immediate = SemiNca::new(graph, function).run(graph);
        let steps = tree_walk(graph, &immediate);
        let mut entered = vec![(UNREACHED, 0); immediate.len()];
        for (at, step) in steps.iter().enumerate() {
            match *step {
                Step::Enter(block) => entered[block.0 as usize].0 = at as u32,
                Step::Leave(block) => entered[block.0 as usize].1 = at as u32,
            }
        }
        Dominators { immediate, steps, entered }
    }

    /// The nearest other block that dominates this one; none for the entry and for what is
    /// not reached.
    pub fn immediate(&self, block: Block) -> Option<Block> {
        self.immediate[block.0 as usize]
    }

    /// Whether all ways to the second block, which is reached, lead through the first one. A
    /// block dominates itself.
    pub fn dominates(&self, first: Block, second: Block) -> bool {
        let (enter, leave) = self.entered[first.0 as usize];
        let (inner, _) = self.entered[second.0 as usize];
        enter <= inner && inner <= leave
    }

    /// A walk over the tree from the entry. Among the blocks that one dominates it keeps reverse
    /// postorder.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

fn tree_walk(graph: &Graph, immediate: &[Option<Block>]) -> Vec<Step> {
    // Chains of children: the last of the order comes first off the chain's end.
    let mut first_child = vec![None; immediate.len()];
    let mut sibling = vec![None; immediate.len()];
    for &block in graph.order() {
        if let Some(parent) = immediate[block.0 as usize] {
            sibling[block.0 as usize] = first_child[parent.0 as usize].replace(block);
        }
    }
    let mut steps = Vec::with_capacity(2 * graph.order().len());
    let mut stack = vec![Step::Enter(Block::ENTRY)];
    while let Some(step) = stack.pop() {
        steps.push(step);
        let Step::Enter(block) = step else { continue };
        stack.push(Step::Leave(block));
        let mut child = first_child[block.0 as usize];
        while let Some(next) = child {
            stack.push(Step::Enter(next));
            child = sibling[next.0 as usize];
        }
    }
    steps
}

/// The search for dominators. Blocks are known by their numbers in a depth-first walk.
struct SemiNca {
    /// By number.
    blocks: Vec<Block>,
    /// By block.
    numbers: Vec<u32>,
    /// By number: the parent in the walk's tree; becomes a forest of compressed paths.
    parents: Vec<u32>,
    /// By number: the smallest number from which a way through greater ones leads here.
    semi: Vec<u32>,
    /// By number: on the compressed path, who has the smallest `semi`.
    labels: Vec<u32>,
    path: Vec<u32>,
}

impl SemiNca {
    fn new(graph: &Graph, function: &Function) -> SemiNca {
        let mut numbers = vec![UNREACHED; function.blocks.len()];
        let (mut blocks, mut parents) = (Vec::new(), Vec::new());
        let mut stack = vec![(Block::ENTRY, 0)];
        while let Some((block, parent)) = stack.pop() {
            if numbers[block.0 as usize] != UNREACHED {
                continue;
            }
            let number = blocks.len() as u32;
            numbers[block.0 as usize] = number;
            blocks.push(block);
            parents.push(parent);
            stack.extend(function.block(block).end.jumps().map(|jump| (jump.to, number)));
        }
        let own: Vec<u32> = (0..blocks.len() as u32).collect();
        debug_assert_eq!(blocks.len(), graph.order().len());
        SemiNca { blocks, numbers, parents, semi: own.clone(), labels: own, path: Vec::new() }
    }

    fn run(mut self, graph: &Graph) -> Vec<Option<Block>> {
        let mut immediate = self.parents.clone();
        for number in (1..self.blocks.len() as u32).rev() {
            let mut semi = self.parents[number as usize];
            for edge in graph.incoming(self.blocks[number as usize]) {
                let from = self.numbers[edge.from.0 as usize];
                let label = self.smallest(from, number + 1);
                semi = semi.min(self.semi[label as usize]);
            }
            self.semi[number as usize] = semi;
        }
        for number in 1..immediate.len() {
            while immediate[number] > self.semi[number] {
                immediate[number] = immediate[immediate[number] as usize];
            }
        }
        let mut result = vec![None; self.numbers.len()];
        for number in 1..immediate.len() {
            let dominator = self.blocks[immediate[number] as usize];
            result[self.blocks[number].0 as usize] = Some(dominator);
        }
        result
    }

    /// On the path from `number` up to the first one below `linked`, which does not count: who
    /// has the smallest `semi`. Compresses the path.
    fn smallest(&mut self, number: u32, linked: u32) -> u32 {
        let mut at = number;
        while self.parents[at as usize] >= linked {
            self.path.push(at);
            at = self.parents[at as usize];
        }
        let root = self.parents[at as usize];
        let mut best = self.labels[at as usize];
        while let Some(next) = self.path.pop() {
            self.parents[next as usize] = root;
            let label = self.labels[next as usize];
            if self.semi[best as usize] < self.semi[label as usize] {
                self.labels[next as usize] = best;
            } else {
                best = label;
            }
        }
        self.labels[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::testing::jumping;

    fn analyse(jumps: &[&[u32]]) -> (Graph, Dominators) {
        let function = jumping(jumps);
        let graph = Graph::new(&function);
        let dominators = Dominators::new(&graph, &function);
        (graph, dominators)
    }

    /// Dominance by its definition: what cannot be reached without the block.
    fn dominated(jumps: &[&[u32]], without: u32) -> Vec<bool> {
        let mut reached = vec![false; jumps.len()];
        let mut stack = if without == 0 { vec![] } else { vec![0] };
        while let Some(at) = stack.pop() {
            if at != without && !std::mem::replace(&mut reached[at as usize], true) {
                stack.extend(jumps[at as usize]);
            }
        }
        reached.iter().map(|reached| !reached).collect()
    }

    fn check(jumps: &[&[u32]]) {
        let (graph, dominators) = analyse(jumps);
        for first in 0..jumps.len() as u32 {
            let dominated = dominated(jumps, first);
            for &second in graph.order() {
                let found = dominators.dominates(Block(first), second);
                let expected = graph.is_reached(Block(first)) && dominated[second.0 as usize];
                assert_eq!(found, expected, "{first} over {second:?} in {jumps:?}");
            }
        }
    }

    #[test]
    fn dominators_are_as_defined() {
        check(&[&[]]);
        check(&[&[1, 2], &[3], &[3], &[]]);
        check(&[&[1], &[2, 3], &[1], &[4, 5], &[1], &[]]);
        // Reached in two ways, a loop with two entries, and a block that nothing reaches.
        check(&[&[1, 2], &[2, 3], &[1, 4], &[4], &[3, 0], &[1]]);
        // The examples of Lengauer and Tarjan's paper, as far as two jumps go.
        check(&[&[1, 2], &[3, 4], &[1, 5], &[6], &[6, 1], &[7, 4], &[8], &[8, 2], &[0, 6]]);
    }

    #[test]
    fn dominators_of_random_graphs() {
        let mut seed = 1u32;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below as u32
        };
        for size in 2..40 {
            for _ in 0..20 {
                let jumps: Vec<Vec<u32>> =
                    (0..size).map(|_| (0..random(3)).map(|_| random(size)).collect()).collect();
                check(&jumps.iter().map(Vec::as_slice).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn order_has_dominators_first() {
        let (graph, dominators) = analyse(&[&[1], &[2, 3], &[1], &[4, 2], &[]]);
        let order = graph.order();
        assert_eq!(order[0], Block::ENTRY);
        for (at, &block) in order.iter().enumerate().skip(1) {
            let immediate = dominators.immediate(block).expect("it is reached");
            assert!(order[..at].contains(&immediate));
        }
    }

    #[test]
    fn edges_lead_where_they_say() {
        let function = jumping(&[&[1, 1], &[2], &[1]]);
        let graph = Graph::new(&function);
        assert_eq!(graph.incoming(Block(1)).len(), 3);
        for block in [Block(1), Block(2)] {
            for &edge in graph.incoming(block) {
                assert_eq!(function.jump(edge).to, block);
            }
        }
        assert!(graph.incoming(Block::ENTRY).is_empty());
    }

    #[test]
    fn walks_take_linear_time() {
        // A long && whose parts all lead to one false: quadratic for the iterative method.
        let size = 200_000;
        let jumps: Vec<[u32; 2]> = (0..size).map(|at| [at + 1, size + 1]).collect();
        let mut jumps: Vec<&[u32]> = jumps.iter().map(|jumps| &jumps[..]).collect();
        jumps.extend([&[][..], &[][..]]);
        let (graph, dominators) = analyse(&jumps);
        assert_eq!(graph.order().len(), size as usize + 2);
        assert_eq!(dominators.immediate(Block(size + 1)), Some(Block::ENTRY));
    }
}
