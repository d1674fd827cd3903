//! What the runtime asks of whoever compiles functions while the program runs.

use crate::fault::Site;
use crate::function::VmFunction;
use crate::machine::Machine;
use crate::native::Trampoline;
use crate::value::Value;

/// The manager of a program's tiers.
pub trait Tiers {
    /// The function's budget of calls or iterations in the interpreter is used up. Either
    /// compiles the function, and stores its code and entries, or
    /// [allows](crate::function::Budget::allow) more; otherwise this is asked again at the
    /// next call.
    fn hot(&self, function: &VmFunction);

    /// What enters compiled code. Asked once a function is compiled, when it is first run.
    fn trampoline(&self) -> Trampoline;

    /// Shows the functions that are in the middle of a call which returns to this address of compiled
    /// code, with the sites of their calls: first the one that made the call, then, if that was
    /// inlined, the one that it was inlined into, and so on. Nobody if the address is in a stub or
    /// is not compiled code.
    fn calls_at(&self, return_address: usize, each: &mut dyn FnMut(u32, Site));

    /// A guard failed: goes on in the interpreter, and returns a value or a signal.
    ///
    /// # Safety
    /// The frame holds what the exit's state says.
    unsafe fn exit(
        &self,
        machine: &mut Machine<'_>,
        exit: u32,
        frame: *mut Value,
        value: Value,
    ) -> Value;
}
