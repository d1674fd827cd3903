//! The heap through the machine's door: what is reachable survives any collection with its
//! contents, what is not is freed, limits are errors.

use std::sync::Arc;

use galo_runtime::{
    ErrorKind, Limits, Machine, Operator, Output, Statics, Value, VmFunction, closure, string,
    tuple,
};

const SITE: u32 = 7;

fn limits(heap_bytes: usize, zeal: bool) -> Limits {
    Limits { heap_bytes, stack_bytes: 64 << 20, zeal }
}

/// Runs a test on a machine whose native stack is the test's own.
fn with_machine<R>(limits: &Limits, lenient: bool, test: impl FnOnce(&mut Machine<'_>) -> R) -> R {
    let mut sink = Vec::new();
    let output = Output::new(&mut sink, false);
    let names: Arc<[Box<str>]> = ["f".into()].into();
    let mut machine = Machine::new(limits, 0, lenient, names, output).unwrap();
    test(&mut machine)
}

fn everywhere(test: impl Fn(&mut Machine<'_>)) {
    for zeal in [false, true] {
        with_machine(&limits(64 << 20, zeal), false, &test);
    }
}

/// The slots of a test's one frame.
struct Frame(*mut Value);

impl Frame {
    fn of(machine: &Machine<'_>) -> Frame {
        Frame(machine.base())
    }

    fn set(&self, slot: usize, value: Value) {
        // SAFETY: tests use a few slots of a large frame area.
        unsafe { self.0.add(slot).write(value) }
    }

    fn get(&self, slot: usize) -> Value {
        // SAFETY: tests read slots that they have set.
        unsafe { self.0.add(slot).read() }
    }

    fn top(&self, live: usize) -> *mut Value {
        self.0.wrapping_add(live)
    }
}

/// A list of the Ints below `n`, the last one first, in slot 0.
fn list(machine: &mut Machine<'_>, n: i32) -> Frame {
    let frame = Frame::of(machine);
    frame.set(0, Value::int(0));
    for i in 0..n {
        let pair = machine.pair(frame.top(1), SITE, Value::int(i), frame.get(0));
        assert!(!pair.is_signal());
        frame.set(0, pair);
    }
    frame
}

#[test]
fn a_list_survives_collections() {
    everywhere(|machine| {
        let n = if cfg!(miri) { 100 } else { 3000 };
        let frame = list(machine, n);
        let mut rest = frame.get(0);
        for i in (0..n).rev() {
            assert_eq!(tuple::first(rest), Value::int(i));
            rest = tuple::second(rest);
        }
        assert_eq!(rest, Value::int(0));
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn a_large_live_set_is_promoted_and_collected_again() {
    with_machine(&limits(256 << 20, false), false, |machine| {
        let n = 2_000_000;
        let frame = list(machine, n);
        let stats = machine.heap.stats();
        // All of it goes through the nursery, which has less than two mebibytes.
        assert!(stats.minor_collections >= stats.allocated_bytes / (2 << 20), "{stats:?}");
        assert!(stats.major_collections >= 1, "{stats:?}");
        assert_eq!(tuple::first(frame.get(0)), Value::int(n - 1));
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn garbage_costs_no_memory() {
    with_machine(&limits(4 << 20, false), false, |machine| {
        let frame = Frame::of(machine);
        for i in 0..1_000_000 {
            frame.set(0, machine.pair(frame.top(0), SITE, Value::int(i), Value::TRUE));
            assert!(frame.get(0).is_tuple());
        }
        let stats = machine.heap.stats();
        assert_eq!(stats.allocated_bytes, 16_000_000);
        assert!(stats.peak_bytes < 64 << 10, "{stats:?}");
    });
}

/// What the heap may hold beyond three times what is live: a nursery that has grown, an old space
/// that is not worth collecting yet, and what is kept of its spare half.
const CONSTANT_BYTES: u64 = 32 << 20;

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn the_heap_holds_at_most_three_times_what_lives() {
    for live in [1_000, 1_000_000, 3_000_000] {
        with_machine(&limits(512 << 20, false), false, |machine| {
            // Lists that replace each other, the last of them growing while the one before lives.
            let frame = list(machine, live / 2);
            for _ in 0..6 {
                frame.set(1, Value::int(0));
                for i in 0..live / 2 {
                    frame.set(1, machine.pair(frame.top(2), SITE, Value::int(i), frame.get(1)));
                }
                frame.set(0, frame.get(1));
            }
            let stats = machine.heap.stats();
            let bound = 3 * 16 * live as u64 + CONSTANT_BYTES;
            assert!(stats.peak_held_bytes <= bound, "{bound} {stats:?}");
            assert!(stats.live_bytes <= stats.peak_bytes);
        });
    }
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn a_steady_state_takes_constant_memory() {
    with_machine(&limits(64 << 20, false), false, |machine| {
        // A window of pairs, each of which lives long enough to become old.
        let (frame, window) = (Frame::of(machine), 30_000);
        (0..window).for_each(|slot| frame.set(slot, Value::int(0)));
        for i in 0..20_000_000_i32 {
            let slot = i as usize * 7 % window;
            frame.set(slot, machine.pair(frame.top(window), SITE, Value::int(i), Value::TRUE));
        }
        let stats = machine.heap.stats();
        assert!(stats.major_collections >= 2, "{stats:?}");
        assert!(stats.peak_held_bytes <= CONSTANT_BYTES, "{stats:?}");
    });
}

#[test]
fn live_data_beyond_the_limit_is_an_error() {
    // With zeal it is too long for Miri.
    for zeal in [false, true].into_iter().take(if cfg!(miri) { 1 } else { 2 }) {
        with_machine(&limits(32 << 10, zeal), false, |machine| {
            let frame = Frame::of(machine);
            frame.set(0, Value::int(0));
            let error = loop {
                let pair = machine.pair(frame.top(1), SITE, Value::TRUE, frame.get(0));
                if pair.is_signal() {
                    break pair;
                }
                frame.set(0, pair);
            };
            assert!(error.is_error());
            let fault = machine.take_fault().unwrap();
            assert_eq!((fault.kind, fault.site), (ErrorKind::OutOfMemory, SITE));
            assert!(fault.message.contains("32 KiB"), "{}", fault.message);
        });
    }
}

/// A Str, which prints as it is.
fn text(value: Value) -> String {
    let mut sink = Vec::new();
    let mut output = Output::new(&mut sink, false);
    output.print(value).unwrap();
    output.flush().unwrap();
    String::from_utf8(sink).unwrap().trim_end_matches('\n').to_owned()
}

fn add(machine: &mut Machine<'_>, top: *mut Value, a: Value, b: Value) -> Value {
    machine.operate(Operator::Add, top, SITE, a, b)
}

#[test]
fn strings_join_in_every_form() {
    everywhere(|machine| {
        let mut statics = Statics::new();
        let short = statics.string("ab").unwrap();
        let long = statics.string(&"x".repeat(300)).unwrap();
        let frame = Frame::of(machine);
        frame.set(0, add(machine, frame.top(0), short, Value::int(-12)));
        assert_eq!(text(frame.get(0)), "ab-12");
        frame.set(1, add(machine, frame.top(1), Value::int(i32::MIN), long));
        frame.set(1, add(machine, frame.top(2), frame.get(1), frame.get(0)));
        let expected = format!("-2147483648{}ab-12", "x".repeat(300));
        assert_eq!(text(frame.get(1)), expected);
        assert_eq!(string::len(frame.get(1)), expected.len() as u64);
    });
}

#[test]
fn built_strings_equal_others_with_the_same_bytes() {
    everywhere(|machine| {
        let mut statics = Statics::new();
        let letters = statics.string("abcdefgh").unwrap();
        let frame = Frame::of(machine);
        frame.set(0, letters);
        frame.set(1, letters);
        for _ in 0..if cfg!(miri) { 12 } else { 100 } {
            frame.set(0, add(machine, frame.top(2), frame.get(0), letters));
            frame.set(1, add(machine, frame.top(2), letters, frame.get(1)));
        }
        let equal = |machine: &mut Machine<'_>| {
            machine.operate(Operator::Eq, frame.top(2), SITE, frame.get(0), frame.get(1))
        };
        assert_eq!(equal(machine), Value::TRUE);
        frame.set(1, add(machine, frame.top(2), frame.get(1), Value::int(1)));
        assert_eq!(equal(machine), Value::FALSE);
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn a_rope_of_a_million_pieces_is_flattened_without_recursion() {
    with_machine(&limits(256 << 20, false), false, |machine| {
        let mut statics = Statics::new();
        let piece = statics.string(&"0123456789".repeat(6)).unwrap();
        let frame = Frame::of(machine);
        for slot in [0, 1] {
            frame.set(slot, piece);
            for _ in 0..1_000_000 {
                let joined = match slot {
                    0 => add(machine, frame.top(slot + 1), frame.get(slot), piece),
                    _ => add(machine, frame.top(slot + 1), piece, frame.get(slot)),
                };
                frame.set(slot, joined);
            }
        }
        let equal = machine.operate(Operator::Eq, frame.top(2), SITE, frame.get(0), frame.get(1));
        assert_eq!(equal, Value::TRUE);
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn short_pieces_do_not_become_objects_of_their_own() {
    for append in [true, false] {
        with_machine(&limits(64 << 20, false), false, |machine| {
            let mut statics = Statics::new();
            let comma = statics.string(",").unwrap();
            let frame = Frame::of(machine);
            frame.set(0, comma);
            for i in 0..1_000_000 {
                for piece in [Value::int(i), comma] {
                    let built = frame.get(0);
                    let (left, right) = if append { (built, piece) } else { (piece, built) };
                    frame.set(0, add(machine, frame.top(1), left, right));
                }
            }
            let (len, stats) = (string::len(frame.get(0)), machine.heap.stats());
            assert!(stats.promoted_bytes < 2 * len, "{len} {stats:?}");
        });
    }
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn strings_that_share_a_leaf_stay_as_they_are() {
    everywhere(|machine| {
        let mut statics = Statics::new();
        let dashes = statics.string(&"-".repeat(90)).unwrap();
        let frame = Frame::of(machine);
        frame.set(0, add(machine, frame.top(0), dashes, Value::int(123_456_789)));
        // Each of these takes the same concatenation further, at one end or at the other.
        for (slot, digit) in (1..4).zip(1..) {
            frame.set(slot, add(machine, frame.top(slot), frame.get(0), Value::int(digit)));
            frame.set(slot, add(machine, frame.top(slot + 1), Value::int(digit), frame.get(slot)));
        }
        let first = format!("{}123456789", "-".repeat(90));
        assert_eq!(text(frame.get(0)), first);
        for slot in 1..4 {
            assert_eq!(text(frame.get(slot)), format!("{slot}{first}{slot}"));
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn buffers_of_dead_strings_are_freed() {
    with_machine(&limits(64 << 20, false), false, |machine| {
        let mut statics = Statics::new();
        let piece = statics.string(&"y".repeat(1 << 20)).unwrap();
        let frame = Frame::of(machine);
        for _ in 0..500 {
            frame.set(0, add(machine, frame.top(0), piece, piece));
            frame.set(1, add(machine, frame.top(1), piece, piece));
            let equal =
                machine.operate(Operator::Eq, frame.top(2), SITE, frame.get(0), frame.get(1));
            assert_eq!(equal, Value::TRUE, "a gigabyte in all, four megabytes at a time");
        }
    });
}

#[test]
fn a_string_beyond_the_limit_is_an_error() {
    with_machine(&limits(1 << 20, false), false, |machine| {
        let mut statics = Statics::new();
        let frame = Frame::of(machine);
        frame.set(0, statics.string(&"z".repeat(100)).unwrap());
        let error = loop {
            let doubled = add(machine, frame.top(1), frame.get(0), frame.get(0));
            if doubled.is_signal() {
                break doubled;
            }
            frame.set(0, doubled);
        };
        assert!(error.is_error());
        assert_eq!(machine.take_fault().unwrap().kind, ErrorKind::OutOfMemory);
        assert!(string::len(frame.get(0)) > 1 << 19);
    });
}

#[test]
fn closures_keep_what_they_captured() {
    everywhere(|machine| {
        let mut statics = Statics::new();
        let function = statics.function(VmFunction::new(0, 1, 3)).unwrap();
        let frame = list(machine, 10);
        frame.set(1, Value::int(41));
        frame.set(2, Value::FALSE);
        // SAFETY: three rooted slots for three captures; the statics outlive the machine's use.
        let made = unsafe { machine.closure(frame.top(3), SITE, &*function, frame.top(0)) };
        frame.set(0, made);
        for _ in 0..10 {
            frame.set(1, machine.pair(frame.top(2), SITE, Value::int(1), frame.get(0)));
        }
        assert_eq!(closure::function(frame.get(0)).captures, 3);
        // SAFETY: a closure with three captures.
        let capture = |i| unsafe { closure::capture(frame.get(0), i) };
        assert_eq!(tuple::first(capture(0)), Value::int(9));
        assert_eq!((capture(1), capture(2)), (Value::int(41), Value::FALSE));
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn an_old_cell_keeps_a_young_value() {
    everywhere(|machine| {
        let frame = Frame::of(machine);
        frame.set(0, machine.pair(frame.top(0), SITE, Value::UNBOUND, Value::int(0)));
        // Garbage, until the cell is old.
        for i in 0..100_000 {
            machine.pair(frame.top(1), SITE, Value::int(i), Value::int(i));
            if i > 100 && machine.heap.stats().minor_collections > 100 {
                break;
            }
        }
        let young = machine.pair(frame.top(1), SITE, Value::int(5), Value::int(6));
        // SAFETY: slot 0 holds a cell of this heap.
        unsafe { machine.heap.set_cell(frame.get(0), young) };
        for i in 0..200_000 {
            machine.pair(frame.top(1), SITE, Value::int(i), Value::int(i));
            if i > 100 && machine.heap.stats().minor_collections > 1000 {
                break;
            }
        }
        // SAFETY: slot 0 holds a cell.
        let value = unsafe { closure::cell_contents(frame.get(0)) };
        assert_eq!(tuple::parts(value), (Value::int(5), Value::int(6)));
    });
}

#[test]
#[cfg_attr(miri, ignore = "too long for Miri")]
fn tuples_compare_by_structure_only_when_lenient() {
    for lenient in [false, true] {
        with_machine(&limits(256 << 20, false), lenient, |machine| {
            let n = 1_000_000;
            let frame = list(machine, n);
            frame.set(1, Value::int(0));
            for i in 0..n {
                frame.set(1, machine.pair(frame.top(2), SITE, Value::int(i), frame.get(1)));
            }
            let equal =
                machine.operate(Operator::Eq, frame.top(2), SITE, frame.get(0), frame.get(1));
            if lenient {
                assert_eq!(equal, Value::TRUE);
            } else {
                assert!(equal.is_error());
                let fault = machine.take_fault().unwrap();
                assert_eq!(fault.kind, ErrorKind::TypeError);
                assert!(fault.help.unwrap().contains("--lenient"));
            }
        });
    }
}

#[test]
fn integers_wrap_and_zero_does_not_divide() {
    everywhere(|machine| {
        let top = machine.base();
        let mut int = |op, a, b| machine.operate(op, top, SITE, Value::int(a), Value::int(b));
        assert_eq!(int(Operator::Add, i32::MAX, 1), Value::int(i32::MIN));
        assert_eq!(int(Operator::Mul, i32::MIN, -1), Value::int(i32::MIN));
        assert_eq!(int(Operator::Div, i32::MIN, -1), Value::int(i32::MIN));
        assert_eq!(int(Operator::Rem, i32::MIN, -1), Value::int(0));
        assert_eq!(int(Operator::Div, -7, 2), Value::int(-3));
        assert_eq!(int(Operator::Rem, -7, 2), Value::int(-1));
        assert!(int(Operator::Rem, 1, 0).is_error());
        assert_eq!(machine.take_fault().unwrap().kind, ErrorKind::DivisionByZero);
    });
}
