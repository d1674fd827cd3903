//! Making, at an exit, the objects that compiled code did without.

use galo_runtime::{Machine, Site, Value};

use crate::core::FunctionId;
use crate::interp::Code;
use crate::jit::{NewObject, NewObjects};
use crate::ssa::Shape;

/// Makes an exit's objects and puts them where they belong. Returns the value with which the
/// interpreter goes on.
///
/// # Errors
/// The signal of an error, and the function that would have made the object.
///
/// # Safety
/// `code` is the program's; the frame holds what the exit says, and all slots up to the one for
/// the value can be written.
pub(super) unsafe fn materialize(
    code: &Code,
    machine: &mut Machine<'_>,
    new: &NewObjects,
    frame: *mut Value,
    value: Value,
) -> Result<Value, (Value, FunctionId)> {
    if new.objects.is_empty() {
        return Ok(value);
    }
    let slot = |slot: u32| frame.wrapping_add(slot as usize);
    let waiting = slot(new.value);
    let top = waiting.wrapping_add(1);
    // SAFETY: by contract; all slots below `top` hold values now, so that each allocation finds
    // its parts, and the objects made before, in roots.
    unsafe {
        waiting.write(value);
        for NewObject { shape, parts, targets, function, site } in &new.objects {
            let (site, parts) = (site.index() as Site, slot(*parts));
            let object = match *shape {
                Shape::Tuple => machine.pair(top, site, *parts, *parts.add(1)),
                Shape::Closure(id) => machine.closure(top, site, code.function(id), parts),
            };
            if object.is_signal() {
                return Err((object, *function));
            }
            targets.iter().for_each(|&target| slot(target).write(object));
        }
        Ok(waiting.read())
    }
}
