//! Code made by hand as the code generator makes it: an outer function that calls an inner
//! one, and the inner one a helper.

use std::sync::Arc;

use super::*;
use crate::abi::{DIRECT, MEMORY};
use crate::{Blame, ErrorKind, Fault, GuestStack, Limits, Output, Site};

// All keep a frame pointer; the machine is in r15. The function comes in rsi; what inner
// passes to the helper is where the function's `direct` entry would be.
std::arch::global_asm!(
    "galo_test_trampoline:",
    "push rbp",
    "mov rbp, rsp",
    "mov r15, rdi",
    "mov rdi, rsi",
    "mov rsi, rdx",
    "call [rdx + {memory}]",
    "pop rbp",
    "ret",
    "galo_test_outer:",
    "push rbp",
    "mov rbp, rsp",
    "push rbx",
    "sub rsp, 24",
    "mov rbx, 1",
    "call galo_test_inner",
    "galo_test_outer_site:",
    "add rax, rbx",
    "add rsp, 24",
    "pop rbx",
    "pop rbp",
    "ret",
    "galo_test_inner:",
    "push rbp",
    "mov rbp, rsp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "mov rbx, -1",
    "mov r12, -1",
    "mov r13, -1",
    "mov r14, -1",
    "mov rdx, rdi",
    "mov rsi, [rsi + {direct}]",
    "mov rdi, r15",
    "call {help}",
    "test rax, rax",
    "js 2f",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    "2:",
    "call {escape}",
    "galo_test_inner_site:",
    "ud2",
    memory = const MEMORY,
    direct = const DIRECT,
    help = sym help,
    escape = sym escape,
);

#[expect(improper_ctypes, reason = "only Rust and the code above look into them")]
unsafe extern "C" {
    fn galo_test_trampoline(
        machine: *mut Machine<'_>,
        frame: *mut Value,
        function: *const VmFunction,
    ) -> Value;
    static galo_test_outer: u8;
    static galo_test_inner: u8;
    static galo_test_outer_site: u8;
    static galo_test_inner_site: u8;
}

/// The helper that inner calls: runs a function, or fails if there is none.
unsafe extern "C" fn help(
    machine: &mut Machine<'_>,
    function: *const VmFunction,
    frame: *mut Value,
) -> Value {
    if function.is_null() {
        return machine.raise(ErrorKind::TypeError, 22, Blame::Whole, "inner", "");
    }
    // SAFETY: functions of these tests have no arguments.
    machine.contain(|machine| unsafe { machine.interpret(function, frame) })
}

const OUTER: u32 = 1;
const INNER: u32 = 2;
const CALLER: u32 = 3;
const CALLEE: u32 = 4;

/// Whether inner is a function of the program or a stub.
struct Sites {
    inner: bool,
}

impl Tiers for Sites {
    fn hot(&self, function: &VmFunction) {
        function.calls.allow(i64::MAX);
    }

    fn trampoline(&self) -> Trampoline {
        galo_test_trampoline
    }

    fn calls_at(&self, return_address: usize, each: &mut dyn FnMut(u32, Site)) {
        if return_address == (&raw const galo_test_outer_site).addr() {
            each(OUTER, 11);
        }
        if self.inner && return_address == (&raw const galo_test_inner_site).addr() {
            each(INNER, 22);
        }
    }

    unsafe fn exit(&self, _: &mut Machine<'_>, _: u32, _: *mut Value, value: Value) -> Value {
        value
    }
}

fn compiled(id: u32, entry: *const u8, next: *const VmFunction) -> VmFunction {
    let function = VmFunction::new(id, 0, 0);
    function.memory.set(entry);
    function.direct.set(next.cast());
    function
}

fn interpreted(id: u32, code: crate::VmCode, body: *const ()) -> VmFunction {
    let function = VmFunction::new(id, 0, 0);
    function.code.set(code);
    function.body.set(body);
    function
}

fn outer(next: *const VmFunction) -> VmFunction {
    compiled(OUTER, &raw const galo_test_outer, next)
}

/// Runs a function as the interpreter would, as a call by `CALLER` at site 33.
fn run(sites: Sites, function: &VmFunction) -> (Value, Option<Box<Fault>>) {
    let limits = Limits { heap_bytes: 1 << 20, stack_bytes: 1 << 20, zeal: false };
    let mut stack = GuestStack::new(1 << 20).unwrap();
    let mut sink = Vec::new();
    let output = Output::new(&mut sink, false);
    let mut machine = Machine::new(&limits, stack.limit(), false, Arc::default(), output).unwrap();
    // SAFETY: the code above is for this trampoline.
    unsafe { machine.attach(&sites) };
    let value = stack.run(|| {
        let frame = machine.base();
        // SAFETY: the function takes no arguments.
        let value = unsafe { run_compiled((&raw const *function).cast(), &mut machine, frame) };
        if value.is_error() {
            machine.trace(function.id, CALLER, 33);
        }
        value
    });
    assert!(machine.native.segment.is_null() && machine.native.frame_top == machine.base());
    (value, machine.take_fault())
}

fn trace(fault: &Fault) -> Vec<(u32, u32, Site)> {
    fault.trace.innermost().iter().map(|e| (e.function, e.caller, e.site)).collect()
}

unsafe fn seven(_: *const (), _: &mut Machine<'_>, _: *mut Value) -> Value {
    Value::int(7)
}

unsafe fn fails(_: *const (), machine: &mut Machine<'_>, _: *mut Value) -> Value {
    machine.raise(ErrorKind::TypeError, 44, Blame::Whole, "callee", "")
}

unsafe fn overflows(_: *const (), machine: &mut Machine<'_>, _: *mut Value) -> Value {
    machine.stack_overflow_at_entry()
}

unsafe fn panics(_: *const (), _: &mut Machine<'_>, _: *mut Value) -> Value {
    panic!("the host's")
}

/// Calls the compiled function that is the body, at site 55.
unsafe fn calls(body: *const (), machine: &mut Machine<'_>, frame: *mut Value) -> Value {
    // SAFETY: as for `run`.
    let value = unsafe { run_compiled(body, machine, frame) };
    if value.is_error() {
        machine.trace(OUTER, CALLEE, 55);
    }
    value
}

/// Calls the function that is the body in tail position.
unsafe fn tail_calls(body: *const (), machine: &mut Machine<'_>, frame: *mut Value) -> Value {
    machine.tail_call(body.cast(), frame)
}

#[test]
fn a_value_comes_back_through_all_frames() {
    let callee = interpreted(CALLEE, seven, std::ptr::null());
    let (value, fault) = run(Sites { inner: true }, &outer(&callee));
    assert_eq!(value, Value::int(8));
    assert!(fault.is_none());
    assert_eq!(callee.calls.spent(), 1);
}

#[test]
fn an_error_escapes_with_every_call_in_its_trace() {
    let (value, fault) = run(Sites { inner: true }, &outer(std::ptr::null()));
    let fault = fault.unwrap();
    assert!(value.is_error());
    assert_eq!(fault.site, 22);
    assert_eq!(trace(&fault), [(INNER, OUTER, 11), (OUTER, CALLER, 33)]);
}

#[test]
fn stubs_are_no_part_of_the_trace() {
    let callee = interpreted(CALLEE, fails, std::ptr::null());
    let (_, fault) = run(Sites { inner: false }, &outer(&callee));
    assert_eq!(trace(&fault.unwrap()), [(CALLEE, OUTER, 11), (OUTER, CALLER, 33)]);
}

#[test]
fn tail_calls_put_the_last_function_into_the_trace() {
    let last = interpreted(9, fails, std::ptr::null());
    let callee = interpreted(CALLEE, tail_calls, (&raw const last).cast());
    let (_, fault) = run(Sites { inner: false }, &outer(&callee));
    assert_eq!(trace(&fault.unwrap()), [(9, OUTER, 11), (OUTER, CALLER, 33)]);
    assert_eq!((callee.calls.spent(), last.calls.spent()), (1, 1));
}

#[test]
fn an_overflow_at_entry_belongs_to_the_call() {
    let callee = interpreted(CALLEE, overflows, std::ptr::null());
    let (_, fault) = run(Sites { inner: false }, &outer(&callee));
    let fault = fault.unwrap();
    assert_eq!((fault.kind, fault.site), (ErrorKind::StackOverflow, 11));
    assert_eq!(trace(&fault), [(OUTER, CALLER, 33)]);
}

#[test]
fn an_overflow_at_the_first_entry_belongs_to_the_call_from_rust() {
    let callee = interpreted(CALLEE, overflows, std::ptr::null());
    let first = compiled(INNER, &raw const galo_test_inner, &callee);
    let (_, fault) = run(Sites { inner: true }, &first);
    let fault = fault.unwrap();
    assert_eq!((fault.kind, fault.site), (ErrorKind::StackOverflow, 33));
    assert_eq!(trace(&fault), []);
}

#[test]
fn a_panic_goes_on_where_compiled_code_was_entered() {
    let callee = interpreted(CALLEE, panics, std::ptr::null());
    let innermost = outer(&callee);
    let between = interpreted(5, calls, (&raw const innermost).cast());
    let outermost = outer(&between);
    let run = AssertUnwindSafe(|| run(Sites { inner: false }, &outermost));
    let outcome = catch_unwind(run);
    assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "the host's");
}

#[test]
fn segments_nest_and_errors_cross_them() {
    let innermost = outer(std::ptr::null());
    let between = interpreted(CALLEE, calls, (&raw const innermost).cast());
    // In the outer segment inner is a stub: who ran last is known already.
    let (_, fault) = run(Sites { inner: true }, &outer(&between));
    let expected =
        [(INNER, OUTER, 11), (OUTER, CALLEE, 55), (CALLEE, OUTER, 11), (OUTER, CALLER, 33)];
    assert_eq!(trace(&fault.unwrap()), expected);

    let callee = interpreted(5, seven, std::ptr::null());
    let innermost = outer(&callee);
    let between = interpreted(CALLEE, calls, (&raw const innermost).cast());
    assert_eq!(run(Sites { inner: true }, &outer(&between)).0, Value::int(9));
}
