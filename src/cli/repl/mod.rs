//! `galo repl`: reads inputs, evaluates them, tells their values.
//!
//! On a terminal, lines are edited by rustyline. Errors are told and never end the session; where
//! nobody types, its exit status is that of the last one.

mod command;
mod editor;
mod entry;
mod lines;
mod session;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use rustyline::Editor;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;

use super::args::ReplArgs;
use super::failure::Failure;
use super::input::Input;
use super::{Outcome, VERSION, dump, run};
use crate::core::FunctionId;
use crate::engine::Patterns;
use crate::inspect::{DumpOptions, Stage, Stages, Target};
use crate::{Config, Data, Engine, Tier};
use command::{Command, Help};
use editor::{Rinha, is_command};
use entry::{Entry, Parsed, parse};
use lines::Lines;
use session::{Answer, Session};

/// How many inputs are remembered.
const HISTORY: usize = 1000;

pub(super) fn repl(args: &ReplArgs, color: bool) -> Outcome {
    let config = args.limits.config(Config {
        tier: args.jit.tier,
        jit: args.jit.config(),
        flush_lines: true,
        ..Config::default()
    });
    let mut repl = Repl { session: Session::new(config), color, status: ExitCode::SUCCESS };
    if io::stdin().is_terminal() {
        converse(&mut repl)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines = Lines::new(io::stdin().lock());
    while let Some(input) = lines.next().map_err(unreadable)? {
        if repl.answer(&input).is_break() {
            break;
        }
    }
    Ok(repl.status)
}

/// Answers whoever sits at the terminal.
fn converse(repl: &mut Repl) -> Result<(), Failure> {
    let is_watched = io::stdout().is_terminal();
    let edited = |error| unreadable(io::Error::other(error));
    let mut editor = editor(repl.color && is_watched).map_err(edited)?;
    let history = if is_watched { history_file() } else { None };
    if let Some(file) = &history {
        let _ = editor.load_history(file);
        println!("galo {VERSION}; `:help` lists commands, Ctrl-D leaves");
    }
    loop {
        if let Some(helper) = editor.helper_mut() {
            helper.names = repl.session.names().to_vec();
        }
        match editor.readline("galo> ") {
            Ok(input) => {
                let _ = editor.add_history_entry(input.trim());
                if repl.answer(&input).is_break() {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(edited(error)),
        }
    }
    if let Some(file) = &history {
        // Whoever has no folder for it has no history.
        let _ = file.parent().map(std::fs::create_dir_all);
        let _ = editor.save_history(file);
    }
    Ok(())
}

fn editor(color: bool) -> rustyline::Result<Editor<Rinha, FileHistory>> {
    let mut editor = Editor::new()?;
    editor.set_max_history_size(HISTORY)?;
    editor.set_helper(Some(Rinha { names: Vec::new(), color }));
    Ok(editor)
}

/// Where inputs are remembered, as the XDG Base Directory Specification says.
fn history_file() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("galo/history"))
}

fn unreadable(error: io::Error) -> Failure {
    Failure::Unreadable { name: "<standard input>".to_owned(), error, help: None }
}

struct Repl {
    session: Session,
    color: bool,
    /// The exit status of the last failure.
    status: ExitCode,
}

/// Whether the session goes on.
type Flow = std::ops::ControlFlow<()>;

impl Repl {
    fn answer(&mut self, input: &str) -> Flow {
        if input.trim().is_empty() {
            return Flow::Continue(());
        }
        let done = match input.trim_start().strip_prefix(':') {
            Some(text) if is_command(input) => match Command::parse(text.trim_end()) {
                Ok((Command::Quit, _)) => return Flow::Break(()),
                Ok((command, argument)) => self.obey(command, argument),
                Err(message) => Err(Failure::Usage(message)),
            },
            _ => self.entry(input).and_then(|entry| self.evaluate(entry).map(drop)),
        };
        let Err(failure) = done else { return Flow::Continue(()) };
        // Where nothing can be written, there is nothing left to do.
        let is_over = matches!(failure, Failure::Unwritable { .. });
        self.status = failure.report(self.color);
        if is_over { Flow::Break(()) } else { Flow::Continue(()) }
    }

    /// Reads an input, or says what is wrong with it.
    fn entry(&self, input: &str) -> Result<Entry, Failure> {
        let errors = match parse(input) {
            Parsed::Entry(entry) => return Ok(entry),
            Parsed::Wrong(errors) => errors,
            // Whoever reads lines has asked for more already; the parser says what is missing.
            Parsed::Incomplete => {
                crate::syntax::parser::parse(entry::NAME, input).err().unwrap_or_default()
            }
        };
        let input = Input { name: entry::NAME.to_owned(), bytes: input.as_bytes().to_vec() };
        Err(input.not_a_program(&errors, self.color))
    }

    /// Evaluates an entry and shows what it came to.
    fn evaluate(&mut self, entry: Entry) -> Result<Answer, Failure> {
        let prints = entry.prints;
        let mut out = io::stdout().lock();
        let answer = self.session.evaluate(entry, &mut out, self.color)?;
        for (name, value) in answer.bound.iter().filter(|(name, _)| name != "_") {
            writeln!(out, "{name} = {}", shown(value.as_ref()))?;
        }
        if let Some(value) = answer.value.as_ref().filter(|_| !prints) {
            writeln!(out, "{}", shown(value.as_ref()))?;
        }
        Ok(answer)
    }

    fn obey(&mut self, command: Command, argument: &str) -> Result<(), Failure> {
        let mut out = io::stdout();
        match command {
            Command::Help => write!(out, "{Help}")?,
            Command::Type => self.kinds(argument)?,
            Command::Core if self.session.names().iter().any(|name| name == argument) => {
                self.dump(Stage::Core, argument, argument)?;
            }
            Command::Core => self.dump(Stage::Core, argument, "main")?,
            Command::Ssa => self.dump(Stage::SsaOpt, argument, "*")?,
            Command::Clif => self.dump(Stage::Clif, argument, "*")?,
            Command::Asm => self.dump(Stage::Asm, argument, "*")?,
            Command::Time => {
                let entry = self.entry(argument)?;
                let time = self.evaluate(entry)?.time;
                writeln!(out, "{:.3} ms", time.as_secs_f64() * 1e3)?;
            }
            Command::Tier if argument.is_empty() => writeln!(out, "{}", self.session.config.tier)?,
            Command::Tier => {
                let tier = argument.parse();
                self.session.config.tier =
                    tier.map_err(|_| Failure::Usage("the tiers are auto, interp and jit".into()))?;
            }
            Command::List => write!(out, "{}", self.session.text())?,
            Command::Load => self.load(argument)?,
            Command::Clear => self.session.clear(),
            Command::Quit => unreachable!("that is not obeyed but done"),
        }
        Ok(())
    }

    /// Shows what is proven of a term.
    fn kinds(&self, term: &str) -> Result<(), Failure> {
        let input = self.behind(term)?;
        let program = run::load(&Engine::new(self.session.config.clone()), &input, self.color)?;
        let facts = crate::flow::analyze(program.core(), program.is_lenient());
        Ok(writeln!(io::stdout(), "{}", facts.function(FunctionId::MAIN).result)?)
    }

    /// Shows a stage of the functions whose name matches, of the program that a term is.
    fn dump(&self, stage: Stage, term: &str, functions: &str) -> Result<(), Failure> {
        let options = DumpOptions {
            stages: Stages::from_iter([stage]),
            functions: Patterns::new(&[functions.to_owned()]),
            json: false,
            target: Target::Stdout,
        };
        let tier = if stage.needs_run() { Tier::Jit } else { self.session.config.tier };
        let config = Config { tier, ..self.session.config.clone() };
        dump::show(&self.behind(term)?, &options, config, self.color)
    }

    /// The program that a term is behind the definitions.
    fn behind(&self, term: &str) -> Result<Input, Failure> {
        let entry = self.entry(term)?;
        let result = entry.term.clone().unwrap_or_else(|| "0".to_owned());
        Ok(self.session.program(&entry, &result))
    }

    /// Evaluates a file.
    fn load(&mut self, path: &str) -> Result<(), Failure> {
        let input = Input::read_file(path.as_ref())?;
        let (text, _) = input.text(self.color)?;
        match parse(text) {
            Parsed::Entry(entry) => self.evaluate(entry).map(drop),
            Parsed::Incomplete | Parsed::Wrong(_) => Err(match input.parse(self.color) {
                Err(failure) => failure,
                Ok(_) => Failure::Usage("only source can be loaded here, not JSON".to_owned()),
            }),
        }
    }
}

fn shown(value: Option<&Data>) -> String {
    value.map_or_else(|| "… (too large to show; `print` can)".to_owned(), Data::to_string)
}
