//! Which objects are allocated together: one test whether there is room serves all that are made
//! in a row.
//!
//! Nothing between them can collect, leave the function or be noticed, so that room which is taken
//! is filled before anybody looks.

use rustc_hash::FxHashMap;

use super::super::roots::Safepoint;
use crate::ssa::{Block, Function, Op, Value};

/// The most words that are taken at once.
const MAX_WORDS: u32 = 64;

/// What is taken together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Member {
    /// The first one takes room for so many words.
    First { words: u32 },
    /// The others have theirs so many words behind the first one's.
    Other { first: Value, offset: u32 },
}

/// By object: what it is in its group.
#[derive(Debug)]
pub(super) struct Groups(FxHashMap<Value, Member>);

impl Groups {
    /// Groups the objects that the blocks make.
    pub(super) fn new(
        function: &Function,
        order: &[Block],
        safepoint: &dyn Fn(&Op) -> Safepoint,
    ) -> Groups {
        let mut groups = FxHashMap::default();
        for &block in order {
            let mut open: Option<(Value, u32)> = None;
            for &value in &function.block(block).body {
                let op = &function.instruction(value).op;
                let Some(size) = words(op) else {
                    if op.has_effect() || safepoint(op) != Safepoint::Never {
                        open = None;
                    }
                    continue;
                };
                let first = match open {
                    Some((first, taken)) if taken + size <= MAX_WORDS => {
                        groups.insert(value, Member::Other { first, offset: taken });
                        open = Some((first, taken + size));
                        first
                    }
                    _ => {
                        open = Some((value, size));
                        value
                    }
                };
                let words = open.map_or(size, |(_, taken)| taken);
                groups.insert(first, Member::First { words });
            }
        }
        Groups(groups)
    }

    /// What an object is in its group.
    pub(super) fn member(&self, object: Value) -> Member {
        self.0[&object]
    }

    /// Whether the object finds its room already taken.
    pub(super) fn has_room(&self, value: Value) -> bool {
        matches!(self.0.get(&value), Some(Member::Other { .. }))
    }
}

/// The words of what is allocated in compiled code itself.
fn words(op: &Op) -> Option<u32> {
    match op {
        Op::Tuple(..) => Some((galo_runtime::abi::PAIR_BYTES / 8) as u32),
        Op::Closure(_, captures) => {
            Some((galo_runtime::abi::closure_bytes(captures.len() as u32) / 8) as u32)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::FunctionId;
    use crate::ssa::{BlockData, End, Type};

    #[test]
    fn objects_in_a_row_share_their_room() {
        let (x, pair) = (Value(0), Op::Tuple(Value(0), Value(0)));
        let ops = [
            (pair.clone(), Type::Tuple),
            (Op::Box(Value(1)), Type::Tagged),
            (Op::Closure(FunctionId::MAIN, Box::new([x])), Type::Closure),
            (pair.clone(), Type::Tuple),
            (Op::Print(x), Type::Nothing),
            (pair, Type::Tuple),
        ];
        let site = crate::syntax::ast::NodeId::new(0).into();
        let mut function = Function::new(FunctionId::MAIN);
        let parameters = vec![function.add(Op::Parameter, Type::Tagged, site)];
        let body = ops.map(|(op, ty)| function.add(op, ty, site)).into();
        function.blocks.push(BlockData { parameters, body, end: End::Return(x) });
        let groups = Groups::new(&function, &[Block::ENTRY], &|_| Safepoint::Never);
        assert_eq!(groups.member(Value(1)), Member::First { words: 6 });
        assert_eq!(groups.member(Value(3)), Member::Other { first: Value(1), offset: 2 });
        assert_eq!(groups.member(Value(4)), Member::Other { first: Value(1), offset: 4 });
        assert_eq!(groups.member(Value(6)), Member::First { words: 2 });
        assert!(groups.has_room(Value(4)) && !groups.has_room(Value(6)));
    }
}
