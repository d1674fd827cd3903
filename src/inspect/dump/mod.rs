//! Dumps: the forms that a program and its functions have on their way, as text or as JSON.

mod json;

use std::cell::{Cell, RefCell};
use std::io;

use super::code;
use super::names::Names;
use super::sink::{Sink, Target};
use super::stage::{Stage, Stages};
use super::syntax;
use crate::core::{self, FunctionId};
use crate::engine::Patterns;
use crate::engine::events::{Form, FormStage};
use crate::flow::{self, Facts};
use crate::report::printable_lines;
use crate::ssa;
use json::Document;

/// What is dumped, of which functions, and where to.
#[derive(Clone, Default, Debug)]
pub struct DumpOptions {
    /// Which stages.
    pub stages: Stages,
    /// The functions whose names match; all, if there are no patterns.
    pub functions: Patterns,
    /// As JSON, for programs, rather than as text for people.
    pub json: bool,
    /// Where to.
    pub target: Target,
}

/// Writes dumps.
#[derive(Debug)]
pub struct Dumps<'a> {
    options: &'a DumpOptions,
    sink: RefCell<Sink>,
    /// What is written at the end, if it is to be JSON.
    document: Option<RefCell<Document>>,
    error: RefCell<Option<io::Error>>,
    /// Whether there was anything to write of a compiled function.
    compiled: Cell<bool>,
}

impl<'a> Dumps<'a> {
    /// Opens the target.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn open(options: &'a DumpOptions) -> io::Result<Dumps<'a>> {
        let sink = RefCell::new(Sink::open(&options.target)?);
        let document = || RefCell::new(Document::new(options.stages.iter()));
        let document = options.json.then(document);
        Ok(Dumps { options, sink, document, error: RefCell::default(), compiled: Cell::new(false) })
    }

    /// Where the dumps go.
    pub fn target(&self) -> &Target {
        &self.options.target
    }

    /// Writes the tokens of a source, if they are wanted.
    pub fn source(&self, name: &str, text: &str) {
        if !self.options.stages.contains(Stage::Tokens) {
            return;
        }
        match &self.document {
            Some(document) => document.borrow_mut().tokens(text),
            None => self.write(Stage::Tokens, name, "program", &syntax::tokens(text)),
        }
    }

    /// Writes what is known of a program before it runs, as far as it is wanted.
    pub fn program(&self, names: &Names<'_>) {
        let (program, stages) = (names.program, &self.options.stages);
        if stages.contains(Stage::Ast) {
            self.tree(names);
        }
        let facts = stages
            .contains(Stage::Facts)
            .then(|| flow::analyze(program.core(), program.is_lenient()));
        for id in self.functions(names) {
            if stages.contains(Stage::Core) {
                self.core(names, id);
            }
            if let Some(facts) = &facts {
                self.facts(names, facts, id);
            }
        }
    }

    fn tree(&self, names: &Names<'_>) {
        if let Some(document) = &self.document {
            return document.borrow_mut().tree(names);
        }
        let ast = names.program.ast();
        let text = syntax::nodes(ast, &|node| names.short_place(node));
        self.write(Stage::Ast, ast.name(), "program", &text);
    }

    fn core(&self, names: &Names<'_>, id: FunctionId) {
        match &self.document {
            Some(document) => document.borrow_mut().core(names, id),
            None => self.function(names, Stage::Core, id, None, &core_text(names, id)),
        }
    }

    fn facts(&self, names: &Names<'_>, facts: &Facts, id: FunctionId) {
        if let Some(document) = &self.document {
            return document.borrow_mut().facts(names, facts, id);
        }
        let (core, ast) = (names.program.core(), names.program.ast());
        let text = flow::print(core, facts, ast, id, &|id| names.function(id));
        self.function(names, Stage::Facts, id, None, &text);
    }

    /// The functions that were asked for.
    fn functions(&self, names: &Names<'_>) -> impl Iterator<Item = FunctionId> {
        let ids = (0..names.program.core().functions.len()).map(FunctionId::new);
        ids.filter(|&id| self.has(names, id))
    }

    fn has(&self, names: &Names<'_>, id: FunctionId) -> bool {
        let patterns = &self.options.functions;
        patterns.is_empty() || patterns.match_any(names.name(id))
    }

    /// Whether Cranelift's own listings are among the stages, or stand for one that this
    /// machine has no better one for.
    pub fn wants_listings(&self) -> bool {
        [Stage::Vcode, Stage::Asm].iter().any(|&stage| self.options.stages.contains(stage))
    }

    /// Writes a form that a function has reached while being compiled, if it is wanted.
    pub fn form(&self, names: &Names<'_>, form: &Form<'_>) {
        if !self.has(names, form.function) {
            return;
        }
        let stages: &[Stage] = match form.stage {
            FormStage::Passed(..) => &[],
            FormStage::Built(_) => &[Stage::Ssa],
            FormStage::Optimised(_) => &[Stage::SsaOpt],
            FormStage::Compiled(..) => &[Stage::Clif, Stage::Vcode, Stage::Asm],
        };
        for &stage in stages.iter().filter(|&&stage| self.options.stages.contains(stage)) {
            self.compiled.set(true);
            match &self.document {
                Some(document) => form_json(&mut document.borrow_mut(), names, form, stage),
                None => {
                    let text = form_text(names, form, stage);
                    self.function(names, stage, form.function, Some(form.version), &text);
                }
            }
        }
    }

    fn function(
        &self,
        names: &Names<'_>,
        stage: Stage,
        id: FunctionId,
        version: Option<u32>,
        text: &str,
    ) {
        let mut subject = names.function(id);
        let mut file = format!("{}-{}", file_name(names.name(id)), id.index());
        if let Some(version) = version {
            subject += &format!(", version {version}");
            file += &format!(".{version}");
        }
        self.write(stage, &subject, &file, text);
    }

    fn write(&self, stage: Stage, subject: &str, file: &str, text: &str) {
        let title = format!("{} of {subject}", stage.name());
        let file = format!("{file}.{}", stage.name());
        if let Err(error) = self.sink.borrow_mut().text(&title, &file, &printable_lines(text)) {
            self.error.borrow_mut().get_or_insert(error);
        }
    }

    /// Writes what was kept back for the end, and says whether everything was written.
    ///
    /// # Errors
    /// If not.
    pub fn written(&self) -> io::Result<()> {
        if let Some(document) = &self.document {
            return self.write_json(&document.borrow());
        }
        self.error.take().map_or(Ok(()), Err)
    }

    fn write_json(&self, document: &Document) -> io::Result<()> {
        let mut sink = self.sink.borrow_mut();
        if !matches!(self.options.target, Target::Folder(_)) {
            return sink.append(&document.text());
        }
        let mut texts = document.texts().into_iter();
        texts.try_for_each(|(stage, text)| sink.text("", &format!("{stage}.json"), &text))
    }

    /// What was asked for and is not there, and why, once the program has run.
    pub fn missing(&self, names: &Names<'_>) -> Option<String> {
        if self.options.stages.iter().all(Stage::is_of_program) {
            return None;
        }
        match self.functions(names).next() {
            None => Some(format!("no function is called so; there are {}", all_names(names))),
            Some(_) if self.options.stages.need_run() && !self.compiled.get() => Some(
                "no function that was asked for was compiled; `--tier=jit` compiles all that run"
                    .to_owned(),
            ),
            Some(_) => None,
        }
    }
}

/// How many functions are named where none matches.
const MAX_NAMES: usize = 20;

fn all_names(names: &Names<'_>) -> String {
    let count = names.program.core().functions.len();
    let ids = (0..count.min(MAX_NAMES)).map(FunctionId::new);
    let mut text = ids.map(|id| names.shown(id)).collect::<Vec<_>>().join(", ");
    if count > MAX_NAMES {
        text += &format!(" and {} more", count - MAX_NAMES);
    }
    text
}

/// What a function has become, as text.
fn form_text(names: &Names<'_>, form: &Form<'_>, stage: Stage) -> String {
    match form.stage {
        FormStage::Passed(_, ssa) | FormStage::Built(ssa) | FormStage::Optimised(ssa) => {
            ssa::print(ssa, form.context, &|node| names.short_place(node))
        }
        FormStage::Compiled(version, jit) => match stage {
            Stage::Vcode => version.compiled.listing.clone().unwrap_or_default(),
            Stage::Asm => code::assembly(names, version, jit),
            _ => code::clif(names, version, jit),
        },
    }
}

/// What a function has become, as a part of a document.
fn form_json(document: &mut Document, names: &Names<'_>, form: &Form<'_>, stage: Stage) {
    let subject = (form.function, form.version);
    match form.stage {
        FormStage::Passed(_, ssa) | FormStage::Built(ssa) | FormStage::Optimised(ssa) => {
            document.ssa(names, stage, subject, (ssa, form.context));
        }
        FormStage::Compiled(version, jit) => match stage {
            Stage::Vcode => {
                let listing = version.compiled.listing.as_deref().unwrap_or_default();
                document.vcode(names, subject, listing);
            }
            Stage::Asm => document.assembly(names, subject, version, jit),
            _ => document.clif(names, subject, version, jit),
        },
    }
}

fn core_text(names: &Names<'_>, id: FunctionId) -> String {
    let program = names.program;
    let function = program.core().function(id);
    let remark = |node| names.short_place(function.origin_of(node));
    core::print(program.core(), program.ast(), id, &remark)
}

/// The longest part that a function's name has in that of a file, in characters.
const MAX_FILE_NAME: usize = 60;

/// A function's name as a part of a file's.
fn file_name(name: &str) -> String {
    let plain = |char: char| if char.is_ascii_alphanumeric() { char } else { '_' };
    name.chars().take(MAX_FILE_NAME).map(plain).collect()
}
