//! The programs that are measured, as trees, with the Rinha source beside each.

use crate::ir::{BinaryOp, Expr, Function, FunctionId, Program};
use Expr::{Apply, Call, Capture, Closure, First, If, Int, Let, Second, Slot, TailCall, Tuple};

/// ```text
/// let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
/// fib(N)
/// ```
pub fn fib(n: i32) -> Program {
    let call = |by| Call(1, vec![sub(Slot(0), Int(by))]);
    let body = if_else(less(Slot(0), Int(2)), Slot(0), add(call(1), call(2)));
    program(Call(1, vec![Int(n)]), [function(1, body)])
}

/// A higher-order iterator that calls a closure with captures; each call makes a tuple and
/// takes it apart at once.
///
/// ```text
/// let iter = fn (from, to, call, prev) => {
///   if (from < to) { let res = call(from); iter(from + 1, to, call, res) } else { prev }
/// };
/// let work = fn (x) => {
///   let work_closure = fn (y) => {
///     let xy = x * y;
///     let tup = (xy, x);
///     let f = first(tup);
///     let s = second(tup);
///     f * s
///   };
///   iter(0, INNER, work_closure, 0)
/// };
/// iter(0, OUTER, work, 0)
/// ```
pub fn perf(outer: i32, inner: i32) -> Program {
    const ITER: FunctionId = 1;
    const WORK: FunctionId = 2;
    const WORK_CLOSURE: FunctionId = 3;
    let again = vec![add(Slot(0), Int(1)), Slot(1), Slot(2), Slot(4)];
    let step = let_in(4, Apply(Box::new(Slot(2)), vec![Slot(0)]), TailCall(ITER, again));
    let iter = if_else(less(Slot(0), Slot(1)), step, Slot(3));

    let inner_loop = TailCall(ITER, vec![Int(0), Int(inner), Slot(1), Int(0)]);
    let work = let_in(1, Closure(WORK_CLOSURE, vec![Slot(0)]), inner_loop);

    let product = binary(BinaryOp::Mul, Slot(4), Slot(5));
    let second = let_in(5, Second(Box::new(Slot(3))), product);
    let first = let_in(4, First(Box::new(Slot(3))), second);
    let tuple = let_in(3, Tuple(Box::new([Slot(2), Capture(0)])), first);
    let work_closure = let_in(2, binary(BinaryOp::Mul, Capture(0), Slot(0)), tuple);

    program(
        Call(ITER, vec![Int(0), Int(outer), Expr::Function(WORK), Int(0)]),
        [
            function(4, iter),
            function(1, work),
            Function { captures: true, ..function(1, work_closure) },
        ],
    )
}

/// A nested counting loop; all iteration is by tail calls.
///
/// ```text
/// let inner = fn (i, n, acc) => { if (i < n) { inner(i + 1, n, acc + i) } else { acc } };
/// let outer = fn (i, n, acc) => {
///   if (i < n) { outer(i + 1, n, inner(0, n, acc)) } else { acc }
/// };
/// outer(0, N, 0)
/// ```
pub fn counting(n: i32) -> Program {
    const INNER: FunctionId = 1;
    const OUTER: FunctionId = 2;
    let count = |this, next| {
        let again = TailCall(this, vec![add(Slot(0), Int(1)), Slot(1), next]);
        function(3, if_else(less(Slot(0), Slot(1)), again, Slot(2)))
    };
    let run_inner = Call(INNER, vec![Int(0), Slot(1), Slot(2)]);
    program(
        Call(OUTER, vec![Int(0), Int(n), Int(0)]),
        [count(INNER, add(Slot(2), Slot(0))), count(OUTER, run_inner)],
    )
}

/// Recursion that is not a tail call, to see what a level of it costs in native stack.
///
/// ```text
/// let sum = fn (n) => { if (n == 0) { 0 } else { n + sum(n - 1) } };
/// sum(N)
/// ```
pub fn sum(n: i32) -> Program {
    let rest = Call(1, vec![sub(Slot(0), Int(1))]);
    let is_zero = binary(BinaryOp::Equal, Slot(0), Int(0));
    let body = if_else(is_zero, Int(0), add(Slot(0), rest));
    program(Call(1, vec![Int(n)]), [function(1, body)])
}

/// A type error in the left operand of an addition whose right operand would run forever.
///
/// ```text
/// let forever = fn (n) => { forever(n) };
/// (1 + (1, 2)) + forever(0)
/// ```
pub fn type_error() -> Program {
    let wrong = add(Int(1), Tuple(Box::new([Int(1), Int(2)])));
    let body = add(wrong, Call(1, vec![Int(0)]));
    program(body, [function(1, TailCall(1, vec![Slot(0)]))])
}

/// A call with too few arguments.
///
/// ```text
/// let both = fn (a, b) => { a };
/// let f = both;
/// f(1)
/// ```
pub fn arity_error() -> Program {
    apply_to_one(Expr::Function(1))
}

/// A call of something that is no function.
///
/// ```text
/// let f = 1;
/// f(1)
/// ```
pub fn callee_error() -> Program {
    apply_to_one(Int(1))
}

fn apply_to_one(callee: Expr) -> Program {
    let main = let_in(1, callee, Apply(Box::new(Slot(1)), vec![Int(1)]));
    program(main, [function(2, Slot(0))])
}

fn program<const N: usize>(main: Expr, functions: [Function; N]) -> Program {
    let main = function(0, main);
    Program { functions: std::iter::once(main).chain(functions).collect() }
}

fn function(parameters: u16, body: Expr) -> Function {
    Function { parameters, captures: false, body }
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new([left, right]))
}

fn add(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Add, left, right)
}

fn sub(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Sub, left, right)
}

fn less(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Less, left, right)
}

fn if_else(condition: Expr, consequence: Expr, alternative: Expr) -> Expr {
    If(Box::new([condition, consequence, alternative]))
}

fn let_in(slot: u16, value: Expr, body: Expr) -> Expr {
    Let(slot, Box::new([value, body]))
}
