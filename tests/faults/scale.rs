//! Programs of absurd size: nested, wide and long ones, of each construct, as source and as
//! JSON, in every tier. What they print is known; memory grows with the size and not faster.

use std::process::{Command, Stdio};

use galo::syntax::{json, parser};
use galo::{Config, Engine, Tier};
use wait4::Wait4;

use crate::counting::allocated_in;

/// A shape of programs.
struct Shape {
    name: &'static str,
    /// A program of so many of something.
    make: fn(usize) -> String,
    /// What it prints, or the error that it ends with.
    expected: fn(usize) -> Result<String, &'static str>,
    /// The size of the largest one that is tried.
    largest: usize,
}

const MILLION: usize = 1_000_000;

/// `text` so many times.
fn many(text: &str, n: usize) -> String {
    text.repeat(n)
}

/// What `part` makes of each number, joined.
fn each(n: usize, between: &str, part: impl Fn(usize) -> String) -> String {
    (0..n).map(part).collect::<Vec<_>>().join(between)
}

fn around(before: &str, inner: &str, after: &str, n: usize) -> String {
    format!("{}{inner}{}", many(before, n), many(after, n))
}

fn one(_: usize) -> Result<String, &'static str> {
    Ok("1\n".to_owned())
}

fn number(n: usize) -> Result<String, &'static str> {
    Ok(format!("{n}\n"))
}

/// The table: a row a shape.
const SHAPES: &[Shape] = &[
    Shape {
        name: "brackets",
        make: |n| format!("print({})", around("(", "1", ")", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "brackets that are not closed",
        make: |n| many("(", n),
        expected: |_| Err("expected-term"),
        largest: MILLION,
    },
    Shape {
        name: "lets in the value of lets",
        make: |n| format!("print({})", around("let a = ", "1", "; a", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "lets of different names",
        make: |n| each(n, "", |i| format!("let x{i} = {i};")) + "print(x0 + 1)",
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "lets of the same name",
        make: |n| many("let x = 1;", n) + "print(x)",
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "conditions of conditions",
        make: |n| format!("print({})", around("if (", "true", ") { true } else { false }", n)),
        expected: |_| Ok("true\n".to_owned()),
        largest: MILLION,
    },
    Shape {
        name: "branches in branches",
        make: |n| format!("print({})", around("if (true) { ", "1", " } else { 2 }", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "branches that are taken last",
        make: |n| format!("print({})", around("if (false) { 2 } else { ", "1", " }", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "functions in functions",
        make: |n| format!("print({})", around("fn () => ", "1", "", n)),
        expected: |_| Ok("<#closure>\n".to_owned()),
        largest: MILLION,
    },
    Shape {
        name: "functions in functions that capture",
        make: |n| {
            let functions = around("fn (x) => { let y = x; ", "y", " }", n);
            format!("let f = {functions}; print({}", around("(", "f", "(1))", 1)) + ")"
        },
        expected: |n| if n == 1 { one(n) } else { Ok("<#closure>\n".to_owned()) },
        largest: MILLION,
    },
    Shape {
        name: "calls in arguments",
        make: |n| format!("let f = fn (x) => x; print({})", around("f(", "1", ")", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "calls of calls",
        make: |n| format!("let f = fn () => f; let _ = f{}; print(1)", many("()", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "arguments",
        make: |n| format!("let f = fn (x) => x; f({})", each(n, ",", |i| i.to_string())),
        expected: |n| if n == 1 { Ok(String::new()) } else { Err("arity") },
        largest: MILLION,
    },
    Shape {
        name: "parameters",
        make: |n| format!("let f = fn ({}) => 1; print(f())", each(n, ",", |i| format!("a{i}"))),
        expected: |_| Err("arity"),
        largest: MILLION,
    },
    Shape {
        name: "parameters and arguments",
        make: |n| {
            let [parameters, arguments] =
                [("a", "n + "), ("", "")].map(|(name, _)| each(n, ",", |i| format!("{name}{i}")));
            format!("let f = fn ({parameters}) => a0 + a{}; print(f({arguments}))", n - 1)
        },
        expected: |n| number(n - 1),
        largest: MILLION,
    },
    Shape {
        name: "a sum",
        make: |n| format!("print({})", each(n, "+", |_| "1".to_owned())),
        expected: number,
        largest: MILLION,
    },
    Shape {
        name: "a sum from the left",
        make: |n| format!("print({})", around("(", "0", "+1)", n)),
        expected: number,
        largest: MILLION,
    },
    Shape {
        name: "a string of parts",
        make: |n| format!("let s = {}; print(1)", each(n, "+", |_| "\"ab\"".to_owned())),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "logic",
        make: |n| format!("print({})", each(n, "&&", |_| "true".to_owned())),
        expected: |_| Ok("true\n".to_owned()),
        largest: MILLION,
    },
    Shape {
        name: "tuples on the left",
        make: |n| format!("let t = {}; print(second(t))", around("(", "2", ",1)", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "tuples on the right",
        make: |n| format!("let t = {}; print(first(t))", around("(1,", "2", ")", n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "first of first",
        make: |n| around("first(", "1", ")", n),
        expected: |_| Err("type-error"),
        largest: MILLION,
    },
    Shape {
        name: "prints of prints",
        make: |n| around("print(", "1", ")", n),
        expected: |n| Ok(many("1\n", n)),
        largest: MILLION,
    },
    Shape {
        name: "functions",
        make: |n| each(n, "", |i| format!("let f{i} = fn (n) => n + {i};")) + "print(f0(1))",
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "functions that are all called",
        make: |n| {
            let functions = each(n, "", |i| format!("let f{i} = fn (n) => n + {};", i % 2));
            format!("{functions}print({})", each(n, "+", |i| format!("f{i}(0)")))
        },
        expected: |n| number(n / 2),
        largest: 20_000,
    },
    Shape {
        name: "a long name",
        make: |n| {
            let name = many("a", 100 * n);
            format!("let {name} = 1; print({name})")
        },
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "a long string",
        make: |n| format!("let s = \"{}\"; print(1)", many("a", 100 * n)),
        expected: one,
        largest: MILLION,
    },
    Shape {
        name: "a hot function of many nodes",
        make: |n| {
            let body = each(n, "+", |i| format!("(a - {})", i % 2));
            let f = format!("let f = fn (a) => {body};");
            let again =
                "let again = fn (i, s) => { if (i == 0) { s } else { again(i - 1, f(i)) } };";
            format!("{f} {again} print(again(200, 0))")
        },
        expected: |n| number(n - n / 2),
        largest: 100_000,
    },
    Shape {
        name: "a hot function of many parameters",
        make: |n| {
            let [parameters, arguments] = ["", "1 - "].map(|before| {
                each(n, ",", |i| {
                    if before.is_empty() { format!("a{i}") } else { format!("a{}", n - 1 - i) }
                })
            });
            format!(
                "let f = fn (n, {parameters}) => {{ if (n == 0) {{ a0 }} else {{ f(n - 1, {arguments}) }} }};
                 print(f(200, {}))",
                each(n, ",", |i| (i + 1).to_string())
            )
        },
        expected: one,
        largest: 10_000,
    },
    Shape {
        name: "closures that live together",
        make: |n| {
            let closures = each(n, "", |i| format!("let x{i} = fn (y) => y + a;"));
            let calls = each(n, "+", |i| format!("x{i}(1)"));
            format!("let f = fn (a) => {{ {closures}{calls} }}; print(f(0))")
        },
        expected: number,
        largest: 100_000,
    },
    Shape {
        name: "many hot functions",
        make: |n| {
            let functions = each(n, "", |i| {
                format!("let f{i} = fn (n) => {{ if (n == 0) {{ 1 }} else {{ f{i}(n - 1) }} }};")
            });
            format!("{functions}print({})", each(n, "+", |i| format!("f{i}(300)")))
        },
        expected: number,
        largest: 2_000,
    },
    Shape {
        name: "a hot function that is deep",
        make: |n| {
            let f = format!("let f = fn (a) => {};", around("(1 + ", "(a - a)", ")", n));
            let again =
                "let again = fn (i, s) => { if (i == 0) { s } else { again(i - 1, f(i)) } };";
            format!("{f} {again} print(again(200, 0))")
        },
        expected: number,
        largest: 100_000,
    },
];

/// What galo makes of a program: what it printed, or the code of the error.
fn outcome(tier: Tier, text: &str) -> Result<String, String> {
    let engine = Engine::new(Config { tier, ..Config::default() });
    let program = engine.load("scale", text.as_bytes());
    let program = program.map_err(|error| error.diagnostics[0].code.to_owned())?;
    let mut stdout = Vec::new();
    program.run(&mut stdout).map_err(|error| error.kind.name().to_owned())?;
    Ok(String::from_utf8(stdout).expect("output is text"))
}

/// The same program as JSON, if it is one.
fn as_json(source: &str) -> Option<String> {
    let mut text = Vec::new();
    json::write(&parser::parse("scale", source).ok()?, &mut text).expect("a vector takes it");
    Some(String::from_utf8(text).expect("JSON is text"))
}

#[test]
fn every_shape_runs_in_every_tier_and_form() {
    for shape in SHAPES {
        for n in [1, 2, 70, 500] {
            let source = (shape.make)(n);
            let expected = (shape.expected)(n).map_err(str::to_owned);
            for tier in Tier::ALL {
                let found = outcome(tier, &source);
                assert_eq!(found, expected, "{} of {n} as source, {tier}", shape.name);
            }
            if let Some(text) = as_json(&source) {
                let found = outcome(Tier::Auto, &text);
                assert_eq!(found, expected, "{} of {n} as JSON", shape.name);
            }
        }
    }
}

#[test]
fn twice_the_program_takes_twice_the_memory() {
    for shape in SHAPES {
        for tier in [Tier::Interp, Tier::Jit] {
            let [small, large] = [1_000, 2_000].map(|n| {
                let source = (shape.make)(n);
                allocated_in(|| drop(outcome(tier, &source)))
            });
            assert!(
                large < small * 5 / 2 + (1 << 20),
                "{}: {small} bytes for a thousand, {large} for two, {tier}",
                shape.name
            );
        }
    }
}

/// The most memory that a program of a million of anything may take.
const MOST_BYTES: u64 = 4 << 30;

#[test]
#[ignore = "takes minutes"]
fn the_largest_programs_run_in_bounded_memory() {
    for shape in SHAPES {
        let source = (shape.make)(shape.largest);
        let json = as_json(&source).filter(|text| text.len() < 1 << 30);
        for (form, text) in [("source", Some(source)), ("JSON", json)] {
            let Some(text) = text else { continue };
            for tier in ["--tier=interp", "--tier=auto"] {
                let (found, bytes) = in_a_process(&text, tier);
                let expected = (shape.expected)(shape.largest);
                let what = format!("{} as {form}, {tier}: {} MiB", shape.name, bytes >> 20);
                eprintln!("{what}");
                let is_too_deep =
                    found.as_ref().is_err_and(|error| error.contains("nested more than"));
                if !(form == "JSON" && is_too_deep) {
                    match expected {
                        Ok(text) => assert!(found == Ok(text), "{what}"),
                        Err(code) => assert!(found.is_err_and(|e| e.contains(code)), "{what}"),
                    }
                }
                assert!(bytes < MOST_BYTES, "{what}");
            }
        }
    }
}

/// Output or error of a run in a process of its own, and the most memory it held.
fn in_a_process(text: &str, tier: &str) -> (Result<String, String>, u64) {
    let [input, out, err] = ["in", "out", "err"]
        .map(|kind| std::env::temp_dir().join(format!("galo-scale-{}.{kind}", std::process::id())));
    std::fs::write(&input, text).expect("there is room for temporary files");
    let [to_out, to_err] = [&out, &err].map(|path| std::fs::File::create(path).expect("a file"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_galo"));
    command.arg(tier).arg(&input).stdin(Stdio::null()).stdout(to_out).stderr(to_err);
    let used = command.spawn().and_then(|child| child.wait4()).expect("galo runs");
    let [stdout, stderr] = [&out, &err].map(|path| std::fs::read_to_string(path).expect("text"));
    [input, out, err].iter().for_each(|path| drop(std::fs::remove_file(path)));
    let found = match used.status.code() {
        Some(0) => Ok(stdout),
        Some(1 | 65) => Err(stderr),
        _ => panic!("{}: {stderr}", used.status),
    };
    (found, used.rusage.maxrss)
}
