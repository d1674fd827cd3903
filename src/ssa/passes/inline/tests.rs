use super::*;
use crate::ssa::passes::testing::{Source, ops};
use crate::ssa::testing::INTS;
use crate::ssa::{Callee, Op, Type, verify};

/// The function of this name, before and after the pass.
fn inlined(text: &str, name: &str) -> (Function, Function) {
    let source = Source::new(text);
    let context = Context { profiles: Some(&INTS), ..source.context() };
    let named = |function: &crate::core::Function| {
        function.name.is_some_and(|symbol| context.ast.text(symbol) == name)
    };
    let at = context.program.functions.iter().position(named).expect("there is such a function");
    let before = build(context, FunctionId::new(at), &INTS).expect("it is small");
    let mut after = before.clone();
    run(&mut after, &context);
    assert_eq!(verify(&after, &context), Ok(()));
    (before, after)
}

fn calls(function: &Function) -> usize {
    ops(function).iter().filter(|op| matches!(op, Op::Call(..))).count()
}

#[test]
fn small_functions_are_inlined_and_known_by_their_scopes() {
    let (before, after) = inlined(
        "let g = fn (x) => { x * x }; let f = fn (n) => { g(n) + g(n + 1) };
         let a = print(f(1)); print(f(2))",
        "f",
    );
    assert_eq!((calls(&before), calls(&after)), (2, 0));
    assert_eq!(after.scopes.len(), 3);
    let callers: Vec<_> = after.scopes[1..].iter().map(|scope| scope.caller.is_some()).collect();
    assert_eq!(callers, [true, true]);
    let squares = after.values.iter().filter(|value| value.site.scope != crate::ssa::Scope::OWN);
    assert!(squares.count() >= 2);
    assert!(after.waiting.is_empty());
}

#[test]
fn guards_of_callees_continue_in_both_frames() {
    let (_, after) = inlined(
        "let g = fn (x) => { x + 1 }; let f = fn (x, y) => { (y, g(x)) };
         let a = print(f(1, 2)); print(f(\"a\", 3))",
        "f",
    );
    let guards = ops(&after);
    let state = guards.iter().find_map(Op::state).expect("it is guessed that `x` is an Int");
    let chain: Vec<_> = after.chain(state).map(|state| state.function).collect();
    assert_eq!(chain.len(), 2);
    assert_eq!(chain[1], after.id);
    assert_ne!(chain[0], after.id);
}

#[test]
fn functions_are_inlined_into_themselves_a_few_times() {
    let (before, after) = inlined(
        "let f = fn (n) => { if (n < 2) { n } else { f(n - 1) + f(n - 2) } }; print(f(9))",
        "f",
    );
    assert_eq!(calls(&before), 2);
    assert!((4..=64).contains(&calls(&after)), "{}", calls(&after));
}

#[test]
fn a_body_that_makes_a_call_twice_is_inlined_once_each_level() {
    let tree =
        "let f = fn (n, x) => { if (n == 0) { (x, x) } else { (f(n - 1, x), f(n - 1, x)) } };
                print(f(3, 1))";
    let source = Source::new(tree);
    let context = Context { profiles: Some(&INTS), ..source.context() };
    let id = FunctionId::new(1);
    let mut function = build(context, id, &INTS).expect("it is small");
    assert_eq!(calls(&function), 2);
    (GVN.run)(&mut function, &context);
    run(&mut function, &context);
    assert_eq!(calls(&function), 1);
}

#[test]
fn loops_are_inlined_where_the_closure_is_known_that_they_call() {
    let text = "
        let each = fn (n, f, sum) => { if (n == 0) { sum } else { each(n - 1, f, sum + f(n)) } };
        let f = fn (k) => { each(9, fn (x) => { x * k }, 0) };
        let other = fn (x) => { x };
        let a = print(f(1)); let b = print(f(2)); print(each(1, other, 0))";
    let (before, after) = inlined(text, "f");
    let unknown = |function: &Function| {
        let is_call = |op: &Op| matches!(op, Op::Call(..));
        let ends = function.blocks.iter().any(|block| matches!(block.end, End::TailCall { .. }));
        ops(function).iter().any(is_call) || ends
    };
    assert!(unknown(&before) && !unknown(&after));
    let captures = ops(&after).iter().filter(|op| matches!(op, Op::Capture(..))).count();
    assert_eq!(captures, 0, "what is captured is at hand");
}

#[test]
fn callees_that_may_fail_to_make_their_tail_call_are_not_inlined_elsewhere() {
    let text = "let g = fn (h) => { h(1) }; let f = fn (h) => { 1 + g(h) };
                let k = fn (x) => { x }; let a = print(f(k)); print(f(1))";
    let (_, after) = inlined(text, "f");
    let known = |op: &Op| matches!(op, Op::Call(Callee::Known { .. }, _));
    assert_eq!(ops(&after).iter().filter(|op| known(op)).count(), 1);
    assert_eq!(after.values.iter().filter(|value| value.ty == Type::Nothing).count(), 0);
}

/// Notes what it is told, by callee.
#[derive(Debug, Default)]
struct Noted(std::cell::RefCell<Vec<(Option<FunctionId>, Verdict)>>);

impl DecisionObserver for Noted {
    fn decided(&self, decision: &Decision) {
        self.0.borrow_mut().push((decision.callee, decision.verdict));
    }
}

#[test]
fn whoever_wants_to_know_is_told_why() {
    let text = "let g = fn (x) => { x * x }; let h = fn (k) => { if (k(1)) { k } else { k(2) } };
                let f = fn (n, k) => { g(n) + k(n) };
                let p = fn (x) => { x }; let q = fn (x) => { -x + 1 };
                let a = print(h(p)); let b = print(f(1, p)); print(f(2, q))"
        .replace("-x", "0 - x");
    let source = Source::new(&text);
    let noted = Noted::default();
    let context = Context { profiles: Some(&INTS), decisions: Some(&noted), ..source.context() };
    let named = |function: &crate::core::Function| {
        function.name.is_some_and(|symbol| context.ast.text(symbol) == "f")
    };
    let at = context.program.functions.iter().position(named).expect("there is such a function");
    let mut function = build(context, FunctionId::new(at), &INTS).expect("it is small");
    run(&mut function, &context);
    let noted = noted.0.take();
    let inlined = |&(callee, verdict): &(Option<FunctionId>, Verdict)| {
        callee.is_some() && matches!(verdict, Verdict::Inlined { scope, .. } if scope.0 == 1)
    };
    assert!(inlined(&noted[0]), "{noted:?}");
    assert!(noted[1..].iter().all(|&decision| decision == (None, Verdict::Unknown)), "{noted:?}");
    assert!(noted.len() > 1);
}

/// A function over trees `(kind, parts)`, too large to be inlined, that ends with this.
fn walk_over_trees(end: &str) -> String {
    format!(
        "let leaf = fn (n) => {{ if (n == 0) {{ 0 }} else {{ leaf(n - 1) }} }};
         let walk = fn (t, k) => {{
             let kind = first(t);
             let parts = second(t);
             if (kind == 0) {{ parts }} else {{
                 if (kind == 1) {{ leaf(k) }} else {{
                     let a = walk(first(parts), k * 2);
                     if (a < 0) {{ 0 - (a + k) * k }} else {{ {end} }}
                 }}
             }}
         }};
         let t = (2, ((0, 5), (1, 2)));
         let a = print(walk(t, 1)); print(walk((2, (t, t)), 2))"
    )
}

#[test]
fn calls_of_trees_begin_with_their_short_ways() {
    let (before, after) = inlined(&walk_over_trees("a * walk(second(parts), k) - k"), "walk");
    assert_eq!((calls(&before), before.scopes.len()), (2, 1));
    let own = after.scopes.iter().filter(|scope| scope.function == after.id).count();
    assert_eq!(own, 3, "the function, and the short ways of both calls");
    // On the long ways the calls are still made, from where they were.
    let is_late = |value: &&crate::ssa::Instruction| match &value.op {
        Op::Call(Callee::Known { function, .. }, _) => *function == after.id,
        _ => false,
    };
    let reached = crate::ssa::analysis::Graph::new(&after);
    let bodies = reached.order().iter().flat_map(|&block| &after.block(block).body);
    let late: Vec<_> = bodies.map(|&v| after.instruction(v)).filter(is_late).collect();
    assert_eq!(late.len(), 2);
    assert!(late.iter().all(|call| call.site.scope == crate::ssa::Scope::OWN));
}

#[test]
fn functions_that_call_themselves_once_on_each_way_are_left_alone() {
    let (_, after) = inlined(&walk_over_trees("a + k * k * k - 7 * k"), "walk");
    let own = after.scopes.iter().filter(|scope| scope.function == after.id).count();
    assert_eq!(own, 1);
}

#[test]
fn what_was_printed_or_made_before_is_not_done_twice() {
    for (first, last) in [("let _ = print(k);", "k }"), ("let p = (k, t);", "first(p) }")] {
        let text = walk_over_trees("a * walk(second(parts), k) - k")
            .replace("let kind", &format!("{first} let kind"))
            .replace("- k }", &format!("- {last}"));
        let (_, after) = inlined(&text, "walk");
        let own = after.scopes.iter().filter(|scope| scope.function == after.id).count();
        assert_eq!(own, 1, "{first}");
    }
}

/// That they are equal is known once what they pass was inlined; then one of them is left.
#[test]
fn equal_calls_are_shared_before_they_get_short_ways() {
    let text = walk_over_trees("a * walk(left(t), k * 2) - k");
    let text = format!("let left = fn (t) => {{ first(second(t)) }}; {text}");
    let (before, after) = inlined(&text, "walk");
    let own = |function: &Function| {
        let graph = crate::ssa::analysis::Graph::new(function);
        let bodies = graph.order().iter().flat_map(|&block| &function.block(block).body);
        let calls = bodies.map(|&value| &function.instruction(value).op);
        calls.filter(|op| matches!(op, Op::Call(callee, _) if callee.is(function.id))).count()
    };
    assert_eq!((own(&before), own(&after)), (2, 1));
    assert!(after.scopes.iter().skip(1).all(|scope| scope.function != after.id));
}
