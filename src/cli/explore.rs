//! `galo explore`: runs a program and writes a page to look around in what happened.

use std::io::{self, IsTerminal, Write};

use super::args::ExploreArgs;
use super::input::Input;
use super::naming::named_after;
use super::page::{Made, Page};
use super::progress::{Progress, Watched};
use super::{Outcome, output, run};
use crate::engine::Sampling;
use crate::inspect::explore::{Exploration, Failed, Recorder, Shown, Tee, page};
use crate::inspect::{Names, PassOverview};
use crate::report::Locator;
use crate::syntax::input::Form;
use crate::{Config, Engine, JitConfig};

pub(super) fn explore(args: &ExploreArgs, color: bool) -> Outcome {
    if args.jit.wants_overview() {
        return output::print(|out| write!(out, "{PassOverview}"));
    }
    let input = Input::read_or_contest(&args.input)?;
    let name = || named_after(args.input.file.as_deref(), "explore", "html");
    let made = Made { by: "galo explore", mark: page::MARK };
    let page = Page::new(&args.input, args.output.as_deref(), name, args.force, made)?;
    let program = run::load(&Engine::new(config(args)), &input, color)?;
    let reporter = input.reporter(program.ast(), false);
    let names = Names::new(&program, Locator::new(&reporter));

    let (mut stdout, mut nowhere) = (io::stdout().lock(), io::sink());
    let to: &mut dyn Write = if page == Page::Stdout { &mut nowhere } else { &mut stdout };
    let mut printed = Tee::new(to);
    let recorder = Recorder::new(&program);
    let progress = Progress::beside(true);
    let watched = Watched::new(&recorder, &progress);
    let finished = run::start(program.prepare().observe(&watched), &mut printed);
    let recording = recorder.finish();
    let output = printed.kept();
    drop(stdout);

    let shown = match input.text(color)? {
        (text, Form::Source) => Shown::source(text),
        (_, Form::Json) => Shown::layout(program.ast()),
    };
    let result = finished.result.as_ref();
    let failed = result
        .err()
        .map(|error| Failed { text: run::error_text(&input, error, false), node: error.node });
    let run = result.map_or_else(|error| error.stats, |run| *run);
    let options = options(args);
    let (names, shown, options) = (&names, &shown, options.as_str());
    let exploration = Exploration { names, shown, options, recording, run, output, failed };
    progress.say("writing the page");
    let text = page::page(exploration);
    drop(progress);
    page.write(&text)?;
    run::warn_of_no_compiler(&program, color);
    run::outcome(&input, finished, color)
}

fn config(args: &ExploreArgs) -> Config {
    let jit = JitConfig { count_calls: true, ..args.jit.config() };
    let flush_lines = io::stdout().is_terminal();
    args.limits.config(Config {
        tier: args.jit.tier,
        jit,
        profile: true,
        sampling: Some(Sampling::default()),
        flush_lines,
        ..Config::default()
    })
}

/// How the program is run, for the page.
fn options(args: &ExploreArgs) -> String {
    let lenient = if args.limits.lenient { " --lenient" } else { "" };
    format!("--tier={}{lenient}", args.jit.tier)
}
