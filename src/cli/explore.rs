//! `galo explore`: runs a program and writes a page to look around in what happened.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use super::args::ExploreArgs;
use super::failure::{Failure, say};
use super::input::Input;
use super::naming::named_after;
use super::progress::{Progress, Watched};
use super::{Outcome, output, run};
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
    let page = Page::new(args)?;
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
        flush_lines,
        ..Config::default()
    })
}

/// How the program is run, for the page.
fn options(args: &ExploreArgs) -> String {
    let lenient = if args.limits.lenient { " --lenient" } else { "" };
    format!("--tier={}{lenient}", args.jit.tier)
}

/// Where a page goes.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Page {
    Stdout,
    File(PathBuf),
}

impl Page {
    /// Where the page goes that the command line asks for. A file that is there must be such a page,
    /// or the user wants it overwritten.
    fn new(args: &ExploreArgs) -> Result<Page, Failure> {
        let path = match &args.output {
            Some(path) if path.as_os_str() == "-" => return Ok(Page::Stdout),
            Some(path) => path.clone(),
            None => named_after(args.input.file.as_deref(), "explore", "html"),
        };
        if args.force || may_overwrite(&path).map_err(|e| Failure::unwritable(&path, e))? {
            return Ok(Page::File(path));
        }
        Err(Failure::Usage(format!(
            "{:?} is there and was not made by `galo explore`; name another file with `-o`, or \
             overwrite it with `--force`",
            path.display().to_string()
        )))
    }

    fn write(&self, page: &str) -> Result<(), Failure> {
        match self {
            Page::Stdout => Ok(io::stdout().lock().write_all(page.as_bytes())?),
            Page::File(path) => {
                let written = fs::write(path, page);
                written.map_err(|error| Failure::unwritable(path, error))?;
                say(&format!("wrote {}\n", path.display()));
                Ok(())
            }
        }
    }
}

/// Whether there is nothing at a path that somebody could miss.
fn may_overwrite(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        // Better to say so before the program has run for an hour.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            return folder.map_or(Ok(()), |folder| fs::metadata(folder).map(drop)).map(|()| true);
        }
        Err(error) => return Err(error),
    };
    // What is no ordinary file (`/dev/null`, a pipe) keeps nothing.
    if !file.metadata()?.is_file() {
        return Ok(true);
    }
    let mut start = Vec::new();
    file.take(page::MARK.len() as u64).read_to_end(&mut start)?;
    Ok(start.is_empty() || start == page::MARK.as_bytes())
}
