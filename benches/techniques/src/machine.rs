//! What all techniques need while a program runs: the frame stack, a nursery, errors.
//!
//! There is no collector. The nursery starts again at its beginning when it is full, which
//! costs what a minor collection without survivors costs; no program here keeps an object
//! for as long as it takes to go round once.

use crate::ir::BinaryOp;
use crate::value::Value;
use std::mem::offset_of;

/// Why a program stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Error {
    /// An operand, a condition or a callee has the wrong type.
    Type,
    /// A call passed the wrong number of arguments.
    Arity,
    /// Recursion went too deep.
    StackOverflow,
}

const FRAME_SLOTS: usize = 1 << 20;
const NURSERY_WORDS: usize = 32 << 10;

/// How many slots a frame may use beyond the place where the stack check was made.
const FRAME_HEADROOM: usize = 256;

/// A tail call: the arguments are already where the callee's frame has its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    /// The callee, in whatever form the technique keeps functions.
    pub callee: *const (),
    /// The callee's frame, which replaces that of the function that makes the call.
    pub frame: *mut Value,
}

/// Where a call returns to, for techniques that keep this off the native stack.
#[derive(Clone, Copy, Debug)]
pub struct Return {
    /// The next instruction, in whatever form the technique keeps them.
    pub instruction: *const (),
    /// The caller's frame.
    pub frame: *mut Value,
}

/// The state of a running program.
#[derive(Debug)]
pub struct Machine {
    next: *mut u64,
    end: *mut u64,
    frame_limit: *mut Value,
    native_limit: usize,
    /// A tail call on its way to the loop of whoever called the function that makes it.
    pub pending: Pending,
    next_return: *mut Return,
    /// One word for each function of the program, for techniques that make a function
    /// without captures a value by pointing here: its closure has nothing but that word.
    pub functions: *const u64,
    error: Option<Error>,
    returns: Box<[Return]>,
    frames: Box<[Value]>,
    nursery: Box<[u64]>,
}

impl Default for Machine {
    fn default() -> Machine {
        Machine::new()
    }
}

impl Machine {
    /// Where machine code finds the first free word of the nursery.
    pub const NEXT: usize = offset_of!(Machine, next);
    /// Where it finds the nursery's end.
    pub const END: usize = offset_of!(Machine, end);
    /// Where it finds the address that the native stack must stay above.
    pub const NATIVE_LIMIT: usize = offset_of!(Machine, native_limit);

    /// A machine with an empty stack and nursery.
    pub fn new() -> Machine {
        let mut frames = vec![Value::int(0); FRAME_SLOTS].into_boxed_slice();
        let nowhere = Return { instruction: std::ptr::null(), frame: std::ptr::null_mut() };
        let mut returns = vec![nowhere; FRAME_SLOTS].into_boxed_slice();
        let mut nursery = vec![0; NURSERY_WORDS].into_boxed_slice();
        let space = nursery.as_mut_ptr_range();
        assert!(space.start as usize > u32::MAX as usize, "small addresses are integers");
        Machine {
            next: space.start,
            end: space.end,
            frame_limit: &raw mut frames[FRAME_SLOTS - FRAME_HEADROOM],
            native_limit: 0,
            pending: Pending { callee: std::ptr::null(), frame: std::ptr::null_mut() },
            functions: std::ptr::null(),
            next_return: returns.as_mut_ptr(),
            error: None,
            returns,
            frames,
            nursery,
        }
    }

    /// The first frame.
    pub fn frame(&mut self) -> *mut Value {
        self.frames.as_mut_ptr()
    }

    /// Lets frames start in the first `slots` slots of the frame stack only.
    pub fn limit_frames(&mut self, slots: usize) {
        self.frame_limit = &raw mut self.frames[slots];
    }

    /// Lets the native stack grow by so many bytes from here; only some variants check it.
    pub fn limit_native_stack(&mut self, bytes: usize) {
        self.native_limit = native_stack_pointer() - bytes;
    }

    /// Whether a frame may start at `frame`.
    #[inline(always)]
    pub fn has_frame(&self, frame: *mut Value) -> bool {
        frame <= self.frame_limit
    }

    /// Whether there is native stack left.
    #[inline(always)]
    pub fn has_native_stack(&self) -> bool {
        native_stack_pointer() > self.native_limit
    }

    /// Notes where a call returns to.
    ///
    /// # Safety
    /// [`Machine::has_frame`] holds for the callee's frame. Each frame is above its caller's,
    /// so that the one check bounds both stacks.
    #[inline(always)]
    pub unsafe fn push_return(&mut self, to: Return) {
        // SAFETY: there are as many returns as frame slots.
        unsafe {
            self.next_return.write(to);
            self.next_return = self.next_return.add(1);
        }
    }

    /// Takes back what the innermost call noted.
    ///
    /// # Safety
    /// There is one.
    #[inline(always)]
    pub unsafe fn pop_return(&mut self) -> Return {
        // SAFETY: by contract.
        unsafe {
            self.next_return = self.next_return.sub(1);
            self.next_return.read()
        }
    }

    /// Forgets all calls, as a failing program leaves them behind.
    pub fn clear_returns(&mut self) {
        self.next_return = self.returns.as_mut_ptr();
    }

    /// Takes `words` words from the nursery.
    #[inline(always)]
    pub fn allocate(&mut self, words: usize) -> *mut u64 {
        let object = self.next;
        let next = object.wrapping_add(words);
        if next > self.end {
            return self.allocate_in_fresh_nursery(words);
        }
        self.next = next;
        object
    }

    #[cold]
    #[inline(never)]
    fn allocate_in_fresh_nursery(&mut self, words: usize) -> *mut u64 {
        self.next = self.nursery.as_mut_ptr().wrapping_add(words);
        self.nursery.as_mut_ptr()
    }

    /// Makes a pair.
    #[inline(always)]
    pub fn tuple(&mut self, first: Value, second: Value) -> Value {
        let object = self.allocate(2);
        // SAFETY: the two words were just allocated.
        unsafe {
            object.write(first.0);
            object.add(1).write(second.0);
        }
        Value::tuple(object)
    }

    /// Records why the program stops.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, error: Error) -> Value {
        self.error = Some(error);
        Value::ERROR
    }

    /// A binary operation whose operands are not both Ints: passes an error on, or fails. A
    /// whole language would concatenate strings and compare booleans here.
    #[cold]
    #[inline(never)]
    pub fn binary_slow(&mut self, left: Value, right: Value) -> Value {
        if left.is_sentinel() || right.is_sentinel() {
            return Value::ERROR;
        }
        self.fail(Error::Type)
    }

    /// Turns an evaluation's outcome into a result.
    pub fn finish(&mut self, value: Value) -> Result<Value, Error> {
        debug_assert!(value == Value::ERROR || !value.is_sentinel());
        if value == Value::ERROR {
            Err(self.error.take().expect("an error was recorded"))
        } else {
            Ok(value)
        }
    }
}

/// Applies an operation to two Ints.
#[inline(always)]
pub fn binary_int(op: BinaryOp, left: i32, right: i32) -> Value {
    match op {
        BinaryOp::Add => Value::int(left.wrapping_add(right)),
        BinaryOp::Sub => Value::int(left.wrapping_sub(right)),
        BinaryOp::Mul => Value::int(left.wrapping_mul(right)),
        BinaryOp::Less => Value::bool(left < right),
        BinaryOp::Equal => Value::bool(left == right),
    }
}

/// In one arm of a conditional, keeps the compiler from turning it into a choice between two
/// addresses: those of the next instructions, say.
/// A branch is predicted; an address that depends on the operands makes whatever comes next
/// wait for them.
#[inline(always)]
pub fn stay_a_branch() {
    // SAFETY: no instructions.
    unsafe { std::arch::asm!("", options(nomem, nostack, preserves_flags)) };
}

/// The machine's stack pointer where it can be read, an approximation elsewhere.
#[inline(always)]
pub fn native_stack_pointer() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        let pointer: usize;
        // SAFETY: copies a register and touches nothing else.
        unsafe {
            std::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags))
        };
        pointer
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let marker = 0_u8;
        &raw const marker as usize
    }
}
