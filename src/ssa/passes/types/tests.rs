use super::*;
use crate::flow::Kinds;
use crate::ssa::passes::testing::{Maker, Source, ops};
use crate::ssa::{Demand, End};
use crate::syntax::ast::{Ast, BinaryOp};

fn typed(mut function: Function) -> Function {
    run(&mut function, &Source::new("0").context());
    function
}

fn types(function: &Function, block: Block) -> Vec<Type> {
    function.block(block).parameters.iter().map(|&parameter| function.ty(parameter)).collect()
}

fn checks(function: &Function) -> usize {
    let is_check =
        |op: &&Op| matches!(op, Op::Guard { .. } | Op::Check { .. } | Op::CheckInt { .. });
    ops(function).iter().filter(is_check).count()
}

/// `head(n, sum) = if n < 1 { sum } else { head(n - 1, sum + n) }`, first called with these.
fn sum_loop(make: &mut Maker, n: Value, sum: Value) -> Block {
    let (head, [i, total]) = make.block([Type::Tagged; 2]);
    let (done, []) = make.block([]);
    let (again, []) = make.block([]);
    make.jump(head, [n, sum]);
    make.at(head);
    let one = make.int(1);
    let boxed = make.boxed(one);
    let int = make.op(Op::CheckInt { op: BinaryOp::Lt, lhs: i, rhs: boxed, left: true }, Type::Int);
    let less = make.compare(BinaryOp::Lt, int, one);
    make.branch(less, done, again);
    make.at(done);
    make.end(End::Return(total));
    make.at(again);
    let int =
        make.op(Op::CheckInt { op: BinaryOp::Sub, lhs: i, rhs: boxed, left: true }, Type::Int);
    let next = make.op(Op::Arith(BinaryOp::Sub, int, one), Type::Int);
    let next = make.boxed(next);
    let int = make.guard(i, Type::Int);
    let so_far = make.guard(total, Type::Int);
    let total = make.add(so_far, int);
    let total = make.boxed(total);
    make.jump(head, [next, total]);
    head
}

#[test]
fn a_loop_of_ints_runs_unboxed() {
    let (mut make, [n]) = Maker::new([Type::Int]);
    let boxed = make.boxed(n);
    let zero = make.int(0);
    let zero = make.boxed(zero);
    let head = sum_loop(&mut make, boxed, zero);
    let function = typed(make.finish());
    assert_eq!(types(&function, head), [Type::Int; 2]);
    assert_eq!(checks(&function), 0);
}

#[test]
fn a_loop_that_may_begin_with_anything_does_not() {
    let (mut make, [n, sum]) = Maker::new([Type::Int, Type::Tagged]);
    let boxed = make.boxed(n);
    let head = sum_loop(&mut make, boxed, sum);
    let function = typed(make.finish());
    assert_eq!(types(&function, head), [Type::Int, Type::Tagged]);
    assert_eq!(checks(&function), 1);
}

#[test]
fn generic_operators_carry_types_around() {
    let (mut make, [n, s]) = Maker::new([Type::Int, Type::Str]);
    let (head, [sum, text]) = make.block([Type::Tagged; 2]);
    let first = make.boxed(n);
    let second = make.boxed(s);
    make.jump(head, [first, second]);
    make.at(head);
    make.print(text);
    let sum = make.op(Op::Generic(BinaryOp::Add, sum, sum), Type::Tagged);
    let text = make.op(Op::Generic(BinaryOp::Add, text, sum), Type::Tagged);
    make.jump(head, [sum, text]);
    let function = typed(make.finish());
    assert_eq!(types(&function, head), [Type::Int, Type::Str]);
    let generic = ops(&function).into_iter().filter(|op| matches!(op, Op::Generic(..))).count();
    assert_eq!(generic, 1, "the sum is one of Ints");
    let [sum, text] = function.block(head).end.operands()[..] else { panic!("two arguments") };
    assert!(matches!(function.instruction(sum).op, Op::Arith(..)));
    assert!(matches!(function.instruction(text).op, Op::Unbox(_)));
}

#[test]
fn joins_of_one_type_and_of_several() {
    let (mut make, [x, condition]) = Maker::new([Type::Tagged, Type::Bool]);
    let (then, []) = make.block([]);
    let (otherwise, []) = make.block([]);
    let (join, [_, mixed]) = make.block([Type::Tagged; 2]);
    make.branch(condition, then, otherwise);
    make.at(then);
    // What is checked here is passed as what it was found to be.
    let tuple =
        make.op(Op::Check { value: x, demand: Demand::First, among: Kinds::ANY }, Type::Tuple);
    let first = make.op(Op::First(tuple), Type::Tagged);
    make.jump(join, [x, first]);
    make.at(otherwise);
    let pair = make.op(Op::Tuple(x, x), Type::Tuple);
    let boxed = make.boxed(pair);
    make.jump(join, [boxed, boxed]);
    make.at(join);
    let function = typed(make.returns(mixed));
    assert_eq!(types(&function, join), [Type::Tuple, Type::Tagged]);
    assert_eq!(function.block(then).end.operands(), [tuple, first]);
    assert_eq!(function.block(otherwise).end.operands(), [pair, boxed]);
}

#[test]
fn what_is_of_another_type_is_checked_again() {
    let (mut make, [x]) = Maker::new([Type::Tagged]);
    make.guard(x, Type::Int);
    make.op(Op::Check { value: x, demand: Demand::First, among: Kinds::ANY }, Type::Tuple);
    make.guard(x, Type::Int);
    let function = typed(make.returns(x));
    assert_eq!(checks(&function), 2);
}

#[test]
fn maybes_have_no_type() {
    let (mut make, [x]) = Maker::new([Type::Tagged]);
    let name = Ast::new("test").intern("x");
    let (join, [joined]) = make.block([Type::Maybe]);
    let maybe = make.op(Op::Global(0), Type::Maybe);
    make.jump(join, [maybe]);
    make.at(join);
    make.op(Op::CheckBound(joined, name), Type::Tagged);
    let function = typed(make.returns(x));
    assert_eq!(types(&function, join), [Type::Maybe]);
}
