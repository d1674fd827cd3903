use super::*;
use crate::flow::Kinds;
use crate::ssa::Demand;
use crate::ssa::passes::testing::{Maker, Source, ops};

fn numbered(mut function: Function) -> Function {
    run(&mut function, &Source::new("0").context());
    function
}

fn count(function: &Function, is: impl Fn(&Op) -> bool) -> usize {
    ops(function).iter().filter(|op| is(op)).count()
}

#[test]
fn equal_sums_are_one_whichever_way_round() {
    let (mut make, [x, y]) = Maker::new([Type::Int; 2]);
    let sum = make.add(x, y);
    let other = make.add(y, x);
    let product = make.op(Op::Arith(BinaryOp::Mul, sum, other), Type::Int);
    let result = make.boxed(product);
    let function = numbered(make.returns(result));
    assert_eq!(function.instruction(product).op.operands(), [sum, sum]);
    assert_eq!(function.blocks[0].body, [sum, product, result]);
}

#[test]
fn differences_are_not_exchanged() {
    let (mut make, [x, y]) = Maker::new([Type::Int; 2]);
    let one = make.op(Op::Arith(BinaryOp::Sub, x, y), Type::Int);
    let other = make.op(Op::Arith(BinaryOp::Sub, y, x), Type::Int);
    let sum = make.add(one, other);
    let result = make.boxed(sum);
    let function = numbered(make.returns(result));
    assert_eq!(function.instruction(sum).op.operands(), [one, other]);
}

#[test]
fn neighbours_share_nothing() {
    let (mut make, [x, condition]) = Maker::new([Type::Int, Type::Bool]);
    let (then, []) = make.block([]);
    let (otherwise, []) = make.block([]);
    make.branch(condition, then, otherwise);
    for block in [then, otherwise] {
        make.at(block);
        let sum = make.add(x, x);
        let result = make.boxed(sum);
        make.end(End::Return(result));
    }
    let function = numbered(make.finish());
    assert_eq!(ops(&function).len(), 4);
}

#[test]
fn what_was_checked_is_not_checked_again() {
    let (mut make, [x, y]) = Maker::new([Type::Tagged; 2]);
    let op = BinaryOp::Sub;
    let lhs = make.op(Op::CheckInt { op, lhs: x, rhs: y, left: true }, Type::Int);
    let rhs = make.op(Op::CheckInt { op, lhs: x, rhs: y, left: false }, Type::Int);
    let difference = make.op(Op::Arith(op, lhs, rhs), Type::Int);
    let again = make.guard(x, Type::Int);
    let sum = make.add(difference, again);
    let boxed = make.boxed(again);
    let tuple =
        make.op(Op::Check { value: y, demand: Demand::First, among: Kinds::ANY }, Type::Tuple);
    let first = make.op(Op::First(tuple), Type::Tagged);
    let result = make.op(Op::Generic(BinaryOp::Add, boxed, first), Type::Tagged);
    let shown = make.boxed(sum);
    make.print(shown);
    let function = numbered(make.returns(result));
    assert_eq!(function.instruction(sum).op.operands(), [difference, lhs]);
    assert_eq!(function.instruction(result).op.operands(), [x, first]);
    assert_eq!(count(&function, |op| matches!(op, Op::CheckInt { .. })), 2);
    assert_eq!(count(&function, |op| matches!(op, Op::Guard { .. })), 0);
    // Whether it is a Tuple has not been asked before.
    assert_eq!(count(&function, |op| matches!(op, Op::Check { .. })), 1);
}

#[test]
fn cells_remain_what_they_were_filled_with() {
    let (mut make, [x]) = Maker::new([Type::Tagged]);
    let name = crate::syntax::ast::Ast::new("test").intern("x");
    let cell = make.op(Op::NewCell, Type::Cell);
    make.op(Op::FillCell(cell, x), Type::Nothing);
    make.print(x);
    let maybe = make.op(Op::ReadCell(cell), Type::Maybe);
    let bound = make.op(Op::CheckBound(maybe, name), Type::Tagged);
    let function = numbered(make.returns(bound));
    assert_eq!(function.blocks[0].end, End::Return(x));
}

#[test]
fn a_branch_decides_what_is_behind_it() {
    let (mut make, [x, y]) = Maker::new([Type::Int; 2]);
    let (then, []) = make.block([]);
    let (otherwise, []) = make.block([]);
    let (same, []) = make.block([]);
    let (join, [passed]) = make.block([Type::Bool]);
    let less = make.compare(BinaryOp::Lt, x, y);
    make.branch(less, then, otherwise);
    make.at(then);
    let greater = make.compare(BinaryOp::Gte, x, y);
    let equal = make.compare(BinaryOp::Eq, y, x);
    make.branch(less, same, otherwise);
    make.at(same);
    make.jump(join, [less]);
    make.at(otherwise);
    let unknown = make.compare(BinaryOp::Eq, x, y);
    make.jump(join, [unknown]);
    make.at(join);
    let result = make.boxed(passed);
    let function = numbered(make.returns(result));
    assert_eq!(function.instruction(greater).op, Op::Bool(false));
    assert_eq!(function.instruction(equal).op, Op::Bool(false));
    assert!(matches!(&function.block(then).end, End::Jump(jump) if jump.to == same));
    assert!(matches!(function.instruction(unknown).op, Op::Compare(..)));
    let [argument] = function.block(same).end.operands()[..] else { panic!("one argument") };
    assert_eq!(function.instruction(argument).op, Op::Bool(true));
}

/// Calls the program's first function twice, prints the results, and counts the calls that stay.
fn calls(text: &str) -> usize {
    let source = Source::new(text);
    let context = source.context();
    let (mut make, []) = Maker::new([]);
    let one = make.int(1);
    let callee = Callee::Known { function: FunctionId::new(1), closure: None };
    for _ in 0..2 {
        let call = make.op(Op::Call(callee, Box::new([one])), Type::Int);
        let shown = make.boxed(call);
        make.print(shown);
    }
    let result = make.boxed(one);
    let mut function = make.returns(result);
    run(&mut function, &context);
    count(&function, |op| matches!(op, Op::Call(..)))
}

#[test]
fn functions_that_print_nothing_are_called_once() {
    assert_eq!(calls("let f = fn (x) => { x + 1 }; print(f(1) + f(1))"), 1);
    assert_eq!(calls("let f = fn (x) => { print(x + 1) }; print(f(1) + f(1))"), 2);
}

#[test]
fn sums_with_constants_are_equal_however_they_are_made() {
    let (mut make, [x]) = Maker::new([Type::Int]);
    let [one, two] = [1, 2].map(|int| make.int(int));
    let less = make.op(Op::Arith(BinaryOp::Sub, x, one), Type::Int);
    let twice = make.op(Op::Arith(BinaryOp::Sub, less, one), Type::Int);
    let at_once = make.op(Op::Arith(BinaryOp::Sub, x, two), Type::Int);
    let back = make.add(at_once, two);
    let all = make.op(Op::Tuple(twice, at_once), Type::Tuple);
    let more = make.op(Op::Tuple(back, x), Type::Tuple);
    let function = numbered(make.finish());
    assert_eq!(function.instruction(all).op.operands(), [twice, twice]);
    assert_eq!(function.instruction(more).op.operands(), [x, x]);
}

#[test]
fn ranges_decide_what_is_behind_a_branch() {
    let (mut make, [x]) = Maker::new([Type::Int]);
    let (low, []) = make.block([]);
    let (high, []) = make.block([]);
    let [one, two] = [1, 2].map(|int| make.int(int));
    let small = make.compare(BinaryOp::Lt, x, two);
    make.branch(small, low, high);
    make.at(low);
    // Both could wrap around.
    let less = make.op(Op::Arith(BinaryOp::Sub, x, one), Type::Int);
    let unknown = make.compare(BinaryOp::Lt, less, two);
    let first = make.boxed(unknown);
    make.end(End::Return(first));
    make.at(high);
    let less = make.op(Op::Arith(BinaryOp::Sub, x, one), Type::Int);
    let positive = make.compare(BinaryOp::Gt, less, x);
    let zero = make.int(0);
    let none = make.compare(BinaryOp::Lte, less, zero);
    let second = make.op(Op::CompareBool(BinaryOp::Eq, positive, none), Type::Bool);
    let second = make.boxed(second);
    let function = numbered(make.returns(second));
    assert!(matches!(function.instruction(unknown).op, Op::Compare(..)));
    assert_eq!(function.instruction(none).op, Op::Bool(false));
}

#[test]
fn equality_is_that_of_what_differs_by_the_same() {
    let (mut make, [x, y]) = Maker::new([Type::Int; 2]);
    let (same, []) = make.block([]);
    let (other, []) = make.block([]);
    let one = make.int(1);
    let equal = make.compare(BinaryOp::Eq, x, y);
    make.branch(equal, same, other);
    make.at(same);
    make.end(End::Return(x));
    make.at(other);
    let less = make.op(Op::Arith(BinaryOp::Sub, x, one), Type::Int);
    let too = make.op(Op::Arith(BinaryOp::Sub, y, one), Type::Int);
    let decided = make.compare(BinaryOp::Eq, less, too);
    let unknown = make.compare(BinaryOp::Neq, less, y);
    let itself = make.compare(BinaryOp::Neq, less, x);
    let function = numbered(make.finish());
    assert_eq!(function.instruction(decided).op, Op::Bool(false));
    assert!(matches!(function.instruction(unknown).op, Op::Compare(..)));
    assert_eq!(function.instruction(itself).op, Op::Bool(true));
}
