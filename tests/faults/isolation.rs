//! Engines and programs in one process have nothing to do with each other, and leave nothing
//! behind.

use std::fs;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use galo::{Config, Engine, ErrorKind, JitConfig, Tier};

use crate::input::small;

fn eager() -> Config {
    let jit = JitConfig { threshold: Some(1), ..JitConfig::default() };
    Config { jit, ..small() }
}

/// A program whose functions are compiled, which allocates, and prints `number` at last.
fn program(number: usize) -> String {
    format!(
        "let list = fn (n, l) => {{ if (n == 0) {{ l }} else {{ list(n - 1, (n, l)) }} }};
         let sum = fn (l, n, s) => {{
             if (n == 0) {{ s }} else {{ sum(second(l), n - 1, s + first(l)) }}
         }};
         let text = fn (n, t) => {{ if (n == 0) {{ t }} else {{ text(n - 1, t + \"ab\") }} }};
         let _ = text(300, \"{number}\");
         print(sum(list(50, 0), 50, {number} - 1275))"
    )
}

fn printed(engine: &Engine, number: usize) -> Vec<u8> {
    let program = engine.load("isolated", program(number).as_bytes()).expect("a program");
    let mut stdout = Vec::new();
    program.run(&mut stdout).expect("it runs");
    stdout
}

#[test]
fn engines_on_threads_do_not_meet() {
    let barrier = &Barrier::new(4);
    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                let zeal = thread == 3;
                let engine = Engine::new(Config { zeal, ..eager() });
                barrier.wait();
                for round in 0..20 {
                    let number = thread * 1000 + round;
                    assert_eq!(printed(&engine, number), format!("{number}\n").into_bytes());
                }
            });
        }
    });
}

#[test]
fn programs_move_between_threads_with_their_code() {
    let engine = Engine::new(Config { tier: Tier::Jit, ..eager() });
    let loaded = engine.load("moved", program(7).as_bytes()).expect("a program");
    loaded.run(&mut io::sink()).expect("it runs");
    drop(engine);
    let loaded = thread::spawn(move || {
        let mut stdout = Vec::new();
        loaded.run(&mut stdout).expect("it runs");
        assert_eq!(stdout, b"7\n");
        loaded
    });
    let loaded = loaded.join().expect("the thread ends well");
    loaded.run(&mut io::sink()).expect("it runs again");
}

/// Fails, or panics, at a write.
struct Failing {
    writes: usize,
    panics: bool,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes -= 1;
        match (self.writes, self.panics) {
            (0, true) => panic!("the host's writer is wrong"),
            (0, false) => Err(io::Error::other("no more")),
            _ => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const PRINTING: &[u8] = b"let f = fn (n) => { let _ = print((n, \"x\")); 1 + f(n + 1) }; f(0)";

#[test]
fn a_program_may_be_dropped_after_any_error() {
    for tier in Tier::ALL {
        let engine = Engine::new(Config { tier, flush_lines: true, ..eager() });
        for writes in [1, 2, 50] {
            let program = engine.load("dropped", PRINTING).expect("a program");
            let mut writer = Failing { writes, panics: false };
            let error = program.run(&mut writer).expect_err("the output fails");
            assert_eq!(error.kind, ErrorKind::OutputClosed);
            drop(program);
            // Errors own what they tell.
            assert!(error.to_string().contains("no more"), "{error}");
        }
        let program = engine.load("deep", b"let f = fn (n) => 1 + f(n + 1); f(0)").expect("one");
        let error = program.run(&mut io::sink()).expect_err("it is too deep");
        drop((program, engine));
        assert_eq!(error.kind, ErrorKind::StackOverflow);
    }
}

/// A panic of the host's writer comes back to the host from the interpreter.
#[test]
fn a_panic_of_the_hosts_comes_back() {
    let engine = Engine::new(Config { tier: Tier::Interp, flush_lines: true, ..small() });
    let program = engine.load("panicking", PRINTING).expect("a program");
    let run = || program.run(&mut Failing { writes: 3, panics: true });
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("a panic");
    assert_eq!(panic.downcast_ref(), Some(&"the host's writer is wrong"));
    assert_eq!(printed(&engine, 5), b"5\n");
}

/// Lines of the list of mappings, and resident memory in KiB.
fn footprint() -> (usize, u64) {
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux tells").lines().count();
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let resident = resident.split_whitespace().next().and_then(|word| word.parse().ok());
    (maps, resident.expect("a number"))
}

/// Loads, compiles, runs and drops so many programs, a tenth of them first to warm up, in a
/// process of their own: other tests allocate, too.
fn come_and_go(count: usize) {
    const CHILD: &str = "GALO_TEST_COME_AND_GO";
    if std::env::var_os(CHILD).is_none() {
        let name = thread::current().name().expect("tests have names").to_owned();
        let mut command = std::process::Command::new(std::env::current_exe().expect("a path"));
        command.args(["--exact", &name, "--include-ignored", "--test-threads=1"]).env(CHILD, "1");
        let output = command.output().expect("the tests can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let engines = Tier::ALL.map(|tier| Engine::new(Config { tier, ..eager() }));
    let run = |number: usize| {
        let engine = &engines[number % engines.len()];
        assert_eq!(printed(engine, number), format!("{number}\n").into_bytes());
        if number.is_multiple_of(7) {
            let program = engine.load("failing", b"let f = fn (n) => f(n + true); f(0)");
            program.expect("one").run(&mut io::sink()).expect_err("it fails");
        }
    };
    (0..count / 10).for_each(run);
    let (maps, resident) = footprint();
    (count / 10..count).for_each(run);
    let (maps_after, resident_after) = footprint();
    assert!(maps_after <= maps + 8, "{maps} mappings became {maps_after}");
    assert!(
        resident_after <= resident + resident / 8 + 2048,
        "{resident} KiB became {resident_after}"
    );
}

#[test]
fn hundreds_of_programs_leave_nothing_behind() {
    come_and_go(300);
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_programs_leave_nothing_behind() {
    come_and_go(10_000);
}
