//! Loop rotation: loops that are left at their head are left at their end instead, so that a round
//! takes one jump and not two.
//!
//! `while (c) { … }` becomes `if (c) do { … } while (c)`: the head of the loop, which decides whether
//! there is another round, is copied to the end of each round. What was the head runs once, before
//! the loop, where values that it begins with may decide the test; and what is known behind the
//! test is known at the beginning of the loop's new head.
//!
//! # Soundness
//! A copy of a block in the place of a jump to it does the same
//! ([`reconstruct`](super::reconstruct)): each test is made as often as before, in the same order,
//! with the same values, be it that it fails.
//!
//! # Whether it is worth it
//! Only where the head is short, makes no objects and calls nobody, where few jumps lead back, and one
//! of these is no branch: a loop that is left where a round ends anyway stays as it is.

use super::reconstruct::{Variables, is_copyable};
use super::split;
use crate::ssa::analysis::{Dominators, Edge, Graph};
use crate::ssa::loops::{Loop, Loops};
use crate::ssa::{Block, BlockData, Context, End, Function, Jump, Op};

/// The most instructions of a head that is copied, but for constants.
const MAX_HEAD: usize = 12;
/// The most jumps back.
const MAX_BACK: usize = 4;
/// The most that a function's rotated loops may cost: values of the heads times blocks of the function.
const MAX_COST: usize = 1 << 20;

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let graph = Graph::new(function);
    let dominators = Dominators::new(&graph, function);
    let known = function.blocks.len();
    let loops = Loops::new(&graph, &dominators, known);
    let mut left = MAX_COST;
    let mut variables = Variables::default();
    for &head in graph.order() {
        let Some(this) = loops.headed_by(head) else { continue };
        // A head whose jump back of an outer loop got a block of its own is left as it is: of that
        // block nobody knows in which loop it is.
        let is_new = |jump: &Jump| jump.to.0 as usize >= known;
        if function.block(head).end.jumps().any(is_new) {
            continue;
        }
        let Some(stays) = stays(function, &loops, this) else { continue };
        let incoming = graph.incoming(head).iter().copied();
        let back: Vec<Edge> =
            incoming.filter(|edge| dominators.dominates(head, edge.from)).collect();
        let BlockData { parameters, body, .. } = function.block(head);
        let cost = (parameters.len() + body.len()) * graph.order().len();
        if is_worth_it(function, head, &back)
            && let Some(rest) = left.checked_sub(cost)
        {
            left = rest;
            begin(function, &graph, Edge { from: head, index: stays });
            for edge in back {
                let into = end_of_round(function, edge);
                variables.copy(function, into, head);
            }
        }
    }
    variables.resolve(function, context);
}

/// Which of the two jumps of a loop's head stays in the loop, if just one does.
fn stays(function: &Function, loops: &Loops, this: Loop) -> Option<u8> {
    let End::Branch { then, otherwise, .. } = &function.block(loops.head(this)).end else {
        return None;
    };
    match (loops.contains(this, then.to), loops.contains(this, otherwise.to)) {
        (true, false) => Some(0),
        (false, true) => Some(1),
        _ => None,
    }
}

fn is_worth_it(function: &Function, head: Block, back: &[Edge]) -> bool {
    let jumps = |edge: &Edge| matches!(function.block(edge.from).end, End::Jump(_));
    let is_constant = |op: &Op| matches!(op, Op::Int(_) | Op::Bool(_) | Op::Str(_));
    let ops = || function.block(head).body.iter().map(|&value| &function.instruction(value).op);
    back.len() <= MAX_BACK
        && back.iter().any(jumps)
        && ops().all(is_copyable)
        && ops().filter(|op| !is_constant(op)).count() <= MAX_HEAD
}

/// Gives the loop a head of its own behind the old one, unless nothing else leads there.
fn begin(function: &mut Function, graph: &Graph, edge: Edge) {
    if graph.incoming(function.jump(edge).to).len() > 1 {
        split(function, edge);
    }
}

/// The block that jumps back by an edge, and does nothing else then.
fn end_of_round(function: &mut Function, edge: Edge) -> Block {
    match function.block(edge.from).end {
        End::Jump(_) => edge.from,
        _ => split(function, edge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::passes::testing::{Maker, Source};
    use crate::ssa::passes::tests::optimized_with;
    use crate::ssa::testing::INTS;
    use crate::ssa::{PassSet, Switches, Type, verify};
    use crate::syntax::ast::BinaryOp;

    /// A program's last function, with nothing done but what makes loops readable, and rotation.
    fn rotated(source: &str) -> String {
        let passes = ["parameters", "branches", "gvn", "dce", "rotate"];
        let with = |set: PassSet, name| set.with(name, true).expect("there is such a pass");
        let passes = passes.into_iter().fold(PassSet::NONE, with);
        optimized_with(source, &INTS, Switches { passes, ..Switches::ALL })
    }

    #[test]
    fn rounds_end_with_the_test() {
        let source =
            "let power = fn (n, x) => { if (x * x > n) { x * x } else { power(n, x * 2) } };
                      print(power(1000, 1))";
        let expected = "\
fn 1 power
entry(v0: int, v1: int)
  v3: int = v1 * v1
  v4: bool = v3 > v0
  if v4 then b2(v3) else b3(v1)
b2(v13: int)
  v6: tagged = box v13
  return v6
b3(v12: int)
  v7: int = 2
  v8: int = v12 * v7
  v10: int = v8 * v8
  v11: bool = v10 > v0
  if v11 then b2(v10) else b3(v8)
";
        assert_eq!(rotated(source), expected);
    }

    #[test]
    fn what_rounds_swap_is_swapped() {
        let source = "let gcd = fn (a, b) => { if (b == 0) { a } else { gcd(b, a % b) } };
                      print(gcd(12, 18))";
        let expected = "\
fn 1 gcd
entry(v0: int, v1: int)
  v4: int = 0
  v5: bool = v1 == v4
  if v5 then b2(v0) else b3(v0, v1)
b2(v12: int)
  v6: tagged = box v12
  return v6
b3(v11: int, v13: int)
  v7: int = v11 % v13
  v10: bool = v7 == v4
  if v10 then b2(v13) else b3(v13, v7)
";
        assert_eq!(rotated(source), expected);
    }

    #[test]
    fn every_jump_back_gets_a_test_of_its_own() {
        let source = "let f = fn (n, i, sum) => {
                        if (n == 0) { sum } else {
                          if (i == n) { f(n - 1, 0, sum) } else { f(n, i + 1, sum + i) }
                        }
                      };
                      print(f(9, 0, 0))";
        let expected = "\
fn 1 f
entry(v0: int, v1: int, v2: int)
  v6: int = 0
  v7: bool = v0 == v6
  if v7 then b2(v2) else b3(v0, v1, v2)
b2(v27: int)
  v8: tagged = box v27
  return v8
b3(v24: int, v25: int, v26: int)
  v9: bool = v25 == v24
  if v9 then b4 else b5
b4()
  v10: int = 1
  v11: int = v24 - v10
  v23: bool = v11 == v6
  if v23 then b2(v26) else b3(v11, v6, v26)
b5()
  v13: int = 1
  v14: int = v25 + v13
  v15: int = v26 + v25
  v19: bool = v24 == v6
  if v19 then b2(v15) else b3(v24, v14, v15)
";
        assert_eq!(rotated(source), expected);
    }

    #[test]
    fn heads_that_call_stay() {
        let source = "let f = fn (n) => { if (print(n) == 0) { n } else { f(n - 1) } }; f(3)";
        let expected = "\
fn 1 f
entry(v0: int)
  jump b1(v0)
b1(v1: int)
  v2: tagged = box v1
  print v2
  v4: int = 0
  v5: bool = v1 == v4
  if v5 then b2 else b3
b2()
  return v2
b3()
  v7: int = 1
  v8: int = v1 - v7
  jump b1(v8)
";
        assert_eq!(rotated(source), expected);
    }

    /// The inner loop's head is left by a jump back to the outer loop's, on which rotation puts a block.
    #[test]
    fn heads_that_jump_to_what_rotation_has_made_stay() {
        let (mut make, []) = Maker::new([]);
        let (outer, [i]) = make.block([Type::Int]);
        let (inner, [j]) = make.block([Type::Int]);
        let [between, odd, even, round, done] = [(); 5].map(|()| make.block([]).0);
        let (one, many) = (make.int(1), make.int(9));
        make.jump(outer, [many]);
        make.at(outer);
        let is_over = make.compare(BinaryOp::Lt, i, one);
        make.branch(is_over, done, between);
        make.at(between);
        let rest = make.op(Op::Divide(BinaryOp::Rem, i, many), Type::Int);
        let is_odd = make.compare(BinaryOp::Lt, rest, one);
        make.branch(is_odd, odd, even);
        make.at(odd);
        make.jump(outer, [rest]);
        make.at(even);
        make.jump(inner, [i]);
        make.at(inner);
        let condition = make.compare(BinaryOp::Lt, j, one);
        let then = Jump { to: outer, arguments: vec![j] };
        let otherwise = Jump { to: round, arguments: vec![] };
        make.end(End::Branch { condition, then, otherwise });
        make.at(round);
        let less = make.op(Op::Arith(BinaryOp::Sub, j, one), Type::Int);
        make.jump(inner, [less]);
        make.at(done);
        let result = make.boxed(many);
        let mut function = make.returns(result);
        let source = Source::new("0");
        let before = function.blocks.len();
        run(&mut function, &source.context());
        assert_eq!(verify(&function, &source.context()), Ok(()));
        let is_new = |jump: &Jump| jump.to.0 as usize >= before;
        assert!(function.block(inner).end.jumps().any(is_new), "the outer loop was rotated");
        let End::Jump(back) = &function.block(round).end else { panic!("the inner one was not") };
        assert_eq!(back.to, inner);
    }
}
