//! Inputs that are damaged: cut off anywhere, with bits flipped, with bytes that are no text,
//! with JSON of another form. Either there is an error that points into the input and can be
//! shown, or it is a program, which then does what the reference evaluator says.

use galo::check::check;
use galo::report::{Reporter, Source};
use galo::syntax::ast::Ast;
use galo::syntax::format::format_ast;
use galo::syntax::{input, json, parser};
use galo::{Config, Engine, Tier};
use galo_testing::observation::Observation;
use galo_testing::reference::{self, Dialect, Limits};
use galo_testing::shape::shape;

/// Programs of every construct, to be damaged.
const PROGRAMS: [&str; 3] = [
    "let f = fn (n, s) => { if (n == 0) { s } else { f(n - 1, (n, s)) } };
let e = first(f(3, \"é\\\\\")) - 7 /* é */; // d
print(e * 2 % 3 >= 1 || true && second((1, false)))",
    "let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
print(\"fib: \" + fib(10))",
    "let _ = print((fn (x) => fn (y) => x + y)(1)(2)); 2147483647",
];

/// Damaged programs are run no longer than this.
const LIMITS: Limits = Limits { steps: 3_000, depth: 500, bytes: 1 << 12 };

/// Whatever `bytes` are, galo has an answer.
fn answers(bytes: &[u8]) {
    let shown = || String::from_utf8_lossy(bytes).into_owned();
    match input::read("damaged", bytes) {
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a word: {:?}", shown());
            let text = String::from_utf8_lossy(input::without_byte_order_mark(bytes));
            let reporter = Reporter::new(Source::Text { name: "damaged", text: &text }, false);
            for error in errors.iter().take(3) {
                let span = error.primary.span;
                assert!(span.start <= span.end, "{error:#?} in {:?}", shown());
                // Where the bytes are no text, places count bytes, and not those of the text shown.
                if let Ok(text) = input::text("damaged", bytes) {
                    let place = text.get(span.start as usize..span.end as usize);
                    assert!(place.is_some(), "{error:#?} in {:?}", shown());
                }
                let message = reporter.diagnostic(error);
                assert!(message.len() < 10_000, "{message}");
            }
        }
        Ok(ast) => runs(ast, &shown()),
    }
}

fn runs(ast: Ast, shown: &str) {
    let _ = check(&ast);
    if let Ok(source) = format_ast(&ast) {
        let again = parser::parse("again", &source).expect("formatted programs parse");
        assert_eq!(shape(&ast), shape(&again), "{shown:?} formatted as {source:?}");
    }
    let outcome = reference::run(&ast, Dialect::Strict, LIMITS);
    let engine = Engine::new(Config { tier: Tier::Interp, ..small() });
    let Ok(program) = engine.load_ast(ast) else { return };
    let Some(expected) = Observation::of_reference(outcome) else { return };
    let mut stdout = Vec::new();
    let error = program.run(&mut stdout).err();
    let kind = |observation: &Observation| observation.error.as_ref().map(|e| e.kind.clone());
    assert_eq!(stdout, expected.stdout, "{shown:?}");
    assert_eq!(error.map(|e| e.kind.name().to_owned()), kind(&expected), "{shown:?}");
}

/// Limits that cost little.
pub fn small() -> Config {
    Config { max_heap: 4 << 20, max_stack: 1 << 20, ..Config::default() }
}

/// Each program as source and as JSON.
fn texts() -> impl Iterator<Item = String> {
    PROGRAMS.into_iter().flat_map(|source| {
        let mut text = Vec::new();
        let ast = parser::parse("p", source).expect("a program");
        json::write(&ast, &mut text).expect("a vector takes everything");
        [source.to_owned(), String::from_utf8(text).expect("JSON is text")]
    })
}

#[test]
fn inputs_may_end_anywhere() {
    for text in texts() {
        (0..=text.len()).for_each(|end| answers(&text.as_bytes()[..end]));
        (0..=text.len()).for_each(|start| answers(&text.as_bytes()[start..]));
    }
}

#[test]
fn any_bit_may_be_wrong() {
    for text in texts() {
        // Sources are short; of JSON one bit in each byte is enough.
        let all = text.len() < 400;
        for at in 0..text.len() {
            let bits = if all { 0..8 } else { at % 8..at % 8 + 1 };
            for bit in bits {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                answers(&bytes);
            }
        }
    }
}

#[test]
fn any_byte_may_be_anything() {
    const BYTES: [u8; 12] = [0, b'"', b'\\', b'{', b'}', b'(', b')', b'/', 0x7F, 0x80, 0xC3, 0xFF];
    for text in texts().filter(|text| text.len() < 400) {
        for at in 0..=text.len() {
            for byte in BYTES {
                let mut bytes = text.clone().into_bytes();
                bytes.insert(at, byte);
                answers(&bytes);
            }
        }
    }
}

/// How an input is refused, or what it prints.
#[derive(Debug, PartialEq)]
enum Expected {
    Refused(&'static str, u32),
    Prints(&'static str),
}
use Expected::{Prints, Refused};

const INT: &str = r#"{"kind":"Int","value":1,"location":{"start":0,"end":1,"filename":"a"}}"#;

/// A JSON program that is `print` of this.
fn printing(value: &str) -> Vec<u8> {
    let print = format!(r#"{{"kind":"Print","value":{value},"location":{{"start":0,"end":1}}}}"#);
    format!(r#"{{"name":"a","expression":{print},"location":{{"start":0,"end":1}}}}"#).into_bytes()
}

fn int(value: &str) -> Vec<u8> {
    printing(&INT.replace("\"value\":1", &format!("\"value\":{value}")))
}

/// Name, input, what comes of it.
fn table() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let source = |text: &str| text.as_bytes().to_vec();
    let nested = |text: &str| printing(&INT.replace(r#""value":1"#, text));
    vec![
        ("nothing", source(""), Refused("empty-program", 0)),
        ("white space", source(" \n\t"), Refused("empty-program", 3)),
        ("a NUL byte", source("print(1)\0"), Refused("invalid-character", 8)),
        ("a NUL byte in a string", source("print(\"a\0b\")"), Prints("a\0b\n")),
        ("a NUL byte in a comment", source("print(1) // \0"), Prints("1\n")),
        ("a byte order mark", source("\u{FEFF}print(1)"), Prints("1\n")),
        ("two byte order marks", source("\u{FEFF}\u{FEFF}print(1)"), Prints("1\n")),
        ("a mark of UTF-16", b"\xFF\xFEp\0r\0".to_vec(), Refused("not-utf-8", 0)),
        ("lines of other systems", source("let a = 1;\r\nprint(a)\r\n"), Prints("1\n")),
        (
            "lines of old systems",
            source("print(1) // a\rprint(2)"),
            Refused("unexpected-token", 14),
        ),
        ("a byte that is no text", b"print(\"\x80\")".to_vec(), Refused("not-utf-8", 7)),
        ("half a character", b"print(\"\xC3".to_vec(), Refused("not-utf-8", 7)),
        ("half of a pair", b"print(\"\xED\xA0\x80\")".to_vec(), Refused("not-utf-8", 7)),
        ("a string without end", source("print(\"abc"), Refused("unterminated-string", 6)),
        ("a comment without end", source("1 /* abc"), Refused("unterminated-comment", 2)),
        ("the largest Int", source("print(2147483647)"), Prints("2147483647\n")),
        ("an Int too large", source("print(2147483648)"), Refused("integer-out-of-range", 6)),
        ("a number of many digits", source(&"9".repeat(5_000)), Refused("integer-out-of-range", 0)),
        ("JSON: nothing in it", source("{}"), Refused("json-ast", 1)),
        ("JSON: cut off", source("{\"name\":"), Refused("json-syntax", 7)),
        (
            "JSON: more behind it",
            [printing(INT), source("x")].concat(),
            Refused("json-syntax", 183),
        ),
        ("JSON: a byte order mark", [source("\u{FEFF}"), printing(INT)].concat(), Prints("1\n")),
        ("JSON: an Int too large", int("2147483648"), Refused("json-ast", 71)),
        ("JSON: a huge number", int(&"9".repeat(400)), Refused("json-syntax", 470)),
        ("JSON: a huge exponent", int("1e999999999"), Refused("json-syntax", 81)),
        ("JSON: a fraction", int("1.5"), Refused("json-ast", 71)),
        ("JSON: a text for a number", int("\"1\""), Refused("json-ast", 71)),
        ("JSON: null", printing("null"), Refused("json-ast", 49)),
        ("JSON: an array", printing("[1,2]"), Refused("json-ast", 53)),
        ("JSON: an unknown kind", nested(r#""kind":"Float","value":1"#), Refused("json-ast", 70)),
        ("JSON: a kind twice", nested(r#""kind":"Int","value":1"#), Refused("json-ast", 70)),
        ("JSON: a value twice", nested(r#""value":1,"value":2"#), Refused("json-ast", 81)),
        (
            "JSON: half of a pair",
            printing(&INT.replace("\"Int\"", "\"\\ud800\"")),
            Refused("json-syntax", 64),
        ),
    ]
}

#[test]
fn each_fault_has_its_answer() {
    let mut wrong = Vec::new();
    for (name, bytes, expected) in table() {
        answers(&bytes);
        let engine = Engine::new(small());
        let found = match engine.load("fault", &bytes) {
            Err(error) => {
                let first = &error.diagnostics[0];
                format!("{:?}", Refused(first.code, first.primary.span.start))
            }
            Ok(program) => {
                let mut stdout = Vec::new();
                let _ = program.run(&mut stdout);
                format!("Prints({:?})", String::from_utf8_lossy(&stdout))
            }
        };
        if found != format!("{expected:?}") {
            wrong.push(format!("{name}: {found}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
