//! What ends a program early: the error's kind, its place, and the calls on the way.
//!
//! A failing operation leaves a [`Fault`] in the machine and returns a signal
//! ([`Value::is_error`](crate::Value::is_error)). It travels up through the callers,
//! each of which adds itself to the trace: a call that succeeds pays nothing for it.

use std::fmt;

/// Where something stands in the program: an index whose meaning is the caller's.
pub type Site = u32;

/// The kinds of program errors.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An operation met a value of a kind that it does not take.
    TypeError,
    /// A function was called with the wrong number of arguments.
    Arity,
    /// Something else than a closure was called.
    NotAFunction,
    /// A name was evaluated that nothing binds.
    UnboundName,
    /// A hoisted name was evaluated before its `let`.
    UsedBeforeDefinition,
    /// `/` or `%` by zero.
    DivisionByZero,
    /// Calls are nested deeper than the stack's limit.
    StackOverflow,
    /// Live data is larger than the heap's limit.
    OutOfMemory,
    /// The output cannot be written any more.
    OutputClosed,
    /// Somebody outside of the program wanted it to end.
    Interrupted,
    /// The time that the program may take is over.
    Timeout,
    /// The program has made more calls than it may.
    OutOfFuel,
    /// The program has printed more than it may.
    OutputLimit,
}

impl ErrorKind {
    /// The kind's stable name, in kebab case.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorKind::TypeError => "type-error",
            ErrorKind::Arity => "arity",
            ErrorKind::NotAFunction => "not-a-function",
            ErrorKind::UnboundName => "unbound-name",
            ErrorKind::UsedBeforeDefinition => "used-before-definition",
            ErrorKind::DivisionByZero => "division-by-zero",
            ErrorKind::StackOverflow => "stack-overflow",
            ErrorKind::OutOfMemory => "out-of-memory",
            ErrorKind::OutputClosed => "output-closed",
            ErrorKind::Interrupted => "interrupted",
            ErrorKind::Timeout => "timeout",
            ErrorKind::OutOfFuel => "out-of-fuel",
            ErrorKind::OutputLimit => "output-limit",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which part of the operation at a site is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blame {
    /// The operation as a whole.
    Whole,
    /// Its first operand: the left side, the condition, the callee.
    First,
    /// Its second operand.
    Second,
}

/// A program error, before its sites are resolved to places.
#[derive(Debug)]
pub struct Fault {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The error in one line.
    pub message: String,
    /// The operation that failed.
    pub site: Site,
    /// Which part of it is wrong.
    pub blame: Blame,
    /// What is wrong there, in a few words.
    pub label: String,
    /// What could be done about it, if there is something to say.
    pub help: Option<String>,
    /// The calls that led there, innermost first.
    pub trace: Trace,
    /// The reason of the output's failure.
    pub cause: Option<std::io::Error>,
}

/// Calls of one function by itself, or one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceEntry {
    /// The function that was running.
    pub function: u32,
    /// The function that called it.
    pub caller: u32,
    /// The call; of several the innermost.
    pub site: Site,
    /// How many calls are folded into this entry.
    pub count: u64,
}

/// The innermost and the outermost calls, those between only counted, so that an error
/// a hundred million calls deep is as cheap as any other.
#[derive(Debug, Default)]
pub struct Trace {
    innermost: Vec<TraceEntry>,
    outermost: std::collections::VecDeque<TraceEntry>,
    omitted: u64,
}

/// Entries kept at each end of a trace.
const KEPT: usize = 24;

impl Trace {
    /// Adds the next call outwards.
    pub fn push(&mut self, function: u32, caller: u32, site: Site) {
        let last = self.outermost.back_mut().or(self.innermost.last_mut());
        if let Some(last) = last
            && function == caller
            && last.function == function
            && last.caller == caller
        {
            last.count += 1;
            return;
        }
        let entry = TraceEntry { function, caller, site, count: 1 };
        if self.innermost.len() < KEPT {
            self.innermost.push(entry);
            return;
        }
        if self.outermost.len() == KEPT
            && let Some(dropped) = self.outermost.pop_front()
        {
            self.omitted += dropped.count;
        }
        self.outermost.push_back(entry);
    }

    /// The innermost entries.
    pub fn innermost(&self) -> &[TraceEntry] {
        &self.innermost
    }

    /// How many calls stand between the innermost and the outermost entries.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// The outermost entries, still innermost first.
    pub fn outermost(&self) -> impl Iterator<Item = &TraceEntry> {
        self.outermost.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn self_calls_fold_into_one_entry() {
        let mut trace = Trace::default();
        for i in 0..1000 {
            trace.push(3, 3, i % 2);
        }
        trace.push(3, 0, 9);
        let counts: Vec<_> = trace.innermost().iter().map(|e| (e.function, e.count)).collect();
        assert_eq!(counts, [(3, 1000), (3, 1)]);
        assert_eq!(trace.omitted(), 0);
    }

    #[test]
    fn the_middle_of_a_long_trace_is_only_counted() {
        let mut trace = Trace::default();
        for i in 0..1000 {
            trace.push(i % 2, (i + 1) % 2, i);
        }
        assert_eq!(trace.innermost().len(), KEPT);
        assert_eq!(trace.outermost().count(), KEPT);
        assert_eq!(trace.omitted(), 1000 - 2 * KEPT as u64);
        assert_eq!(trace.outermost().last().unwrap().site, 999);
    }
}
