//! Ending programs from other threads: every way of running for ever, in every tier.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use galo::engine::{InterruptHandle, Run};
use galo::{Config, Engine, ErrorKind, JitConfig, Program, ProgramError, Tier};

/// Programs that never end, and use neither stack nor memory without bounds.
const ENDLESS: [(&str, &str); 15] = [
    ("loop", "let f = fn (n) => { f(n + 1) }; let _ = print(1); f(0)"),
    ("loop of nothing", "let f = fn () => { f() }; let _ = print(1); f()"),
    (
        "two loops",
        "let g = fn (n) => { if (n == 9) { 1 } else { g(n + 1) } };
        let f = fn (n) => { let _ = g(0); f(n + 1) }; let _ = print(1); f(0)",
    ),
    (
        "loop around a leaf",
        "let id = fn (x) => { (x, x) };
        let f = fn (n) => { let _ = id(n); f(n) }; let _ = print(1); f(0)",
    ),
    (
        "loop with branches",
        "let f = fn (n) => {
        if (n % 3 == 0) { f(n + 1) } else { if (n % 2 == 0) { f(n * 3) } else { f(n - 7) } }
        }; let _ = print(1); f(1)",
    ),
    (
        "mutual tail calls",
        "let a = fn (n, g) => { g(n + 1, g) };
        let b = fn (n, g) => { a(n + 1, g) }; let _ = print(1); a(0, b)",
    ),
    (
        "three in a round",
        "let a = fn (n) => { b(n + 1) }; let b = fn (n) => { c(n + 1) };
        let c = fn (n) => { a(n + 1) }; let _ = print(1); a(0)",
    ),
    (
        "closures in a loop",
        "let make = fn (k) => { fn (n) => { n + k } };
        let f = fn (n) => { f(make(n)(1)) }; let _ = print(1); f(0)",
    ),
    (
        "closure that calls itself",
        "let make = fn (k) => { let go = fn (n) => { go(n + k) }; go };
        let _ = print(1); make(3)(0)",
    ),
    (
        "recursion up and down",
        "let down = fn (n) => { if (n == 0) { 0 } else { 1 + down(n - 1) } };
        let f = fn (n) => { f(n + down(1000)) }; let _ = print(1); f(0)",
    ),
    (
        "fib without end",
        "let fib = fn (n) => { if (n < 2) { n } else { fib(n - 1) + fib(n - 2) } };
        let f = fn (n) => { f(fib(11) + n) }; let _ = print(1); f(0)",
    ),
    (
        "strings",
        "let f = fn (s) => { if (s == \"aaaa\") { f(\"\") } else { f(s + \"a\") } };
        let _ = print(1); f(\"\")",
    ),
    (
        "prints",
        "let f = fn (n) => { let _ = if (n % 1000 == 0) { print(n) } else { n }; f(n + 1) };
        f(0)",
    ),
    (
        "exponential",
        "let tak = fn (n, m) => {
        if (n == 0) { m } else { tak(n - 1, tak(n - 1, m + 1)) } };
        let _ = print(1); tak(1000, 0)",
    ),
    (
        "one print",
        "let f = fn (t, n) => { if (n == 0) { t } else { f((t, t), n - 1) } }; print(f(1, 100))",
    ),
];

/// The same for `--lenient`: what looks at a few pairs as often as they are shared.
const ENDLESS_IN_THE_DIALECT: [(&str, &str); 2] = [
    (
        "one comparison",
        "let f = fn (t, n) => { if (n == 0) { t } else { f((t, t), n - 1) } };
        let a = f(1, 100); let b = f(1, 100); a == b",
    ),
    (
        "one concatenation",
        "let f = fn (t, n) => { if (n == 0) { t } else { f((t, t), n - 1) } };
        f(1, 100) + \"\"",
    ),
];

fn configs() -> Vec<(&'static str, Config)> {
    let config = Config::default();
    let jit = |jit| Config { jit, ..Config::default() };
    vec![
        ("interp", Config { tier: Tier::Interp, ..config.clone() }),
        ("recording", Config { tier: Tier::Interp, profile: true, ..config.clone() }),
        ("jit", Config { tier: Tier::Jit, ..config.clone() }),
        ("auto", config),
        ("early", jit(JitConfig { threshold: Some(1), ..JitConfig::default() })),
        ("refused", jit(JitConfig { limit: Some(0), ..JitConfig::default() })),
        ("half", jit(JitConfig { threshold: Some(2), limit: Some(1), ..JitConfig::default() })),
        ("stress", jit(JitConfig { stress: Some(JitConfig::STRESS), ..JitConfig::default() })),
    ]
}

fn load(config: &Config, source: &str) -> Program {
    Engine::new(config.clone()).load("endless.rinha", source.as_bytes()).expect("a program")
}

/// Interrupts after a while: the longer, the further in the tiers the program is.
fn interrupt_after(handle: InterruptHandle, millis: u64) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(millis));
        handle.interrupt();
    })
}

fn end(run: Run<'_>) -> Box<ProgramError> {
    run.start(&mut std::io::sink()).expect_err("it does not end by itself")
}

#[test]
fn whatever_runs_for_ever_can_be_interrupted_in_every_tier() {
    for (name, source) in ENDLESS {
        for (tier, config) in configs() {
            for millis in [1, 10] {
                let program = load(&config, source);
                let run = program.prepare();
                let thread = interrupt_after(run.interrupt_handle(), millis);
                let error = end(run);
                assert_eq!(error.kind, ErrorKind::Interrupted, "{name} in {tier}");
                thread.join().expect("it interrupts");
            }
        }
    }
}

#[test]
fn a_timeout_ends_what_runs_for_ever() {
    for (name, source) in ENDLESS {
        for (tier, config) in configs() {
            let timeout = Some(Duration::from_millis(3));
            let program = load(&Config { timeout, ..config }, source);
            assert_eq!(end(program.prepare()).kind, ErrorKind::Timeout, "{name} in {tier}");
        }
    }
}

#[test]
fn a_timeout_ends_what_the_runtime_does_for_ever() {
    for (name, source) in ENDLESS_IN_THE_DIALECT {
        for (tier, config) in configs() {
            let timeout = Some(Duration::from_millis(3));
            let program = load(&Config { timeout, lenient: true, ..config }, source);
            assert_eq!(end(program.prepare()).kind, ErrorKind::Timeout, "{name} in {tier}");
        }
    }
}

#[test]
fn a_request_before_the_start_is_seen() {
    for (tier, config) in configs() {
        let program = load(&config, ENDLESS[0].1);
        let run = program.prepare();
        run.interrupt_handle().interrupt();
        assert!(run.interrupt_handle().is_interrupted());
        assert_eq!(end(run).kind, ErrorKind::Interrupted, "{tier}");
    }
}

#[test]
fn a_request_is_for_one_run() {
    const SHORT: &str = "let f = fn (n) => { if (n == 0) { 7 } else { f(n - 1) } }; f(10000)";
    for (tier, config) in configs() {
        let program = load(&config, SHORT);
        let first = program.prepare();
        let handle = first.interrupt_handle();
        first.start(&mut std::io::sink()).expect("it ends");
        // It has ended: nobody is there to be interrupted, not even the next run.
        handle.interrupt();
        let value = program.prepare().evaluate(&mut std::io::sink(), 1 << 10).expect("it ends");
        assert_eq!(value.value.map(|value| value.to_string()).as_deref(), Some("7"), "{tier}");
    }
}

#[test]
fn an_interrupted_program_can_run_again() {
    for (tier, config) in configs() {
        let program = load(&config, "let f = fn (n) => { f(n + 1) }; let _ = print(1); f(0)");
        for _ in 0..3 {
            let run = program.prepare();
            let thread = interrupt_after(run.interrupt_handle(), 2);
            let mut output = Vec::new();
            let error = run.start(&mut output).expect_err("it does not end by itself");
            assert_eq!((error.kind, &output[..]), (ErrorKind::Interrupted, &b"1\n"[..]), "{tier}");
            thread.join().expect("it interrupts");
        }
    }
}

#[test]
fn endless_recursion_is_interrupted_or_overflows_and_nothing_else() {
    const DEEP: &str = "let f = fn (n) => { 1 + f(n + 1) }; f(0)";
    const PAIRS: &str = "let f = fn (n) => { (n, f(n + 1)) }; f(0)";
    for source in [DEEP, PAIRS] {
        for (tier, config) in configs() {
            for millis in [0, 1, 5] {
                let program = load(&config, source);
                let run = program.prepare();
                let thread = interrupt_after(run.interrupt_handle(), millis);
                let kind = end(run).kind;
                let expected = [ErrorKind::Interrupted, ErrorKind::StackOverflow];
                assert!(expected.contains(&kind), "{kind} in {tier}");
                thread.join().expect("it interrupts");
            }
        }
    }
}

#[test]
fn of_two_programs_only_the_one_that_is_meant_ends() {
    for (tier, config) in configs() {
        let start = |source: &'static str| {
            let (send, receive) = mpsc::channel();
            let config = config.clone();
            let thread = thread::spawn(move || {
                let program = load(&config, source);
                let run = program.prepare();
                send.send(run.interrupt_handle()).expect("somebody listens");
                run.evaluate(&mut std::io::sink(), 1 << 10).map(|run| run.value).map_err(|e| e.kind)
            });
            (thread, receive.recv().expect("it begins"))
        };
        let (endless, handle) = start(ENDLESS[0].1);
        let (ends, _) =
            start("let f = fn (n) => { if (n == 0) { 7 } else { f(n - 1) } }; f(200000)");
        handle.interrupt();
        assert_eq!(endless.join().expect("no panic"), Err(ErrorKind::Interrupted), "{tier}");
        let value = ends.join().expect("no panic").expect("nobody interrupts it");
        assert_eq!(value.map(|value| value.to_string()).as_deref(), Some("7"), "{tier}");
    }
}

/// Interrupts a while after something was printed.
struct InterruptWhenPrinted(InterruptHandle);

impl std::io::Write for InterruptWhenPrinted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        interrupt_after(self.0.clone(), 10);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_trace_of_an_interrupted_program_leads_to_where_it_was() {
    const SOURCE: &str = "let inner = fn (n) => { if (n == 0 - 1) { n } else { inner(n + 1) } };
let outer = fn () => { let _ = print(1); 1 + inner(0) };
let _ = outer();
2";
    for (tier, config) in configs() {
        let program = load(&Config { flush_lines: true, ..config }, SOURCE);
        let run = program.prepare();
        let mut output = InterruptWhenPrinted(run.interrupt_handle());
        let error = run.start(&mut output).expect_err("it does not end by itself");
        let trace: Vec<String> = error.trace.iter().map(|frame| format!("{frame:?}")).collect();
        assert!(trace.iter().any(|call| call.contains("\"outer\"")), "{tier}: {trace:?}");
        // In the loop, or at the call while the loop is being compiled.
        let text = &SOURCE[error.span.start as usize..error.span.end as usize];
        let body = &SOURCE[SOURCE.find("fn (n)").unwrap()..SOURCE.find(';').unwrap()];
        assert!(body.contains(text) || text == "inner(0)", "{tier}: {text}");
    }
}
