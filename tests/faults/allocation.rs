//! Memory that runs out at every point of a run: each allocation of a program fails in turn,
//! in every tier. The error is `out-of-memory`, what was printed before it is there, and the
//! program can be run again.

use std::num::NonZeroU64;

use galo::engine::TraceFrame;
use galo::{Config, Engine, ErrorKind, JitConfig, Tier};

use crate::input::small;

/// Programs that allocate everything that there is: pairs, closures, cells, strings of each
/// form, in loops and in recursion, what is taken apart again and what escapes.
const PROGRAMS: [&str; 6] = [
    "let list = fn (n, l) => { if (n == 0) { l } else { list(n - 1, (n, l)) } };
     let sum = fn (l, n) => { if (n == 0) { 0 } else { first(l) + sum(second(l), n - 1) } };
     let _ = print(list(3, \"end\")); print(sum(list(20, 0), 20))",
    "let text = fn (n, t) => { if (n == 0) { t } else { text(n - 1, t + n + \",\") } };
     let _ = print(text(3, \"\")); print(text(40, \"some text: \"))",
    "let double = fn (n, t) => { if (n == 0) { t } else { double(n - 1, t + t) } };
     let long = double(11, \"abcd\"); let _ = print(long == double(11, \"abcd\"));
     print((long + 1) == long)",
    "let compose = fn (f, g) => fn (x) => f(g(x));
     let power = fn (f, n) => { if (n == 0) { fn (x) => x } else { compose(f, power(f, n - 1)) } };
     print(power(fn (x) => (x + 1) * 2 % 1000, 12)(1))",
    "let f = fn (n) => {
         let even = fn (n) => { if (n == 0) { true } else { odd(n - 1) } };
         let odd = fn (n) => { if (n == 0) { false } else { even(n - 1) } };
         (even(n), n)
     };
     let _ = print(f(10)); print(f(7))",
    "let swap = fn (p) => (second(p), first(p));
     let spin = fn (n, p) => { if (n == 0) { p } else { spin(n - 1, swap(swap((p, n)))) } };
     let _ = print(spin(2, 0)); print(second(spin(30, \"s\")))",
];

/// No program here allocates more often.
const MOST: u64 = 5_000;

#[test]
fn each_allocation_may_fail() {
    let jit = JitConfig { threshold: Some(2), ..JitConfig::default() };
    let stress = JitConfig { stress: NonZeroU64::new(3), ..jit.clone() };
    let configs = [
        Config { tier: Tier::Interp, ..small() },
        Config { tier: Tier::Jit, ..small() },
        Config { jit, ..small() },
        Config { jit: stress, ..small() },
    ];
    for (number, source) in PROGRAMS.into_iter().enumerate() {
        for config in &configs {
            let what = format!("program {number}, {}", config.tier);
            let config = Config { zeal: true, ..config.clone() };
            let mut whole = Vec::new();
            let engine = Engine::new(config.clone());
            let program = engine.load("whole", source.as_bytes()).expect("a program");
            program.run(&mut whole).expect("it runs");
            let mut failures = 0;
            for after in 0..MOST {
                let config = Config { fail_allocations_after: Some(after), ..config.clone() };
                let program = Engine::new(config).load("failing", source.as_bytes());
                let program = program.expect("a program");
                let mut stdout = Vec::new();
                match program.run(&mut stdout) {
                    Ok(_) => {
                        assert_eq!(stdout, whole, "{what}: without failure");
                        break;
                    }
                    Err(error) => {
                        assert_eq!(error.kind, ErrorKind::OutOfMemory, "{what}: {after}");
                        assert!(whole.starts_with(&stdout), "{what}: {after}");
                        assert!(error.span.end as usize <= source.len(), "{what}: {after}");
                    }
                }
                failures += 1;
            }
            assert!((1..MOST).contains(&failures), "{what}: {failures} failures");
        }
    }
}

/// The same with the limit that users set, in small steps.
#[test]
fn any_limit_is_kept() {
    for source in PROGRAMS {
        for tier in Tier::ALL {
            for max_heap in (0..24).map(|step| 40 * step * step) {
                let engine = Engine::new(Config { tier, max_heap, ..small() });
                let program = engine.load("limited", source.as_bytes()).expect("a program");
                if let Err(error) = program.run(&mut Vec::new()) {
                    assert_eq!(error.kind, ErrorKind::OutOfMemory, "{source}: {max_heap}");
                }
            }
        }
    }
}

/// A pair that compiled code passes as its two values, to a function that is interpreted: nobody
/// makes it before the call, and it is missing there all the same.
#[test]
fn pairs_missing_at_their_arrival_are_the_call_s() {
    let source = "let f = fn (n, p, w) => {
             if (n < 0) { f(n + 1, (1, n), (1, 2)) } else { first(p) }
         };
         let g = fn (n) => { if (n == 0) { 0 } else { let x = f(n, (n, 1), 1); x + g(n - 1) } };
         print(g(50))";
    let call = source.find("f(n, (n, 1), 1)").expect("it is there");
    let jit = JitConfig { threshold: Some(1), deny: vec!["f".to_owned()], ..JitConfig::default() };
    for after in 0..50 {
        let fail_allocations_after = Some(after);
        let tiers = Config { tier: Tier::Jit, jit: jit.clone(), ..small() };
        let config = Config { zeal: true, fail_allocations_after, ..tiers };
        let program = Engine::new(config).load("failing", source.as_bytes()).expect("a program");
        let error = program.run(&mut Vec::new()).expect_err("it fails");
        assert_eq!(error.kind, ErrorKind::OutOfMemory);
        assert_eq!(error.span.start as usize, call, "{after}");
        let calls = error.trace.iter().map(|frame| match frame {
            TraceFrame::Call { function, count, .. } => (function.as_str(), *count),
            TraceFrame::Omitted(_) => unreachable!("all calls are alike"),
        });
        let of_itself = (after > 0).then_some(("g", after));
        assert!(calls.eq(of_itself.into_iter().chain([("g", 1)])), "{after}: {:?}", error.trace);
    }
}
