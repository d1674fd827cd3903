//! Functions that are not well-formed, and what the verifier says.

use galo::core::{self, FunctionId};
use galo::flow;
use galo::ssa::{self, Block, Context, End, Function, Op, StateId, Type, Value};

use super::{INTS, parse};

/// What the verifier says of a function with a loop, a guard and a choice once it is spoiled.
fn spoiled(spoil: impl FnOnce(&mut Function)) -> String {
    let ast = parse(
        "let f = fn (n, x) => { if (n == 0) { x } else { f(n - 1, x + n) } };
         let _ = f(1, \"a\"); f(1, 2)",
    );
    let program = core::lower(&ast).expect("few captures");
    let facts = flow::analyze(&program, false);
    let ctx = Context { probes: true, ..Context::new(&program, &facts, &ast) };
    let mut function = ssa::build(ctx, FunctionId::new(1), &INTS).expect("a small function");
    assert_eq!(ssa::verify(&function, &ctx), Ok(()));
    spoil(&mut function);
    ssa::verify(&function, &ctx).expect_err("it is spoiled")
}

fn find(function: &Function, is: impl Fn(&Op) -> bool) -> Value {
    let at = function.values.iter().position(|value| is(&value.op));
    Value(at.expect("there is such an instruction") as u32)
}

/// The block of the choice, and the block behind it that goes on with the loop.
const CHOICE: usize = 1;

fn end_of_loop(function: &mut Function) -> &mut End {
    let jumps_back = |end: &&mut End| matches!(end, End::Jump(jump) if jump.to == Block(1));
    let ends = function.blocks.iter_mut().skip(CHOICE + 1).map(|block| &mut block.end);
    ends.into_iter().find_map(|end| Some(end).filter(jumps_back)).expect("the loop has an end")
}

#[test]
fn operands_have_types() {
    let error = spoiled(|function| {
        let compare = find(function, |op| matches!(op, Op::Compare(..)));
        let Op::Compare(_, _, rhs) = &mut function.values[compare.0 as usize].op else {
            unreachable!("it was found");
        };
        *rhs = Value(1);
    });
    assert!(error.contains("v1 is tagged, not int"), "{error}");
}

#[test]
fn results_have_types() {
    let error = spoiled(|function| {
        let arith = find(function, |op| matches!(op, Op::Arith(..)));
        function.values[arith.0 as usize].ty = Type::Bool;
    });
    assert!(error.contains("is no bool"), "{error}");
}

#[test]
fn values_are_defined_before_they_are_used() {
    let error = spoiled(|function| function.blocks[CHOICE].body.reverse());
    assert!(error.contains("may not be there yet"), "{error}");
    let error = spoiled(|function| {
        let guard = find(function, |op| matches!(op, Op::Guard { .. }));
        function.blocks.iter_mut().for_each(|block| block.body.retain(|&value| value != guard));
    });
    assert!(error.contains("is not defined"), "{error}");
}

#[test]
fn values_are_defined_once() {
    let error = spoiled(|function| {
        let first = function.blocks[CHOICE].body[1];
        function.blocks[CHOICE].body.push(first);
    });
    assert!(error.contains("is defined twice"), "{error}");
}

#[test]
fn jumps_pass_what_blocks_take() {
    let error = spoiled(|function| {
        if let End::Jump(jump) = end_of_loop(function) {
            jump.arguments.pop();
        }
    });
    assert!(error.contains("b1 takes 2 arguments"), "{error}");
    let error = spoiled(|function| {
        if let End::Jump(jump) = end_of_loop(function) {
            jump.arguments.reverse();
        }
    });
    assert!(error.contains("is tagged, not int"), "{error}");
    let error = spoiled(|function| {
        if let End::Jump(jump) = end_of_loop(function) {
            jump.to = Block::ENTRY;
        }
    });
    assert!(error.contains("jumps to the entry"), "{error}");
    let error = spoiled(|function| {
        if let End::Jump(jump) = end_of_loop(function) {
            jump.to = Block(1000);
        }
    });
    assert!(error.contains("there is no b1000"), "{error}");
}

#[test]
fn states_hold_what_is_there() {
    let later = |function: &mut Function| {
        let arith = find(function, |op| matches!(op, Op::Arith(..)));
        function.states[0].slots[0] = Some(arith);
    };
    assert!(spoiled(later).contains("may not be there yet"));
    let missing = |function: &mut Function| {
        let guard = find(function, |op| matches!(op, Op::Guard { .. }));
        if let Op::Guard { state, .. } = &mut function.values[guard.0 as usize].op {
            *state = StateId(1000);
        }
    };
    assert!(spoiled(missing).contains("there is no state 1000"));
}
