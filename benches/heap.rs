//! Allocation and collection, on live sets of several sizes.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use galo_runtime::{Limits, Machine, Output, Value};

/// Pairs allocated in a run.
const PAIRS: u32 = 1_000_000;

fn machine<R>(run: impl FnOnce(&mut Machine<'_>) -> R) -> R {
    let mut sink = std::io::sink();
    let limits = Limits { heap_bytes: 512 << 20, stack_bytes: 1 << 20, zeal: false };
    let names: Arc<[Box<str>]> = [].into();
    let output = Output::new(&mut sink, false);
    run(&mut Machine::new(&limits, 0, false, names, output).expect("address space"))
}

/// Allocates pairs that are garbage at once, over a live list of `live` pairs.
fn garbage(machine: &mut Machine<'_>, live: u32) {
    let frame = machine.base();
    list(machine, live);
    for i in 0..PAIRS as i32 {
        black_box(machine.pair(frame.wrapping_add(1), 0, Value::int(i), Value::TRUE));
    }
}

/// A list in the first slot.
fn list(machine: &mut Machine<'_>, len: u32) {
    let frame = machine.base();
    // SAFETY: the first slot of a large frame area.
    unsafe { frame.write(Value::int(0)) };
    for i in 0..len as i32 {
        // SAFETY: as above.
        let tail = unsafe { frame.read() };
        let pair = machine.pair(frame.wrapping_add(1), 0, Value::int(i), tail);
        // SAFETY: as above.
        unsafe { frame.write(pair) };
    }
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("heap");
    group.sample_size(20);
    for live in [0, 1_000, 100_000] {
        group.throughput(Throughput::Elements(PAIRS.into()));
        group.bench_function(BenchmarkId::new("garbage over a live list of", live), |bencher| {
            bencher.iter(|| machine(|machine| garbage(machine, live)));
        });
    }
    for len in [10_000, 1_000_000] {
        group.throughput(Throughput::Elements(len.into()));
        group.bench_function(BenchmarkId::new("a live list of", len), |bencher| {
            bencher.iter(|| machine(|machine| list(machine, len)));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
