//! Lets states refer to what was boxed rather than to the box, so that boxing is left to the exit,
//! which hardly ever happens.
//!
//! # Soundness
//! An exit stores values of any type as Tagged ones. What was boxed dominates the box, and so the
//! guard.

use crate::ssa::{Context, Function, Op};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    let Function { states, values, .. } = function;
    for state in states {
        state.for_each_mut(&mut |value| {
            if let Op::Box(inner) = values[value.0 as usize].op {
                *value = inner;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::passes::testing::{Maker, Source};
    use crate::ssa::{StateId, Type};

    #[test]
    fn states_hold_what_was_boxed() {
        let (mut make, [x, y]) = Maker::new([Type::Int, Type::Tagged]);
        let boxed = make.boxed(x);
        make.slots = vec![Some(boxed), None];
        make.guard(y, Type::Int);
        let mut function = make.returns(y);
        run(&mut function, &Source::new("0").context());
        assert_eq!(function.state(StateId(0)).slots, [Some(x), None]);
    }
}
