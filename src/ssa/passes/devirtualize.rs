//! Guarded devirtualization: where the profile has seen one function only, a call of an unknown
//! closure asks whether the closure is one of that function, and then calls it directly.
//!
//! A direct call takes unboxed arguments, and it can be inlined. The other way remains what it was: the
//! guess costs a comparison where it is wrong, and no exit.
//!
//! That is what inline caches do at run time and what Hölzle and Ungar's *type feedback* (PLDI 1994)
//! does when it compiles.
//!
//! # Soundness
//! Behind the question, the callee is known; in front of it nothing is assumed. The facts cover
//! every call that happens, this one too, so arguments and result are of the types that they say.
//! Only calls are changed that are proven to fit, so the number of arguments is right.

use super::calls::as_taken;
use super::{append, cut};
use crate::core::FunctionId;
use crate::ssa::analysis::Graph;
use crate::ssa::{
    Block, BlockData, Callee, Context, End, Function, Instruction, Jump, Op, Site, Type, Value,
    proven_type,
};

/// Runs the pass.
pub fn run(function: &mut Function, context: &Context<'_>) {
    let seen = std::mem::take(&mut function.seen);
    if seen.is_empty() {
        return;
    }
    let guess = |site: Site, arguments: usize| {
        let own = site.scope == crate::ssa::Scope::OWN;
        let callee = seen.get(&site.node).copied().filter(|_| own)?;
        let takes = context.program.function(callee).parameters as usize;
        let parameters = &context.facts.function(callee).parameters;
        let is_called = parameters.iter().all(|kinds| !kinds.is_empty());
        (takes == arguments && is_called).then_some(callee)
    };
    for &block in Graph::new(function).order() {
        if let End::TailCall { callee: Callee::Fitting(closure), arguments, site } =
            &function.block(block).end
            && let Some(callee) = guess(*site, arguments.len())
        {
            let (closure, arguments, site) = (*closure, arguments.clone(), *site);
            Rewrite { function, context, callee, closure, site }.tail_call(block, &arguments);
        }
        // What comes behind a call moves to another block.
        for call in function.block(block).body.clone().into_iter().rev() {
            let Instruction { op, site, .. } = function.instruction(call);
            if let Op::Call(Callee::Fitting(closure), arguments) = op
                && let Some(callee) = guess(*site, arguments.len())
            {
                let (closure, arguments, site) = (*closure, arguments.clone(), *site);
                Rewrite { function, context, callee, closure, site }.call(block, call, arguments);
            }
        }
    }
}

/// One call, as it is changed.
struct Rewrite<'a> {
    function: &'a mut Function,
    context: &'a Context<'a>,
    /// What the closure is guessed to be of.
    callee: FunctionId,
    closure: Value,
    site: Site,
}

impl Rewrite<'_> {
    fn tail_call(&mut self, block: Block, passed: &[Value]) {
        let known = self.block();
        let other = self.block();
        let end = self.question(block, known, other);
        let end = std::mem::replace(&mut self.function.blocks[block.0 as usize].end, end);
        self.function.blocks[other.0 as usize].end = end;
        let (callee, arguments) = self.known(known, passed);
        let site = self.site;
        self.function.blocks[known.0 as usize].end = End::TailCall { callee, arguments, site };
    }

    fn call(&mut self, block: Block, call: Value, passed: Box<[Value]>) {
        let (site, ty) = (self.site, self.function.ty(call));
        let waiting = self.function.waiting.remove(&call);
        let behind = cut(self.function, block, call);
        let known = self.block();
        let other = self.block();
        let end = self.question(block, known, other);
        self.function.blocks[block.0 as usize].end = end;

        let (callee, arguments) = self.known(known, &passed);
        let result = self.context.facts.function(self.callee).result;
        let returned = proven_type(result);
        let direct = append(self.function, known, Op::Call(callee, arguments), returned, site);
        let op = Op::Call(Callee::Fitting(self.closure), passed);
        let indirect = append(self.function, other, op, ty, site);
        for call in [direct, indirect] {
            self.function.waiting.extend(waiting.map(|waiting| (call, waiting)));
        }
        let value = match (returned, ty) {
            _ if result.is_empty() => None,
            (from, to) if from == to => Some(direct),
            (_, Type::Tagged) => Some(append(self.function, known, Op::Box(direct), ty, site)),
            _ => Some(append(self.function, known, Op::Unbox(direct), ty, site)),
        };
        let jump = |value| End::Jump(Jump { to: behind, arguments: vec![value] });
        let end = value.map_or(End::Unreachable, jump);
        self.function.blocks[known.0 as usize].end = end;
        self.function.blocks[other.0 as usize].end = jump(indirect);
    }

    fn block(&mut self) -> Block {
        let block = Block(self.function.blocks.len() as u32);
        let end = End::Unreachable;
        self.function.blocks.push(BlockData { parameters: Vec::new(), body: Vec::new(), end });
        block
    }

    /// How a block ends that asks what the closure is.
    fn question(&mut self, block: Block, known: Block, other: Block) -> End {
        let op = Op::IsFunction(self.closure, self.callee);
        let condition = append(self.function, block, op, Type::Bool, self.site);
        let [then, otherwise] = [known, other].map(|to| Jump { to, arguments: Vec::new() });
        End::Branch { condition, then, otherwise }
    }

    /// The callee that is known, and what it is passed.
    fn known(&mut self, block: Block, passed: &[Value]) -> (Callee, Box<[Value]>) {
        let takes_self = self.context.program.function(self.callee).takes_self;
        let closure = takes_self.then_some(self.closure);
        let Rewrite { function, context, callee, site, .. } = self;
        let arguments = as_taken(function, context, block, *callee, passed, *site);
        (Callee::Known { function: self.callee, closure }, arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::passes::testing::Source;
    use crate::ssa::testing::INTS;
    use crate::ssa::{build, print, verify};

    /// The function of this name behind the pass, if each call has reached the `nth` function.
    fn guessed(text: &str, name: &str, nth: usize) -> String {
        let source = Source::new(text);
        let context = source.context();
        let named = |function: &crate::core::Function| {
            function.name.is_some_and(|symbol| context.ast.text(symbol) == name)
        };
        let at = context.program.functions.iter().position(named).expect("there is such a one");
        let profile = INTS.calling(FunctionId::new(nth));
        let mut function = build(context, FunctionId::new(at), &profile).expect("it is small");
        run(&mut function, &context);
        assert_eq!(verify(&function, &context), Ok(()));
        let text = print(&function, &context, &|_| String::new());
        let bare = |line: &str| line.split(';').next().unwrap_or(line).trim_end().to_owned() + "\n";
        text.lines().map(bare).collect()
    }

    /// Two closures that capture, and one that does not, reach the same calls.
    const PROGRAM: &str = "
        let adder = fn (a) => { fn (x) => { x + a } };
        let pairs = fn (a) => { fn (x) => { (x, a) } };
        let apply = fn (f, x) => { let y = f(x); (y, 1) };
        let leave = fn (f, x) => { f(x) };
        let _ = print(apply(adder(1), 2));
        let _ = print(apply(pairs(1), 2));
        let _ = print(leave(adder(1), 2));
        print(leave(pairs(1), 2))";

    #[test]
    fn calls_ask_and_meet_again() {
        let expected = "\
fn 5 apply
entry(v0: tagged, v1: int)
  v2: closure = unbox v0
  v3: tagged = box v1
  v9: bool = v2 is 2 _
  if v9 then b2 else b3
b1(v4: tagged)
  v5: int = 1
  v6: tagged = box v5
  v7: tuple = (v4, v6)
  v8: tagged = box v7
  return v8
b2()
  v10: int = unbox v3
  v11: int = call 2 _ v2(v10)
  v13: tagged = box v11
  jump b1(v13)
b3()
  v12: tagged = call fitting v2(v3)
  jump b1(v12)
";
        assert_eq!(guessed(PROGRAM, "apply", 2), expected);
    }

    #[test]
    fn tail_calls_ask_and_stay_tail_calls() {
        let expected = "\
fn 6 leave
entry(v0: tagged, v1: int)
  v2: closure = unbox v0
  v3: tagged = box v1
  v4: bool = v2 is 2 _
  if v4 then b1 else b2
b1()
  v5: int = unbox v3
  tail call 2 _ v2(v5)
b2()
  tail call fitting v2(v3)
";
        assert_eq!(guessed(PROGRAM, "leave", 2), expected);
    }

    #[test]
    fn what_takes_another_number_of_arguments_is_not_asked_for() {
        assert!(!guessed(PROGRAM, "apply", 5).contains(" is "));
    }
}
