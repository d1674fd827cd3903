//! Direct calls: a call of a closure that is made in the same function, with as many arguments as
//! it takes, becomes a call of that function, with arguments in the form that it takes them.
//!
//! # Soundness
//! The callee is known by the instruction that makes its value. The facts cover every call of the
//! program, this one too: so the arguments are of the types that the function's parameters have by
//! the facts, and what it returns is of its result's type. A call with another number of arguments
//! fails when it is evaluated and stays as it is.

use super::append;
use crate::core::FunctionId;
use crate::ssa::analysis::Graph;
use crate::ssa::{
    Block, Callee, Context, End, Function, Op, Site, Type, Value, parameter_type, proven_type,
};

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let mut calls = Calls { function, context };
    for &block in Graph::new(calls.function).order() {
        calls.block(block);
    }
}

struct Calls<'a> {
    function: &'a mut Function,
    context: &'a Context<'a>,
}

/// A function that is known to be called, and its closure if it takes itself.
#[derive(Clone, Copy)]
struct Target {
    function: FunctionId,
    closure: Option<Value>,
}

impl From<Target> for Callee {
    fn from(Target { function, closure }: Target) -> Callee {
        Callee::Known { function, closure }
    }
}

impl Calls<'_> {
    fn block(&mut self, block: Block) {
        let body = std::mem::take(&mut self.function.blocks[block.0 as usize].body);
        for value in body {
            if let Op::Call(Callee::Fitting(callee) | Callee::Unknown(callee), arguments) =
                &self.function.instruction(value).op
                && let Some(target) = self.target(*callee, arguments.len())
            {
                let arguments = arguments.clone();
                self.call(block, value, target, arguments);
            }
            self.function.blocks[block.0 as usize].body.push(value);
        }
        self.tail_call(block);
    }

    /// The function that a value is a closure of, if it takes this number of arguments.
    fn target(&self, callee: Value, arguments: usize) -> Option<Target> {
        let closure = self.function.unboxed(callee);
        let target = match self.function.instruction(closure).op {
            Op::Function(function) => Target { function, closure: None },
            Op::Closure(function, _) => Target { function, closure: Some(closure) },
            _ => return None,
        };
        let parameters = self.context.program.function(target.function).parameters;
        (parameters as usize == arguments).then_some(target)
    }

    fn call(&mut self, block: Block, value: Value, target: Target, arguments: Box<[Value]>) {
        let site = self.function.instruction(value).site;
        let Calls { function, context } = self;
        let arguments = as_taken(function, context, block, target.function, &arguments, site);
        let call = Op::Call(target.into(), arguments);
        let result = proven_type(self.context.facts.function(target.function).result);
        let op = if self.function.ty(value) == Type::Tagged && result != Type::Tagged {
            let direct = append(self.function, block, call, result, site);
            if let Some(waiting) = self.function.waiting.remove(&value) {
                self.function.waiting.insert(direct, waiting);
            }
            Op::Box(direct)
        } else {
            call
        };
        self.function.values[value.0 as usize].op = op;
    }

    /// Tail calls of the function itself are left alone: they are jumps where they are known.
    fn tail_call(&mut self, block: Block) {
        let End::TailCall {
            callee: Callee::Fitting(callee) | Callee::Unknown(callee),
            arguments,
            site,
        } = &self.function.block(block).end
        else {
            return;
        };
        let site = *site;
        if let Some(target) = self.target(*callee, arguments.len())
            && target.function != self.function.id
        {
            let arguments = arguments.clone();
            let Calls { function, context } = self;
            let arguments = as_taken(function, context, block, target.function, &arguments, site);
            let end = End::TailCall { callee: target.into(), arguments, site };
            self.function.blocks[block.0 as usize].end = end;
        }
    }
}

/// Tagged arguments in the form in which a function takes them, which is made at the end of a block.
pub(super) fn as_taken(
    function: &mut Function,
    context: &Context<'_>,
    block: Block,
    callee: FunctionId,
    arguments: &[Value],
    site: Site,
) -> Box<[Value]> {
    let facts = context.facts.function(callee);
    let mut passed = Vec::with_capacity(arguments.len());
    for (&argument, split) in arguments.iter().zip(&facts.split) {
        if split.is_none() {
            passed.push(argument);
            continue;
        }
        let tuple = append(function, block, Op::Unbox(argument), Type::Tuple, site);
        for field in [Op::First(tuple), Op::Second(tuple)] {
            passed.push(append(function, block, field, Type::Tagged, site));
        }
    }
    let convert = |(argument, kinds)| match parameter_type(kinds) {
        Type::Tagged => argument,
        ty => append(function, block, Op::Unbox(argument), ty, site),
    };
    passed.into_iter().zip(facts.passed()).map(convert).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Kinds;
    use crate::ssa::passes::testing::{Maker, Source};

    /// A function of the program that takes this many arguments.
    fn taking(context: &Context<'_>, parameters: u32) -> FunctionId {
        let functions = &context.program.functions;
        let at = functions.iter().rposition(|function| function.parameters == parameters);
        FunctionId::new(at.expect("there is such a function"))
    }

    #[test]
    fn calls_of_closures_made_here_are_direct() {
        let source = Source::new(
            "let k = 3; let f = fn (x, y) => { x + k }; let g = fn (h) => { h(1, true) };
             let a = print(g(f)); print(g(f))",
        );
        let context = source.context();
        let callee = taking(&context, 2);
        assert_eq!(context.facts.function(callee).parameters, [Kinds::INT, Kinds::BOOL]);
        let (mut make, [x, y]) = Maker::new([Type::Tagged; 2]);
        let closure = make.op(Op::Function(callee), Type::Closure);
        let boxed = make.boxed(closure);
        let call = make.op(Op::Call(Callee::Unknown(boxed), Box::new([x, y])), Type::Tagged);
        let short = make.op(Op::Call(Callee::Unknown(boxed), Box::new([x])), Type::Tagged);
        let arguments = Box::new([call, short]);
        let site = crate::syntax::ast::NodeId::new(0).into();
        make.end(End::TailCall { callee: Callee::Unknown(boxed), arguments, site });
        let mut function = make.finish();
        run(&mut function, &context);

        let Op::Box(direct) = function.instruction(call).op else { panic!("the result is an Int") };
        assert_eq!(function.ty(direct), Type::Int);
        let Op::Call(Callee::Known { function: known, closure: None }, arguments) =
            &function.instruction(direct).op
        else {
            panic!("the callee is known")
        };
        assert_eq!(*known, callee);
        let types: Vec<_> = arguments.iter().map(|&argument| function.ty(argument)).collect();
        assert_eq!(types, [Type::Int, Type::Bool]);
        let unknown = &function.instruction(short).op;
        assert!(matches!(unknown, Op::Call(Callee::Unknown(_), _)), "one argument too few");
        let end = &function.blocks[0].end;
        assert!(matches!(end, End::TailCall { callee: Callee::Known { .. }, .. }));
    }

    #[test]
    fn closures_go_along_with_calls() {
        let source = Source::new("let f = fn (x) => { fn () => { x } }; print(f(1)())");
        let context = source.context();
        let callee = taking(&context, 0);
        let callee = if callee == FunctionId::MAIN { panic!("an inner function") } else { callee };
        let (mut make, [x]) = Maker::new([Type::Tagged]);
        let closure = make.op(Op::Closure(callee, Box::new([x])), Type::Closure);
        let call = Op::Call(Callee::Unknown(closure), Box::new([]));
        let call = make.op(call, Type::Tagged);
        let mut function = make.returns(call);
        run(&mut function, &context);
        let Op::Box(direct) = function.instruction(call).op else { panic!("the result is an Int") };
        let known = Callee::Known { function: callee, closure: Some(closure) };
        assert_eq!(function.instruction(direct).op, Op::Call(known, Box::new([])));
    }
}
