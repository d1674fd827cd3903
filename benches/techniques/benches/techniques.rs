//! Every technique on every program, with criterion's statistics.

use criterion::{Criterion, criterion_group, criterion_main};
use galo_techniques::machine::Machine;
use galo_techniques::techniques::{TECHNIQUES, workloads};

fn techniques(criterion: &mut Criterion) {
    let mut machine = Machine::new();
    for workload in workloads() {
        let mut group = criterion.benchmark_group(workload.name);
        group.sample_size(10);
        for technique in TECHNIQUES {
            let interpreter = (technique.prepare)(&workload.program);
            group.bench_function(technique.name, |bencher| {
                bencher.iter(|| interpreter.run(&mut machine))
            });
        }
        group.bench_function("6 native, dynamic values", |bencher| {
            bencher.iter(|| (workload.checked)(&mut machine))
        });
        group.bench_function("6 native, integers", |bencher| bencher.iter(|| (workload.plain)()));
    }
}

criterion_group!(benches, techniques);
criterion_main!(benches);
