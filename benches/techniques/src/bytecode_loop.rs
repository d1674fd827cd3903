//! Technique 2: a loop over bytecode.
//!
//! Compact instructions, one `match` in a loop. No Rinha call uses the native stack, so that
//! depth is limited by memory that the interpreter owns. All instructions share one
//! function: the compiler allocates its registers for the whole `match`, and whether each arm
//! gets a jump of its own to the next one is up to it.

use crate::Interpreter;
use crate::bytecode::Op;
use crate::execute::{Code, Instruction, Next, execute};
use crate::ir::Program;
use crate::machine::{Error, Machine};
use crate::value::Value;

/// A program as bytecode.
pub struct BytecodeLoop {
    code: Code<Op>,
}

impl Instruction for Op {
    #[inline(always)]
    fn op(&self) -> &Op {
        self
    }
}

impl Interpreter for BytecodeLoop {
    fn new(program: &Program) -> BytecodeLoop {
        BytecodeLoop { code: Code::new(program, |op| op) }
    }

    fn run(&self, machine: &mut Machine) -> Result<Value, Error> {
        let (mut at, mut frame) = self.code.start(machine);
        loop {
            // SAFETY: the first instruction is the program's entry; each names its successor.
            match unsafe { execute(&*at, at, frame, machine) } {
                Next::Run(next, next_frame) => (at, frame) = (next, next_frame),
                Next::Stop(value) => return machine.finish(value),
            }
        }
    }
}
