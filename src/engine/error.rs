//! Errors as values: inputs that are no programs, programs that fail.

use std::fmt;
use std::sync::Arc;

use galo_runtime::fault::TraceEntry;
use galo_runtime::{Blame, ErrorKind, Fault};

use super::program::Loaded;
use super::stats::RunStats;
use crate::core::FunctionId;
use crate::syntax::ast::{Ast, Node, NodeId, Span};
use crate::syntax::diagnostic::{Diagnostic, Severity};

/// An input that is not a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputError {
    /// The name that the input was loaded under.
    pub name: String,
    /// What is wrong with it, in the order of the places; at least one error.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        for (i, error) in errors.enumerate() {
            let newline = if i > 0 { "\n" } else { "" };
            let at = error.primary.span.start;
            write!(f, "{newline}{}: at byte {at}: {}", self.name, error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for InputError {}

/// A line of a call trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TraceFrame {
    /// A call.
    Call {
        /// The name of the function that was running.
        function: String,
        /// The call's place.
        span: Span,
        /// The call in the syntax tree.
        node: NodeId,
        /// How often the function called itself to get there; of those calls this is the
        /// innermost. 1 for an ordinary call.
        count: u64,
        /// Whether the caller is the function itself.
        recursive: bool,
    },
    /// So many calls that are not listed.
    Omitted(u64),
}

/// A program that failed.
#[derive(Debug)]
pub struct ProgramError {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// The error in one line, without a final stop.
    pub message: String,
    /// What is wrong at the place, in a few words.
    pub label: String,
    /// What can be done about it.
    pub help: Option<String>,
    /// The place: the operand that is wrong, or the operation.
    pub span: Span,
    /// The same in the syntax tree.
    pub node: NodeId,
    /// The calls that led there, innermost first.
    pub trace: Vec<TraceFrame>,
    /// What the run cost until then.
    pub stats: RunStats,
    /// For `output-closed`, the writer's error.
    pub cause: Option<std::io::Error>,
    pub(super) loaded: Arc<Loaded>,
}

impl ProgramError {
    /// The tree of the program that failed.
    pub fn ast(&self) -> &Ast {
        &self.loaded.ast
    }

    /// Whether the output's reader has gone, which is no failure of the program.
    pub fn is_closed_pipe(&self) -> bool {
        let kind = self.cause.as_ref().map(std::io::Error::kind);
        kind == Some(std::io::ErrorKind::BrokenPipe)
    }

    /// Resolves an error of a run to its places.
    pub(super) fn new(fault: Fault, stats: RunStats, loaded: &Arc<Loaded>) -> Box<ProgramError> {
        let ast = &loaded.ast;
        let node = blamed(ast, NodeId::new(fault.site as usize), fault.blame);
        let frame = |entry: &TraceEntry| loaded.trace_frame(entry);
        let mut trace: Vec<TraceFrame> = fault.trace.innermost().iter().map(frame).collect();
        if fault.trace.omitted() > 0 {
            trace.push(TraceFrame::Omitted(fault.trace.omitted()));
        }
        trace.extend(fault.trace.outermost().map(frame));
        Box::new(ProgramError {
            kind: fault.kind,
            message: fault.message,
            label: fault.label,
            help: fault.help,
            span: ast.span(node),
            node,
            trace,
            stats,
            cause: fault.cause,
            loaded: Arc::clone(loaded),
        })
    }
}

impl Loaded {
    fn trace_frame(&self, entry: &TraceEntry) -> TraceFrame {
        let node = NodeId::new(entry.site as usize);
        TraceFrame::Call {
            function: self.function_name(FunctionId::new(entry.function as usize)).to_owned(),
            span: self.ast.span(node),
            node,
            count: entry.count,
            recursive: entry.function == entry.caller,
        }
    }
}

/// The part of an operation that is wrong.
fn blamed(ast: &Ast, site: NodeId, blame: Blame) -> NodeId {
    let (first, second) = match ast.node(site) {
        Node::Binary { lhs, rhs, .. } => (lhs, rhs),
        Node::If { condition, .. } => (condition, site),
        Node::Call { callee, .. } => (callee, site),
        Node::First(value) | Node::Second(value) => (value, site),
        _ => (site, site),
    };
    match blame {
        Blame::Whole => site,
        Blame::First => first,
        Blame::Second => second,
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.loaded.ast.file(self.span.file);
        write!(f, "{file}: at byte {}: {}: {}", self.span.start, self.kind, self.message)
    }
}

impl std::error::Error for ProgramError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}
