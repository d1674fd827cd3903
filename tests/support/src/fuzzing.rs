//! What the fuzz targets do with bytes: a table of properties that hold of all bytes.
//!
//! A target of `fuzz/` is one line that calls one of them; ordinary tests try a few bytes
//! of each. The first bytes choose how programs are run, the others are the program.

use std::num::NonZeroU64;

use arbitrary::Unstructured;
use galo::check::check;
use galo::report::{Reporter, Source};
use galo::ssa::{PassSet, Switches};
use galo::syntax::format::{format_ast, format_source, snippet};
use galo::syntax::{input, json, parser};
use galo::{Config, Engine, JitConfig, Tier};

use crate::corpus::Program;
use crate::differential::{self, Way};
use crate::generator;
use crate::modes;
use crate::observation::Observation;
use crate::reference::Dialect;
use crate::shape::shape;
use crate::shrink::in_order;

/// A property of all bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// Whether it holds of these bytes; else what is wrong.
    pub check: fn(&[u8]) -> Result<(), String>,
}

/// All of them.
pub const TARGETS: [Target; 7] = [
    Target { name: "differential", check: differential },
    Target { name: "switches", check: switches },
    Target { name: "stress", check: stress },
    Target { name: "limits", check: limits },
    Target { name: "forms", check: forms },
    Target { name: "source", check: source },
    Target { name: "json", check: json },
];

/// Every tier does what the reference evaluator does, with any threshold.
pub fn differential(bytes: &[u8]) -> Result<(), String> {
    let mut bytes = Unstructured::new(bytes);
    let dialect = dialect(&mut bytes);
    let zeal = number(&mut bytes, 4) == 3;
    let threshold = number(&mut bytes, 8);
    let configs = [
        ("auto", Config { zeal, jit: after(threshold), ..Config::default() }),
        ("jit", Config { zeal, ..jit(JitConfig::default()) }),
    ];
    compare(&mut bytes, dialect, configs)
}

/// So does code that any part of the optimiser made.
pub fn switches(bytes: &[u8]) -> Result<(), String> {
    let mut bytes = Unstructured::new(bytes);
    let dialect = dialect(&mut bytes);
    let zeal = number(&mut bytes, 8) == 7;
    let threshold = number(&mut bytes, 8);
    let [one, other] = [(); 2].map(|()| any_switches(&mut bytes));
    let eager = JitConfig { switches: other, ..after(threshold) };
    let configs = [
        ("jit", Config { zeal, ..jit(JitConfig { switches: one, ..JitConfig::default() }) }),
        ("auto", Config { jit: eager, ..Config::default() }),
    ];
    compare(&mut bytes, dialect, configs)
}

/// So does code that is left and entered everywhere, with a collection at every allocation.
pub fn stress(bytes: &[u8]) -> Result<(), String> {
    let mut bytes = Unstructured::new(bytes);
    let dialect = dialect(&mut bytes);
    let period = NonZeroU64::new(1 + number(&mut bytes, 16));
    let threshold = number(&mut bytes, 8);
    let all = number(&mut bytes, 2) == 0;
    let switches = if all { Switches::ALL } else { any_switches(&mut bytes) };
    let jit = JitConfig { stress: period, switches, ..after(threshold) };
    compare(&mut bytes, dialect, [("stress", Config { jit, ..Config::default() })])
}

/// With little memory programs do the same, or end with an error that says so and have
/// printed what they would have printed until then.
pub fn limits(bytes: &[u8]) -> Result<(), String> {
    let mut bytes = Unstructured::new(bytes);
    let dialect = dialect(&mut bytes);
    let zeal = number(&mut bytes, 4) == 3;
    let mut limit = |least: u32, steps| 1_usize << (u64::from(least) + number(&mut bytes, steps));
    let (max_heap, max_stack) = (limit(4, 20), limit(8, 16));
    let threshold = number(&mut bytes, 8);
    let config = Config { zeal, max_heap, max_stack, ..Config::default() };
    let configs = [
        ("interp", Config { tier: Tier::Interp, ..config.clone() }),
        ("auto", Config { jit: after(threshold), ..config.clone() }),
        ("jit", Config { tier: Tier::Jit, ..config }),
    ];
    let ast = generator::program(&mut bytes, dialect);
    compare_ways(&ast, dialect, &configs, true)
}

/// A program is the same as source and as JSON.
pub fn forms(bytes: &[u8]) -> Result<(), String> {
    let mut bytes = Unstructured::new(bytes);
    let dialect = dialect(&mut bytes);
    let ast = generator::program(&mut bytes, dialect);
    let source = format_ast(&ast).map_err(|errors| format!("{errors:#?}"))?;
    let parsed = parser::parse("fuzz", &source).map_err(|errors| format!("{errors:#?}"))?;
    let mut text = Vec::new();
    json::write(&parsed, &mut text).map_err(|error| error.to_string())?;
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    let read = json::read("fuzz", &text).map_err(|error| format!("{error:#?}"))?;
    let ast = in_order(&ast);
    same(&shape(&ast), &shape(&parsed), "the source of a program is another one")?;
    same(&shape(&ast), &shape(&read), "the JSON of a program is another one")?;
    check_formatting(&source)?;
    let outcomes = [source, text].map(|text| end_of(dialect, &text));
    same(&outcomes[0], &outcomes[1], "what a program does depends on its form")
}

/// Whatever a source is, it is parsed, checked and formatted, or there are errors that point
/// into it.
pub fn source(bytes: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    check_input(&text, "fuzz")?;
    if let Ok(ast) = parser::parse("fuzz", &text) {
        let _ = check(&ast);
        check_formatting(&text)?;
        let shown = snippet(&ast, ast.root(), 40).chars().count();
        (shown <= 40).then_some(()).ok_or_else(|| format!("a snippet of {shown} characters"))?;
    }
    Ok(())
}

/// Whatever a JSON text is, it is read and survives being written, or there is an error that
/// points into it and can be shown.
pub fn json(bytes: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let errors = input::read("fuzz", bytes).map(drop);
        return errors.err().map(drop).ok_or_else(|| "what is not text was read".to_owned());
    };
    check_input(text, "fuzz")?;
    match json::read("fuzz", text) {
        Ok(ast) => {
            let write = |ast| {
                let mut text = Vec::new();
                json::write(ast, &mut text).expect("a vector takes everything");
                String::from_utf8(text).expect("JSON is text")
            };
            let once = write(&ast);
            let again = json::read("fuzz", &once).map_err(|error| format!("{error:#?}"))?;
            same(&once, &write(&again), "what was written is written otherwise")?;
            let _ = check(&ast);
            let _ = Engine::new(interp()).load_ast(ast);
            Ok(())
        }
        Err(error) => {
            let span = error.primary.span;
            if span.start > span.end || span.end as usize > text.len() {
                return Err(format!("an error points outside of the text: {error:#?}"));
            }
            let shown = Reporter::new(Source::Text { name: "fuzz", text }, false);
            let shown = shown.diagnostic(&error);
            if shown.len() > 10_000 { Err(format!("a long error: {shown}")) } else { Ok(()) }
        }
    }
}

/// Errors of an input lie in it, at whole characters.
fn check_input(text: &str, name: &str) -> Result<(), String> {
    let Err(errors) = input::read(name, text.as_bytes()) else { return Ok(()) };
    if errors.is_empty() {
        return Err("an input is refused without a word".to_owned());
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for error in errors {
        let span = error.primary.span;
        if text.get(span.start as usize..span.end as usize).is_none() {
            return Err(format!("an error points at no text: {error:#?}"));
        }
    }
    Ok(())
}

/// Formatted, a program is the same, and formatted again the same text.
fn check_formatting(source: &str) -> Result<(), String> {
    let wrong = |errors| format!("what parses does not parse when formatted: {errors:#?}");
    let before = parser::parse("fuzz", source).map_err(wrong)?;
    let once = format_source("fuzz", source).map_err(wrong)?;
    let after = parser::parse("fuzz", &once).map_err(wrong)?;
    same(&shape(&before), &shape(&after), "formatting makes another program")?;
    let twice = format_source("fuzz", &once).map_err(wrong)?;
    same(&once, &twice, "formatting again changes something")
}

/// Output, and kind of error, of a short run.
fn end_of(dialect: Dialect, text: &str) -> Result<(Vec<u8>, Option<String>), String> {
    let lenient = dialect == Dialect::Lenient;
    let limits = Config { max_heap: 4 << 20, max_stack: 256 << 10, ..interp() };
    let engine = Engine::new(Config { lenient, ..limits });
    // Whether a program ends is for the reference evaluator to say.
    let ast = input::read("fuzz", text.as_bytes()).map_err(|errors| format!("{errors:#?}"))?;
    let known = crate::reference::run(&ast, dialect, differential::LIMITS);
    if Observation::of_reference(known).is_none() {
        return Ok((Vec::new(), None));
    }
    let program = engine.load("fuzz", text.as_bytes()).map_err(|error| error.to_string())?;
    let mut stdout = Vec::new();
    let error = program.run(&mut stdout).err().map(|error| error.kind.name().to_owned());
    Ok((stdout, error))
}

fn same<T: PartialEq + std::fmt::Debug>(one: &T, other: &T, what: &str) -> Result<(), String> {
    if one == other { Ok(()) } else { Err(format!("{what}:\n{one:#?}\n{other:#?}")) }
}

/// A generated program, interpreted and with these configurations.
fn compare<const N: usize>(
    bytes: &mut Unstructured<'_>,
    dialect: Dialect,
    configs: [(&'static str, Config); N],
) -> Result<(), String> {
    let ast = generator::program(bytes, dialect);
    let configs: Vec<_> = std::iter::once(("interp", interp())).chain(configs).collect();
    compare_ways(&ast, dialect, &configs, false)
}

fn compare_ways(
    ast: &galo::syntax::ast::Ast,
    dialect: Dialect,
    configs: &[(&'static str, Config)],
    is_limited: bool,
) -> Result<(), String> {
    let run_with = |config: Config| move |program: Program<'_>| modes::run(program, config.clone());
    let runs: Vec<_> = configs.iter().map(|(_, config)| run_with(config.clone())).collect();
    let names = configs.iter().map(|(name, _)| *name);
    let ways: Vec<Way<'_>> =
        names.zip(&runs).map(|(name, run)| Way { name, run, is_limited }).collect();
    differential::check(ast, dialect, &ways).map_err(|text| format!("{text}\nwith {configs:#?}"))
}

fn dialect(bytes: &mut Unstructured<'_>) -> Dialect {
    if number(bytes, 2) == 0 { Dialect::Strict } else { Dialect::Lenient }
}

/// A number below `count`; zero at the end of the bytes.
fn number(bytes: &mut Unstructured<'_>, count: u8) -> u64 {
    u64::from(bytes.bytes(1).map_or(0, |bytes| bytes[0]) % count)
}

/// Each pass on or off.
fn any_switches(bytes: &mut Unstructured<'_>) -> Switches {
    let bits =
        bytes.bytes(8).map_or(0, |bits| bits.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b)));
    let passes = PassSet::every().enumerate().fold(PassSet::NONE, |set, (at, pass)| {
        set.with(pass.name, bits >> (at % 62) & 1 == 1).expect("a pass of the table")
    });
    let is_on = |at: u32| bits >> at & 1 == 0;
    Switches { passes, share_calls: is_on(63), split_parameters: is_on(62) }
}

fn interp() -> Config {
    Config { tier: Tier::Interp, ..Config::default() }
}

fn jit(jit: JitConfig) -> Config {
    Config { tier: Tier::Jit, jit, ..Config::default() }
}

/// Functions are compiled after so many calls.
fn after(threshold: u64) -> JitConfig {
    JitConfig { threshold: Some(threshold), ..JitConfig::default() }
}
