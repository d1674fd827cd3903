//! Copies: what passes leave behind where one value turned out to be another.
//!
//! A pass overwrites the instruction with [`Op::Copy`] and need not look for its users; when it
//! is done, [`resolve`] makes all of them use the original and takes the copies out. So a pass
//! never meets copies that another one left.

use crate::ssa::{Block, End, Function, Op, Value};

/// Makes every user of a copy use the original instead, and takes the copies out of their
/// blocks.
///
/// Sound because a copy's original dominates the copy, which dominates its users.
pub fn resolve(function: &mut Function) {
    let originals = originals(function);
    let replace = |value: &mut Value| *value = originals[value.0 as usize];
    for block in 0..function.blocks.len() {
        let Function { blocks, values, .. } = &mut *function;
        let block = &mut blocks[block];
        block.body.retain(|value| !matches!(values[value.0 as usize].op, Op::Copy(_)));
        for value in &block.body {
            values[value.0 as usize].op.for_each_operand_mut(&mut |operand| replace(operand));
        }
        block.end.for_each_operand_mut(&mut |operand| replace(operand));
    }
    for state in &mut function.states {
        state.for_each_mut(&mut |operand| replace(operand));
    }
}

/// What a value is a copy of, or itself. The copy's operand is no copy, as it is if operands are
/// looked at before their users.
pub fn original(function: &Function, value: Value) -> Value {
    match function.instruction(value).op {
        Op::Copy(original) => original,
        _ => value,
    }
}

/// Makes an instruction use the originals of its operands.
pub fn use_originals(function: &mut Function, value: Value) {
    let place = value.0 as usize;
    let mut op = std::mem::replace(&mut function.values[place].op, Op::Parameter);
    op.for_each_operand_mut(&mut |operand| *operand = original(function, *operand));
    function.values[place].op = op;
}

/// Makes the end of a block use the originals of its operands.
pub fn use_originals_at_end(function: &mut Function, block: Block) {
    let place = block.0 as usize;
    let mut end = std::mem::replace(&mut function.blocks[place].end, End::Unreachable);
    end.for_each_operand_mut(&mut |operand| *operand = original(function, *operand));
    function.blocks[place].end = end;
}

/// By value: what it is a copy of in the end, or itself.
fn originals(function: &Function) -> Vec<Value> {
    let mut originals: Vec<Value> = (0..function.values.len() as u32).map(Value).collect();
    let mut path = Vec::new();
    for index in 0..originals.len() {
        let mut at = index;
        while let Op::Copy(next) = function.values[at].op
            && originals[at].0 as usize == at
        {
            path.push(at);
            at = next.0 as usize;
        }
        let original = originals[at];
        for copy in path.drain(..) {
            originals[copy] = original;
        }
    }
    originals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::Type;
    use crate::ssa::passes::testing::Maker;

    #[test]
    fn users_of_chains_use_the_original() {
        let (mut make, [original]) = Maker::new([Type::Int]);
        let first = make.copy(original);
        let second = make.copy(first);
        let sum = make.add(second, first);
        let result = make.boxed(sum);
        let mut function = make.returns(result);
        resolve(&mut function);
        assert_eq!(function.instruction(sum).op.operands(), [original, original]);
        assert_eq!(function.blocks[0].body, [sum, result]);
        assert_eq!(function.blocks[0].end, End::Return(result));
    }
}
