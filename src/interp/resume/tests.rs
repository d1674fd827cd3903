//! Frames filled by hand, for every node that can have something left to do. The collector
//! runs at every allocation, so that slots that hold no value are found.

use std::sync::Arc;

use galo_runtime::{GuestStack, Limits, Output};

use super::*;
use crate::core::lower;
use crate::syntax::ast::Ast;
use crate::syntax::input;

/// The first function of each program here is the one that is resumed.
const F: usize = 1;

struct Loaded {
    source: String,
    ast: Ast,
    program: Program,
    code: Code,
}

fn load(source: &str) -> Loaded {
    let ast = input::read("test.rinha", source.as_bytes()).expect("a program");
    let program = lower(&ast).expect("few variables");
    let code =
        Code::new(&program, &ast, crate::interp::Options { records: true, ..Default::default() })
            .expect("memory");
    Loaded { source: source.to_owned(), ast, program, code }
}

/// What came out of a resumed function.
#[derive(PartialEq, Debug)]
enum Outcome {
    /// A value, as printed.
    Value(String),
    /// An error's message, and the functions in its trace.
    Error(String, Vec<(u32, u32)>),
    /// A tail call of a function with these Ints.
    TailCall(u32, Vec<i32>),
}

fn value(text: &str) -> Outcome {
    Outcome::Value(format!("{text}\n"))
}

impl Loaded {
    /// The node of the function that stands for this source text.
    fn node(&self, text: &str) -> NodeId {
        let function = &self.program.functions[F];
        let source = |id| {
            let span = self.ast.span(function.origin_of(id));
            &self.source[span.start as usize..span.end as usize]
        };
        let mut nodes = function.nodes().map(|(id, _)| id).filter(|&id| source(id) == text);
        let node = nodes.next().unwrap_or_else(|| panic!("no node is `{text}`"));
        assert!(nodes.next().is_none(), "several nodes are `{text}`");
        node
    }

    /// Resumes the function after the node of this text.
    fn after(&self, text: &str, slots: &[Value], value: Value) -> Outcome {
        self.resume(Resume::After(self.node(text)), slots, |_, _| value)
    }

    fn resume(
        &self,
        resume: Resume,
        slots: &[Value],
        prepare: impl FnOnce(&mut Machine<'_>, *mut Value) -> Value,
    ) -> Outcome {
        let limits = Limits { heap_bytes: 1 << 20, stack_bytes: 1 << 20, zeal: true };
        let mut stack = GuestStack::new(1 << 20).unwrap();
        let mut printed = Vec::new();
        let output = Output::new(&mut printed, false);
        let names: Arc<[Box<str>]> = Arc::new([]);
        let mut machine = Machine::new(&limits, stack.limit(), false, names, output).unwrap();
        let mut tail = None;
        stack.run(|| {
            let machine = &mut machine;
            let frame = machine.base().wrapping_add(self.program.globals as usize);
            // SAFETY: a fresh frame area; the test says what is in the frame.
            let value = unsafe {
                frame.copy_from(slots.as_ptr(), slots.len());
                let value = prepare(machine, frame);
                let id = FunctionId::new(F);
                self.code.resume(&self.program, machine, id, resume, frame, value)
            };
            if !value.is_signal() {
                machine.output.print(value).unwrap();
            } else if !value.is_error() {
                let (function, frame) = machine.tail();
                // SAFETY: a signalled tail call's arguments are in its frame.
                tail = Some(unsafe {
                    let arguments = (0..(*function).arity as usize).map(|i| *frame.add(i));
                    let arguments = arguments.map(|value| value.as_int().unwrap_or(-1));
                    Outcome::TailCall((*function).id, arguments.collect())
                });
            }
        });
        machine.output.flush().unwrap();
        let fault = machine.take_fault();
        drop(machine);
        match (tail, fault) {
            (Some(tail), _) => tail,
            (_, Some(fault)) => {
                let trace = fault.trace.innermost().iter().map(|e| (e.function, e.caller));
                Outcome::Error(fault.message, trace.collect())
            }
            _ => Outcome::Value(String::from_utf8(printed).unwrap()),
        }
    }

    fn closure(&self, function: usize) -> Value {
        self.code.static_closure(FunctionId::new(function)).expect("it captures nothing")
    }
}

fn int(n: i32) -> Value {
    Value::int(n)
}

#[test]
fn a_function_starts_again() {
    let loaded = load("let f = fn (n) => { print(n) + 1 }; f(1)");
    assert_eq!(loaded.resume(Resume::Start, &[int(41)], |_, _| int(0)), value("41\n42"));
}

#[test]
fn a_loop_starts_again_and_goes_on_as_a_tail_call() {
    let source = "let f = fn (n) => { if (n == 0) { 7 } else { f(n - 1) } }; f(1)";
    let outcome = load(source).resume(Resume::Start, &[int(9)], |_, _| int(0));
    assert_eq!(outcome, Outcome::TailCall(1, vec![8]));
}

#[test]
fn a_left_operand_is_kept_while_the_right_one_is_evaluated() {
    let loaded = load(r#"let f = fn (a, b) => { a * 2 + ("x" + b) }; f(1, 2)"#);
    let slots = [int(1), int(2)];
    assert_eq!(loaded.after("a * 2", &slots, int(5)), value("5x2"));
    let literal = loaded.program.functions[F].nodes().find_map(|(_, node)| match node {
        core::Node::Str(text) => loaded.code.literal(text),
        _ => None,
    });
    assert_eq!(loaded.after("a * 2", &slots, literal.unwrap()), value("xx2"));
}

#[test]
fn a_right_operand_finds_the_left_one_in_its_slot() {
    let loaded = load("let f = fn (a, b) => { a * 2 - b * 3 }; f(1, 2)");
    assert_eq!(loaded.after("b * 3", &[int(1), int(2), int(50)], int(8)), value("42"));
}

#[test]
fn an_operand_that_is_read_is_read_again() {
    let loaded = load("let f = fn (a, b) => { a - b }; f(1, 2)");
    assert_eq!(loaded.after("a", &[int(1), int(2)], int(10)), value("8"));
    let error = "cannot apply `-` to Bool true and Int 2".to_owned();
    let outcome = loaded.after("a", &[Value::TRUE, int(2)], Value::TRUE);
    assert_eq!(outcome, Outcome::Error(error, vec![]));
}

#[test]
fn operations_note_what_they_see() {
    let loaded = load("let f = fn (a, b) => { a == b }; f(1, 2)");
    let operation = loaded.node("a == b");
    let kinds = || loaded.code.operand_kinds(FunctionId::new(F), operation);
    assert_eq!(kinds(), [0, 0]);
    assert_eq!(loaded.after("a", &[Value::TRUE, Value::TRUE], Value::TRUE), value("true"));
    assert_eq!(kinds(), [galo_runtime::Kind::Bool.bit(); 2]);
}

#[test]
fn conditions_choose_a_branch() {
    let loaded = load("let f = fn (p) => { if (first(p)) { print(1) } else { 2 } }; f(1)");
    assert_eq!(loaded.after("first(p)", &[int(0)], Value::TRUE), value("1\n1"));
    assert_eq!(loaded.after("first(p)", &[int(0)], Value::FALSE), value("2"));
    assert_eq!(loaded.after("print(1)", &[int(0)], int(5)), value("5"));
    let error = "the condition of `if` must be a Bool, not Int 3".to_owned();
    assert_eq!(loaded.after("first(p)", &[int(0)], int(3)), Outcome::Error(error, vec![]));
}

#[test]
fn logic_goes_on_with_its_right_side() {
    let loaded = load("let f = fn (p, q) => { first(p) && (print(q)) }; f(1, 2)");
    assert_eq!(loaded.after("first(p)", &[int(0), Value::TRUE], Value::FALSE), value("false"));
    assert_eq!(loaded.after("first(p)", &[int(0), Value::TRUE], Value::TRUE), value("true\ntrue"));
    assert_eq!(loaded.after("print(q)", &[int(0), Value::TRUE], Value::FALSE), value("false"));
    let wrong = |n| Outcome::Error(format!("`&&` takes Bools, not Int {n}"), vec![]);
    assert_eq!(loaded.after("first(p)", &[int(0), int(4)], Value::TRUE), wrong(4));
    assert_eq!(loaded.after("first(p)", &[int(0), int(4)], int(5)), wrong(5));
    assert_eq!(loaded.after("print(q)", &[int(0), int(4)], int(6)), wrong(6));
    let loaded = load("let f = fn (p, q) => { first(p) || q }; f(1, 2)");
    assert_eq!(loaded.after("first(p)", &[int(0), Value::FALSE], Value::TRUE), value("true"));
    assert_eq!(loaded.after("first(p)", &[int(0), Value::FALSE], Value::FALSE), value("false"));
}

#[test]
fn blocks_go_on_with_their_statements() {
    let loaded =
        load("let f = fn (n) => { let a = n + 1; let _ = print(a); let b = a * 2; a - b }; f(1)");
    assert_eq!(loaded.after("n + 1", &[int(0)], int(10)), value("10\n-10"));
    assert_eq!(loaded.after("print(a)", &[int(0), int(10)], int(99)), value("-10"));
    assert_eq!(loaded.after("a * 2", &[int(0), int(10)], int(3)), value("7"));
    assert_eq!(loaded.after("a - b", &[int(0), int(10), int(3)], int(1)), value("1"));
}

#[test]
fn tuples_are_made_and_taken_apart() {
    let loaded = load("let f = fn (a) => { (first(a), second(a)) }; f(1)");
    assert_eq!(loaded.after("second(a)", &[int(0), int(1)], int(2)), value("(1, 2)"));
    let pair = |machine: &mut Machine<'_>, frame: *mut Value| {
        // SAFETY: the frame of the test, whose one slot is live.
        unsafe {
            *frame = machine.pair(frame.add(1), 0, int(3), int(4));
            *frame
        }
    };
    let after = Resume::After(loaded.node("first(a)"));
    let keep = |machine: &mut Machine<'_>, frame: *mut Value| {
        pair(machine, frame);
        int(5)
    };
    assert_eq!(loaded.resume(after, &[int(0)], keep), value("(5, 4)"));
    let loaded = load("let f = fn (a) => { second(print(a)) }; f(1)");
    let after = Resume::After(loaded.node("print(a)"));
    assert_eq!(loaded.resume(after, &[int(0)], pair), value("4"));
    let error = "`second` takes a Tuple, not Int 1".to_owned();
    assert_eq!(loaded.after("print(a)", &[int(1)], int(1)), Outcome::Error(error, vec![]));
}

#[test]
fn calls_go_on_with_their_arguments() {
    let source = "let f = fn (n) => { 1 + g(n * 2, n * 3, n) };
        let g = fn (a, b, c) => { print(a) - print(b) - print(c) }; f(1)";
    let loaded = load(source);
    // Behind `n`: the left operand, then g's frame.
    let slots = [int(1), int(1), int(20)];
    assert_eq!(loaded.after("n * 2", &slots, int(10)), value("10\n3\n1\n9"));
    assert_eq!(loaded.after("n * 3", &slots, int(10)), value("20\n10\n1\n12"));
}

#[test]
fn calls_in_tail_position_are_left_to_the_caller() {
    let source = "let f = fn (n) => { g(n * 2, n) }; let g = fn (a, b) => { a - b }; f(1)";
    let outcome = load(source).after("n * 2", &[int(1)], int(10));
    assert_eq!(outcome, Outcome::TailCall(2, vec![10, 1]));
}

#[test]
fn callees_are_kept_and_checked() {
    let loaded = load("let f = fn (p) => { 1 + first(p)(2) }; let g = fn (x) => { x }; f(g)");
    let slots = [int(1), int(1)];
    assert_eq!(loaded.after("first(p)", &slots, loaded.closure(2)), value("3"));
    let error = |text: &str| Outcome::Error(text.to_owned(), vec![]);
    assert_eq!(loaded.after("first(p)", &slots, int(4)), error("cannot call Int 4"));
    let arity = "`function` takes 0 arguments, but 1 was given";
    assert_eq!(loaded.after("first(p)", &slots, loaded.closure(0)), error(arity));
}

#[test]
fn self_tail_calls_become_tail_calls() {
    let source = "let f = fn (n, m, k) => { if (k) { 0 } else { f(m + 1, n + 2, k) } }; f(1, 2, 3)";
    let loaded = load(source);
    let slots = [int(1), int(2), int(3), int(30)];
    assert_eq!(loaded.after("m + 1", &slots, int(10)), Outcome::TailCall(1, vec![10, 3, 3]));
    assert_eq!(loaded.after("n + 2", &slots, int(10)), Outcome::TailCall(1, vec![30, 10, 3]));
}

#[test]
fn captures_are_read_from_the_closure() {
    let source = "let make = fn (c) => { fn (n) => { n * 2 + c } }; make(1)(2)";
    let loaded = load(source);
    let captured = loaded.program.functions.iter().position(|function| function.takes_self);
    assert_eq!(captured, Some(2));
    // The inner function is the second: resume it by hand.
    let function = FunctionId::new(2);
    let node = loaded.program.function(function).nodes().find_map(|(id, node)| match node {
        core::Node::Binary { op: BinaryOp::Mul, .. } => Some(id),
        _ => None,
    });
    let outer = Resume::Start;
    let outcome = loaded.resume(outer, &[int(5)], |machine, frame| {
        // SAFETY: the frame has one live slot, which is captured; then the inner function's
        // parameter and closure.
        unsafe {
            let vm = loaded.code.function(function);
            *frame.add(1) = machine.closure(frame.add(1), 0, vm, frame);
            *frame = int(3);
            let after = Resume::After(node.unwrap());
            let program = &loaded.program;
            let value = loaded.code.resume(program, machine, function, after, frame, int(40));
            machine.output.print(value).unwrap();
        }
        int(0)
    });
    assert_eq!(outcome, value("45\n<#closure>"));
}

#[test]
fn cells_are_filled() {
    let source = "let f = fn (n) => {
            let a = fn (x) => { if (x == 0) { n } else { b(x - 1) } };
            let b = print(n);
            a(0)
        }; f(1)";
    let loaded = load(source);
    let outcome = loaded.resume(Resume::After(loaded.node("print(n)")), &[], |machine, frame| {
        // SAFETY: n, the cell of b, and a, which captures both.
        unsafe {
            *frame = int(6);
            *frame.add(1) = machine.cell(frame.add(1), 0);
            *frame.add(2) = int(0);
            loaded.closure(0)
        }
    });
    // Slot 2 is no closure: the call finds that out after the cell is filled.
    assert_eq!(outcome, Outcome::TailCall(2, vec![0]));
}

#[test]
fn errors_have_their_traces() {
    let source = "let f = fn (n) => { 1 + g(n * 2) }; let g = fn (a) => { a + true }; f(1)";
    let outcome = load(source).after("n * 2", &[int(1), int(1)], int(10));
    let message = "cannot apply `+` to Int 10 and Bool true".to_owned();
    assert_eq!(outcome, Outcome::Error(message, vec![(2, 1)]));
}

#[test]
fn depth_is_no_matter() {
    let depth = 100_000;
    let source = format!(
        "let f = fn (n) => {{ {}print(n){} }}; f(1)",
        "1 + (".repeat(depth),
        ")".repeat(depth)
    );
    let loaded = load(&source);
    let slots = vec![int(1); depth + 1];
    assert_eq!(loaded.after("print(n)", &slots, int(1)), value("100001"));
}
