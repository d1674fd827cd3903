//! How much of the time each function took, from what samples saw.

use crate::engine::events::{Samples, StackFrame};

/// What samples saw of one function.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Share {
    /// How often it was running itself.
    pub(super) own: u64,
    /// How often it was on the stack.
    pub(super) total: u64,
}

/// What samples saw of each of so many functions, and how many there are in all. Time in which the program
/// waited for its compiler, and for the page's sake for what writes down how that goes, does not count.
pub(super) fn shares(samples: &Samples, functions: usize) -> (Vec<Share>, u64) {
    let stacks = samples.stacks();
    let mut sums: Vec<u64> = stacks
        .iter()
        .map(|stack| if stack.frame == StackFrame::Compiler { 0 } else { stack.count })
        .collect();
    let own = sums.clone();
    // Who is outside stands before.
    for node in (1..stacks.len()).rev() {
        sums[stacks[node].outer as usize] += sums[node];
    }
    let mut shares = vec![Share::default(); functions];
    for (node, stack) in stacks.iter().enumerate().skip(1) {
        let StackFrame::Function { id, .. } = stack.frame else { continue };
        let Some(share) = shares.get_mut(id as usize) else { continue };
        share.own += own[node];
        // A function that calls itself is on the stack several times.
        if !outside(samples, node).any(|frame| is_of(frame, id)) {
            share.total += sums[node];
        }
    }
    (shares, sums[0])
}

/// The frames outside of a node's.
fn outside(samples: &Samples, node: usize) -> impl Iterator<Item = StackFrame> + '_ {
    let stacks = samples.stacks();
    let outer = move |&node: &usize| Some(stacks[node].outer as usize);
    let nodes = std::iter::successors(outer(&node), outer).take_while(|&node| node > 0);
    nodes.map(|node| stacks[node].frame)
}

fn is_of(frame: StackFrame, function: u32) -> bool {
    matches!(frame, StackFrame::Function { id, .. } if id == function)
}
