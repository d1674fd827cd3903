//! `galo flame`: makes a flame graph of folded stacks, or of a program, which it runs.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use super::args::FlameArgs;
use super::input::Input;
use super::naming::named_after;
use super::page::{Made, Page};
use super::{Outcome, output, run};
use crate::engine::Sampling;
use crate::engine::events::{Event, Observer, Samples};
use crate::inspect::flame::{self, Heading, MARK};
use crate::inspect::{Names, PassOverview, write_folded};
use crate::report::Locator;
use crate::{Config, Engine};

pub(super) fn flame(args: &FlameArgs, color: bool) -> Outcome {
    if args.jit.wants_overview() {
        return output::print(|out| write!(out, "{PassOverview}"));
    }
    let file = args.input.file.as_deref();
    let is_folded = args.folded || file.and_then(Path::extension).is_some_and(|it| it == "folded");
    let made = Made { by: "galo flame", mark: MARK };
    let name = || named_after(file, "flame", "svg");
    let page = || Page::new(&args.input, args.output.as_deref(), name, args.force, made);
    if is_folded {
        let input = Input::read(&args.input)?;
        let page = page()?;
        draw_folded(args, &input, &page, color)
    } else {
        let input = Input::read_or_contest(&args.input)?;
        let page = page()?;
        draw_run(args, &input, &page, color)
    }
}

/// Draws the stacks that are in a file.
fn draw_folded(args: &FlameArgs, input: &Input, page: &Page, color: bool) -> Outcome {
    let (text, _) = input.text(color)?;
    let stacks = flame::read(&input.name, text)
        .map_err(|diagnostics| input.not_a_program(&diagnostics, color))?;
    let subtitle = counted(stacks.total());
    page.write(&flame::draw(&stacks, &heading(args, input, subtitle)))?;
    Ok(ExitCode::SUCCESS)
}

/// Keeps what is seen of a run.
#[derive(Debug, Default)]
struct Watch(RefCell<Option<Samples>>);

impl Observer for Watch {
    fn event(&self, _: &Event<'_>) {}

    fn sampled(&self, samples: &Samples) {
        *self.0.borrow_mut() = Some(samples.clone());
    }
}

/// Runs a program and draws where its time went.
fn draw_run(args: &FlameArgs, input: &Input, page: &Page, color: bool) -> Outcome {
    let sampling = Sampling::default();
    let config = args.limits.config(Config {
        tier: args.jit.tier,
        jit: args.jit.config(),
        sampling: Some(sampling),
        flush_lines: io::stdout().is_terminal(),
        ..Config::default()
    });
    let program = run::load(&Engine::new(config), input, color)?;
    let (mut stdout, mut nowhere) = (io::stdout().lock(), io::sink());
    let to: &mut dyn Write = if *page == Page::Stdout { &mut nowhere } else { &mut stdout };
    let watch = Watch::default();
    let finished = run::start(program.prepare().observe(&watch), to);
    drop(stdout);
    let mut folded = Vec::new();
    if let Some(samples) = watch.0.take() {
        let reporter = input.reporter(program.ast(), false);
        write_folded(&mut folded, &Names::new(&program, Locator::new(&reporter)), &samples)?;
    }
    let folded = String::from_utf8_lossy(&folded);
    match flame::read(&input.name, &folded) {
        Ok(stacks) => {
            let lenient = if args.limits.lenient { " --lenient" } else { "" };
            let interval = sampling.interval().map_or(0.0, |time| time.as_secs_f64() * 1e3);
            let counted = counted(stacks.total());
            let subtitle =
                format!("--tier={}{lenient}: {counted} of {interval:.3} ms", args.jit.tier);
            page.write(&flame::draw(&stacks, &heading(args, input, subtitle)))?;
        }
        Err(_) => super::failure::warn(
            "nothing to draw: the program ended before it made a call or went round in a loop",
            color,
        ),
    }
    run::warn_of_no_compiler(&program, color);
    run::outcome(input, finished, color)
}

fn heading(args: &FlameArgs, input: &Input, subtitle: String) -> Heading {
    Heading { title: args.title.clone().unwrap_or_else(|| input.name.clone()), subtitle }
}

fn counted(samples: u64) -> String {
    match samples {
        1 => "1 sample".to_owned(),
        samples => format!("{samples} samples"),
    }
}
