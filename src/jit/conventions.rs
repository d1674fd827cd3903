//! The calling conventions of compiled code: who passes what in which type.
//!
//! Every compiled function returns one word, a value in the runtime's representation. For
//! an Int that is its bits with zeros above, which costs nothing to make or to take apart; and
//! since all results look alike, any function can tail-call any other.

use cranelift_codegen::ir::{AbiParam, Signature, Type as ClifType, types};
use cranelift_codegen::isa::CallConv;

use crate::core::FunctionId;
use crate::ssa::{Context, Type, parameter_type};

/// Most parameters that a compiled function takes, and most arguments that compiled code
/// passes.
pub(super) const MAX_ARGUMENTS: usize = 16;

/// How many parameters are in registers on all machines.
const REGISTERS: usize = 6;

/// The convention of a function's direct entry. Follows from what is proven of the
/// function alone, so that all of its versions share it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Convention {
    /// Whether the collector can run before it returns: it allocates or prints, itself or by those
    /// that it calls.
    pub(super) collects: bool,
    /// Whether it takes a frame. What cannot collect needs none, but takes one if it takes itself:
    /// it is called as a closure then, by callers that pass one.
    pub(super) framed: bool,
    /// Whether it takes its own closure.
    pub(super) takes_self: bool,
    /// The types of what is passed.
    pub(super) parameters: Vec<Type>,
    /// By parameter: whether it is a Tuple that is passed as its two values.
    pub(super) split: Vec<bool>,
}

impl Convention {
    /// The convention of a function.
    pub(super) fn of(context: &Context<'_>, id: FunctionId) -> Convention {
        let facts = context.facts.function(id);
        let effects = facts.effects;
        let collects = effects.allocates || effects.prints || id == FunctionId::MAIN;
        let takes_self = context.program.function(id).takes_self;
        // Pairs that are passed as two values may have to be made.
        debug_assert!(collects || facts.split.iter().all(Option::is_none));
        Convention {
            collects,
            framed: collects || takes_self,
            takes_self,
            parameters: facts.passed().map(parameter_type).collect(),
            split: facts.split.iter().map(Option::is_some).collect(),
        }
    }

    /// The direct entry's signature.
    pub(super) fn signature(&self) -> Signature {
        let mut signature = signature(usize::from(self.framed) + usize::from(self.takes_self));
        let typed = self.parameters.iter().map(|&ty| AbiParam::new(clif_type(ty)));
        signature.params.extend(typed);
        signature
    }

    /// Whether callers that know nothing can use the direct entry as well. An Int as a value is a
    /// register whose lower half is the unboxed Int, which is all that the callee looks at.
    pub(super) fn is_universal(&self) -> bool {
        let in_registers = self.parameters.len() + 2 <= REGISTERS;
        self.framed
            && self.takes_self
            && !self.split.contains(&true)
            && self.parameters.iter().all(|&ty| match ty {
                Type::Int => in_registers,
                ty => ty == Type::Tagged,
            })
    }
}

/// A signature of compiled code that takes so many words and returns one.
pub(super) fn signature(words: usize) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params = vec![AbiParam::new(types::I64); words];
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

/// The signature of the entry for callers that know nothing: frame, closure, arguments.
pub(super) fn tagged_signature(arguments: usize) -> Signature {
    signature(2 + arguments)
}

/// The signature of the entry for callers that have the arguments in the frame: frame and
/// function.
pub(super) fn memory_signature() -> Signature {
    signature(2)
}

/// The signature of what polls. It keeps all registers, so that those who call it in cold blocks pay
/// nothing for it.
pub(super) fn poll_signature() -> Signature {
    Signature::new(CallConv::PreserveAll)
}

/// The signature of what a failed guard jumps to: frame, exit, value.
pub(super) fn exit_signature() -> Signature {
    let mut signature = signature(3);
    signature.params[1] = AbiParam::new(types::I32);
    signature
}

/// How a type of the optimiser is represented.
pub(super) fn clif_type(ty: Type) -> ClifType {
    match ty {
        Type::Int => types::I32,
        Type::Bool => types::I8,
        _ => types::I64,
    }
}
