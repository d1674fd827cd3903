//! What compiled code calls: one table, made from the functions themselves.
//!
//! All but [`HelperId::Escape`] have the C calling convention, take the machine first, and
//! return a value or a signal. Where there is a `top`, it is the end of the live slots, and
//! the helper may collect. A panic in one is an error for compiled code, and goes on as a
//! panic in the Rust code that had entered it.

use crate::fault::{Blame, Site};
use crate::function::VmFunction;
use crate::machine::Machine;
use crate::ops::Operator;
use crate::value::Value;

/// The type of a helper's parameter or result.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AbiType {
    /// 32 bits: a site, an operator, an Int, a choice that is 0 or 1.
    I32,
    /// 64 bits: a value, a pointer, a length.
    I64,
}

/// A type that helpers take.
trait Abi {
    const TYPE: AbiType;
}

macro_rules! abi {
    ($($type:ty: $abi:ident)*) => {$(
        impl Abi for $type {
            const TYPE: AbiType = AbiType::$abi;
        }
    )*};
}
abi!(u32: I32 i32: I32 Operator: I32 usize: I64 Value: I64);

impl<T> Abi for *const T {
    const TYPE: AbiType = AbiType::I64;
}

impl<T> Abi for *mut T {
    const TYPE: AbiType = AbiType::I64;
}

/// A function that compiled code can call.
#[derive(Debug)]
pub struct Helper {
    /// Which one it is.
    pub id: HelperId,
    /// What listings call it.
    pub name: &'static str,
    address: *const u8,
    /// What it takes, the machine included.
    pub parameters: &'static [AbiType],
    /// What it returns; nothing if it never does.
    pub result: Option<AbiType>,
}

// SAFETY: the pointer is a function's.
unsafe impl Sync for Helper {}

impl Helper {
    /// Where its code is.
    pub fn address(&self) -> *const u8 {
        self.address
    }
}

impl HelperId {
    /// The helper.
    pub fn helper(self) -> &'static Helper {
        &HELPERS[self as usize]
    }
}

macro_rules! helpers {
    ($(
        $(#[$doc:meta])*
        $id:ident = fn $name:ident($machine:ident $(, $parameter:ident: $type:ty)* $(,)?) $body:block
    )*) => {
        /// The helpers by what they do; the parameters follow the machine.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u32)]
        pub enum HelperId {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\nParameters: `", stringify!($($parameter: $type),*), "`.")]
                $id,
            )*
            /// Gives up all compiled code up to the last entry because of the error in the
            /// machine, whose signal the entry returns. To be called, without parameters,
            /// once a helper has returned the signal of an error. Never returns.
            Escape,
        }

        $(
            $(#[$doc])*
            ///
            /// # Safety
            /// Only for compiled code, whose frames and values are as the helper's
            /// documentation says.
            unsafe extern "C" fn $name(
                $machine: &mut Machine<'_>,
                $($parameter: $type),*
            ) -> Value {
                $machine.contain(|$machine| $body)
            }
        )*

        /// All helpers, by their ids.
        pub static HELPERS: [Helper; HelperId::Escape as usize + 1] = [
            $(Helper {
                id: HelperId::$id,
                name: stringify!($name),
                address: $name as *const u8,
                parameters: &[AbiType::I64, $(<$type as Abi>::TYPE),*],
                result: Some(<Value as Abi>::TYPE),
            },)*
            Helper {
                id: HelperId::Escape,
                name: "escape",
                address: crate::native::escape as *const u8,
                parameters: &[],
                result: None,
            },
        ];
    };
}

helpers! {
    /// Room for so many words, which were taken from the nursery though it has not as many: the
    /// address, which is no signal.
    Room = fn room(machine, top: *mut Value, site: Site, words: u32) {
        machine.room(top, site, words as usize)
    }

    /// The Tuple that a caller has passed as its two values. If there is no room for it, the error belongs to
    /// that call, as if the caller had made it.
    PassedPair = fn passed_pair(machine, top: *mut Value, first: Value, second: Value) {
        let pair = machine.pair(top, 0, first, second);
        if pair.is_signal() {
            machine.set_at_entry();
        }
        pair
    }

    /// A new cell that is not filled yet.
    Cell = fn cell(machine, top: *mut Value, site: Site) {
        machine.cell(top, site)
    }

    /// Fills a cell; the result means nothing. Never fails.
    FillCell = fn fill_cell(machine, cell: Value, value: Value) {
        // SAFETY: by contract.
        unsafe { machine.heap.set_cell(cell, value) };
        value
    }

    /// The result of any operator for any two values, or the error that it is one.
    Operate = fn operate(
        machine,
        operator: Operator,
        top: *mut Value,
        site: Site,
        left: Value,
        right: Value,
    ) {
        machine.operate(operator, top, site, left, right)
    }

    /// The value of `a + (b + …)` for the values in so many slots from `parts`, which are the first
    /// behind the live ones and are used up, or the error that it is. The site is that of the first
    /// `+`; that of each other is one less than that of the one before.
    Concat = fn concat(machine, parts: *mut Value, count: u32, site: Site) {
        machine.concat(parts, count as usize, site)
    }

    /// Whether two Strs are equal, or the error that there was no memory to see that. Does not
    /// collect.
    EqualStrs = fn equal_strs(machine, site: Site, left: Value, right: Value) {
        machine.equal_strs(site, left, right)
    }

    /// Prints a value; the result is that value.
    Print = fn print(machine, site: Site, value: Value) {
        machine.print(site, value)
    }

    /// Sees to what other threads want; the result means nothing. To be called by a stub of its own,
    /// whose caller is the one that polls. Does not collect.
    Poll = fn poll(machine) {
        machine.poll_at_tail_call(None).unwrap_or(Value::int(0))
    }

    /// Runs a function that is not compiled, with its arguments and closure in the frame.
    /// The signal of a tail call asks the caller to make it, with the function and the frame
    /// that are in the machine, by the `memory` entry.
    Interpret = fn interpret(machine, function: *const VmFunction, frame: *mut Value) {
        // SAFETY: by contract.
        unsafe { machine.interpret(function, frame) }
    }

    /// Goes on in the interpreter: `frame` holds what the exit's state says, `value` is that
    /// of the node after which it goes on. Returns like `interpret`.
    Exit = fn exit(machine, exit: u32, frame: *mut Value, value: Value) {
        // SAFETY: by contract.
        unsafe { machine.exit(exit, frame, value) }
    }

    /// Fails: `/` or `%` by zero.
    DivisionByZero = fn division_by_zero(
        machine,
        operator: Operator,
        site: Site,
        dividend: i32,
    ) {
        machine.division_by_zero(operator, site, dividend)
    }

    /// Fails: the condition of an `if` is no Bool.
    ConditionNotBool = fn condition_not_bool(machine, site: Site, condition: Value) {
        machine.condition_not_bool(site, condition)
    }

    /// Fails: an operand of `&&` (`and` is 1) or `||` (0), the left one (`left` is 1) or the
    /// right one (0), is no Bool.
    OperandNotBool = fn operand_not_bool(
        machine,
        and: u32,
        left: u32,
        site: Site,
        operand: Value,
    ) {
        let symbol = if and != 0 { "&&" } else { "||" };
        let blame = if left != 0 { Blame::First } else { Blame::Second };
        machine.operand_not_bool(symbol, site, operand, blame)
    }

    /// Fails: `first` (1) or `second` (0) of what is no Tuple.
    NotATuple = fn not_a_tuple(machine, first: u32, site: Site, value: Value) {
        machine.not_a_tuple(site, if first != 0 { "first" } else { "second" }, value)
    }

    /// Fails: a call of what is no Closure.
    NotAFunction = fn not_a_function(machine, site: Site, callee: Value) {
        machine.not_a_function(site, callee)
    }

    /// Fails: a call with another number of arguments than the function has parameters.
    WrongArity = fn wrong_arity(
        machine,
        site: Site,
        function: *const VmFunction,
        given: u32,
    ) {
        // SAFETY: functions live as long as the program.
        machine.wrong_arity(site, unsafe { &*function }, given as usize)
    }

    /// Fails: a variable is read before its `let`. The name is text that lives as long as
    /// the code.
    UsedBeforeDefinition = fn used_before_definition(
        machine,
        site: Site,
        name: *const u8,
        length: usize,
    ) {
        // SAFETY: by contract.
        machine.used_before_definition(site, unsafe { text(name, length) })
    }

    /// Fails: nothing binds a name. The name is text that lives as long as the code.
    UnboundName = fn unbound_name(machine, site: Site, name: *const u8, length: usize) {
        // SAFETY: by contract.
        machine.unbound_name(site, unsafe { text(name, length) })
    }

    /// Fails: a function was called once more than may be.
    OutOfFuel = fn out_of_fuel(machine, site: Site) {
        machine.out_of_fuel(site)
    }

    /// Fails: there is no room for the frame of a function that has been entered.
    StackOverflow = fn stack_overflow(machine, site: Site) {
        machine.stack_overflow(site)
    }

    /// Fails: there is no room for the function that is being entered. The error belongs to
    /// the call, whose site is found on the way up.
    StackOverflowAtEntry = fn stack_overflow_at_entry(machine) {
        machine.stack_overflow_at_entry()
    }
}

/// # Safety
/// It is text that outlives the error's report.
unsafe fn text<'a>(start: *const u8, length: usize) -> &'a str {
    // SAFETY: by contract.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(start, length)) }
}
