use super::*;
use crate::ssa::passes::dce;
use crate::ssa::passes::testing::{Maker, Source, ops};
use crate::ssa::{Block, End, Op, Shape, State, StateId, Type, Value};
use crate::syntax::ast::BinaryOp;

fn escaped(mut function: Function) -> Function {
    let source = Source::new("0");
    run(&mut function, &source.context());
    dce::run(&mut function, &source.context());
    function
}

fn pair(make: &mut Maker, first: Value, second: Value) -> Value {
    make.op(Op::Tuple(first, second), Type::Tuple)
}

fn pairs(function: &Function) -> usize {
    ops(function).iter().filter(|op| matches!(op, Op::Tuple(..))).count()
}

fn virtuals(function: &Function) -> usize {
    ops(function).iter().filter(|op| matches!(op, Op::Virtual(..))).count()
}

/// What a loop makes of the pair that it carries, and what becomes of it in the end.
fn pair_loop(
    whole: impl Fn(&mut Maker, Value),
    end: impl Fn(&mut Maker, Value) -> Value,
) -> Function {
    let (mut make, [x, y, n]) = Maker::new([Type::Tagged, Type::Tagged, Type::Int]);
    let (head, [carried, count]) = make.block([Type::Tuple, Type::Int]);
    let (again, []) = make.block([]);
    let (done, []) = make.block([]);
    let start = pair(&mut make, x, y);
    make.jump(head, [start, n]);
    make.at(head);
    let less = make.compare(BinaryOp::Lt, count, n);
    make.branch(less, again, done);
    make.at(again);
    whole(&mut make, carried);
    let first = make.op(Op::First(carried), Type::Tagged);
    let second = make.op(Op::Second(carried), Type::Tagged);
    let next = pair(&mut make, second, first);
    let more = make.add(count, count);
    make.jump(head, [next, more]);
    make.at(done);
    let result = end(&mut make, carried);
    make.end(End::Return(result));
    escaped(make.finish())
}

fn first(make: &mut Maker, of: Value) -> Value {
    make.op(Op::First(of), Type::Tagged)
}

#[test]
fn a_loop_carries_parts() {
    let function = pair_loop(|_, _| {}, first);
    assert_eq!(pairs(&function), 0);
    let head = function.block(Block(1));
    let [first, second, _] = head.parameters[..] else { panic!("two parts and a count") };
    assert_eq!(function.block(Block(2)).end.operands()[..2], [second, first]);
    assert_eq!(function.block(Block(3)).end, End::Return(first));
}

#[test]
fn what_a_loop_leaves_with_is_made_behind_it() {
    let function = pair_loop(|_, _| {}, Maker::boxed);
    assert_eq!(pairs(&function), 1);
    let body = &function.block(Block(3)).body;
    assert!(matches!(function.instruction(body[0]).op, Op::Tuple(..)));
}

#[test]
fn what_each_round_needs_is_made_in_each_round() {
    let print = |make: &mut Maker, carried| {
        let boxed = make.boxed(carried);
        make.print(boxed);
    };
    let function = pair_loop(print, first);
    assert_eq!(pairs(&function), 2);
    assert_eq!(function.block(Block(1)).parameters.len(), 2);
}

#[test]
fn lists_are_made() {
    let (mut make, [x, n]) = Maker::new([Type::Tagged, Type::Int]);
    let (head, [list, count]) = make.block([Type::Tuple, Type::Int]);
    let (again, []) = make.block([]);
    let (done, []) = make.block([]);
    let start = pair(&mut make, x, x);
    make.jump(head, [start, n]);
    make.at(head);
    let less = make.compare(BinaryOp::Lt, count, n);
    make.branch(less, again, done);
    make.at(again);
    let rest = make.boxed(list);
    let next = pair(&mut make, x, rest);
    make.jump(head, [next, count]);
    make.at(done);
    let top = first(&mut make, list);
    let function = escaped(make.returns(top));
    assert_eq!(pairs(&function), 2);
}

#[test]
fn joins_load_what_is_not_made_here() {
    let (mut make, [x, given, condition]) = Maker::new([Type::Tagged, Type::Tuple, Type::Bool]);
    let (then, []) = make.block([]);
    let (otherwise, []) = make.block([]);
    let (join, [joined]) = make.block([Type::Tuple]);
    make.branch(condition, then, otherwise);
    make.at(then);
    let made = pair(&mut make, x, x);
    make.jump(join, [made]);
    make.at(otherwise);
    make.jump(join, [given]);
    make.at(join);
    let second = make.op(Op::Second(joined), Type::Tagged);
    let function = escaped(make.returns(second));
    assert_eq!(pairs(&function), 0);
    assert_eq!(function.block(then).end.operands(), [x]);
    let [loaded] = function.block(otherwise).end.operands()[..] else { panic!("one part") };
    assert_eq!(function.instruction(loaded).op, Op::Second(given));
}

#[test]
fn states_hold_virtual_objects() {
    let (mut make, [x, y]) = Maker::new([Type::Tagged; 2]);
    let inner = pair(&mut make, x, y);
    let boxed = make.boxed(inner);
    let outer = pair(&mut make, boxed, boxed);
    let boxed = make.boxed(outer);
    make.slots = vec![Some(boxed), Some(inner), None];
    make.guard(x, Type::Int);
    let function = escaped(make.returns(x));
    assert_eq!((pairs(&function), virtuals(&function)), (0, 2));
    let State { slots, .. } = function.state(StateId(0));
    assert_eq!(slots, &[Some(outer), Some(inner), None]);
    let shape = Shape::Tuple;
    assert_eq!(function.instruction(outer).op, Op::Virtual(shape, [inner, inner].into()));
    assert_eq!(function.virtual_objects([outer, inner].into_iter()), [inner, outer]);
}

#[test]
fn what_is_needed_on_one_way_is_made_there_with_its_parts() {
    let (mut make, [x, condition]) = Maker::new([Type::Tagged, Type::Bool]);
    let (then, []) = make.block([]);
    let (otherwise, []) = make.block([]);
    let inner = pair(&mut make, x, x);
    let boxed = make.boxed(inner);
    let outer = pair(&mut make, boxed, x);
    let outer = make.boxed(outer);
    make.branch(condition, then, otherwise);
    make.at(then);
    make.print(boxed);
    make.end(End::Return(outer));
    make.at(otherwise);
    let function = escaped(make.returns(x));
    let made: Vec<bool> = function
        .block(then)
        .body
        .iter()
        .map(|&value| matches!(function.instruction(value).op, Op::Tuple(..)))
        .collect();
    assert_eq!(made, [true, false, false, true, false]);
    assert_eq!(pairs(&function), 2);
}

#[test]
fn closures_under_lenient_stay_where_they_are_or_vanish() {
    let source = Source::new("let f = fn (x) => { fn () => { x } }; print(f(1)())");
    let inner = source.context().program.functions.len() - 1;
    let made = |lenient: bool, is_needed: bool| {
        let (mut make, [x, condition]) = Maker::new([Type::Tagged, Type::Bool]);
        let (then, []) = make.block([]);
        let (otherwise, []) = make.block([]);
        let function = crate::core::FunctionId::new(inner);
        let closure = make.op(Op::Closure(function, [x].into()), Type::Closure);
        let boxed = make.boxed(closure);
        make.branch(condition, then, otherwise);
        make.at(then);
        if is_needed {
            make.print(boxed);
        }
        make.slots = vec![Some(closure)];
        make.guard(x, Type::Int);
        make.end(End::Return(x));
        make.at(otherwise);
        let mut function = make.returns(x);
        let context = Context { lenient, ..source.context() };
        run(&mut function, &context);
        let count = |block: Block| {
            let body = function.block(block).body.iter();
            body.filter(|&&v| matches!(function.instruction(v).op, Op::Closure(..))).count()
        };
        [count(Block::ENTRY), count(then)]
    };
    assert_eq!(made(false, true), [0, 1]);
    assert_eq!(made(true, true), [1, 0]);
    assert_eq!(made(false, false), [0, 0]);
    assert_eq!(made(true, false), [0, 0]);
}

#[test]
fn objects_of_many_parts_are_made() {
    let (mut make, [x]) = Maker::new([Type::Tagged]);
    let mut list = x;
    for _ in 0..100 {
        let made = pair(&mut make, x, list);
        list = make.boxed(made);
        make.slots = vec![Some(list)];
        make.guard(x, Type::Int);
    }
    let function = escaped(make.returns(x));
    assert!(pairs(&function) > 0);
    for state in &function.states {
        assert!(function.virtual_objects(state.values()).len() < 33);
    }
}
