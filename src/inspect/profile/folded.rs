//! Folded stacks: a line for each stack that was seen, its frames from the outermost one inwards with
//! semicolons between them, and how often it was seen. Flame graphs are made of them.
//!
//! Names end as in the tools that the format comes from: `_[j]` for machine code, `_[i]` for what was inlined
//! into it; functions in the interpreter have no mark. Lines are in the order of the names.

use std::collections::HashMap;
use std::io::{self, Write};

use super::super::names::Names;
use crate::core::FunctionId;
use crate::engine::events::{Running, Samples, StackFrame};

/// What stands for frames that were left out.
pub const OMITTED: &str = "[…]";
/// What stands for the compiler.
pub const COMPILER: &str = "[compiler]";

/// Stacks whose frames have the same names: versions of a function have.
struct Group {
    /// How many frames are outside of its innermost one.
    depth: usize,
    /// What that is called.
    label: String,
    nodes: Vec<u32>,
}

/// Writes the stacks that were seen.
///
/// # Errors
/// If that cannot be done.
pub fn write(out: &mut dyn Write, names: &Names<'_>, samples: &Samples) -> io::Result<()> {
    let stacks = samples.stacks();
    let mut inner: Vec<Vec<u32>> = vec![Vec::new(); stacks.len()];
    for (node, stack) in (0..).zip(stacks).skip(1) {
        inner[stack.outer as usize].push(node);
    }
    let mut labels: HashMap<StackFrame, String> = HashMap::new();
    let mut groups_of = |depth: usize, nodes: &[u32]| {
        let inner = nodes.iter().flat_map(|&node| &inner[node as usize]);
        let mut named: Vec<(String, u32)> = inner
            .map(|&node| {
                let frame = stacks[node as usize].frame;
                let name = labels.entry(frame).or_insert_with(|| label(names, frame));
                (name.clone(), node)
            })
            .collect();
        named.sort_unstable();
        let mut groups: Vec<Group> = Vec::new();
        for (label, node) in named {
            match groups.last_mut() {
                Some(group) if group.label == label => group.nodes.push(node),
                _ => groups.push(Group { depth, label, nodes: vec![node] }),
            }
        }
        groups.reverse();
        groups
    };
    let mut open = groups_of(0, &[0]);
    let mut line = Vec::new();
    while let Some(Group { depth, label, nodes }) = open.pop() {
        line.truncate(depth);
        line.push(label);
        let counts = nodes.iter().map(|&node| stacks[node as usize].count);
        let count = counts.fold(0, u64::saturating_add);
        if count > 0 {
            writeln!(out, "{} {count}", line.join(";"))?;
        }
        open.extend(groups_of(depth + 1, &nodes));
    }
    Ok(())
}

/// What a frame is called.
fn label(names: &Names<'_>, frame: StackFrame) -> String {
    match frame {
        StackFrame::Omitted => OMITTED.to_owned(),
        StackFrame::Compiler => COMPILER.to_owned(),
        StackFrame::Function { id, running } => {
            let name = names.function(FunctionId::new(id as usize));
            let clean = |c: char| match c {
                ';' => ':',
                c if c.is_control() => ' ',
                c => c,
            };
            let mark = match running {
                Running::Interpreted => "",
                Running::Compiled => "_[j]",
                Running::Inlined => "_[i]",
            };
            name.chars().map(clean).chain(mark.chars()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::num::NonZeroU64;

    use super::*;
    use crate::engine::Sampling;
    use crate::engine::events::{Event, Observer};
    use crate::report::{Locator, Reporter, Source};
    use crate::{Config, Engine, Tier};

    #[derive(Debug, Default)]
    struct Watch(RefCell<Option<Samples>>);

    impl Observer for Watch {
        fn event(&self, _: &Event<'_>) {}

        fn sampled(&self, samples: &Samples) {
            *self.0.borrow_mut() = Some(samples.clone());
        }
    }

    #[test]
    fn lines_are_in_order_and_versions_of_a_function_are_one() {
        // There is a version of `twice` for each function that it is passed. Its second call takes its place.
        let text = "let twice = fn (f, n) => { let m = f(n); f(m) };
let a = fn (n) => { if (n == 0) { 0 } else { let m = a(n - 1); m + 1 } };
let b = fn (n) => { a(n) + 1 };
print(twice(b, 2) + twice(a, 3))";
        let sampling = Some(Sampling::EveryPolls(NonZeroU64::MIN));
        let config = Config { tier: Tier::Interp, sampling, ..Config::default() };
        let program = Engine::new(config).load("a;b", text.as_bytes()).expect("a program");
        let watch = Watch::default();
        program.run_observed(&mut io::sink(), &watch).expect("it ends");
        let reporter = Reporter::new(Source::Text { name: "a;b", text }, false);
        let names = Names::new(&program, Locator::new(&reporter));
        let mut lines = Vec::new();
        let samples = watch.0.take().expect("samples");
        write(&mut lines, &names, &samples).expect("memory takes all");
        let main = "main (a:b:1:1)";
        let (twice, a, b) = ("twice (a:b:1:13)", "a (a:b:2:9)", "b (a:b:3:9)");
        let expected = format!(
            "{main} 2
{main};{a} 1
{main};{a};{a} 1
{main};{b} 1
{main};{b};{a} 1
{main};{b};{a};{a} 1
{main};{twice} 4
{main};{twice};{a} 1
{main};{twice};{a};{a} 1
{main};{twice};{b} 1
{main};{twice};{b};{a} 1
"
        );
        assert_eq!(String::from_utf8_lossy(&lines), expected);
    }
}
