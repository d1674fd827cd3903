use super::*;
use crate::core::FunctionId;
use crate::flow::Kinds;
use crate::ssa::passes::testing::{Maker, Source, ops};
use crate::ssa::{Demand, Jump};
use crate::syntax::ast::{Ast, BinaryOp};

fn simplified(mut function: Function) -> Function {
    run(&mut function, &Source::new("0").context());
    function
}

/// What an operation on constants becomes.
fn folded(op: BinaryOp, lhs: i32, rhs: i32) -> Op {
    let (mut make, []) = Maker::new([]);
    let (lhs, rhs) = (make.int(lhs), make.int(rhs));
    let value = match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {
            make.op(Op::Arith(op, lhs, rhs), Type::Int)
        }
        BinaryOp::Div | BinaryOp::Rem => make.op(Op::Divide(op, lhs, rhs), Type::Int),
        _ => make.compare(op, lhs, rhs),
    };
    let result = make.boxed(value);
    simplified(make.returns(result)).instruction(value).op.clone()
}

#[test]
fn constants_fold_as_the_language_says() {
    use BinaryOp::*;
    let int = |op, lhs, rhs| match folded(op, lhs, rhs) {
        Op::Int(int) => int,
        op => panic!("{op:?} is no constant"),
    };
    assert_eq!(int(Add, i32::MAX, 1), i32::MIN);
    assert_eq!(int(Sub, i32::MIN, 1), i32::MAX);
    assert_eq!(int(Mul, 65536, 65536), 0);
    assert_eq!(int(Div, -7, 2), -3);
    assert_eq!(int(Rem, -7, 2), -1);
    assert_eq!(int(Div, i32::MIN, -1), i32::MIN);
    assert_eq!(int(Rem, i32::MIN, -1), 0);
    for (op, expected) in [(Eq, false), (Neq, true), (Lt, true), (Gt, false), (Lte, true)] {
        assert_eq!(folded(op, -1, 1), Op::Bool(expected));
    }
    assert_eq!(folded(Gte, 3, 3), Op::Bool(true));
}

#[test]
fn what_divides_by_zero_stays() {
    for op in [BinaryOp::Div, BinaryOp::Rem] {
        assert!(matches!(folded(op, 1, 0), Op::Divide(..)));
    }
}

#[test]
fn neutral_constants_vanish() {
    use BinaryOp::*;
    for (op, constant) in [(Add, 0), (Sub, 0), (Mul, 1)] {
        let (mut make, [x]) = Maker::new([Type::Int]);
        let constant = make.int(constant);
        let value = make.op(Op::Arith(op, x, constant), Type::Int);
        let result = make.boxed(value);
        let function = simplified(make.returns(result));
        assert_eq!(function.instruction(result).op, Op::Box(x), "{op:?}");
    }
}

#[test]
fn a_value_compared_with_itself() {
    use BinaryOp::*;
    for (op, expected) in [(Eq, true), (Neq, false), (Lt, false), (Gt, false), (Lte, true)] {
        let (mut make, [x]) = Maker::new([Type::Int]);
        let value = make.compare(op, x, x);
        let result = make.boxed(value);
        let function = simplified(make.returns(result));
        assert_eq!(function.instruction(value).op, Op::Bool(expected), "{op:?}");
    }
}

#[test]
fn constants_go_to_the_right() {
    let (mut make, [x]) = Maker::new([Type::Int]);
    let one = make.int(1);
    let sum = make.add(one, x);
    let less = make.compare(BinaryOp::Lt, one, sum);
    let result = make.boxed(less);
    let function = simplified(make.returns(result));
    assert_eq!(function.instruction(sum).op, Op::Arith(BinaryOp::Add, x, one));
    assert_eq!(function.instruction(less).op, Op::Compare(BinaryOp::Gt, sum, one));
}

#[test]
fn boxes_open() {
    let (mut make, [x]) = Maker::new([Type::Int]);
    let tagged = make.boxed(x);
    let guarded = make.guard(tagged, Type::Int);
    let twice = make.boxed(guarded);
    let demand = Demand::Condition;
    let wrong = make.op(Op::Check { value: twice, demand, among: Kinds::ANY }, Type::Bool);
    let result = make.boxed(wrong);
    let function = simplified(make.returns(result));
    assert_eq!(function.instruction(twice).op, Op::Box(x));
    assert!(!ops(&function).iter().any(|op| matches!(op, Op::Guard { .. })));
    // An Int is no Bool: the check is there to fail.
    assert!(matches!(function.instruction(wrong).op, Op::Check { .. }));
}

#[test]
fn components_and_captures_of_what_is_made_here() {
    let (mut make, [x, y]) = Maker::new([Type::Tagged; 2]);
    let tuple = make.op(Op::Tuple(x, y), Type::Tuple);
    let second = make.op(Op::Second(tuple), Type::Tagged);
    let closure = make.op(Op::Closure(FunctionId::MAIN, Box::new([second])), Type::Closure);
    let captured = make.op(Op::Capture(closure, 0), Type::Tagged);
    let function = simplified(make.returns(captured));
    assert_eq!(function.blocks[0].end, End::Return(y));
}

#[test]
fn globals_are_what_they_were_bound_to() {
    let (mut make, [x, condition]) = Maker::new([Type::Tagged, Type::Bool]);
    let name = Ast::new("test").intern("a");
    let (then, []) = make.block([]);
    let (otherwise, []) = make.block([]);
    make.branch(condition, then, otherwise);
    make.at(then);
    make.set_global(0, x);
    let maybe = make.op(Op::Global(0), Type::Maybe);
    let bound = make.op(Op::CheckBound(maybe, name), Type::Tagged);
    make.end(End::Return(bound));
    make.at(otherwise);
    let maybe = make.op(Op::Global(0), Type::Maybe);
    let unbound = make.op(Op::CheckBound(maybe, name), Type::Tagged);
    let function = simplified(make.returns(unbound));
    assert_eq!(function.block(then).end, End::Return(x));
    assert_eq!(function.block(otherwise).end, End::Return(unbound));
}

#[test]
fn branches_on_constants_and_negations() {
    let (mut make, [x]) = Maker::new([Type::Bool]);
    let (then, []) = make.block([]);
    let (otherwise, []) = make.block([]);
    let no = make.bool(false);
    let not = make.op(Op::CompareBool(BinaryOp::Eq, x, no), Type::Bool);
    make.branch(not, then, otherwise);
    make.at(then);
    let neither = make.op(Op::CompareBool(BinaryOp::Neq, no, no), Type::Bool);
    make.branch(neither, then, otherwise);
    let function = simplified(make.finish());
    let jump = |to| Jump { to, arguments: Vec::new() };
    let swapped = End::Branch { condition: x, then: jump(otherwise), otherwise: jump(then) };
    assert_eq!(function.blocks[0].end, swapped);
    assert_eq!(function.block(then).end, End::Jump(jump(otherwise)));
}
