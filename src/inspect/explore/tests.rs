//! The data of pages: that it fits together, what shape it has, how large it is, and that no
//! program can break out of it.

use std::fmt::Write as _;
use std::num::NonZeroU64;

use serde_json::Value;

use super::{Exploration, Failed, Recorder, Shown, Tee, page};
use crate::engine::Sampling;
use crate::inspect::Names;
use crate::report::{Locator, Reporter, Source};
use crate::syntax::input::{self, Form};
use crate::{Config, Engine, JitConfig, Tier};

/// Runs a program, and does something with what can be told of it.
fn explored<T>(text: &str, tier: Tier, with: impl FnOnce(Exploration<'_>) -> T) -> T {
    let jit = JitConfig { count_calls: true, ..JitConfig::default() };
    let sampling = NonZeroU64::new(3).map(Sampling::EveryPolls);
    let config = Config { tier, jit, profile: true, sampling, ..Config::default() };
    let program = Engine::new(config).load("test.rinha", text.as_bytes()).expect("a program");
    let source = Source::Text { name: "test.rinha", text };
    let names = Names::new(&program, Locator::new(&Reporter::new(source, false)));
    let mut printed = Vec::new();
    let mut tee = Tee::new(&mut printed);
    let recorder = Recorder::new(&program);
    let result = program.run_observed(&mut tee, &recorder);
    let (recording, output) = (recorder.finish(), tee.kept());
    let failed = result.as_ref().err();
    let failed = failed.map(|error| Failed { text: error.message.clone(), node: error.node });
    let run = result.unwrap_or_else(|error| error.stats);
    let shown = match input::form(text) {
        Form::Source => Shown::source(text),
        Form::Json => Shown::layout(program.ast()),
    };
    let (names, shown, options) = (&names, &shown, "--tier=auto");
    with(Exploration { names, shown, options, recording, run, output, failed })
}

/// A loop whose guess turns out wrong, in the end an error; and something to inline.
const WRONG_GUESS: &str = "
let add = fn (a, b) => { a + b };
let repeat = fn (n, value) => { if (n == 0) { 0 } else { let _ = add(value, value); repeat(n - 1, value) } };
let keep = fn (n, list) => { if (n == 0) { list } else { keep(n - 1, (n, list)) } };
let _ = repeat(3000, 1);
let _ = repeat(100, \"a\");
let _ = print(first(keep(200000, 0)));
print(1 + true)";

/// What nobody should write: everything that means something to a browser or turns texts around.
const HOSTILE: &str = "// </script><img src=x onerror=alert(1)> \u{202E} \u{0} \u{2028} 😀
let s = \"</script><script>alert(1)</script><!-- \u{0} \u{202E} 😀 \u{FEFF} \";
let f = fn (n) => { if (n == 0) { s } else { f(n - 1) } };
let _ = print(f(3000)); print(s + f(2))";

fn numbers(value: &Value) -> Vec<usize> {
    let list = value.as_array().expect("a list");
    list.iter().map(|number| number.as_u64().expect("a number") as usize).collect()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// Checks that every number that stands for something is that of something.
fn check(text: &str, tier: Tier) {
    explored(text, tier, |exploration| {
        let data = exploration.data();
        let main = &data.main;
        let units = main["source"].as_str().expect("a text").encode_utf16().count();
        let sites = numbers(&main["sites"]);
        let count = sites.len() / 2;
        assert!(sites.chunks(2).all(|span| span[0] <= span[1] && span[1] <= units));
        let functions = list(&main["functions"]);
        assert_eq!(functions.len(), data.code.len());
        for function in functions {
            assert!(function["site"].as_u64().is_some_and(|site| (site as usize) < count));
            for call in list(&function["callees"]) {
                assert!(call[0].as_u64().is_some_and(|site| (site as usize) < count));
                assert!(call[1].as_u64().is_none_or(|callee| (callee as usize) < functions.len()));
            }
        }
        for (function, code) in functions.iter().zip(&data.code) {
            let versions = list(&code["versions"]).len();
            assert_eq!(function["versions"].as_u64(), Some(versions as u64));
            check_code(code, count, functions.len());
        }
        let mut last = 0;
        for event in list(&main["events"]) {
            let time = event["t"].as_u64().expect("a time");
            assert!(last <= time && time <= main["micros"].as_u64().expect("a time"));
            last = time;
            assert!(event["s"].as_u64().is_none_or(|site| (site as usize) < count));
            let index = event["f"].as_u64().map(|index| &functions[index as usize]);
            assert!(
                event["v"]
                    .as_u64()
                    .is_none_or(|v| index.is_some_and(|f| f["versions"].as_u64() >= Some(v)))
            );
        }
    });
}

fn check_code(code: &Value, sites: usize, functions: usize) {
    let texts = list(&code["texts"]).len();
    let lines = numbers(&code["lines"]);
    for line in lines.chunks(4) {
        assert!(line.len() == 4 && line[0] < texts && line[1] <= sites && line[3] < texts);
    }
    let is_form = |runs: &Value| {
        let runs = numbers(runs);
        let ends = runs.chunks(2).map(|run| run[0] + run[1]);
        runs.len().is_multiple_of(2) && ends.max().unwrap_or(0) <= lines.len() / 4
    };
    assert!(is_form(&code["core"]) && numbers(&code["kinds"]).len().is_multiple_of(5));
    for version in list(&code["versions"]) {
        assert!(is_form(&version["clif"]) && is_form(&version["asm"]));
        let stages = list(&version["stages"]);
        assert_eq!(stages[0][0], "built");
        assert!(stages.iter().all(|stage| stage[2].is_null() || is_form(&stage[2])));
        let scopes = list(&version["scopes"]);
        for scope in scopes {
            assert!(scope[0].as_u64().is_some_and(|function| (function as usize) < functions));
        }
        for decision in list(&version["decisions"]) {
            let is_scope =
                |scope: &Value| scope.as_u64().is_some_and(|s| (s as usize) < scopes.len());
            assert!(is_scope(&decision[1]) && (decision[3].is_null() || is_scope(&decision[3])));
        }
    }
}

#[test]
fn everything_that_is_referred_to_is_there() {
    for tier in Tier::ALL {
        for text in [WRONG_GUESS, HOSTILE, "1"] {
            check(text, tier);
        }
    }
}

#[test]
fn trees_have_a_source_too() {
    let tree = r#"{"name":"a","expression":{"kind":"Print","location":{"start":7,"end":9,"filename":"a"},
        "value":{"kind":"Str","value":"é😀","location":{"start":1000,"end":9999,"filename":"a"}}}}"#;
    check(tree, Tier::Jit);
    let negative = r#"{"name":"a","expression":{"kind":"Int","value":-1}}"#;
    check(negative, Tier::Auto);
}

#[test]
fn what_happened_is_told() {
    explored(WRONG_GUESS, Tier::Auto, |exploration| {
        let data = exploration.data();
        let events = list(&data.main["events"]);
        let of = |kind: &str| events.iter().filter(|event| event["k"] == kind).collect::<Vec<_>>();
        let exits = of("exit");
        assert!(!exits.is_empty());
        assert!(
            exits.iter().all(|exit| exit["value"] == "Str \"a\"" && exit["v"] == 1),
            "{exits:?}"
        );
        let again = of("start").into_iter().filter(|start| start["v"] == 2).collect::<Vec<_>>();
        assert_eq!(again.len(), 1, "{again:?}");
        assert!(again[0]["s"].is_u64() && !of("gc").is_empty());
        assert_eq!(data.main["output"], "1\n");
        assert_eq!(data.main["failed"]["text"], "cannot apply `+` to Int 1 and Bool true");
        let decisions = data.code.iter().flat_map(|code| list(&code["versions"]));
        let decisions: Vec<&Value> = decisions.flat_map(|v| list(&v["decisions"])).collect();
        assert!(decisions.iter().any(|d| d[4].as_str().is_some_and(|d| d.starts_with("inlined"))));
    });
}

#[test]
fn functions_have_their_shares_of_the_time() {
    let text = "let f = fn (n) => { if (n == 0) { 0 } else { let m = f(n - 1); m + g(n) } };
let g = fn (n) => { if (n == 0) { 0 } else { g(n - 1) } };
print(f(50))";
    for tier in Tier::ALL {
        explored(text, tier, |exploration| {
            let main = exploration.data().main;
            let all = main["samples"].as_u64().expect("a number");
            let shares: Vec<_> = list(&main["functions"])
                .iter()
                .map(|function| (function["name"].clone(), numbers(&function["samples"])))
                .collect();
            assert!(all > 10, "{shares:?}");
            let own: usize = shares.iter().map(|(_, samples)| samples[0]).sum();
            assert_eq!(own as u64, all, "somebody is always running: {shares:?}");
            for (name, samples) in &shares {
                let is_all = samples[1] as u64 == all;
                assert!(samples[0] <= samples[1] && (is_all || name != "main"), "{shares:?}");
            }
        });
    }
}

/// What there is, without what it says.
fn shape(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth + 1);
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) => out.push_str("bool"),
        Value::Number(_) => out.push_str("number"),
        Value::String(_) => out.push_str("text"),
        Value::Array(list) => {
            let mut shapes: Vec<String> = Vec::new();
            for value in list {
                let mut text = String::new();
                shape(value, depth, &mut text);
                if !shapes.contains(&text) {
                    shapes.push(text);
                }
            }
            write!(out, "[{}]", shapes.join(" | ")).expect("a string takes any text");
        }
        Value::Object(map) => {
            out.push_str("{\n");
            for (key, value) in map {
                write!(out, "{indent}{key}: ").expect("a string takes any text");
                shape(value, depth + 1, out);
                out.push('\n');
            }
            out.push_str(&"  ".repeat(depth));
            out.push('}');
        }
    }
}

#[test]
fn the_data_has_this_shape() {
    explored("let f = fn (n) => { n + 1 }; print(f(1))", Tier::Jit, |exploration| {
        let mut data = exploration.data();
        // Others test these, and systems differ in what they tell.
        data.main["statistics"].take();
        let mut text = String::new();
        shape(&data.main, 0, &mut text);
        text.push('\n');
        shape(&data.code[0], 0, &mut text);
        text.push('\n');
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/inspect/explore/shape.txt");
        if std::env::var_os("GALO_BLESS").is_some() {
            std::fs::write(path, &text).expect("it can be written");
        }
        assert_eq!(text, include_str!("shape.txt"));
    });
}

#[test]
fn no_program_breaks_out_of_its_data() {
    let page = explored(HOSTILE, Tier::Auto, page::page);
    assert!(page.starts_with(page::MARK));
    let elements = page.lines().filter(|line| line.starts_with("<script type="));
    let elements: Vec<&str> = elements.collect();
    assert_eq!(elements.len(), 3, "one for all, and one a function");
    for element in elements {
        let data = element.split_once('>').and_then(|(_, rest)| rest.strip_suffix("</script>"));
        let data = data.expect("an element is a line");
        assert!(!data.contains('<') && !data.contains(char::is_control), "{data}");
        assert!(serde_json::from_str::<Value>(data).is_ok());
    }
}

#[test]
fn programs_of_400_functions_have_pages_of_some_megabytes() {
    let mut text = String::new();
    for index in 0..400 {
        let inner = if index == 0 { "n".to_owned() } else { format!("f{}(n - 1)", index - 1) };
        writeln!(
            text,
            "let f{index} = fn (n) => {{ if (n < 1) {{ (n, n) }} else {{ let x = n * {index} + 1; let y = x % 7; (x + y, {inner}) }} }};"
        )
        .expect("a string takes any text");
    }
    text += "print(first(f399(400)))";
    let page = explored(&text, Tier::Jit, page::page);
    assert!(page.len() < 8 << 20, "{}", page.len());
    check(&text, Tier::Jit);
}
