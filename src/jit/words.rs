//! Values that are the same word: a Tuple, Str or Closure and the Tagged value that it was unboxed, checked or
//! guarded from or is boxed to.
//!
//! Machine code has one variable for them: they take one register, and one home where the collector may run.

use crate::ssa::{Block, Function, Op, Value};

/// Of each value the first one that is the same word.
#[derive(Debug)]
pub(super) struct Words(Vec<Value>);

impl Words {
    /// Finds them. `order` are the function's blocks in reverse postorder, so that operands come first.
    pub(super) fn new(function: &Function, order: &[Block]) -> Words {
        let mut words = Words((0..function.values.len() as u32).map(Value).collect());
        let body = order.iter().flat_map(|&block| &function.block(block).body);
        for &value in body {
            if let Some(same) = same_word(function, value) {
                words.0[value.0 as usize] = words.of(same);
            }
        }
        words
    }

    /// The first value that is the same word.
    pub(super) fn of(&self, value: Value) -> Value {
        self.0[value.0 as usize]
    }

    /// Whether the value is the word of an earlier one.
    pub(super) fn is_known(&self, value: Value) -> bool {
        self.of(value) != value
    }
}

/// The operand that is the same word as a value.
fn same_word(function: &Function, value: Value) -> Option<Value> {
    let operand = match function.instruction(value).op {
        Op::Box(operand) | Op::Unbox(operand) | Op::Copy(operand) => operand,
        Op::Guard { value: operand, .. } | Op::Check { value: operand, .. } => operand,
        _ => return None,
    };
    let is_word = |value| function.ty(value).is_tagged();
    (is_word(value) && is_word(operand)).then_some(operand)
}
