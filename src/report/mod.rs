//! How errors and warnings look: a [`Diagnostic`] and the source as text for a reader.
//!
//! The drawing is annotate-snippets'; this module decides what it is shown. Input is
//! hostile: a line may have a hundred megabytes, a place may lie outside the text, text
//! may contain what terminals obey. So only a window around each place is handed on,
//! and control characters never are.

mod excerpt;
mod lint;
mod locator;
mod place;
mod trace;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet,
};

use crate::syntax::ast::{Ast, NodeId, Span};
use crate::syntax::diagnostic::{Diagnostic, Label, Severity};
use crate::syntax::format;

pub use lint::lint_json;
pub use locator::Locator;
pub use place::{Place, Places};
pub use trace::Call;

/// How many characters of an expression are shown where there is no source text.
const MAX_EXPRESSION: usize = 72;

/// What the places of a report lie in.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A text that is at hand.
    Text {
        /// Its name.
        name: &'a str,
        /// The text.
        text: &'a str,
    },
    /// The source that a JSON tree was made from, of which only the tree is at hand.
    Tree(&'a Ast),
}

/// Renders what is found about one program.
#[derive(Clone, Copy, Debug)]
pub struct Reporter<'a> {
    source: Source<'a>,
    color: bool,
}

impl<'a> Reporter<'a> {
    /// A reporter of places in `source`, which colours what it renders with `color`.
    pub fn new(source: Source<'a>, color: bool) -> Self {
        Reporter { source, color }
    }

    /// A diagnostic as some lines of text.
    pub fn diagnostic(&self, diagnostic: &Diagnostic) -> String {
        self.render(diagnostic, None)
    }

    /// A diagnostic about a node that is known, in a tree whose places may not tell it.
    pub fn diagnostic_of(&self, diagnostic: &Diagnostic, node: NodeId) -> String {
        self.render(diagnostic, Some(node))
    }

    fn render(&self, diagnostic: &Diagnostic, node: Option<NodeId>) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(printable(&diagnostic.message)).id(diagnostic.code);
        let group = Group::with_title(title)
            .elements(match self.source {
                Source::Text { name, text } => text_elements(name, text, diagnostic),
                Source::Tree(ast) => tree_elements(ast, diagnostic, node),
            })
            .elements(diagnostic.help.iter().map(|help| Level::HELP.message(printable(help))));
        let mut text = self.renderer().render(&[group]);
        text.push('\n');
        text
    }

    /// Where `span` begins, in one line.
    pub fn place(&self, span: Span) -> String {
        match self.source {
            Source::Text { name, text } => {
                place_in_text(name, Place::of(text, span.start as usize))
            }
            Source::Tree(ast) => tree_place(ast, span),
        }
    }

    /// The calls that led to a program error, a line each, innermost first.
    pub fn trace(&self, calls: &[Call<'_>]) -> String {
        calls.iter().map(|call| format!("  {}\n", call.line(self))).collect()
    }

    fn renderer(&self) -> Renderer {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii)
    }
}

fn place_in_text(name: &str, place: Place) -> String {
    printable(&format!("{name}:{place}"))
}

/// All labels of a diagnostic, the one that it is about first.
fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = (AnnotationKind, &Label)> {
    let secondary = diagnostic.secondary.iter().map(|label| (AnnotationKind::Context, label));
    std::iter::once((AnnotationKind::Primary, &diagnostic.primary)).chain(secondary)
}

/// The windows of the text that the labels stand in.
fn text_elements(name: &str, text: &str, diagnostic: &Diagnostic) -> Vec<Element<'static>> {
    let labels: Vec<_> = labels(diagnostic).collect();
    let spans: Vec<_> = labels.iter().map(|(_, label)| label.span).collect();
    let mut elements = Vec::new();
    for (index, excerpt) in excerpt::excerpts(text, &spans).into_iter().enumerate() {
        let annotations = excerpt.marks.into_iter().map(|mark| {
            let (kind, label) = labels[mark.label];
            annotation(kind, mark.range, &label.text)
        });
        let mut snippet = Snippet::source(excerpt.text).line_start(excerpt.line);
        if excerpt.is_line_start {
            snippet = snippet.path(printable(name));
        } else if index == 0 {
            // The renderer counts columns in what it is given, here a part of a line.
            let Place { line, column } = Place::of(text, diagnostic.primary.span.start as usize);
            elements.push(Origin::path(printable(name)).line(line).char_column(column).into());
        }
        elements.push(snippet.annotations(annotations).into());
    }
    elements
}

/// Without a text, the expressions themselves are shown, as they would be formatted.
fn tree_elements(
    ast: &Ast,
    diagnostic: &Diagnostic,
    node: Option<NodeId>,
) -> Vec<Element<'static>> {
    let mut elements = Vec::new();
    for (kind, label) in labels(diagnostic) {
        let node = node.filter(|_| kind == AnnotationKind::Primary);
        if let Some(node) = node.or_else(|| node_at(ast, label.span)) {
            let text = printable(&format::snippet(ast, node, MAX_EXPRESSION));
            let whole = annotation(kind, 0..text.len(), &label.text);
            elements.push(Snippet::source(text).line_numbering(false).annotation(whole).into());
        }
    }
    let place = tree_place(ast, diagnostic.primary.span);
    elements.push(Level::NOTE.message(format!("in {place}")).into());
    elements
}

fn annotation(
    kind: AnnotationKind,
    range: std::ops::Range<usize>,
    label: &str,
) -> Annotation<'static> {
    let annotation = kind.span(range);
    if label.is_empty() { annotation } else { annotation.label(printable(label)) }
}

fn tree_place(ast: &Ast, span: Span) -> String {
    let file = ast.file(span.file);
    match span.start == span.end {
        true => printable(&format!("{file}, at a place that its tree does not tell")),
        false => printable(&format!("{file}, bytes {}..{}", span.start, span.end)),
    }
}

/// The node that stands at `span`, if that is a place at all.
fn node_at(ast: &Ast, span: Span) -> Option<NodeId> {
    let mut ids = (0..ast.len()).rev().map(NodeId::new);
    ids.find(|&id| ast.span(id) == span).filter(|_| span.start < span.end)
}

/// A text of several lines, without what else a terminal would obey.
pub fn printable_lines(text: &str) -> String {
    text.chars().map(|char| excerpt::visible(char, "\n")).collect()
}

/// A text in one line, without what a terminal would obey.
pub fn printable(text: &str) -> String {
    text.chars().map(|char| excerpt::visible(char, "")).collect()
}
