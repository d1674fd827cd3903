//! Measures all techniques and prints the tables in Markdown: medians of alternating runs,
//! as ratios. Run it on an idle processor, for example with `taskset -c 1`.

use galo_techniques::Interpreter;
use galo_techniques::machine::Machine;
use galo_techniques::programs;
use galo_techniques::techniques::{TECHNIQUES, Technique, VARIANTS, Workload, workloads};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 41;
const NATIVE_STACK: usize = 4 << 20;

fn main() {
    let workloads = workloads();
    let baseline = TECHNIQUES.iter().position(|technique| technique.name == "3b thin closures");
    println!("Times as multiples of technique 3b; smaller is better.\n");
    table(&workloads, TECHNIQUES, baseline.expect("listed"), true);
    println!("\nVariants of technique 3b.\n");
    table(&workloads, VARIANTS, 0, false);
    println!("\nNative stack for a level of recursion that is not a tail call.\n");
    stack_table();
}

/// Something to measure, with its name.
type Candidate<'a> = (&'a str, Box<dyn Fn(&mut Machine) + 'a>);

fn table(workloads: &[Workload], techniques: &[Technique], baseline: usize, with_native: bool) {
    let columns: Vec<_> = workloads
        .iter()
        .map(|workload| measure(&candidates(workload, techniques, with_native), baseline))
        .collect();
    let names: Vec<_> = workloads.iter().map(|workload| workload.name).collect();
    println!("| | {} |", names.join(" | "));
    println!("| --- |{}", " ---: |".repeat(names.len()));
    for (row, (name, _)) in candidates(&workloads[0], techniques, with_native).iter().enumerate() {
        let ratios: Vec<_> =
            columns.iter().map(|column| format!("{:.2}", column[row].ratio)).collect();
        println!("| {name} | {} |", ratios.join(" | "));
    }
    let times: Vec<_> =
        columns.iter().map(|column| format!("{:.1?}", column[baseline].time)).collect();
    println!("\n1.00 is {}.", times.join(", "));
}

fn candidates<'a>(
    workload: &'a Workload,
    techniques: &'a [Technique],
    with_native: bool,
) -> Vec<Candidate<'a>> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for technique in techniques {
        let prepared = (technique.prepare)(&workload.program);
        candidates.push((technique.name, Box::new(move |machine| run(&*prepared, machine))));
    }
    if with_native {
        candidates.push((
            "6 native, dynamic values",
            Box::new(|machine| {
                black_box((workload.checked)(machine));
            }),
        ));
        candidates.push((
            "6 native, integers",
            Box::new(|_| {
                black_box((workload.plain)());
            }),
        ));
    }
    candidates
}

fn run(interpreter: &dyn Interpreter, machine: &mut Machine) {
    interpreter.run(machine).expect("the programs have no errors");
}

/// A candidate's median time, and that of its ratio to the baseline.
struct Measured {
    time: Duration,
    ratio: f64,
}

/// Runs the candidates in turn. Ratios are taken within a round, so that a neighbour who takes
/// half the processor away for a while slows both sides of them.
fn measure(candidates: &[Candidate], baseline: usize) -> Vec<Measured> {
    let mut machine = Machine::new();
    machine.limit_native_stack(NATIVE_STACK);
    let rounds: Vec<Vec<Duration>> = (0..ROUNDS)
        .map(|_| candidates.iter().map(|(_, run)| time(|| run(&mut machine))).collect())
        .collect();
    let measured = |index: usize| Measured {
        time: median(rounds.iter().map(|round| round[index])),
        ratio: median(rounds.iter().map(|round| round[index].div_duration_f64(round[baseline]))),
    };
    (0..candidates.len()).map(measured).collect()
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median<T: PartialOrd + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(|a, b| a.partial_cmp(b).expect("times are numbers"));
    values[values.len() / 2]
}

/// Finds how deep a recursion gets in a known amount of native stack.
fn stack_table() {
    let technique = &VARIANTS
        .iter()
        .find(|variant| variant.name == "check of the native stack pointer")
        .expect("listed");
    let fits = |depth: i32| {
        let mut machine = Machine::new();
        machine.limit_native_stack(NATIVE_STACK);
        (technique.prepare)(&programs::sum(depth)).run(&mut machine).is_ok()
    };
    let (mut deep, mut too_deep) = (0, 1 << 19);
    while too_deep - deep > 1 {
        let middle = (deep + too_deep) / 2;
        if fits(middle) { deep = middle } else { too_deep = middle }
    }
    println!("`n + sum(n - 1)` in technique 3b: {} bytes.", NATIVE_STACK.div_ceil(deep as usize));
}
