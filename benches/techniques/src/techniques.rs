//! The list of techniques and of programs, for whoever runs all of them.

use crate::Interpreter;
use crate::boxed_closures::BoxedClosures;
use crate::bytecode_loop::BytecodeLoop;
use crate::continuations::Continuations;
use crate::cranelift::Cranelift;
use crate::ir::Program;
use crate::machine::Machine;
use crate::native::{checked, plain};
use crate::programs;
use crate::tape::{DrivenTape, ThreadedTape};
use crate::thin_closures as thin;
use crate::tree_walker::TreeWalker;
use crate::value::Value;
use std::hint::black_box;

/// A way to run programs, by name.
pub struct Technique {
    /// As it is called in tables.
    pub name: &'static str,
    /// Prepares a program.
    pub prepare: fn(&Program) -> Box<dyn Interpreter>,
}

macro_rules! techniques {
    ($($name:literal: $type:ty,)*) => {
        &[$(Technique { name: $name, prepare: |program| Box::new(<$type>::new(program)) }),*]
    };
}

/// The techniques that are compared.
pub const TECHNIQUES: &[Technique] = techniques! {
    "1 tree walker": TreeWalker,
    "2 bytecode loop": BytecodeLoop,
    "3 boxed closures": BoxedClosures,
    "3b thin closures": thin::Code<thin::Standard>,
    "3b with calls fused": thin::Code<thin::FusedCalls>,
    "4 continuations": Continuations,
    "5 threaded tape": ThreadedTape,
    "5b driven tape": DrivenTape,
    "7 Cranelift": Cranelift,
};

/// Variants of technique 3b; the first one is what the others are compared with.
pub const VARIANTS: &[Technique] = techniques! {
    "baseline": thin::Code<thin::Standard>,
    "nothing fused": thin::Code<thin::Unfused>,
    "calls fused into operations": thin::Code<thin::FusedCalls>,
    "no stack check": thin::Code<thin::Unchecked>,
    "check of the native stack pointer": thin::Code<thin::NativeCheck>,
    "calls and iterations counted": thin::Code<thin::Counting>,
    "counted, Ints noted by every operation": thin::Code<thin::Recording>,
    "counted, Ints noted once": thin::Code<thin::RecordingOnce>,
    "left operands kept in the frame": thin::Code<thin::Spilling>,
};

/// A program that is measured, with its native twins.
pub struct Workload {
    /// As it is called in tables.
    pub name: &'static str,
    /// The program as a tree.
    pub program: Program,
    /// Technique 6 on dynamic values.
    pub checked: Box<dyn Fn(&mut Machine) -> Value>,
    /// Technique 6 on machine integers.
    pub plain: Box<dyn Fn() -> i32>,
}

/// The programs, in sizes that the slowest technique runs in about a fifth of a second.
pub fn workloads() -> [Workload; 3] {
    [fib(31), perf(400, 800), counting(1500)]
}

/// Small ones, for tests.
pub fn small_workloads() -> [Workload; 3] {
    [fib(10), perf(7, 9), counting(12)]
}

fn fib(n: i32) -> Workload {
    Workload {
        name: "fib",
        program: programs::fib(n),
        checked: Box::new(move |machine| {
            checked::fib(machine, black_box(Value::int(n))).expect("no error")
        }),
        plain: Box::new(move || plain::fib(black_box(n))),
    }
}

fn perf(outer: i32, inner: i32) -> Workload {
    Workload {
        name: "perf",
        program: programs::perf(outer, inner),
        checked: Box::new(move |machine| {
            let (outer, inner) = black_box((Value::int(outer), Value::int(inner)));
            checked::perf(machine, outer, inner).expect("no error")
        }),
        plain: Box::new(move || plain::perf(black_box(outer), black_box(inner))),
    }
}

fn counting(n: i32) -> Workload {
    Workload {
        name: "counting",
        program: programs::counting(n),
        checked: Box::new(move |machine| {
            checked::counting(machine, black_box(Value::int(n))).expect("no error")
        }),
        plain: Box::new(move || plain::counting(black_box(n))),
    }
}
