//! Specialisation: functions that call what they are passed get a version of their own for each
//! function that they are passed.
//!
//! `filter(keep, list)` that is called with two different predicates calls an unknown function in
//! its loop. As two functions, one for each predicate, each has a known callee, which both tiers
//! call directly and the optimiser inlines. The facts need not tell calls apart for that: the
//! program has more functions, of which each is called with less.
//!
//! A call site is taken if an argument is a closure made right there, or a parameter that is
//! itself known in a version made before, so that versions call each other. (Polyvariance by
//! cloning; for one parameter that all recursive calls pass on it is what GHC calls the static
//! argument transformation.)
//!
//! # Soundness
//! A version has the same nodes as its original, with the same places in the syntax tree, and
//! differs in which versions it calls. It takes the same arguments and captures nothing. So whatever
//! it does, the original would have done, under the same name.
//!
//! # What it costs
//! Versions are made of functions with up to [`MAX_NODES`] nodes, until the program has grown by
//! [`GROWTH`] nodes or its own size.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Bind, Function, FunctionId, Node, NodeId, Place, Program, Target};

/// The most nodes of a function that gets versions.
const MAX_NODES: usize = 300;
/// By how many nodes any program may grow.
const GROWTH: usize = 2_000;

/// By parameter: the function whose closures are passed there, if that is known.
type Known = Vec<Option<FunctionId>>;

/// Makes versions of functions for what is passed to them.
pub fn specialize(program: &mut Program) {
    let called: Vec<Vec<bool>> = program.functions.iter().map(called_parameters).collect();
    if !called.iter().flatten().any(|&is_called| is_called) {
        return;
    }
    let worth_it = worth_it(program, &called);
    if !worth_it.iter().flatten().any(|&is_worth_it| is_worth_it) {
        return;
    }
    let nodes = program.functions.iter().map(|function| function.nodes.len()).sum::<usize>();
    let mut versions = Versions {
        known: vec![Vec::new(); program.functions.len()],
        program,
        worth_it,
        found: FxHashMap::default(),
        budget: nodes.max(GROWTH),
    };
    let mut next = 0;
    while next < versions.program.functions.len() {
        versions.calls(FunctionId::new(next));
        next += 1;
    }
}

/// Which parameters a function calls, keeps for all of its own rounds, and so can be known.
fn called_parameters(function: &Function) -> Vec<bool> {
    let mut called = vec![false; function.parameters as usize];
    if function.takes_self || function.nodes.len() > MAX_NODES {
        return called;
    }
    for (_, node) in function.nodes() {
        if let Node::Call { callee: Some(callee), target: Target::Unknown, .. } = node
            && let Node::Read(Place::Local(slot)) = function.node(callee)
            && let Some(called) = called.get_mut(slot as usize)
        {
            *called = true;
        }
    }
    for (_, node) in function.nodes() {
        if let Node::Repeat { changes, .. } = node {
            for change in function.statements(changes) {
                if let Bind::Local(slot) = change.bind {
                    called[slot as usize] = false;
                }
            }
        }
    }
    called
}

/// Which parameters, by function, are called and are passed different functions by different
/// calls. What is always the same function is known without versions.
fn worth_it(program: &Program, called: &[Vec<bool>]) -> Vec<Vec<bool>> {
    let mut passed: Vec<Vec<BTreeSet<Option<FunctionId>>>> =
        called.iter().map(|parameters| vec![BTreeSet::new(); parameters.len()]).collect();
    for (index, function) in program.functions.iter().enumerate() {
        for (_, node) in function.nodes() {
            let Node::Call { target: Target::Static(callee), arguments, .. } = node else {
                continue;
            };
            for (at, &argument) in function.list(arguments).iter().enumerate() {
                let own = Node::Read(Place::Local(at as u32));
                let is_passed_on = callee.index() == index && function.node(argument) == own;
                if called[callee.index()][at] && !is_passed_on {
                    passed[callee.index()][at].insert(closure(function, argument));
                }
            }
        }
    }
    let several = |passed: &BTreeSet<_>| passed.len() > 1;
    passed.iter().map(|parameters| parameters.iter().map(several).collect()).collect()
}

/// The function that a node makes a closure of.
fn closure(function: &Function, node: NodeId) -> Option<FunctionId> {
    match function.node(node) {
        Node::Function(id) | Node::Closure { function: id, .. } => Some(id),
        _ => None,
    }
}

struct Versions<'a> {
    program: &'a mut Program,
    worth_it: Vec<Vec<bool>>,
    /// By function: what is known of its parameters; nothing for those that are no versions.
    known: Vec<Known>,
    found: FxHashMap<(FunctionId, Known), FunctionId>,
    /// How many nodes may be added.
    budget: usize,
}

impl Versions<'_> {
    /// Lets a function call the versions for what it passes.
    fn calls(&mut self, caller: FunctionId) {
        for index in 0..self.program.function(caller).nodes.len() {
            let function = self.program.function(caller);
            let Node::Call { target: Target::Static(callee), arguments, .. } =
                function.nodes[index]
            else {
                continue;
            };
            let Some(worth_it) = self.worth_it.get(callee.index()) else { continue };
            let arguments = function.list(arguments).iter().zip(worth_it);
            let known = arguments.map(|(&argument, &is_worth_it)| {
                self.passed(caller, argument).filter(|_| is_worth_it)
            });
            let known: Known = known.collect();
            if known.iter().all(Option::is_none) {
                continue;
            }
            let Some(version) = self.version(callee, known) else { continue };
            let node = &mut self.program.functions[caller.index()].nodes[index];
            if let Node::Call { target, .. } = node {
                *target = Target::Static(version);
            }
        }
    }

    /// The function whose closure an argument is.
    fn passed(&self, caller: FunctionId, argument: NodeId) -> Option<FunctionId> {
        let function = self.program.function(caller);
        match function.node(argument) {
            Node::Read(Place::Local(slot)) => {
                self.known[caller.index()].get(slot as usize).copied().flatten()
            }
            _ => closure(function, argument),
        }
    }

    /// The version of a function for what is known.
    fn version(&mut self, original: FunctionId, known: Known) -> Option<FunctionId> {
        if let Some(&version) = self.found.get(&(original, known.clone())) {
            return Some(version);
        }
        let function = self.program.function(original).clone();
        self.budget = self.budget.checked_sub(function.nodes.len())?;
        let version = FunctionId::new(self.program.functions.len());
        self.program.functions.push(function);
        self.known.push(known.clone());
        self.found.insert((original, known), version);
        Some(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core;
    use crate::syntax::parser::parse;

    fn specialized(text: &str) -> (Program, Program) {
        let ast = parse("test", text).expect("a program");
        let before = core::lower(&ast).expect("few captures");
        let mut after = before.clone();
        specialize(&mut after);
        assert_eq!(core::verify(&after), Ok(()));
        (before, after)
    }

    /// The targets of a function's static calls.
    fn callees(program: &Program, function: usize) -> Vec<usize> {
        let nodes = program.functions[function].nodes();
        let target = |(_, node)| match node {
            Node::Call { target: Target::Static(callee), .. } => Some(callee.index()),
            _ => None,
        };
        nodes.filter_map(target).collect()
    }

    const FILTERS: &str = "
        let filter = fn (keep, list) => {
          if (keep(first(list))) { (first(list), filter(keep, second(list))) } else { list }
        };
        let a = filter(fn (x) => { x == 1 }, (1, 2));
        let b = filter(fn (x) => { x == 2 }, (1, 2));
        let c = filter(fn (x) => { x == 3 }, (1, 2));
        print((a, (b, c)))";

    #[test]
    fn each_function_that_is_passed_gets_a_version_that_calls_itself() {
        let (before, after) = specialized(FILTERS);
        assert_eq!(callees(&before, 0), [1, 1, 1]);
        let added = before.functions.len();
        assert_eq!(after.functions.len(), added + 3);
        assert_eq!(callees(&after, 0), [added, added + 1, added + 2]);
        assert_eq!(callees(&after, added), [added]);
        assert_eq!(callees(&after, added + 2), [added + 2]);
        assert_eq!(callees(&after, 1), [1], "the original is as it was");
    }

    #[test]
    fn versions_pass_on_what_they_know() {
        let (before, after) = specialized(
            "let each = fn (f, n) => { if (n == 0) { f(0) } else { f(n) + each(f, n - 1) } };
             let twice = fn (g, n) => { g(n) + each(g, n) };
             print(twice(fn (x) => { x }, 3) + twice(fn (x) => { 1 }, 3) + each(fn (x) => { 2 }, 3))",
        );
        // Three versions of `each` and two of `twice`.
        assert_eq!(after.functions.len(), before.functions.len() + 5);
    }

    #[test]
    fn what_is_always_the_same_needs_no_version() {
        let (before, after) = specialized(
            "let each = fn (f, n) => { if (n == 0) { f(0) } else { f(n) + each(f, n - 1) } };
             print(each(fn (x) => { x }, 3))",
        );
        assert_eq!(after, before);
    }

    #[test]
    fn parameters_that_change_or_are_not_called_are_not_known() {
        let (before, after) = specialized(
            "let turn = fn (f, g, n) => { if (n == 0) { f(0) } else { turn(g, f, n - 1) } };
             let keep = fn (f) => { (f, 1) };
             let a = turn(fn (x) => { 1 }, fn (x) => { 2 }, 3);
             let b = turn(fn (x) => { 3 }, fn (x) => { 4 }, 3);
             print((a, (b, (keep(fn (x) => { x }), keep(fn (x) => { 2 })))))",
        );
        assert_eq!(after, before);
    }

    #[test]
    fn programs_grow_by_a_bounded_amount() {
        let call = "let a = f(fn (x) => { x }, 1);\n";
        let body = "g(1) + ".repeat(70);
        let text = format!("let f = fn (g, n) => {{ {body} n }};\n{}0", call.repeat(100));
        let (before, after) = specialized(&text);
        let nodes = |program: &Program| -> usize {
            program.functions.iter().map(|function| function.nodes.len()).sum()
        };
        assert!(after.functions.len() > before.functions.len());
        assert!(nodes(&after) <= nodes(&before) + nodes(&before).max(GROWTH));
    }
}
