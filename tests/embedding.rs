//! galo as a library: engines side by side, output to any writer, limits and errors as
//! values.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::thread;

use galo::engine::TraceFrame;
use galo::engine::events::{Collection, Event, Form, Observer};
use galo::ssa::{PassSet, Switches};
use galo::{Config, Engine, ErrorKind, JitConfig, Program, ProgramError, Tier};

fn load(config: Config, source: &str) -> Program {
    Engine::new(config).load("test.rinha", source.as_bytes()).expect("a program")
}

fn output(program: &Program) -> String {
    let mut bytes = Vec::new();
    program.run(&mut bytes).expect("no error");
    String::from_utf8(bytes).expect("text")
}

fn error(config: Config, source: &str) -> Box<ProgramError> {
    load(config, source).run(&mut io::sink()).expect_err("an error")
}

const LIST: &str = "
    let build = fn (n, list) => { if (n == 0) { list } else { build(n - 1, (n, list)) } };
    let sum = fn (list, n, acc) => {
      if (n == 0) { acc } else { sum(second(list), n - 1, acc + first(list)) }
    };
    print(sum(build(10000, 0), 10000, 0))";

#[test]
fn engines_run_side_by_side_on_any_thread() {
    let threads = [Tier::Auto, Tier::Interp].map(|tier| {
        let program = load(Config { tier, ..Config::default() }, LIST);
        thread::spawn(move || (0..20).map(|_| output(&program)).collect::<Vec<_>>())
    });
    for thread in threads {
        let outputs = thread.join().expect("no panic");
        assert!(outputs.iter().all(|output| output == "50005000\n"), "{outputs:?}");
    }
}

#[test]
fn engines_differ_in_their_configuration_alone() {
    let source = "print(1 == \"1\")";
    let lenient = load(Config { lenient: true, ..Config::default() }, source);
    let strict = load(Config::default(), source);
    assert_eq!(output(&lenient), "false\n");
    assert_eq!(strict.run(&mut io::sink()).unwrap_err().kind, ErrorKind::TypeError);
    assert_eq!(output(&lenient), "false\n");
}

#[test]
fn limits_are_errors_with_places() {
    let endless = "let f = fn (n) => { 1 + f(n + 1) }; print(f(0))";
    let deep = error(Config { max_stack: 1 << 20, ..Config::default() }, endless);
    assert_eq!(deep.kind, ErrorKind::StackOverflow);
    assert_eq!(&endless[deep.span.start as usize..deep.span.end as usize], "f(n + 1)");
    assert!(matches!(deep.trace[0], TraceFrame::Call { count: 1000.., recursive: true, .. }));

    // The list is needed in the end, or the compiler would leave it out.
    let hoard = "let f = fn (list, n) => { if (n < 0) { list } else { f((list, list), n + 1) } };
                 print(f(0, 0))";
    let full = error(Config { max_heap: 1 << 20, ..Config::default() }, hoard);
    assert_eq!(full.kind, ErrorKind::OutOfMemory);
    assert_eq!(&hoard[full.span.start as usize..full.span.end as usize], "(list, list)");
}

#[test]
fn expressions_that_nest_too_deep_are_errors() {
    const DEPTH: usize = 20_000;
    let shapes = [
        ("1 + (", ")"),
        ("if ((", ") == 1) { 1 } else { 0 }"),
        ("first(let a = ", "; a)"),
        ("print(", ")"),
    ];
    // Two leaves, so that each kind of node is now at even heights, now at odd ones.
    for ((open, close), leaf) in shapes.into_iter().flat_map(|s| [(s, "1"), (s, "print(1)")]) {
        let source = format!("print({}{leaf}{})", open.repeat(DEPTH), close.repeat(DEPTH));
        let config = Config { max_stack: 1 << 16, ..Config::default() };
        assert_eq!(error(config, &source).kind, ErrorKind::StackOverflow, "{open} {leaf}");
    }
}

#[test]
fn errors_outlive_their_program() {
    let error = error(Config::default(), "let half = fn (n) => { n / 0 }; 1 + half(7)");
    assert_eq!(error.kind, ErrorKind::DivisionByZero);
    assert_eq!(error.message, "division by zero: `7 / 0`");
    assert_eq!(
        error.to_string(),
        "test.rinha: at byte 27: division-by-zero: division by zero: `7 / 0`"
    );
    let [TraceFrame::Call { function, span, .. }] = &error.trace[..] else {
        panic!("one call: {:?}", error.trace);
    };
    assert_eq!((function.as_str(), span.start), ("half", 36));
}

/// A writer that fails once it has taken so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(rest) => self.0 = rest,
            None => return Err(io::ErrorKind::StorageFull.into()),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_output_that_fails_ends_the_program() {
    let endless = load(Config::default(), "let f = fn (n) => { let _ = print(n); f(n + 1) }; f(0)");
    let error = endless.run(&mut Full(1 << 20)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::OutputClosed);
    assert_eq!(error.cause.as_ref().map(io::Error::kind), Some(io::ErrorKind::StorageFull));

    let short = load(Config::default(), "print(1)");
    let error = short.run(&mut Full(0)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::OutputClosed, "at the last flush");
}

#[test]
fn inputs_that_are_no_programs_are_errors() {
    let engine = Engine::new(Config::default());
    let error = engine.load("two.rinha", b"let x = ; let y = ; x").unwrap_err();
    assert_eq!(error.diagnostics.len(), 2);
    assert_eq!(error.to_string().lines().count(), 2);
    assert!(engine.load("bytes", b"\xff").is_err());
    assert!(engine.load("tree.json", b"{\"name\": 1}").is_err());
}

#[test]
fn the_profile_counts_and_notes_what_is_no_int() {
    let config = Config { profile: true, ..Config::default() };
    let program = load(
        config,
        "
        let count = fn (n) => { if (n == 0) { \"done\" } else { count(n - 1) } };
        let call = fn (f) => { first(f)(3) };
        let _ = call((count, 0));
        print(call((fn (x) => { \"x\" + x }, 0)))",
    );
    assert_eq!(output(&program), "x3\n");
    let named = |name: &str| {
        let id = |f: u32| galo::core::FunctionId::new(f as usize);
        program.function_profiles().find(|p| program.function_name(id(p.function)) == name)
    };
    let count = named("count").expect("a function");
    assert_eq!((count.calls, count.loops), (1, 3));
    assert_eq!(named("call").expect("a function").calls, 2);
    let sites: Vec<_> = program.site_profiles().collect();
    assert!(sites.iter().any(|site| site.result == ["Str"]), "{sites:?}");
    assert!(sites.iter().any(|site| site.left == ["Str"] && site.right.is_empty()), "{sites:?}");
    assert!(sites.iter().any(|site| site.megamorphic && site.callee.is_some()), "{sites:?}");
}

/// Keeps every event.
#[derive(Default, Debug)]
struct Keep(RefCell<Vec<Collection>>);

impl Observer for Keep {
    fn event(&self, event: &Event<'_>) {
        if let Event::Collection(collection) = event {
            self.0.borrow_mut().push(*collection);
        }
    }
}

#[test]
fn observers_are_told_of_collections() {
    let program = load(Config { zeal: true, ..Config::default() }, LIST);
    let kept = Keep::default();
    let stats = program.run_observed(&mut io::sink(), &kept).expect("no error");
    let collections = kept.0.into_inner();
    let majors = collections.iter().filter(|collection| collection.major).count();
    assert_eq!(collections.len() as u64, stats.heap.minor_collections);
    assert_eq!(majors as u64, stats.heap.major_collections);
    let last = collections.last().expect("many collections");
    assert!(last.after_bytes > 0 && last.after_bytes <= last.before_bytes, "{last:?}");
}

/// Takes a program's output, and runs the program again at everything it prints.
struct Again<'p> {
    program: &'p Program,
    times: u32,
    lines: usize,
}

impl Write for Again<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lines += bytes.iter().filter(|&&byte| byte == b'\n').count();
        if self.times > 0 {
            let mut inner = Again { program: self.program, times: self.times - 1, lines: 0 };
            self.program.run(&mut inner).expect("no error");
            self.lines += inner.lines;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const THREE_LINES: &str = "
    let f = fn (n, x) => { if (n == 0) { x } else { let _ = print(x + n); f(n - 1, x) } };
    let _ = f(3, 1);
    f(0, \"x\")";

#[test]
fn programs_run_while_they_run() {
    let configs = [
        Config { tier: Tier::Jit, ..Config::default() },
        Config {
            jit: JitConfig { threshold: Some(1), ..JitConfig::default() },
            ..Config::default()
        },
    ];
    for config in configs {
        let program = load(Config { flush_lines: true, ..config }, THREE_LINES);
        let mut output = Again { program: &program, times: 2, lines: 0 };
        program.run(&mut output).expect("no error");
        assert_eq!(output.lines, 3 + 3 * (3 + 3 * 3));
    }
}

/// Runs the program at everything that happens to it.
#[derive(Debug)]
struct Nosy<'p> {
    program: &'p Program,
    is_running: Cell<bool>,
    runs: Cell<u32>,
}

impl Nosy<'_> {
    fn run(&self) {
        if !self.is_running.replace(true) {
            self.program.run_observed(&mut io::sink(), self).expect("no error");
            self.runs.set(self.runs.get() + 1);
            self.is_running.set(false);
        }
    }
}

impl Observer for Nosy<'_> {
    fn event(&self, _: &Event<'_>) {
        self.run();
    }

    fn form(&self, _: &Form<'_>) {
        self.run();
    }
}

#[test]
fn observers_may_run_the_program() {
    let passes = PassSet::ALL.with("inline", false).expect("there is such a pass");
    let jit = JitConfig { switches: Switches { passes, ..Switches::ALL }, ..JitConfig::default() };
    let config = Config { tier: Tier::Jit, zeal: true, jit, ..Config::default() };
    let program = load(config, THREE_LINES);
    let nosy = Nosy { program: &program, is_running: Cell::default(), runs: Cell::default() };
    program.run_observed(&mut io::sink(), &nosy).expect("no error");
    assert!(nosy.runs.get() >= 5, "{}", nosy.runs.get());
    let stats = program.tier_stats();
    assert_eq!((stats.compiled_functions, &stats.failures[..]), (2, &[][..]));
}
