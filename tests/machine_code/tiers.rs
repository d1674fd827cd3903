//! When functions are compiled, and when anew.

use std::io;

use galo::core::FunctionId;
use galo::ssa::PassSet;
use galo::{Config, Engine, JitConfig, Program, Tier};

fn load(config: Config, source: &str) -> Program {
    Engine::new(config).load("test.rinha", source.as_bytes()).expect("a program")
}

/// Runs a program and gives its output.
fn output(program: &Program) -> String {
    let mut bytes = Vec::new();
    program.run(&mut bytes).expect("no error");
    String::from_utf8(bytes).expect("text")
}

/// Every function has its own code.
fn jit(mut jit: JitConfig) -> Config {
    jit.switches.passes = PassSet::ALL.with("inline", false).expect("there is such a pass");
    Config { tier: Tier::Jit, jit, ..Config::default() }
}

/// In each phase another operand of `add` is a Str, often enough that the guess that it is an
/// Int is given up.
const CHANGING: &str = "
    let add = fn (a, b, c, d, e, f, g, h) => {
      (a + 1, (b + 1, (c + 1, (d + 1, (e + 1, (f + 1, (g + 1, h + 1)))))))
    };
    let pick = fn (phase, place) => { if (phase == place) { \"s\" } else { 1 } };
    let call = fn (p) => {
      add(pick(p, 0), pick(p, 1), pick(p, 2), pick(p, 3), pick(p, 4), pick(p, 5), pick(p, 6), pick(p, 7))
    };
    let phase = fn (n, p) => {
      if (n == 1) { call(p) } else { let _ = print(call(p)); phase(n - 1, p) }
    };
    let all = fn (p) => { if (p < 8) { let _ = print(phase(50, p)); all(p + 1) } else { 0 } };
    all(0)";

#[test]
fn functions_are_compiled_anew_until_no_guess_is_left() {
    let compiled = load(jit(JitConfig::default()), CHANGING);
    let interpreted = load(Config { tier: Tier::Interp, ..Config::default() }, CHANGING);
    assert!(output(&compiled) == output(&interpreted));
    let stats = compiled.tier_stats();
    assert_eq!(stats.failures, []);
    // Six of `add`, of which the last has no guesses, and at most two of each other function.
    let others = stats.compiled_functions - 1;
    assert!((others + 6..=2 * others + 6).contains(&stats.versions), "{stats:#?}");
    let add = |id: FunctionId| compiled.function_name(id) == "add";
    let exits: u64 = stats.exits.iter().filter(|e| add(e.function)).map(|e| e.count).sum();
    assert!((5 * 20..150).contains(&exits), "{exits}");
}

#[test]
fn a_second_run_finds_the_code_of_the_first() {
    let program = load(jit(JitConfig::default()), CHANGING);
    let first = output(&program);
    let versions = program.tier_stats().versions;
    assert!(output(&program) == first);
    assert_eq!(program.tier_stats().versions, versions);
}

#[test]
fn functions_are_left_out_by_name_and_by_number() {
    let compiled = |config: JitConfig| {
        let program = load(jit(config), CHANGING);
        program.run(&mut io::sink()).expect("no error");
        let stats = program.tier_stats();
        (stats.compiled_functions, stats.refused_functions)
    };
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    assert_eq!(compiled(JitConfig::default()), (6, 0));
    assert_eq!(
        compiled(JitConfig { only: names(&["p*", "main"]), ..JitConfig::default() }),
        (3, 3)
    );
    assert_eq!(compiled(JitConfig { deny: names(&["a*"]), ..JitConfig::default() }), (4, 2));
    assert_eq!(compiled(JitConfig { limit: Some(2), ..JitConfig::default() }), (2, 4));
    assert_eq!(compiled(JitConfig { limit: Some(0), ..JitConfig::default() }), (0, 6));
}

/// Where it ends depends on what the frames of each take, and so on the tier.
#[test]
fn endless_recursion_of_two_functions_ends() {
    let endless = "
        let f = fn (n) => if (n == 0 - 1) { 0 } else { if (n % 2 == 0) { 1 + g(n + 1) } else { 2 + f(n + 1) } };
        let g = fn (n) => if (n == 0 - 1) { 0 } else { if (n % 3 == 0) { 3 * f(n + 1) } else { g(n + 1) - 1 } };
        let _ = print(f(0 - 90));
        f(0)";
    for tier in Tier::ALL {
        let config = Config { tier, max_stack: 1 << 20, ..Config::default() };
        let mut output = Vec::new();
        let error = load(config, endless).run(&mut output).expect_err("it cannot end");
        assert_eq!(error.kind, galo::ErrorKind::StackOverflow);
        assert_eq!(String::from_utf8_lossy(&output), "-357602604\n");
    }
}
