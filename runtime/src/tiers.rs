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

    /// The function and the site of the call that returns to this address of compiled
    /// code; none if the address is in a stub or is not compiled code.
    fn site_of(&self, return_address: usize) -> Option<(u32, Site)>;

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
