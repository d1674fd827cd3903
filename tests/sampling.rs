//! What samples see, looked at every poll or every so manyth: the same whenever the same program runs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use galo::core::FunctionId;
use galo::engine::Sampling;
use galo::engine::events::{Event, Observer, Running, Samples, StackFrame};
use galo::ssa::PassSet;
use galo::{Config, Engine, JitConfig, Program, Tier};

#[derive(Debug, Default)]
struct Watch(RefCell<Option<Samples>>);

impl Observer for Watch {
    fn event(&self, _: &Event<'_>) {}

    fn sampled(&self, samples: &Samples) {
        *self.0.borrow_mut() = Some(samples.clone());
    }
}

/// How often each stack is seen at every `every`th poll, and what the program prints or fails with.
fn sampled(config: Config, every: u64, source: &str) -> (BTreeMap<String, u64>, String) {
    let sampling = NonZeroU64::new(every).map(Sampling::EveryPolls);
    let engine = Engine::new(Config { sampling, ..config });
    let program = engine.load("test.rinha", source.as_bytes()).expect("a program");
    let (watch, mut output) = (Watch::default(), Vec::new());
    if let Err(error) = program.run_observed(&mut output, &watch) {
        output.extend(error.to_string().bytes());
    }
    let samples = watch.0.take();
    let stacks = samples.map_or_else(BTreeMap::new, |samples| folded(&program, &samples));
    (stacks, String::from_utf8(output).expect("text"))
}

fn folded(program: &Program, samples: &Samples) -> BTreeMap<String, u64> {
    let mut names = vec![String::new()];
    for stack in &samples.stacks()[1..] {
        let name = match stack.frame {
            StackFrame::Omitted => "…".to_owned(),
            StackFrame::Compiler => "compiler".to_owned(),
            StackFrame::Function { id, running } => {
                let name = program.function_name(FunctionId::new(id as usize));
                let mark = match running {
                    Running::Interpreted => "",
                    Running::Compiled => "*",
                    Running::Inlined => "+",
                };
                format!("{name}{mark}")
            }
        };
        names.push(format!("{};{name}", names[stack.outer as usize]));
    }
    let counts = samples.stacks().iter().map(|stack| stack.count);
    let counted = names.into_iter().zip(counts).filter(|&(_, count)| count > 0);
    counted.map(|(name, count)| (name[1..].to_owned(), count)).collect()
}

/// What is seen at every poll, a stack a line.
fn lines(config: Config, source: &str) -> Vec<String> {
    let (stacks, _) = sampled(config, 1, source);
    stacks.into_iter().map(|(stack, count)| format!("{stack} {count}")).collect()
}

fn tier(tier: Tier) -> Config {
    Config { tier, ..Config::default() }
}

/// Every function has its own code.
fn without_inlining() -> Config {
    let mut config = tier(Tier::Jit);
    config.jit.switches.passes = PassSet::ALL.with("inline", false).expect("there is such a pass");
    config
}

/// Calls, a loop in a function that is called, and a function that calls nobody. It prints, so that machine
/// code of the loop does not take it for one that is over before anybody looks.
const CALLS: &str = "
let leaf = fn (n) => { print(n) + 1 };
let count = fn (n, sum) => { if (n == 0) { sum } else { count(n - 1, sum + leaf(n)) } };
let outer = fn (n) => { let a = count(n, 0); a + count(n, 1) };
print(outer(3) + outer(2))";

#[test]
fn the_interpreter_is_seen_at_calls_and_rounds() {
    // `outer` is called twice by `main`, calls `count` four times, whose 10 rounds call `leaf`.
    assert_eq!(
        lines(tier(Tier::Interp), CALLS),
        ["main 2", "main;outer 4", "main;outer;count 20",]
    );
}

#[test]
fn compiled_functions_are_seen_at_entries_and_rounds() {
    // The entry of `leaf` looks at nothing. Each first call looks twice more, on the way into the
    // interpreter, which finds that the function is to be compiled.
    assert_eq!(
        lines(without_inlining(), CALLS),
        ["main* 5", "main*;outer* 6", "main*;outer*;count* 12",]
    );
}

#[test]
fn inlined_functions_are_seen_as_such() {
    let seen = lines(tier(Tier::Jit), CALLS);
    assert!(!seen.is_empty());
    assert!(seen.iter().all(|line| line.starts_with("main*;outer+;count+")), "{seen:?}");
}

const TREES: &str = "
let grow = fn (n) => { if (n == 0) { (0, 0) } else { let l = grow(n - 1); (l, grow(n - 1)) } };
let sum = fn (n, tree) => {
  if (n == 0) { n } else { let l = sum(n - 1, first(tree)); l + right(n, second(tree)) }
};
let right = fn (n, tree) => { let r = sum(n - 1, tree); r + 1 };
let go = fn (n) => { if (n == 0) { 0 } else { let s = sum(5, grow(5)); s + go(n - 1) } };
print(go(9))";

const CLOSURES: &str = "
let compose = fn (f, g) => fn (x) => { let y = g(x); f(y) + 0 };
let add = fn (k) => fn (x) => { if (x == 1000) { \"s\" } else { x + k } };
let apply = fn (f, n) => { if (n == 0) { 0 } else { let y = f(n); y + apply(f, n - 1) } };
let a = compose(add(1), compose(add(2), add(3)));
print(apply(a, 40) + apply(fn (x) => { let y = a(x); y * 2 }, 30))";

fn configs() -> Vec<(&'static str, Config)> {
    let jit = |jit| Config { jit, ..Config::default() };
    vec![
        ("recording", Config { profile: true, ..tier(Tier::Interp) }),
        ("jit", tier(Tier::Jit)),
        ("without inlining", without_inlining()),
        ("auto", Config::default()),
        ("early", jit(JitConfig { threshold: Some(1), ..JitConfig::default() })),
        ("refused", jit(JitConfig { limit: Some(0), ..JitConfig::default() })),
        ("half", jit(JitConfig { threshold: Some(2), limit: Some(2), ..JitConfig::default() })),
        ("stress", jit(JitConfig { stress: Some(JitConfig::STRESS), ..JitConfig::default() })),
    ]
}

/// The stacks that are seen, whatever ran where.
fn stacks(config: Config, source: &str) -> (BTreeSet<String>, String) {
    let (stacks, output) = sampled(config, 1, source);
    (stacks.into_keys().map(|stack| stack.replace(['*', '+'], "")).collect(), output)
}

#[test]
fn every_tier_sees_stacks_that_the_interpreter_sees() {
    for source in [CALLS, TREES, CLOSURES] {
        let (all, output) = stacks(tier(Tier::Interp), source);
        for (name, config) in configs() {
            let (seen, other) = stacks(config, source);
            assert_eq!(other, output, "{name}");
            assert!(!seen.is_empty(), "{name}");
            for stack in &seen {
                // In machine code a loop looks where it is, which may be in what was inlined into it.
                let outer = stack.rsplit_once(';').map(|(outer, _)| outer);
                let is_there = all.contains(stack) || outer.is_some_and(|it| all.contains(it));
                assert!(is_there, "{stack} in {name}\n{all:#?}");
            }
        }
    }
}

#[test]
fn nothing_depends_on_time() {
    for (name, config) in configs() {
        for every in [1, 7] {
            let first = sampled(config.clone(), every, TREES);
            assert_eq!(sampled(config.clone(), every, TREES), first, "{name} every {every}");
        }
    }
}

#[test]
fn every_so_manyth_poll_is_so_much_less() {
    let total = |every| sampled(tier(Tier::Interp), every, TREES).0.values().sum::<u64>();
    let polls = total(1);
    for every in [2, 3, 100, polls, polls + 1] {
        assert_eq!(total(every), polls / every);
    }
}

#[test]
fn whoever_makes_a_tail_call_is_seen_in_every_tier() {
    let source = "
let even = fn (n, other) => { if (n == 0) { true } else { other(n - 1, even) } };
let odd = fn (n, other) => { if (n == 0) { false } else { other(n - 1, odd) } };
print(even(10, odd))";
    let expected = ["main 1", "main;even 5", "main;odd 5"];
    assert_eq!(lines(tier(Tier::Interp), source), expected);
    // Whoever is entered looks as well: that is their caller's, and of tail calls nobody's but `main`'s.
    let (seen, _) = sampled(without_inlining(), 1, source);
    assert_eq!((seen["main*;even*"], seen["main*;odd*"]), (5, 5), "{seen:#?}");
}

#[test]
fn frames_that_go_on_in_the_interpreter_are_seen_together() {
    // Where `+` sees a Str, `f` leaves for the interpreter in the middle of what was inlined into it, and
    // calls on from there.
    let source = "
let poll = fn (n) => { if (n == 0) { 0 } else { poll(n - 1) } };
let h = fn (x) => { let y = x + 1; let z = poll(2); y };
let g = fn (x) => { let y = h(x); let z = poll(1); y };
let f = fn (n) => { if (n == 0) { 0 } else { let a = g(if (n == 1) { \"s\" } else { n }); f(n - 1) } };
print(f(200))";
    let mut config = Config::default();
    config.jit.threshold = Some(50);
    config.jit.deny = vec!["poll".to_owned(), "main".to_owned()];
    let (seen, _) = sampled(config, 1, source);
    let has = |stack: &str| seen.contains_key(stack);
    assert!(has("main;f*;g+;h+;poll") && has("main;f;g;h;poll"), "{seen:#?}");
    assert!(has("main;f*;g+;poll") && has("main;f;g;poll"), "{seen:#?}");
}

#[test]
fn deep_stacks_show_their_ends() {
    let source = "
let f = fn (n) => { if (n == 0) { (0, 0) } else { let t = f(n - 1); (n, t) } };
first(f(100000))";
    for (name, config) in configs().into_iter().filter(|(name, _)| *name != "stress") {
        let (seen, _) = sampled(config, 1000, source);
        let depth = |stack: &String| stack.split(';').count();
        assert_eq!(seen.keys().map(depth).max(), Some(130), "{name}");
        for stack in seen.keys().filter(|stack| depth(stack) == 130) {
            let stack = stack.replace(['*', '+'], "");
            assert_eq!(stack, format!("main;…{}", ";f".repeat(128)), "{name}");
        }
    }
}

#[test]
fn a_program_that_fails_was_seen_as_well() {
    let source =
        "let f = fn (n) => { if (n == 0) { 1 + true } else { let m = f(n - 1); (m, n) } }; f(99)";
    for (name, config) in configs() {
        let (seen, output) = sampled(config, 1, source);
        assert!(output.contains("type-error") && !seen.is_empty(), "{name}");
    }
    let endless = "let f = fn (n) => { let m = f(n + 1); m - 1 }; f(0)";
    for (name, config) in configs() {
        let config = Config { max_stack: 1 << 20, ..config };
        let (seen, output) = sampled(config, 1, endless);
        assert!(output.contains("stack-overflow") && !seen.is_empty(), "{name}");
    }
}

/// A host whose writer panics once.
struct Panics(bool);

impl std::io::Write for Panics {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        assert!(!std::mem::take(&mut self.0), "the host's");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_program_whose_host_panicked_can_be_sampled_again() {
    let source = "
let f = fn (n) => { if (n == 0) { print(n) } else { let m = f(n - 1); m + 1 } };
let g = fn (n) => { if (n == 0) { 0 } else { let m = f(n); m + g(n - 1) } };
g(20)";
    for (name, config) in configs() {
        let sampling = Some(Sampling::EveryPolls(NonZeroU64::MIN));
        let config = Config { sampling, flush_lines: true, ..config };
        let program = Engine::new(config).load("test.rinha", source.as_bytes()).expect("a program");
        let run = std::panic::AssertUnwindSafe(|| program.run(&mut Panics(true)));
        std::panic::catch_unwind(run).expect_err("the writer panics");
        let watch = Watch::default();
        program.run_observed(&mut Panics(false), &watch).expect("it ends");
        let seen = folded(&program, &watch.0.take().expect("samples"));
        assert!(seen.keys().all(|stack| stack.starts_with("main")), "{name}: {seen:#?}");
    }
}

#[test]
fn samples_by_time_are_taken_and_told_once() {
    // How many is a matter of the machine; that none is lost or made up is not.
    let sampling = Some(Sampling::Every(std::time::Duration::from_micros(200)));
    for (name, config) in configs() {
        let engine = Engine::new(Config { sampling, ..config });
        let program = engine.load("test.rinha", TREES.as_bytes()).expect("a program");
        for _ in 0..2 {
            let watch = Watch::default();
            program.run_observed(&mut std::io::sink(), &watch).expect("it ends");
            let samples = watch.0.take().expect("samples");
            let seen = folded(&program, &samples);
            assert_eq!(seen.values().sum::<u64>(), samples.total(), "{name}");
            assert!(seen.keys().all(|stack| stack.starts_with("main")), "{name}: {seen:#?}");
        }
    }
}
