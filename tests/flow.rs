//! What the analysis proves of programs, against what the reference evaluator sees them do:
//! every value has a kind that its node can have, every callee is one that the call can
//! reach, and nothing happens in a function that it cannot do. On the corpus and on generated
//! programs; `GALO_GENERATED=100000` runs more of them than the ordinary number.

use std::collections::BTreeMap;
use std::path::Path;

use arbitrary::Unstructured;
use galo::core::{self, Function, FunctionId, Node};
use galo::flow::{self, Callees, Facts, Kinds};
use galo::syntax::ast::{self, Ast, BinaryOp};
use galo::syntax::{json, parser};
use galo_runtime::Kind;
use galo_testing::corpus::{Case, Form};
use galo_testing::generator;
use galo_testing::reference::{self, Dialect, Event, KindSet, Limits, Sightings};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// How many programs of each dialect an ordinary run tries.
const ORDINARY: u32 = 400;

const LIMITS: Limits = Limits { steps: 30_000, depth: 2_000, bytes: 1 << 18 };

#[test]
fn programs_of_the_corpus_do_what_is_proven() {
    for folder in ["tests/corpus", "examples"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for case in Case::all_below(&folder).expect("the corpus can be read") {
            let ast = match case.form {
                Form::Source => parser::parse(&case.name, &case.text).expect("a program"),
                Form::Json => json::read(&case.name, &case.text).expect("a program"),
            };
            for dialect in [Dialect::Strict, Dialect::Lenient] {
                check(&ast, dialect).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            }
        }
    }
}

#[test]
fn generated_programs_do_what_is_proven() {
    for dialect in [Dialect::Strict, Dialect::Lenient] {
        let cases = std::env::var("GALO_GENERATED").map_or(ORDINARY, |count| {
            count.parse().expect("GALO_GENERATED is how many programs to try")
        });
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let result =
            TestRunner::new_with_rng(config, rng).run(&vec(any::<u8>(), 0..1500), |bytes| {
                let ast = generator::program(&mut Unstructured::new(&bytes), dialect);
                check(&ast, dialect).map_err(TestCaseError::fail)
            });
        result.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn operators_do_what_is_proven() {
    let operands = ["7", "0", "true", "\"s\"", "((1, \"s\"))", "(fn () => 0)"];
    for dialect in [Dialect::Strict, Dialect::Lenient] {
        for (left, right) in operands.iter().flat_map(|l| operands.map(|r| (*l, r))) {
            for op in BinaryOp::ALL.map(BinaryOp::symbol) {
                for operation in [format!("l {op} r"), format!("l {op} {right}")] {
                    let source = format!("let f = fn (l, r) => {operation}; f({left}, {right})");
                    let ast = parser::parse("operator.rinha", &source).expect("a program");
                    check(&ast, dialect).unwrap_or_else(|error| panic!("{source}: {error}"));
                }
            }
        }
    }
}

/// Compares what is proven of a program with a run of it.
fn check(ast: &Ast, dialect: Dialect) -> Result<(), String> {
    let program = core::lower(ast).expect("few captures");
    let (_, seen) = reference::watch(ast, dialect, LIMITS);
    let lenient = dialect == Dialect::Lenient;
    check_facts(ast, &program, &flow::analyze(&program, lenient), &seen)?;
    // Small programs do not meet the limits of the analysis otherwise.
    [1, 2, 3].into_iter().try_for_each(|limit| {
        let facts = flow::analyze_coarsely(&program, lenient, limit);
        check_facts(ast, &program, &facts, &seen)
            .map_err(|error| format!("coarsely, {limit}: {error}"))
    })
}

fn check_facts(
    ast: &Ast,
    program: &core::Program,
    facts: &Facts,
    seen: &Sightings,
) -> Result<(), String> {
    let ids = || (0..program.functions.len()).map(FunctionId::new);
    let by_origin = ids().skip(1).map(|id| (program.function(id).origin, id)).collect();
    for id in ids() {
        let run = Run { ast, facts, seen, by_origin: &by_origin, id };
        let function = program.function(id);
        run.interface(function).and_then(|()| run.nodes(function)).map_err(|error| {
            let mut text = Vec::new();
            json::write(ast, &mut text).expect("a vector takes everything");
            let name = |id: FunctionId| id.index().to_string();
            let dump = flow::print(program, facts, ast, id, &name);
            format!("function {}: {error}\n{dump}\n{}", id.index(), String::from_utf8_lossy(&text))
        })?;
    }
    Ok(())
}

/// One function in a run.
struct Run<'a> {
    ast: &'a Ast,
    facts: &'a Facts,
    seen: &'a Sightings,
    by_origin: &'a BTreeMap<ast::NodeId, FunctionId>,
    id: FunctionId,
}

impl Run<'_> {
    fn interface(&self, function: &Function) -> Result<(), String> {
        let facts = self.facts.function(self.id);
        let is_main = self.id == FunctionId::MAIN;
        let body = match self.ast.node(function.origin) {
            ast::Node::Function { body, .. } if !is_main => body,
            _ => function.origin,
        };
        expect(self.seen.values[body.index()], facts.result, || "the result".to_owned())?;
        let Some(arguments) = self.seen.arguments.get(&function.origin).filter(|_| !is_main) else {
            return Ok(());
        };
        ensure(facts.reached, || "is called".to_owned())?;
        for (i, &seen) in arguments.iter().enumerate() {
            expect(seen, facts.parameters[i], || format!("parameter {i}"))?;
        }
        let happens = |event| self.seen.events.contains(&(function.origin, event));
        let effects = facts.effects;
        ensure(effects.prints || !happens(Event::Print), || "prints".to_owned())?;
        ensure(effects.fails || !happens(Event::Failure), || "fails".to_owned())?;
        ensure(effects.allocates || !happens(Event::Allocation), || "allocates".to_owned())
    }

    fn nodes(&self, function: &Function) -> Result<(), String> {
        // A node that ends in a jump to the function's beginning has no value in Core, but in
        // the tree it has what the function returns in the end.
        let repeats = function.nodes().any(|(_, node)| matches!(node, Node::Repeat { .. }));
        let later = match repeats {
            true => self.facts.function(self.id).result,
            false => Kinds::NONE,
        };
        for (node_id, node) in function.nodes() {
            let origin = function.origin_of(node_id);
            let proven = match node {
                Node::NewCell { .. } => continue,
                Node::If { .. } | Node::Block { .. } | Node::Call { .. } | Node::Repeat { .. } => {
                    self.facts.kinds(self.id, node_id) | later
                }
                _ => self.facts.kinds(self.id, node_id),
            };
            let name = || format!("node {}", node_id.index());
            expect(self.seen.values[origin.index()], proven, name)?;
            if let Node::Call { arguments, .. } = node {
                let count = function.list(arguments).len();
                let callees = self.facts.callees(self.id, node_id);
                for callee in self.called_at(origin) {
                    let expected = match callees {
                        Callees::None => false,
                        Callees::One(only) => only == callee,
                        Callees::Fitting => {
                            let parameters = &self.facts.function(callee).parameters;
                            parameters.len() == count
                        }
                        Callees::Many => true,
                    };
                    ensure(expected, || format!("{} calls {}", name(), callee.index()))?;
                }
            }
        }
        Ok(())
    }

    fn called_at(&self, call: ast::NodeId) -> impl Iterator<Item = FunctionId> {
        let all = (call, ast::NodeId::new(0))..=(call, self.ast.root());
        self.seen.calls.range(all).map(|(_, function)| self.by_origin[function])
    }
}

fn expect(seen: KindSet, proven: Kinds, what: impl Fn() -> String) -> Result<(), String> {
    const KINDS: [Kind; 5] = [Kind::Int, Kind::Bool, Kind::Str, Kind::Tuple, Kind::Closure];
    let kind = |name: &str| KINDS.into_iter().find(|kind| kind.to_string() == name);
    for name in seen.names() {
        let fits = kind(name).is_some_and(|kind| proven.contains(kind));
        ensure(fits, || format!("{} is seen as {name}, proven {proven}", what()))?;
    }
    Ok(())
}

fn ensure(holds: bool, what: impl Fn() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}
