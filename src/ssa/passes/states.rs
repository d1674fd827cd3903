//! Lets states, and the objects that only exits make, refer to what was boxed rather than to the
//! box, so that boxing is left to the exit, which hardly ever happens.
//!
//! # Soundness
//! An exit stores values of any type, and parts of objects, as Tagged ones. What was boxed dominates
//! the box, and so the guard. It dominates the object that refers to the box, too.

use crate::ssa::{Context, Function, Op};

/// Runs the pass.
pub fn run(function: &mut Function, _: &Context<'_>) {
    for at in 0..function.values.len() {
        let mut op = std::mem::replace(&mut function.values[at].op, Op::Parameter);
        if let Op::Virtual(_, parts) = &mut op {
            parts.iter_mut().for_each(|part| *part = function.unboxed(*part));
        }
        function.values[at].op = op;
    }
    let mut states = std::mem::take(&mut function.states);
    for state in &mut states {
        state.for_each_mut(&mut |value| *value = function.unboxed(*value));
    }
    function.states = states;
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
