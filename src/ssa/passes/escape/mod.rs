//! Escape analysis: pairs and closures that are only taken apart again are not made, and others
//! only where they are needed.
//!
//! A *candidate* is an object that is made here, or a block's parameter that is always a pair. What
//! takes it apart, and states, need only its parts. If nothing needs the object as a whole it becomes
//! [virtual](crate::ssa::virtuals), and a parameter becomes two, one for each part; a loop that
//! carries a pair from round to round then carries two values. If what needs it is on a side way
//! only, the object is made at the beginning of that way, the block `at` that dominates all such
//! uses ("sinking").
//!
//! # Soundness
//! An object never changes, so that its parts, taken from the values that it was made of, are what
//! loading them would give, at any time. Those values dominate the object, which dominates its
//! uses, so they are there wherever it was used. A pair has no identity: one that is made again
//! of the same parts is the same to every program, and so a parameter's parts may be loaded from a
//! pair that exists, and made into another pair. Closures have one under `--lenient`, which compares
//! them: there a closure is either never made or where it was. An exit makes each object of its
//! state once, however many slots hold it.
//!
//! Making an object has no effect that a program could notice but for a full heap, which is as
//! full with fewer objects. No object is made more often than before: it is made in `at`, which
//! is in no loop that the object was not made in; or, for what a loop carries, once behind the loop
//! instead of once a round.
//!
//! # What it costs
//! Uses are looked at once, and again for what becomes real or is needed elsewhere, which happens to
//! a candidate a few times at most. Walks up the dominator tree have a limit. An object with too
//! many parts, those of its parts included, is left alone, so that exits stay small.

mod candidates;
mod decide;
mod rewrite;
#[cfg(test)]
mod tests;

use crate::ssa::analysis::{Dominators, Graph};
use crate::ssa::loops::Loops;
use crate::ssa::{Context, Function};

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    // What states of calls refer to may change here.
    function.waiting.clear();
    let graph = Graph::new(function);
    let mut candidates = candidates::find(function, &graph);
    if candidates.list.is_empty() {
        return;
    }
    let dominators = Dominators::new(&graph, function);
    let loops = Loops::new(&graph, &dominators, function.blocks.len());
    let shape = decide::Shape { dominators: &dominators, loops: &loops };
    decide::decide(&mut candidates, shape, context.lenient);
    if candidates.list.iter().any(|candidate| candidate.is_virtual()) {
        rewrite::rewrite(function, &graph, &candidates);
    }
}
