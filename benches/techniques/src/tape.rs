//! Techniques 5 and 5b: a tape of function pointers with static operands.
//!
//! The instructions are those of the bytecode loop, but each carries the address of its own
//! function: nothing is decoded, and a function needs only the registers that its one
//! instruction needs.
//!
//! - **Threaded** (5): each function calls the next one in tail position. There is no central
//!   jump to mispredict. This relies on LLVM turning the calls into jumps, which it does in
//!   optimised builds and nobody promises: stable Rust has no guaranteed tail calls, so that
//!   without optimisation the native stack grows with every instruction, and any loop that is
//!   long enough crashes.
//! - **Driven** (5b): each function returns the address of the next one to a loop. This needs
//!   no promise. The frame has to go through memory, since a function returns one thing.

#![allow(unsafe_op_in_unsafe_fn, reason = "all share the contract of `execute`")]

use crate::Interpreter;
use crate::bytecode::Op;
use crate::execute::{Code, Instruction, Next, execute};
use crate::ir::Program;
use crate::machine::{Error, Machine};
use crate::value::Value;

/// An instruction on the tape: its code, then its operands.
#[derive(Clone, Copy)]
struct Cell<Run> {
    run: Run,
    op: Op,
}

impl<Run: Copy> Instruction for Cell<Run> {
    #[inline(always)]
    fn op(&self) -> &Op {
        &self.op
    }
}

/// Instantiates a function for each kind of instruction and picks the one of `$op`. Telling
/// the optimiser which kind it is leaves one arm of the `match` in [`execute`].
macro_rules! handler {
    ($op:expr, $run:ident: $($kind:ident)*) => {
        match $op {
            $(Op::$kind { .. } => $run::<{ kinds::$kind }>,)*
        }
    };
}

macro_rules! kinds {
    ($($kind:ident)*) => {
        #[allow(non_upper_case_globals, reason = "named after the instructions")]
        mod kinds {
            #[repr(u8)]
            enum Kind { $($kind),* }
            $(pub(super) const $kind: u8 = Kind::$kind as u8;)*
        }

        #[inline(always)]
        fn kind(op: Op) -> u8 {
            match op {
                $(Op::$kind { .. } => kinds::$kind,)*
            }
        }

        fn threaded_handler(op: Op) -> ThreadedRun {
            ThreadedRun(handler!(op, run_threaded: $($kind)*))
        }

        fn driven_handler(op: Op) -> DrivenRun {
            DrivenRun(handler!(op, run_driven: $($kind)*))
        }
    };
}

kinds! {
    Enter Int Move Capture Add Sub Mul Less Equal AddInt SubInt Jump JumpUnless JumpUnlessLess
    JumpUnlessLessInt JumpUnlessEqualInt Tuple First Second Function Closure Call Apply Return
}

/// The operands at `at`, known to be of one kind.
#[inline(always)]
unsafe fn operands<const KIND: u8, Run: Copy>(at: *const Cell<Run>) -> &'static Op {
    let op = &(*at).op;
    if kind(*op) != KIND {
        std::hint::unreachable_unchecked();
    }
    op
}

#[derive(Clone, Copy)]
#[repr(transparent)]
struct ThreadedRun(unsafe fn(*const Cell<ThreadedRun>, *mut Value, &mut Machine) -> Value);

unsafe fn run_threaded<const KIND: u8>(
    at: *const Cell<ThreadedRun>,
    frame: *mut Value,
    machine: &mut Machine,
) -> Value {
    match execute(operands::<KIND, _>(at), at, frame, machine) {
        Next::Run(next, frame) => ((*next).run.0)(next, frame, machine),
        Next::Stop(value) => value,
    }
}

#[derive(Clone, Copy)]
#[repr(transparent)]
struct DrivenRun(
    unsafe fn(*const Cell<DrivenRun>, *mut Value, &mut Driver) -> *const Cell<DrivenRun>,
);

/// What the functions of a driven tape tell the loop beyond the next instruction.
struct Driver<'a> {
    machine: &'a mut Machine,
    frame: *mut Value,
    result: Value,
}

unsafe fn run_driven<const KIND: u8>(
    at: *const Cell<DrivenRun>,
    frame: *mut Value,
    driver: &mut Driver,
) -> *const Cell<DrivenRun> {
    match execute(operands::<KIND, _>(at), at, frame, driver.machine) {
        Next::Run(next, next_frame) => {
            if matches!(KIND, kinds::Call | kinds::Apply | kinds::Return) {
                driver.frame = next_frame;
            }
            next
        }
        Next::Stop(value) => {
            driver.result = value;
            std::ptr::null()
        }
    }
}

/// Technique 5.
pub struct ThreadedTape {
    code: Code<Cell<ThreadedRun>>,
}

impl Interpreter for ThreadedTape {
    fn new(program: &Program) -> ThreadedTape {
        ThreadedTape { code: Code::new(program, |op| Cell { run: threaded_handler(op), op }) }
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let (at, frame) = self.code.start(machine);
        // SAFETY: the first cell is the program's entry.
        let value = unsafe { ((*at).run.0)(at, frame, machine) };
        machine.finish(value)
    }
}

/// Technique 5b.
pub struct DrivenTape {
    code: Code<Cell<DrivenRun>>,
}

impl Interpreter for DrivenTape {
    fn new(program: &Program) -> DrivenTape {
        DrivenTape { code: Code::new(program, |op| Cell { run: driven_handler(op), op }) }
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let (mut at, frame) = self.code.start(machine);
        let mut driver = Driver { machine, frame, result: Value::ERROR };
        while !at.is_null() {
            // SAFETY: the first cell is the program's entry; each names its successor.
            at = unsafe { ((*at).run.0)(at, driver.frame, &mut driver) };
        }
        driver.machine.finish(driver.result)
    }
}
