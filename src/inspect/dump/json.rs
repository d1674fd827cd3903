//! Dumps as JSON: one document for all that is asked for, made while the program runs and written
//! at the end.
//!
//! The document is an object with a field for each stage; `docs/schemas/dump.schema.json`
//! describes them. A line of whatever stage has the shape that Compiler Explorer gave to lines of
//! assembly (`text`, `source`, and for machine code `opcodes`, `address`, `labels`), and so have the
//! fields `asm` and `labelDefinitions` of the whole: it can show them as they are.

use serde_json::{Map, Value, json};

use super::super::code::{self, assembly_lines, clif_lines};
use super::super::names::Names;
use super::super::stage::Stage;
use super::super::syntax;
use crate::core::{self, FunctionId};
use crate::flow::{self, Facts};
use crate::jit::{CodeLine, Jit, Version};
use crate::report::{Place, Places};
use crate::ssa;
use crate::syntax::ast::{Ast, NodeId, Span};
use crate::syntax::lexer::{Lexer, TokenKind};

/// Where the labels of machine code are defined.
const LABELS: &str = "labelDefinitions";

/// How far instructions are indented.
const INDENT: usize = 8;

/// What there is to write so far.
#[derive(Default, Debug)]
pub(super) struct Document {
    /// By stage; of machine code also where its labels are.
    fields: Map<String, Value>,
}

impl Document {
    /// A document in which each of these stages has its field, even if nothing comes to be in it.
    pub(super) fn new(stages: impl Iterator<Item = Stage>) -> Document {
        let mut document = Document::default();
        for stage in stages {
            document.fields.insert(stage.name().to_owned(), json!([]));
            if stage == Stage::Asm {
                document.fields.insert(LABELS.to_owned(), json!({}));
            }
        }
        document
    }

    /// The whole.
    pub(super) fn text(&self) -> String {
        let fields = serde_json::to_string(&self.fields).expect("JSON can be written");
        fields + "\n"
    }

    /// A document a stage, with the stage's name.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        let stages = self.fields.iter().filter(|(name, _)| *name != LABELS);
        let texts = stages.map(|(name, stage)| {
            let mut fields = Map::from_iter([(name.clone(), stage.clone())]);
            if let (Some(labels), "asm") = (self.fields.get(LABELS), name.as_str()) {
                fields.insert(LABELS.to_owned(), labels.clone());
            }
            (name.clone(), format!("{}\n", Value::Object(fields)))
        });
        texts.collect()
    }

    fn add(&mut self, stage: Stage, items: impl IntoIterator<Item = Value>) {
        let field = self.fields.entry(stage.name()).or_insert_with(|| json!([]));
        field.as_array_mut().expect("every stage is a list").extend(items);
    }

    /// The tokens of a source.
    pub(super) fn tokens(&mut self, text: &str) {
        let places = Places::new(text);
        let mut lexer = Lexer::new(text);
        let mut is_end = false;
        let tokens = std::iter::from_fn(|| {
            let token = (!is_end).then(|| lexer.next_token())?;
            is_end = token.kind == TokenKind::Eof;
            let (start, end) = (token.range().start, token.range().end);
            let source = place_json(Some(places.of(start)), Value::Null, start, end);
            let kind = format!("{:?}", token.kind);
            Some(json!({ "kind": kind, "text": &text[token.range()], "source": source }))
        });
        self.add(Stage::Tokens, tokens.collect::<Vec<_>>());
    }

    /// The syntax tree: a node's place in the list is its number.
    pub(super) fn tree(&mut self, names: &Names<'_>) {
        let ast = names.program.ast();
        let nodes = (0..ast.len()).map(NodeId::new);
        let lines = nodes.map(|id| line(names, &syntax::node(ast, id), Some(id), ""));
        self.add(Stage::Ast, lines);
    }

    /// A function's Core.
    pub(super) fn core(&mut self, names: &Names<'_>, id: FunctionId) {
        let (program, ast) = (names.program.core(), names.program.ast());
        let lines = core::lines(program, ast, id).into_iter().map(|(text, node)| {
            let origin = node.map(|node| program.function(id).origin_of(node));
            line(names, &text, origin, "")
        });
        let function = function(names, id, None, lines.collect());
        self.add(Stage::Core, [function]);
    }

    /// What is proven of a function.
    pub(super) fn facts(&mut self, names: &Names<'_>, facts: &Facts, id: FunctionId) {
        let (program, ast) = (names.program.core(), names.program.ast());
        let lines = core::lines(program, ast, id).into_iter().map(|(text, node)| {
            let origin = node.map(|node| program.function(id).origin_of(node));
            let remark = node.map(|node| flow::remark(facts, id, node, &|id| names.function(id)));
            line(names, &text, origin, &remark.unwrap_or_default())
        });
        let mut function = function(names, id, None, lines.collect());
        function["signature"] = flow::signature(facts.function(id)).into();
        self.add(Stage::Facts, [function]);
    }

    /// The optimiser's IR of a version of a function.
    pub(super) fn ssa(
        &mut self,
        names: &Names<'_>,
        stage: Stage,
        (id, version): (FunctionId, u32),
        (ssa, context): (&ssa::Function, &ssa::Context<'_>),
    ) {
        let lines = ssa::lines(ssa, context).into_iter().map(|line_of| {
            let inlined = line_of.site.filter(|site| site.scope != ssa::Scope::OWN);
            let note = inlined.map(|site| {
                format!("inlined from {}", names.function(ssa.scope(site.scope).function))
            });
            let node = line_of.site.map(|site| site.node);
            line(names, &line_of.text, node, &note.unwrap_or_default())
        });
        let function = function(names, id, Some(version), lines.collect());
        self.add(stage, [function]);
    }

    /// What Cranelift was given of a version of a function.
    pub(super) fn clif(
        &mut self,
        names: &Names<'_>,
        (id, number): (FunctionId, u32),
        version: &Version,
        jit: &Jit,
    ) {
        let lines = clif_lines(version, jit, names.program.ast().len());
        let lines = lines.iter().map(|code| code_line(names, code)).collect();
        let function = function(names, id, Some(number), lines);
        self.add(Stage::Clif, [function]);
    }

    /// Cranelift's own listing.
    pub(super) fn vcode(
        &mut self,
        names: &Names<'_>,
        (id, number): (FunctionId, u32),
        listing: &str,
    ) {
        let lines = listing.lines().map(|text| line(names, text, None, "")).collect();
        let function = function(names, id, Some(number), lines);
        self.add(Stage::Vcode, [function]);
    }

    /// The machine code of a version of a function: all functions in one list of lines, each behind
    /// a label of its own.
    pub(super) fn assembly(
        &mut self,
        names: &Names<'_>,
        (id, number): (FunctionId, u32),
        version: &Version,
        jit: &Jit,
    ) {
        let name = format!("{}-{}.{number}", names.name(id), id.index());
        let mut lines = assembly_lines(version, jit).into_iter();
        let title = lines.next().map(|(code, _)| code_line(names, &code));
        let origin = names.program.core().function(id).origin;
        let label = line(names, &format!("{name}:"), Some(origin), &names.function(id));
        let first =
            self.fields.get(Stage::Asm.name()).and_then(Value::as_array).map_or(0, Vec::len);
        let mut out: Vec<Value> = title.into_iter().chain([label]).collect();
        // Compiler Explorer counts lines from 1.
        let mut defined = vec![(name.clone(), first + out.len())];
        for (code, machine) in lines {
            out.push(instruction(names, &name, &code, &machine, &version.compiled.bytes));
            if let Some(local) = machine.text.strip_suffix(':').filter(|_| machine.is_label) {
                defined.push((format!("{name}{local}"), first + out.len()));
            }
        }
        self.add(Stage::Asm, out);
        let labels = self.fields.entry(LABELS).or_insert_with(|| json!({}));
        let labels = labels.as_object_mut().expect("an object of labels");
        labels.extend(defined.into_iter().map(|(label, line)| (label, line.into())));
    }
}

/// A function, or a version of it, in a stage that has one text a function.
fn function(names: &Names<'_>, id: FunctionId, version: Option<u32>, lines: Value) -> Value {
    let origin = names.program.core().function(id).origin;
    let mut function = json!({
        "function": names.name(id),
        "id": id.index(),
        "source": source(names, origin),
        "lines": lines,
    });
    if let Some(version) = version {
        function["version"] = version.into();
    }
    function
}

/// A line of whatever stage; without a note if there is nothing to say.
fn line(names: &Names<'_>, text: &str, node: Option<NodeId>, note: &str) -> Value {
    let mut line = json!({ "text": text, "source": node.map(|node| source(names, node)) });
    if !note.is_empty() {
        line["note"] = note.into();
    }
    line
}

fn code_line(names: &Names<'_>, code: &code::Line) -> Value {
    line(names, &code.text, code.node, &code.note)
}

/// A line of the machine code of a function with this label.
fn instruction(
    names: &Names<'_>,
    function: &str,
    code: &code::Line,
    machine: &CodeLine,
    bytes: &[u8],
) -> Value {
    let indent = if machine.is_label || machine.bytes.is_empty() { 0 } else { INDENT };
    let text = format!("{:indent$}{}", "", machine.text);
    let mut line = line(names, &text, code.node, &code.note);
    let range = machine.bytes.start as usize..machine.bytes.end as usize;
    if !range.is_empty() {
        line["address"] = range.start.into();
        let opcodes = bytes[range].iter().map(|byte| format!("{byte:02x}"));
        line["opcodes"] = opcodes.collect::<Vec<_>>().into();
    }
    if let Some(target) = &machine.target {
        // Columns count from 1; what comes before a label is ASCII.
        let name = &machine.text[target.clone()];
        let column = |at: usize| indent + at + 1;
        line["labels"] = json!([{
            "name": name,
            "target": format!("{function}{name}"),
            "range": { "startCol": column(target.start), "endCol": column(target.end) },
        }]);
    }
    line
}

/// Where a node of the syntax tree is.
fn source(names: &Names<'_>, node: NodeId) -> Value {
    let ast = names.program.ast();
    let Span { start, end, file } = ast.span(node);
    let place = names.file_and_place(node).map(|(_, place)| place);
    let file = if place.is_some() { Value::Null } else { file_name(ast, file) };
    place_json(place, file, start as usize, end as usize)
}

fn file_name(ast: &Ast, file: crate::syntax::ast::FileId) -> Value {
    ast.file(file).into()
}

/// A place: no file where it is the input itself, no line where only a tree is at hand.
fn place_json(place: Option<Place>, file: Value, start: usize, end: usize) -> Value {
    let mut source = json!({
        "file": file,
        "line": place.map(|place| place.line),
        "offset": start,
        "endOffset": end,
    });
    if let Some(place) = place {
        source["column"] = place.column.into();
    }
    source
}
