//! What galo writes for other programs is as `docs/schemas` says, and everything that is
//! described there exists.

#[path = "formats/schema.rs"]
mod schema;

use std::process::Command;

use schema::Schema;
use serde_json::Value;

/// A function that is hot, a wrong guess, and something to collect.
const PROGRAM: &str = r#"
let add = fn (a, b) => { a + b };
let loop = fn (n, sum) => { if (n == 0) { sum } else { loop(n - 1, add(sum, n)) } };
let list = fn (n, l) => { if (n == 0) { l } else { list(n - 1, (n, l)) } };
let twice = fn (f, x) => { f(f(x)) };
let _ = twice(fn (l) => { list(100000, l) }, 0);
let _ = twice(fn (x) => { x + "." }, "x");
print(loop(200, 0) + loop(200, "x"))"#;

/// What galo writes to standard output and standard error.
fn galo(arguments: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_galo"));
    let output = command.args(arguments).output().expect("galo runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The official tool's JSON of a program.
fn tree(program: &str) -> String {
    galo(&["ast", "-e", program]).0
}

#[test]
fn dumps() {
    let mut schema = Schema::new(include_str!("../docs/schemas/dump.schema.json"));
    let stages = "--stage=tokens,ast,all";
    for options in [&["--tier=jit"][..], &["--tier=jit", "--jit-opt=none"], &["--fn=nothing"]] {
        let dump = ["dump", stages, "--format=json", "-e", PROGRAM];
        let document = json(&galo(&[&dump[..], options].concat()).0);
        schema.check(&document);
        check_assembly(&document);
    }
    let dump =
        ["dump", "--stage=ast,core,asm", "--format=json", "--tier=jit", "-e", &tree(PROGRAM)];
    let document = json(&galo(&dump).0);
    schema.check(&document);
    assert!(document["core"][0]["source"]["line"].is_null(), "{document}");
    assert_eq!(document["core"][0]["source"]["file"], "<command line>");
    if cfg!(target_arch = "x86_64") {
        assert_eq!(schema.unseen(), [""; 0]);
    }
}

/// What Compiler Explorer relies on.
fn check_assembly(document: &Value) {
    let lines = document["asm"].as_array().expect("lines");
    let labels = document["labelDefinitions"].as_object().expect("labels");
    let text = |line: &Value| line["text"].as_str().expect("a text").to_owned();
    for (name, line) in labels {
        let line = line.as_u64().expect("a number") as usize;
        let defined = text(&lines[line - 1]);
        assert!(name.ends_with(defined.strip_suffix(':').expect("a label")), "{name}: {defined}");
    }
    for line in lines {
        for label in line["labels"].as_array().into_iter().flatten() {
            let column = |name: &str| label["range"][name].as_u64().expect("a column") as usize - 1;
            let shown = &text(line)[column("startCol")..column("endCol")];
            assert_eq!(shown, label["name"].as_str().expect("a name"));
            assert!(labels.contains_key(label["target"].as_str().expect("a name")), "{label}");
        }
    }
    let mut next = 0;
    for line in lines.iter().filter(|line| line.get("address").is_some()) {
        let address = line["address"].as_u64().expect("a number");
        assert!(address == next || address == 0, "{line}");
        next = address + line["opcodes"].as_array().expect("bytes").len() as u64;
    }
}

#[test]
fn dumps_of_a_run_and_into_a_folder() {
    let mut schema = Schema::new(include_str!("../docs/schemas/dump.schema.json"));
    let run = ["--dump=core", "--dump-format=json", "--dump-to=-", "-e", "print(1)"];
    let (stdout, _) = galo(&run);
    schema.check(&json(stdout.strip_prefix("1\n").unwrap_or(&stdout)));

    let folder = std::env::temp_dir().join(format!("galo-formats-{}", std::process::id()));
    let to = format!("{}/", folder.display());
    galo(&["dump", "--stage=core,asm", "--format=json", "--to", &to, "--tier=jit", "-e", PROGRAM]);
    for (file, field) in [("core.json", "core"), ("asm.json", "labelDefinitions")] {
        let document = json(&std::fs::read_to_string(folder.join(file)).expect(file));
        schema.check(&document);
        assert!(document.get(field).is_some());
    }
    std::fs::remove_dir_all(&folder).expect("it was there");
}

#[test]
fn traces() {
    let mut schema = Schema::new(include_str!("../docs/schemas/trace.schema.json"));
    let mut check = |options: &[&str]| {
        let trace = ["--trace=all", "--trace-format=json", "--jit-opt=-inline", "-e", PROGRAM];
        let (_, stderr) = galo(&[options, &trace].concat());
        let events: Vec<Value> = stderr.lines().map(json).collect();
        events.iter().for_each(|event| schema.check(event));
        let kinds = events.iter().map(|event| event["event"].as_str().expect("a name").to_owned());
        kinds.collect::<Vec<_>>()
    };
    let kinds = check(&["--tier=jit"]);
    for kind in ["compile", "compiled", "exit", "gc"] {
        assert!(kinds.iter().any(|other| other == kind), "{kind}: {kinds:?}");
    }
    assert!(check(&["--tier=jit", "--jit-limit=1"]).contains(&"refused".to_owned()));
    // What only a broken compiler, or none, would say.
    let rare = |place: &String| place.contains("/failed/") || place.contains("/no-compiler/");
    let unseen = schema.unseen();
    assert!(unseen.iter().all(rare), "{unseen:?}");
}

#[test]
fn statistics() {
    let mut schema = Schema::new(include_str!("../docs/schemas/stats.schema.json"));
    for options in
        [&["--tier=jit", "--jit-opt=-inline"][..], &["--tier=interp"], &["--fuel=1000000"]]
    {
        let (_, stderr) = galo(&[options, &["--stats=json", "-e", PROGRAM]].concat());
        schema.check(&json(&stderr));
    }
    assert_eq!(schema.unseen(), [""; 0]);
}

#[test]
fn findings() {
    let mut schema = Schema::new(include_str!("../docs/schemas/check.schema.json"));
    let grouped = "let f = fn (a, b) => { a - b - 1 }; f(1, 2, 3)";
    for program in [grouped, "1 + ", "print(1) )", "let x = 1; y", &tree(grouped), "{\"kind\":1}"] {
        schema.check(&json(&galo(&["check", "--format=json", "-e", program]).0));
    }
    assert_eq!(schema.unseen(), [""; 0]);
}
