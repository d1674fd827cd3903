//! Technique 6, the candle: the same programs written in Rust and compiled ahead of time.
//!
//! [`checked`] keeps the language's dynamic values and their checks, and calls closures
//! through a code pointer; [`plain`] is what one would write in Rust. Neither checks the
//! stack. An interpreter cannot be faster than the first without knowing more than the tree
//! says, and the second is what a compiler with types may reach.

/// On dynamic values, every operation checked.
pub mod checked {
    use crate::ir::BinaryOp::{self, Add, Less, Mul, Sub};
    use crate::machine::{Error, Machine, binary_int};
    use crate::value::Value;

    /// A closure's code; takes the closure and its argument.
    type Code = fn(&mut Machine, Value, Value) -> Option<Value>;

    #[inline(always)]
    fn binary(machine: &mut Machine, op: BinaryOp, left: Value, right: Value) -> Option<Value> {
        if left.both_int(right) {
            return Some(binary_int(op, left.as_int(), right.as_int()));
        }
        machine.binary_slow(left, right);
        None
    }

    #[inline(always)]
    fn less(machine: &mut Machine, left: Value, right: Value) -> Option<bool> {
        Some(binary(machine, Less, left, right)? == Value::TRUE)
    }

    /// See [`crate::programs::fib`].
    pub fn fib(machine: &mut Machine, n: Value) -> Option<Value> {
        if less(machine, n, Value::int(2))? {
            return Some(n);
        }
        let n1 = binary(machine, Sub, n, Value::int(1))?;
        let left = fib(machine, n1)?;
        let n2 = binary(machine, Sub, n, Value::int(2))?;
        let right = fib(machine, n2)?;
        binary(machine, Add, left, right)
    }

    /// See [`crate::programs::perf`].
    pub fn perf(machine: &mut Machine, outer: Value, inner: Value) -> Option<Value> {
        let work = [work as Code as usize as u64, inner.0];
        iter(machine, Value::int(0), outer, Value::closure(work.as_ptr()), Value::int(0))
    }

    fn closure(machine: &mut Machine, code: Code, capture: Value) -> Value {
        let object = machine.allocate(2);
        // SAFETY: the two words were just allocated.
        unsafe {
            object.write(code as usize as u64);
            object.add(1).write(capture.0);
        }
        Value::closure(object)
    }

    /// The one capture of a closure.
    #[inline(always)]
    fn capture(closure: Value) -> Value {
        let object = closure.as_closure().expect("the running closure");
        // SAFETY: `closure` made it.
        Value(unsafe { *object.add(1) })
    }

    fn iter(
        machine: &mut Machine,
        mut from: Value,
        to: Value,
        call: Value,
        mut prev: Value,
    ) -> Option<Value> {
        while less(machine, from, to)? {
            let Some(object) = call.as_closure() else {
                machine.fail(Error::Type);
                return None;
            };
            // SAFETY: `closure` put it there.
            let code: Code = unsafe { std::mem::transmute(*object) };
            prev = code(machine, call, from)?;
            from = binary(machine, Add, from, Value::int(1))?;
        }
        Some(prev)
    }

    fn work(machine: &mut Machine, this: Value, x: Value) -> Option<Value> {
        let call = closure(machine, work_closure, x);
        iter(machine, Value::int(0), capture(this), call, Value::int(0))
    }

    fn work_closure(machine: &mut Machine, this: Value, y: Value) -> Option<Value> {
        let x = capture(this);
        let xy = binary(machine, Mul, x, y)?;
        let tuple = machine.tuple(xy, x);
        let (first, second) = (field(machine, tuple, 0)?, field(machine, tuple, 1)?);
        binary(machine, Mul, first, second)
    }

    #[inline(always)]
    fn field(machine: &mut Machine, value: Value, index: usize) -> Option<Value> {
        let Some(object) = value.as_tuple() else {
            machine.fail(Error::Type);
            return None;
        };
        // SAFETY: a pair has both fields.
        Some(Value(unsafe { *object.add(index) }))
    }

    /// See [`crate::programs::counting`].
    pub fn counting(machine: &mut Machine, n: Value) -> Option<Value> {
        let (mut i, mut acc) = (Value::int(0), Value::int(0));
        while less(machine, i, n)? {
            acc = count(machine, n, acc)?;
            i = binary(machine, Add, i, Value::int(1))?;
        }
        Some(acc)
    }

    fn count(machine: &mut Machine, n: Value, mut acc: Value) -> Option<Value> {
        let mut i = Value::int(0);
        while less(machine, i, n)? {
            acc = Value(super::opaque(binary(machine, Add, acc, i)?.0));
            i = binary(machine, Add, i, Value::int(1))?;
        }
        Some(acc)
    }
}

/// On machine integers, with everything known to the compiler.
pub mod plain {
    /// See [`crate::programs::fib`].
    pub fn fib(n: i32) -> i32 {
        if n < 2 { n } else { fib(n - 1).wrapping_add(fib(n - 2)) }
    }

    /// See [`crate::programs::perf`].
    pub fn perf(outer: i32, inner: i32) -> i32 {
        iter(0, outer, &|x| iter(0, inner, &|y| work_closure(x, y), 0), 0)
    }

    fn iter(from: i32, to: i32, call: &dyn Fn(i32) -> i32, prev: i32) -> i32 {
        (from..to).fold(prev, |_, i| call(i))
    }

    fn work_closure(x: i32, y: i32) -> i32 {
        let (first, second) = (x.wrapping_mul(y), x);
        super::opaque(first.wrapping_mul(second) as u64) as i32
    }

    /// See [`crate::programs::counting`].
    pub fn counting(n: i32) -> i32 {
        let count =
            |acc| (0..n).fold(acc, |acc: i32, i| super::opaque(acc.wrapping_add(i) as u64) as i32);
        (0..n).fold(0, |acc, _| count(acc))
    }
}

/// Keeps a value in its register and lets the compiler know nothing about it, so that a
/// loop is not replaced by the formula for its result.
#[inline(always)]
fn opaque(mut value: u64) -> u64 {
    // SAFETY: no instructions.
    unsafe {
        std::arch::asm!("/* {} */", inout(reg) value, options(nomem, nostack, preserves_flags))
    };
    value
}
