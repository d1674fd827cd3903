//! `galo dump`: what becomes of a program on its way, for those who work on galo.

use std::io;
use std::process::ExitCode;

use super::args::{DumpArgs, Format};
use super::failure::{Failure, warn};
use super::input::Input;
use super::progress::{Progress, Watched};
use super::{Outcome, output, run};
use crate::engine::Patterns;
use crate::inspect::{
    DumpOptions, Dumps, Inspector, Names, Overview, PassOverview, Stage, StageList, Target,
};
use crate::report::Locator;
use crate::syntax::input::Form;
use crate::{Config, Engine};

pub(super) fn dump(args: &DumpArgs, color: bool) -> Outcome {
    let StageList::Stages(stages) = &args.stage else {
        return output::print(|out| write!(out, "{Overview}"));
    };
    if args.jit.wants_overview() {
        return output::print(|out| write!(out, "{PassOverview}"));
    }
    let input = Input::read(&args.input)?;
    let options = DumpOptions {
        stages: stages.clone(),
        functions: Patterns::new(&args.functions),
        json: args.format == Format::Json,
        target: Target::of_path(&args.to),
    };
    Input::spare(&args.input, &options.target)?;
    let config = Config { tier: args.jit.tier, jit: args.jit.config(), ..Config::default() };
    let config = args.limits.config(config);
    show(&input, &options, config, color).map(|()| ExitCode::SUCCESS)
}

/// Writes the dumps that are asked for of a program, which is run if some of them need that.
pub(super) fn show(
    input: &Input,
    options: &DumpOptions,
    config: Config,
    color: bool,
) -> Result<(), Failure> {
    let dumps = open(options, input, color)?;
    let stages = &options.stages;
    if stages.iter().all(|stage| stage == Stage::Tokens) {
        return written(&dumps);
    }
    let program = run::load(&Engine::new(config), input, color)?;
    let names = Names::new(&program, Locator::new(&input.reporter(program.ast(), false)));
    dumps.program(&names);
    let inspector = Inspector { names: &names, trace: None, dumps: Some(dumps), profile: None };
    if stages.need_run() {
        // What is dumped is written while the program runs.
        let progress = Progress::beside(options.target == Target::Stdout);
        let result = program.run_observed(&mut io::sink(), &Watched::new(&inspector, &progress));
        drop(progress);
        if let Err(error) = result {
            warn(&format!("the program failed: {}", error.message), color);
        }
    }
    run::warn_of_no_compiler(&program, color);
    finish(&inspector.dumps.expect("they were just there"), &names, color)
}

/// Opens dumps and writes what there is of the input before it is a program.
pub(super) fn open<'a>(
    options: &'a DumpOptions,
    input: &Input,
    color: bool,
) -> Result<Dumps<'a>, Failure> {
    let dumps = Dumps::open(options).map_err(|e| Failure::unwritable_target(&options.target, e))?;
    if options.stages.contains(Stage::Tokens) {
        match input.text(color)? {
            (text, Form::Source) => dumps.source(&input.name, text),
            (_, Form::Json) => return Err(Failure::Usage("a JSON tree has no tokens".to_owned())),
        }
    }
    Ok(dumps)
}

/// Warns of what was asked for and is not there.
pub(super) fn finish(dumps: &Dumps<'_>, names: &Names<'_>, color: bool) -> Result<(), Failure> {
    if let Some(missing) = dumps.missing(names) {
        warn(&missing, color);
    }
    written(dumps)
}

/// Whether everything was written.
fn written(dumps: &Dumps<'_>) -> Result<(), Failure> {
    dumps.written().map_err(|error| Failure::unwritable_target(dumps.target(), error))
}
