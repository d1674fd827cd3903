//! Loop-invariant code motion: what each round of a loop would load again from the same object is
//! loaded once, before the loop.
//!
//! Objects never change, so a loop that calls a closure that it was passed loads the same captures in each
//! round; so does one that looks at a pair it does not take apart. Arithmetic on values from outside is
//! left to Cranelift, which moves it too, but must leave loads where they are.
//!
//! # Soundness
//! A load may stand wherever there is an object to load from, whether or not the program would have
//! come to the original: components and captures are there from the beginning and are never written to.
//! That there is one says the type of what is loaded from, a Tuple or Closure. So that value must be made
//! outside the loop; it then dominates the loop's head, since on a way to the load that begins before
//! the loop it comes first. What is loaded may be unboxed there too where that only
//! takes bits apart (Ints and Bools): where the original is not reached, nobody looks at the result. It
//! is not unboxed as an object ahead of the test that proves it to be one, since another load could follow.
//!
//! # Whether it is worth it
//! A value that is kept over a call is stored and loaded as well; so only loops are looked at that call
//! nobody.

use rustc_hash::FxHashMap;

use super::split;
use crate::ssa::analysis::{Dominators, Edge, Graph};
use crate::ssa::loops::{Loop, Loops};
use crate::ssa::{Block, Context, End, Function, Instruction, Op, Type, Value};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph, function);
    let loops = Loops::new(&graph, &dominators, function.blocks.len());
    let entries = entries(function, &graph, &dominators, &loops);
    if entries.is_empty() {
        return;
    }
    let moved = Plan::new(function, &graph, &loops, &entries).make();
    for (head, values) in moved {
        let entry = entries[&head];
        let before = match function.block(entry.from).end {
            End::Jump(_) => entry.from,
            _ => split(function, entry),
        };
        function.blocks[before.0 as usize].body.extend(values);
    }
}

/// By the head of a loop that calls nobody and is entered by one jump: that jump.
fn entries(
    function: &Function,
    graph: &Graph,
    dominators: &Dominators,
    loops: &Loops,
) -> FxHashMap<Block, Edge> {
    let mut entries = FxHashMap::default();
    for &head in graph.order().iter().filter(|&&block| loops.headed_by(block).is_some()) {
        let enters = |edge: &&Edge| !dominators.dominates(head, edge.from);
        let mut entering = graph.incoming(head).iter().filter(enters);
        if let (Some(&entry), None) = (entering.next(), entering.next()) {
            entries.insert(head, entry);
        }
    }
    for &block in graph.order() {
        if function.block(block).body.iter().any(|&value| calls(&function.instruction(value).op)) {
            for around in loops.around(block) {
                entries.remove(&loops.head(around));
            }
        }
    }
    entries
}

/// Whether the runtime or another function is called, other than for room.
fn calls(op: &Op) -> bool {
    matches!(op, Op::Call(..) | Op::Generic(..) | Op::Concat(_) | Op::Print(_))
}

/// What goes where.
struct Plan<'a> {
    function: &'a mut Function,
    graph: &'a Graph,
    loops: &'a Loops,
    entries: &'a FxHashMap<Block, Edge>,
    /// By value: the innermost loop that it will be made in.
    home: Vec<Option<Loop>>,
}

impl<'a> Plan<'a> {
    fn new(
        function: &'a mut Function,
        graph: &'a Graph,
        loops: &'a Loops,
        entries: &'a FxHashMap<Block, Edge>,
    ) -> Plan<'a> {
        let mut home = vec![None; function.values.len()];
        for &block in graph.order() {
            let data = function.block(block);
            for &value in data.parameters.iter().chain(&data.body) {
                home[value.0 as usize] = loops.around(block).next();
            }
        }
        Plan { function, graph, loops, entries, home }
    }

    /// Takes what moves out of its blocks; by the head of the loop that it goes in front of.
    fn make(mut self) -> Vec<(Block, Vec<Value>)> {
        let mut moved: Vec<(Block, Vec<Value>)> = Vec::new();
        for &block in self.graph.order() {
            if self.loops.around(block).next().is_none() {
                continue;
            }
            let mut body = std::mem::take(&mut self.function.blocks[block.0 as usize].body);
            body.retain(|&value| {
                let Some(out_of) = self.outermost(block, value) else { return true };
                let head = self.loops.head(out_of);
                self.home[value.0 as usize] = self.loops.around(head).nth(1);
                match moved.iter_mut().find(|(before, _)| *before == head) {
                    Some((_, values)) => values.push(value),
                    None => moved.push((head, vec![value])),
                }
                false
            });
            self.function.blocks[block.0 as usize].body = body;
        }
        moved
    }

    /// The outermost loop that an instruction can leave with all those inside.
    fn outermost(&self, block: Block, value: Value) -> Option<Loop> {
        let Instruction { op, ty, .. } = self.function.instruction(value);
        let operand = match *op {
            Op::First(object) | Op::Second(object) | Op::Capture(object, _) => object,
            Op::Unbox(tagged) if matches!(ty, Type::Int | Type::Bool) => tagged,
            _ => return None,
        };
        let home = self.home[operand.0 as usize].map(|home| self.loops.head(home));
        let made_in = |this: Loop| home.is_some_and(|home| self.loops.contains(this, home));
        let can_leave =
            |this: &Loop| self.entries.contains_key(&self.loops.head(*this)) && !made_in(*this);
        self.loops.around(block).take_while(can_leave).last()
    }
}

#[cfg(test)]
mod tests {
    use crate::ssa::passes::tests::optimized_with;
    use crate::ssa::testing::INTS;
    use crate::ssa::{PassSet, Switches};

    /// A program's last function, with nothing done but what makes loops readable, and this.
    fn moved(source: &str) -> String {
        let passes = ["parameters", "branches", "gvn", "dce", "rotate", "licm"];
        let with = |set: PassSet, name| set.with(name, true).expect("there is such a pass");
        let passes = passes.into_iter().fold(PassSet::NONE, with);
        optimized_with(source, &INTS, Switches { passes, ..Switches::ALL })
    }

    #[test]
    fn loads_from_what_rounds_keep_come_before_the_loop() {
        let source = "let scan = fn (p, i, sum) => {
                        if (i == 0) { sum } else { scan(p, i - 1, sum + first(p)) }
                      };
                      print(scan((3, 4), 10, 0))";
        let expected = "\
fn 1 scan
entry(v0: tagged, v1: int, v2: int)
  v3: tuple = unbox v0
  v6: int = 0
  v7: bool = v1 == v6
  if v7 then b2(v2) else b4
b2(v19: int)
  v8: tagged = box v19
  return v8
b3(v17: int, v18: int)
  v9: int = 1
  v10: int = v17 - v9
  v13: int = v18 + v12
  v16: bool = v10 == v6
  if v16 then b2(v13) else b3(v10, v13)
b4()
  v11: tagged = first v3
  v12: int = unbox v11
  jump b3(v1, v2)
";
        assert_eq!(moved(source), expected);
    }

    #[test]
    fn loads_from_what_rounds_change_or_test_stay() {
        let source = "let walk = fn (list, other, i, sum) => {
                        if (i == 0) { sum } else {
                          walk(second(list), other, i - 1, sum - first(list) * first(other))
                        }
                      };
                      print(walk((3, (4, 5)), 7, 0, 0))";
        let text = moved(source);
        let (before, rounds) = text.split_once("b3(").expect("the loop");
        assert!(!before.contains("check") && !before.contains("first"), "{text}");
        assert_eq!(rounds.matches("= first").count(), 2, "{text}");
    }

    #[test]
    fn loads_stay_in_loops_that_call() {
        let source = "let scan = fn (p, i) => {
                        if (i == 0) { 0 } else { let _ = print(first(p)); scan(p, i - 1) }
                      };
                      print(scan((3, 4), 10))";
        let text = moved(source);
        let (_, rounds) = text.split_once("b3(").expect("the loop");
        assert!(rounds.contains("= first"), "{text}");
    }
}
