//! Tail duplication: copies what follows a join for each way that leads there, so that each way
//! knows what was computed and decided on it; where that makes calls equal to earlier ones.
//!
//! Inlined into itself, fib has `fib(n - 2)` and `fib(n - 3)` where `n - 1` is at least 2, and again
//! where `n - 2` is; but neither is computed on *every* way to the second. Once each way has its own
//! copy, `fib(n - 2)` is computed once: a doubly recursive function then calls itself 1.32ⁿ and not
//! 1.62ⁿ times. The comparisons along a way decide most of the later ones ([`gvn`](super::gvn) with
//! its ranges), so that there are about as many ways as there are base cases.
//!
//! # Soundness
//! A copy does what the original does, with what is known of the way there. Nothing is done on a way
//! that was not done on it before, in the same order; a call that is left out would return what an
//! equal one before has returned, as [`gvn`](super::gvn) says. The function becomes a tree, in
//! which every value dominates whatever follows it.
//!
//! # Whether it is worth it
//! Only if at least one call is found to be equal to another one, and only if the tree is small:
//! otherwise the function stays as it was. Functions with loops would be no tree; those with states
//! would need copies of them. Both stay.

use rustc_hash::FxHashSet;

use super::copies;
use super::gvn::Numbering;
use super::scoped::Scoped;
use crate::ssa::analysis::Graph;
use crate::ssa::{Block, BlockData, Callee, Context, End, Function, Instruction, Jump, Op, Value};

/// The most instructions of the tree.
const MAX_SIZE: usize = 1_500;
/// The most ways through the function.
const MAX_WAYS: usize = 150;

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let graph = Graph::new(function);
    if !is_candidate(function, context, &graph) {
        return;
    }
    let original = function.clone();
    let is_worth_it = Tree::new(function, context, &original).grow();
    if is_worth_it {
        copies::resolve(function);
    } else {
        *function = original;
    }
}

/// Whether there are two calls of one function that could be equal, and nothing that cannot be
/// copied.
fn is_candidate(function: &Function, context: &Context<'_>, graph: &Graph) -> bool {
    let mut place = vec![usize::MAX; function.blocks.len()];
    for (at, block) in graph.order().iter().enumerate() {
        place[block.0 as usize] = at;
    }
    let has_joins = graph.order().iter().any(|&block| graph.incoming(block).len() > 1);
    let has_loops = graph.order().iter().any(|&block| {
        let jumps = &mut function.block(block).end.jumps();
        jumps.any(|jump| place[jump.to.0 as usize] <= place[block.0 as usize])
    });
    let (mut size, mut called, mut twice) = (0, FxHashSet::default(), false);
    for &value in graph.order().iter().flat_map(|&block| &function.block(block).body) {
        let op = &function.instruction(value).op;
        if op.state().is_some() {
            return false;
        }
        if let Op::Call(Callee::Known { function: callee, .. }, _) = *op
            && Numbering::is_repeatable(context, callee)
        {
            twice |= !called.insert(callee);
        }
        size += 1;
    }
    has_joins && !has_loops && twice && size <= MAX_SIZE
}

/// The function as a tree, while it grows.
struct Tree<'a> {
    numbering: Numbering<'a>,
    original: &'a Function,
    /// What values of the original are on the way to here.
    now: Scoped<Value, Value>,
    size: usize,
    ways: usize,
    /// Whether a call was found to be equal to another one.
    shares: bool,
}

/// A step of the walk over all ways.
enum Task {
    /// Goes on in a new block, where a condition is decided, with a jump of the original's.
    Enter { block: Block, condition: Value, holds: bool, jump: Jump },
    /// Forgets what holds on this way.
    Leave,
}

impl<'a> Tree<'a> {
    fn new(
        function: &'a mut Function,
        context: &'a Context<'a>,
        original: &'a Function,
    ) -> Tree<'a> {
        function.blocks.clear();
        let numbering = Numbering::new(function, context);
        let now = Scoped::new();
        Tree { numbering, original, now, size: 0, ways: 1, shares: false }
    }

    /// Grows it; whether it is small and worth it.
    fn grow(mut self) -> bool {
        let entry = self.block();
        let parameters = self.original.block(Block::ENTRY).parameters.clone();
        self.numbering.function.blocks[entry.0 as usize].parameters = parameters;
        self.enter();
        let mut tasks = Vec::new();
        let mut fits = self.follow(entry, Block::ENTRY, &mut tasks);
        while let Some(task) = tasks.pop().filter(|_| fits) {
            match task {
                Task::Leave => {
                    self.now.leave();
                    self.numbering.leave();
                }
                Task::Enter { block, condition, holds, jump } => {
                    self.enter();
                    self.numbering.learn_condition(condition, holds);
                    tasks.push(Task::Leave);
                    self.pass(&jump);
                    fits = self.follow(block, jump.to, &mut tasks);
                }
            }
        }
        fits && self.shares
    }

    fn enter(&mut self) {
        self.now.enter();
        self.numbering.enter();
    }

    fn block(&mut self) -> Block {
        let blocks = &mut self.numbering.function.blocks;
        blocks.push(BlockData { parameters: vec![], body: vec![], end: End::Unreachable });
        Block(blocks.len() as u32 - 1)
    }

    fn value(&self, value: Value) -> Value {
        self.now.get(&value).unwrap_or(value)
    }

    fn pass(&mut self, jump: &Jump) {
        let parameters = &self.original.block(jump.to).parameters;
        let arguments: Vec<Value> = jump.arguments.iter().map(|&value| self.value(value)).collect();
        for (&parameter, argument) in parameters.iter().zip(arguments) {
            self.now.insert(parameter, argument);
        }
    }

    /// Copies blocks into a new one until the way forks or ends; whether there was room.
    fn follow(&mut self, block: Block, mut from: Block, tasks: &mut Vec<Task>) -> bool {
        let original = self.original;
        loop {
            let data = original.block(from);
            self.size += data.body.len();
            if self.size > MAX_SIZE {
                return false;
            }
            data.body.iter().for_each(|&value| self.copy(block, value));
            let mut end = data.end.clone();
            match &data.end {
                End::Jump(jump) => {
                    self.pass(jump);
                    from = jump.to;
                    continue;
                }
                End::Branch { condition, then, otherwise } => {
                    let condition = self.value(*condition);
                    if let Some(holds) = self.numbering.outcome(condition) {
                        let taken = if holds { then } else { otherwise };
                        self.pass(taken);
                        from = taken.to;
                        continue;
                    }
                    self.ways += 1;
                    let blocks = [self.block(), self.block()];
                    for (block, jump, holds) in
                        [(blocks[1], otherwise, false), (blocks[0], then, true)]
                    {
                        let jump = jump.clone();
                        tasks.push(Task::Enter { block, condition, holds, jump });
                    }
                    let [then, otherwise] = blocks.map(|to| Jump { to, arguments: Vec::new() });
                    end = End::Branch { condition, then, otherwise };
                }
                _ => end.for_each_operand_mut(&mut |value| *value = self.value(*value)),
            }
            self.numbering.function.blocks[block.0 as usize].end = end;
            return self.ways <= MAX_WAYS;
        }
    }

    fn copy(&mut self, block: Block, value: Value) {
        let Instruction { mut op, ty, site } = self.original.instruction(value).clone();
        op.for_each_operand_mut(&mut |operand| *operand = self.value(*operand));
        let is_call = matches!(op, Op::Call(..));
        let copy = super::append(self.numbering.function, block, op, ty, site);
        self.numbering.instruction(copy);
        let now = copies::original(self.numbering.function, copy);
        self.shares |= is_call && now != copy;
        self.now.insert(value, now);
    }
}

#[cfg(test)]
mod tests {
    use crate::ssa::Switches;
    use crate::ssa::passes::tests::optimized_with;
    use crate::ssa::testing::INTS;

    /// How many calls and returns there are in a function.
    fn calls_and_returns(source: &str, share_calls: bool) -> (usize, usize) {
        let text = optimized_with(source, &INTS, Switches { share_calls, ..Switches::ALL });
        (text.matches("= call").count(), text.matches("return").count())
    }

    /// What fib is once it was inlined into itself where it is called first.
    const FIB: &str = "
        let fib = fn (n) =>
          if (n < 2) { n } else {
            (if (n - 1 < 2) { n - 1 } else { fib((n - 1) - 1) + fib((n - 1) - 2) }) + fib(n - 2)
          };
        print(fib(30))";

    #[test]
    fn each_way_makes_a_call_once() {
        // Of fib(n - 2) and fib(n - 3) one call is left, the other one is a jump.
        let (calls, returns) = calls_and_returns(FIB, true);
        assert!(calls <= 2 && returns > 2, "{calls} calls, {returns} returns");
    }

    #[test]
    fn nothing_is_copied_where_calls_are_not_shared() {
        assert_eq!(calls_and_returns(FIB, false).1, 2);
    }

    #[test]
    fn nothing_is_copied_where_no_calls_are_equal() {
        let source = "let f = fn (n, m) => if (n < 2) { m } else {
                        let a = if (n < m) { f(n - 1, m) } else { f(n - 2, m) };
                        a * f(n - 3, a)
                      };
                      print(f(9, 3))";
        assert_eq!(calls_and_returns(source, true).1, 2);
    }
}
