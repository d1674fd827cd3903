//! Functions of unusual sizes and forms.

use galo::core::{self, FunctionId};
use galo::flow;
use galo::ssa::builder::{MAX_ARGUMENTS, MAX_NODES, MAX_PARAMETERS, MAX_STATE_SLOTS};
use galo::ssa::{self, Context, Function, Op, Refusal};

use super::{INTS, parse};

/// The SSA form of a program's first function.
fn build(source: &str, probes: bool) -> Result<Function, Refusal> {
    let ast = parse(source);
    let program = core::lower(&ast).expect("few captures");
    let facts = flow::analyze(&program, false);
    let ctx = Context { probes, ..Context::new(&program, &facts, &ast) };
    let function = ssa::build(ctx, FunctionId::new(1), &INTS)?;
    assert_eq!(ssa::verify(&function, &ctx), Ok(()));
    Ok(function)
}

/// A function of one parameter that can be an Int or a Str, so that there is room for guesses.
fn guessing(body: &str) -> Result<Function, Refusal> {
    let source = format!("let f = fn (x) => {{ {body} }}; let _ = f(1); f(\"a\")");
    build(&source, false)?;
    build(&source, true)
}

fn repeated(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

#[test]
fn long_functions_take_linear_space() {
    let bodies = [
        // Statements, and each in a slot of its own.
        repeated(2_500, |i| format!("let y{i} = x + {i}; ")) + "x",
        repeated(1_200, |i| format!("let y{i} = x + {i}; "))
            + &repeated(1_200, |i| format!("let z{i} = y{i} + {i}; "))
            + "x",
        // Operands to the right and to the left.
        repeated(3_500, |_| "x + ".to_owned()) + "x",
        "(".repeat(3_500) + "x" + &repeated(3_500, |_| " + x)".to_owned()),
        // Conditions, to the right and to the left.
        repeated(3_000, |i| format!("x == {i} && ")) + "x == 0",
        "(".repeat(3_000) + "x == 0" + &repeated(3_000, |i| format!(" || x == {i})")),
        format!("if ({}x == 0) {{ 1 }} else {{ 2 }}", repeated(3_000, |i| format!("x == {i} || "))),
        // Chains of choices, in conditions, too.
        repeated(3_000, |i| format!("if (x == {i}) {{ {i} }} else {{ "))
            + "x"
            + &" }".repeat(3_000),
        "if (".repeat(2_500)
            + "x == 0"
            + &repeated(2_500, |i| format!(") {{ x == {i} }} else {{ true }}")),
        // Every choice with a variable that only later ones look at.
        repeated(1_500, |i| format!("let y{i} = (x, x); "))
            + &repeated(1_500, |i| format!("if (x == {i}) {{ first(y{i}) }} else {{ "))
            + "x"
            + &" }".repeat(1_500),
    ];
    for body in bodies {
        let function = guessing(&body).expect("not too large");
        assert!(function.values.len() < 4 * MAX_NODES);
        let slots: usize = function.states.iter().map(|state| state.slots.len()).sum();
        assert!(slots <= MAX_STATE_SLOTS);
    }
}

#[test]
fn too_many_slots_in_states_leave_operations_generic() {
    let body = repeated(1_500, |i| format!("let y{i} = (x, x + {i}); "))
        + &repeated(1_500, |i| format!("let z{i} = second(y{i}) + x; "))
        + "x";
    let source = format!("let f = fn (x) => {{ {body} }}; let _ = f(1); f(\"a\")");
    let function = build(&source, false).expect("not too large");
    let count = |is: fn(&Op) -> bool| function.values.iter().filter(|value| is(&value.op)).count();
    assert!(count(|op| matches!(op, Op::Guard { .. })) > 0);
    assert!(count(|op| matches!(op, Op::Generic(..))) > 0);
}

#[test]
fn what_is_not_compiled_is_refused() {
    let names = |count: u32| (0..count).map(|i| format!("p{i}")).collect::<Vec<_>>().join(", ");
    let parameters = MAX_PARAMETERS + 1;
    let source = format!("let f = fn ({}) => 1; f", names(parameters));
    assert_eq!(build(&source, false), Err(Refusal::TooManyParameters { parameters }));
    let source = format!("let f = fn ({}) => 1; f", names(MAX_PARAMETERS));
    assert!(build(&source, false).is_ok());

    let arguments = MAX_ARGUMENTS + 1;
    let ones = vec!["1"; arguments].join(", ");
    let source = format!("let f = fn (g) => g({ones}); f");
    assert_eq!(build(&source, false), Err(Refusal::TooManyArguments { arguments }));

    let source = format!("let f = fn (x) => {}x; f", "x + ".repeat(MAX_NODES));
    let refused = build(&source, false).expect_err("too large");
    assert!(matches!(refused, Refusal::TooLarge { nodes } if nodes > MAX_NODES));
    assert!(refused.to_string().contains("operations"));
}
