//! All techniques compute the same, fail in the same way, and none loses the stack.

use galo_techniques::ir::Program;
use galo_techniques::machine::{Error, Machine};
use galo_techniques::programs;
use galo_techniques::techniques::{TECHNIQUES, Technique, VARIANTS, small_workloads};
use galo_techniques::value::Value;

fn all() -> impl Iterator<Item = &'static Technique> {
    TECHNIQUES.iter().chain(VARIANTS)
}

#[track_caller]
fn assert_all(program: &Program, expected: Result<Value, Error>) {
    let mut machine = Machine::new();
    machine.limit_native_stack(256 << 10);
    for technique in all() {
        let interpreter = (technique.prepare)(program);
        for _ in 0..2 {
            assert_eq!(interpreter.run(&mut machine), expected, "{}", technique.name);
        }
    }
}

#[test]
fn results_are_those_of_native_code() {
    for workload in small_workloads() {
        let expected = Value::int((workload.plain)());
        assert_eq!((workload.checked)(&mut Machine::new()), expected, "{}", workload.name);
        assert_all(&workload.program, Ok(expected));
    }
}

#[test]
fn the_nursery_goes_round() {
    let expected = (0..400).fold(0, |_, x: i32| x.wrapping_mul(799).wrapping_mul(x));
    // A debug build does not run loops of this length by continuations: see technique 4.
    let is_safe = |technique: &&Technique| {
        !technique.name.starts_with("4") && !technique.name.starts_with("5 ")
    };
    let program = programs::perf(400, 800);
    for technique in all().filter(is_safe) {
        let result = (technique.prepare)(&program).run(&mut Machine::new());
        assert_eq!(result, Ok(Value::int(expected)), "{}", technique.name);
    }
}

#[test]
fn recursion_that_is_no_tail_call_works() {
    assert_all(&programs::sum(200), Ok(Value::int(200 * 201 / 2)));
}

#[test]
fn an_error_stops_what_comes_after_it() {
    assert_all(&programs::type_error(), Err(Error::Type));
}

#[test]
fn calls_check_their_callee() {
    assert_all(&programs::arity_error(), Err(Error::Arity));
    assert_all(&programs::callee_error(), Err(Error::Type));
}

#[test]
fn endless_recursion_is_an_error() {
    let program = programs::sum(i32::MAX);
    let mut machine = Machine::new();
    machine.limit_frames(1000);
    machine.limit_native_stack(256 << 10);
    for technique in all().filter(|technique| technique.name != "no stack check") {
        let result = (technique.prepare)(&program).run(&mut machine);
        assert_eq!(result, Err(Error::StackOverflow), "{}", technique.name);
    }
}
