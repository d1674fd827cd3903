//! Loading programs and running them.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use galo_runtime::{Blame, Data, ErrorKind, Fault};

use super::config::Config;
use super::error::{InputError, ProgramError};
use super::events::Observer;
use super::run::Run;
use super::stats::{LoadTimes, RunStats, TierStats};
use super::tiers::Tiers;
use crate::core::{self, FunctionId};
use crate::interp::Code;
use crate::interp::profile::{FunctionProfile, SiteProfile};
use crate::jit::SetupError;
use crate::syntax::ast::Ast;
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::input;

/// Loads programs, all with the same configuration.
#[derive(Clone, Debug)]
pub struct Engine {
    config: Arc<Config>,
}

impl Engine {
    /// An engine with this configuration.
    pub fn new(config: Config) -> Engine {
        Engine { config: Arc::new(config) }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Loads the program in `bytes`, source text or the contest's JSON, told apart by
    /// content. `name` is what places call it.
    ///
    /// # Errors
    /// If it is not a program; all findings at once.
    pub fn load(&self, name: &str, bytes: &[u8]) -> Result<Program, InputError> {
        let failed = |diagnostics| InputError { name: name.to_owned(), diagnostics };
        let start = Instant::now();
        let ast = input::read(name, bytes).map_err(failed)?;
        let read = start.elapsed();
        let mut program = self.load_ast(ast)?;
        program.load_times.read = read;
        Ok(program)
    }

    /// Loads a program from its syntax tree.
    ///
    /// # Errors
    /// If galo cannot keep track of its variables.
    pub fn load_ast(&self, ast: Ast) -> Result<Program, InputError> {
        let (core, lower) = timed(|| {
            core::lower(&ast).map(|mut core| {
                core::specialize(&mut core);
                core
            })
        });
        let core = core.map_err(|diagnostic| InputError {
            name: ast.name().to_owned(),
            diagnostics: vec![*diagnostic],
        })?;
        let (code, compile) = timed(|| Code::new(&core, &ast, self.config.interpreter()));
        let code = code.map_err(|error| InputError {
            name: ast.name().to_owned(),
            diagnostics: vec![out_of_memory(&ast, &error)],
        })?;
        let names = names(&core, &ast);
        Ok(Program {
            config: Arc::clone(&self.config),
            tiers: Tiers::new(&self.config, &core, &code),
            code,
            loaded: Arc::new(Loaded { ast, core, names }),
            load_times: LoadTimes { read: Duration::ZERO, lower, compile },
        })
    }
}

fn timed<R>(work: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn out_of_memory(ast: &Ast, error: &io::Error) -> Diagnostic {
    use crate::syntax::diagnostic::{Label, Severity};
    Diagnostic {
        severity: Severity::Error,
        code: "out-of-memory",
        message: format!("the system has no memory for this program: {error}"),
        primary: Label { span: ast.file_span(), text: "all of it".to_owned() },
        secondary: Vec::new(),
        help: Vec::new(),
    }
}

/// What is known of a program without its code; errors refer to it.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) ast: Ast,
    pub(super) core: core::Program,
    pub(super) names: Arc<[Box<str>]>,
}

impl Loaded {
    pub(super) fn function_name(&self, id: FunctionId) -> &str {
        &self.names[id.index()]
    }
}

/// What errors and statistics call each function.
fn names(program: &core::Program, ast: &Ast) -> Arc<[Box<str>]> {
    let functions = program.functions.iter().enumerate();
    functions
        .map(|(index, function)| match function.name {
            Some(name) => ast.text(name).into(),
            None if index == FunctionId::MAIN.index() => "main".into(),
            None => "fn".into(),
        })
        .collect()
}

/// A program that can be run.
#[derive(Debug)]
pub struct Program {
    pub(super) config: Arc<Config>,
    pub(super) tiers: Tiers,
    pub(super) code: Code,
    pub(super) loaded: Arc<Loaded>,
    load_times: LoadTimes,
}

/// What a program came to.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The value, unless it is larger than was asked for.
    pub value: Option<Data>,
    /// What the run cost.
    pub stats: RunStats,
}

impl Program {
    /// Runs the program. What it prints goes to `output`, buffered, and is flushed at the
    /// end, also when the program fails.
    ///
    /// # Errors
    /// If the program fails, or a limit of the configuration is reached, or the output
    /// cannot be written.
    pub fn run(&self, output: &mut dyn Write) -> Result<RunStats, Box<ProgramError>> {
        self.prepare().start(output)
    }

    /// A run of the program that is yet to begin, for what [`run`](Self::run) has no parameter for.
    pub fn prepare(&self) -> Run<'_> {
        Run::new(self)
    }

    /// Runs the program and copies its value, if that takes no more than `limit` bytes (see
    /// [`Data::of`]).
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn evaluate(
        &self,
        output: &mut dyn Write,
        limit: usize,
    ) -> Result<Evaluation, Box<ProgramError>> {
        self.prepare().evaluate(output, limit)
    }

    /// The same, telling an observer of all that happens.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_observed(
        &self,
        output: &mut dyn Write,
        observer: &dyn Observer,
    ) -> Result<RunStats, Box<ProgramError>> {
        self.prepare().observe(observer).start(output)
    }

    /// The program's syntax tree.
    pub fn ast(&self) -> &Ast {
        &self.loaded.ast
    }

    /// The program's Core.
    pub fn core(&self) -> &core::Program {
        &self.loaded.core
    }

    /// What errors and statistics call a function.
    pub fn function_name(&self, id: FunctionId) -> &str {
        self.loaded.function_name(id)
    }

    /// Whether it takes what `--lenient` accepts.
    pub fn is_lenient(&self) -> bool {
        self.config.lenient
    }

    /// What the tiers have done, over all runs.
    pub fn tier_stats(&self) -> TierStats {
        self.tiers.stats(&self.code)
    }

    /// Why there is no compiler on this system, if one was needed.
    pub fn missing_compiler(&self) -> Option<SetupError> {
        self.tiers.missing()
    }

    /// How long it took to get the program ready.
    pub fn load_times(&self) -> LoadTimes {
        self.load_times
    }

    /// What the interpreter noted of each function, over all runs; nothing unless the
    /// configuration asks for a profile.
    pub fn function_profiles(&self) -> impl Iterator<Item = FunctionProfile> + '_ {
        self.code.function_profiles()
    }

    /// What the interpreter noted of the operations that saw something else than Ints.
    pub fn site_profiles(&self) -> impl Iterator<Item = SiteProfile> + '_ {
        self.code.site_profiles()
    }

    pub(super) fn no_memory(&self, error: &io::Error) -> Box<ProgramError> {
        let message = format!("the system refuses the address space for heap and stack: {error}");
        let mut fault = self.fault(ErrorKind::OutOfMemory, message);
        fault.help = Some("lower the limits with `--max-heap` and `--max-stack`".to_owned());
        ProgramError::new(fault, RunStats::default(), &self.loaded)
    }

    pub(super) fn output_closed(&self, cause: io::Error, stats: RunStats) -> Box<ProgramError> {
        let message = format!("cannot write the output: {cause}");
        let mut fault = self.fault(ErrorKind::OutputClosed, message);
        fault.cause = Some(cause);
        ProgramError::new(fault, stats, &self.loaded)
    }

    /// An error of the program as a whole.
    fn fault(&self, kind: ErrorKind, message: String) -> Fault {
        Fault {
            kind,
            message,
            site: self.loaded.ast.root().index() as galo_runtime::Site,
            blame: Blame::Whole,
            label: "while running this program".to_owned(),
            help: None,
            trace: Default::default(),
            cause: None,
        }
    }
}
