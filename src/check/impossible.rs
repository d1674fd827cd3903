//! `always-fails`: an operation that takes none of the kinds that its operands can have.
//!
//! What these are is proven for the whole program (see [`flow`](crate::flow)): wherever a value
//! comes from, such an operation is an error whenever it is evaluated. An operand that is itself an
//! error has no kind at all, so that only the first of several errors is told. Functions that nobody calls
//! have no kinds either; what can be seen in them without is for the other lints.

use super::condition::never_boolean;
use super::{Collector, warning};
use crate::core::{Function, FunctionId, Node, NodeId, Program};
use crate::flow::{Facts, Kinds, operator_results};
use crate::syntax::ast::{Ast, BinaryOp};

/// Looks at each operation of a program, as it is without `--lenient`.
pub(super) fn check(ast: &Ast, program: &Program, facts: &Facts, findings: &mut Collector<'_>) {
    for id in (0..program.functions.len()).map(FunctionId::new) {
        let function = program.function(id);
        let kinds = function.nodes().map(|(node, _)| facts.kinds(id, node)).collect();
        let mut finder = Finder { ast, function, kinds };
        // Operands come before operations.
        for (node, operation) in function.nodes() {
            let Some(Mistake { at, message, help }) = finder.mistake(node, operation) else {
                continue;
            };
            let span = ast.span(function.origin_of(at));
            findings.add(span, move || {
                let mut warning = warning("always-fails", message, span, "an error when evaluated");
                warning.help.extend(help.map(str::to_owned));
                warning
            });
            // The right side of a Logic may not be evaluated.
            if !matches!(operation, Node::Logic { rhs, .. } if rhs == at) {
                finder.kinds[node.index()] = Kinds::NONE;
            }
        }
    }
}

/// What is wrong, and where.
struct Mistake {
    at: NodeId,
    message: String,
    help: Option<&'static str>,
}

impl Mistake {
    fn new(at: NodeId, message: String) -> Option<Mistake> {
        Some(Mistake { at, message, help: None })
    }
}

struct Finder<'a> {
    ast: &'a Ast,
    function: &'a Function,
    /// By node: what it can be, nothing after a mistake.
    kinds: Vec<Kinds>,
}

impl Finder<'_> {
    fn mistake(&self, node: NodeId, operation: Node) -> Option<Mistake> {
        match operation {
            Node::Binary { op, lhs, rhs, .. } => self.binary(node, op, lhs, rhs),
            Node::Logic { and, lhs, rhs, .. } => {
                let symbol = if and { BinaryOp::And } else { BinaryOp::Or }.symbol();
                [lhs, rhs].into_iter().find_map(|side| {
                    let kinds = self.never(side, Kinds::BOOL)?;
                    Mistake::new(side, format!("`{symbol}` takes Bools, not {}", either(kinds)))
                })
            }
            Node::If { condition, .. } => {
                let kinds = self.never(condition, Kinds::BOOL)?;
                // What can be seen in the source alone is told already.
                if never_boolean(self.ast, self.function.origin_of(condition)).is_some() {
                    return None;
                }
                let kinds = either(kinds);
                Mistake::new(condition, format!("an `if` takes a Bool as condition, not {kinds}"))
            }
            Node::First(tuple) => self.part("first", tuple),
            Node::Second(tuple) => self.part("second", tuple),
            Node::Call { callee: Some(callee), .. } => {
                let kinds = self.never(callee, Kinds::CLOSURE)?;
                Mistake::new(callee, format!("cannot call {}", either(kinds)))
            }
            _ => None,
        }
    }

    /// What a node is, if it is something, but never one of these.
    fn never(&self, node: NodeId, wanted: Kinds) -> Option<Kinds> {
        let kinds = self.kinds[node.index()];
        (!kinds.is_empty() && kinds.intersection(wanted).is_empty()).then_some(kinds)
    }

    fn part(&self, name: &str, tuple: NodeId) -> Option<Mistake> {
        let kinds = self.never(tuple, Kinds::TUPLE)?;
        Mistake::new(tuple, format!("`{name}` takes a Tuple, not {}", either(kinds)))
    }

    fn binary(&self, node: NodeId, op: BinaryOp, lhs: NodeId, rhs: NodeId) -> Option<Mistake> {
        let (left, right) = (self.kinds[lhs.index()], self.kinds[rhs.index()]);
        if left.is_empty() || right.is_empty() {
            return None;
        }
        if !operator_results(op, left, right, false).is_empty() {
            return match (op, self.function.node(rhs)) {
                (BinaryOp::Div | BinaryOp::Rem, Node::Int(0)) => {
                    Mistake::new(node, "division by zero".to_owned())
                }
                _ => None,
            };
        }
        let is_taken = !operator_results(op, left, right, true).is_empty();
        let (symbol, left, right) = (op.symbol(), either(left), either(right));
        let message = format!("cannot apply `{symbol}` to {left} and {right}");
        Some(Mistake { at: node, message, help: is_taken.then_some("`--lenient` accepts it") })
    }
}

/// Kinds in words: `Int`, `Int or Str`.
fn either(kinds: Kinds) -> String {
    let names: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
    names.join(" or ")
}

#[cfg(test)]
mod tests {
    use crate::check::tests::{help, warnings};

    fn failing(source: &str) -> Vec<&str> {
        let all = warnings(source).into_iter();
        all.filter(|(code, _)| *code == "always-fails").map(|(_, place)| place).collect()
    }

    #[test]
    fn what_can_only_fail_is_found_wherever_its_values_come_from() {
        for (source, place) in [
            ("print(1 + true)", "1 + true"),
            (
                "let id = fn (x) => { x }; let _ = print(id(1) - id(2)); let s = \"a\"; print(s * 2)",
                "s * 2",
            ),
            ("let f = fn (p) => { first(p) }; f(f)", "p"),
            ("let apply = fn (f) => { f(1) }; apply((1, 2))", "f"),
            ("let n = 3; if (n) { 1 } else { 2 }", "n"),
            ("let a = 1; print(a && (a == 2))", "a"),
            ("let b = fn () => { true || \"no\" }; b()", "\"no\""),
            ("let n = 5; print(n % 0)", "n % 0"),
            ("let f = fn (n) => { if (n == 0) { \"\" } else { f(n - 1) } }; f(2) - 1", "f(2) - 1"),
        ] {
            assert_eq!(failing(source), [place], "{source}");
        }
    }

    #[test]
    fn only_the_first_of_several_errors_is_told() {
        assert_eq!(failing("let a = 1 - true; print(a * (a + (1 - true)))"), ["1 - true"; 2]);
        assert_eq!(failing("print(1 + (1 == true))"), ["1 == true"]);
    }

    #[test]
    fn what_may_succeed_is_not_told() {
        for source in [
            "let f = fn (x) => { x + 1 }; let _ = f(1); f(\"a\")",
            "let pick = fn (b) => { if (b) { 1 } else { true } }; 1 + pick(true)",
            "let never_called = fn () => { 1 + true }; 2",
            "let loop = fn () => { loop() }; loop() + true",
            "nobody + true",
            "if (1) { 2 } else { 3 }",
        ] {
            assert_eq!(failing(source), [""; 0], "{source}");
        }
    }

    #[test]
    fn what_the_dialect_accepts_is_said() {
        assert_eq!(help("print(\"a\" < \"b\")"), ["`--lenient` accepts it"]);
        assert_eq!(help("print(true < 1)"), [""; 0]);
    }
}
