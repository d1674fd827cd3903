//! What code is made for: this machine, with Cranelift's settings for galo.

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable, SetError};

use super::error::SetupError;

/// Whether there is a disassembler for the code.
pub(super) const IS_X86_64: bool = cfg!(target_arch = "x86_64");

/// Settings that differ from Cranelift's defaults, or that we rely on.
const SETTINGS: [(&str, &str); 10] = [
    ("opt_level", "speed"),
    // The other one compiles twice as fast, and loops run twice as long.
    ("regalloc_algorithm", "backtracking"),
    // Tail calls need frame pointers, and so do stack walks.
    ("preserve_frame_pointers", "true"),
    // The pinned register holds the machine.
    ("enable_pinned_reg", "true"),
    // Stacks are walked by frame pointers and left by restoring the stack pointer.
    ("unwind_info", "false"),
    // cranelift-jit demands it.
    ("is_pic", "false"),
    // Cranelift's helpers are in the program, beyond the reach of a direct call.
    ("use_colocated_libcalls", "false"),
    // A frame of more than a page must not jump over the guard of the stack.
    ("enable_probestack", "true"),
    ("probestack_strategy", "inline"),
    // Where blocks begin tells instructions from tables and constants between them.
    ("machine_code_cfg_info", "true"),
];

/// This machine, with all its processor can do. `verify` has Cranelift check the CLIF that it
/// is given, and after each of its passes.
///
/// # Errors
/// If Cranelift makes no code for it.
pub fn host(verify: bool) -> Result<OwnedTargetIsa, SetupError> {
    let unsupported = |reason: &dyn ToString| SetupError::UnsupportedHost(reason.to_string());
    let flags = flags(verify).map_err(|error| unsupported(&error))?;
    let builder = cranelift_native::builder().map_err(|reason| unsupported(&reason))?;
    builder.finish(flags).map_err(|error| unsupported(&error))
}

fn flags(verify: bool) -> Result<settings::Flags, SetError> {
    let mut builder = settings::builder();
    for (name, value) in SETTINGS {
        builder.set(name, value)?;
    }
    builder.set("enable_verifier", if verify { "true" } else { "false" })?;
    Ok(settings::Flags::new(builder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cranelift_codegen::settings::OptLevel;

    #[test]
    fn this_machine_is_supported() {
        for verify in [false, true] {
            let isa = host(verify).unwrap();
            assert_eq!(isa.pointer_bytes(), 8);
            assert_eq!(isa.flags().opt_level(), OptLevel::Speed);
            assert_eq!(isa.flags().enable_verifier(), verify);
            assert!(isa.flags().preserve_frame_pointers() && isa.flags().enable_pinned_reg());
        }
    }
}
