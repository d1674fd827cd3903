//! The calls that led to a program error.

use super::{Reporter, printable};
use crate::syntax::ast::Span;

/// One line of a trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call<'a> {
    /// A function that was running.
    Frame {
        /// Its name.
        function: &'a str,
        /// The call.
        call: Span,
    },
    /// Calls of the function of the line before by itself.
    Repeated {
        /// Its name.
        function: &'a str,
        /// How many more there are.
        count: u64,
    },
    /// Calls that were not kept.
    Omitted {
        /// How many there are.
        count: u64,
    },
}

impl Call<'_> {
    pub(super) fn line(&self, reporter: &Reporter<'_>) -> String {
        match *self {
            Call::Frame { function, call } => {
                format!("in {}, called at {}", printable(function), reporter.place(call))
            }
            Call::Repeated { function, count } => {
                format!("… {} called itself {}", printable(function), more(count, "time"))
            }
            Call::Omitted { count } => format!("… {}", more(count, "call")),
        }
    }
}

/// `1,204 more times`
fn more(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} more {noun}{plural}", grouped(count))
}

/// A number with commas between the thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Source;
    use crate::syntax::ast::Ast;

    #[test]
    fn a_trace_has_a_line_for_each_call() {
        let file = Ast::new("f").file_span().file;
        let source = Source::Text { name: "f.rinha", text: "let f\n= f()" };
        let calls = [
            Call::Frame { function: "f", call: Span { start: 8, end: 11, file } },
            Call::Repeated { function: "f", count: 1_204 },
            Call::Omitted { count: 1 },
            Call::Frame { function: "fn", call: Span { start: 0, end: 1, file } },
        ];
        let text = "  in f, called at f.rinha:2:3\n  … f called itself 1,204 more times\n  \
                    … 1 more call\n  in fn, called at f.rinha:1:1\n";
        assert_eq!(Reporter::new(source, false).trace(&calls), text);
    }

    #[test]
    fn thousands_are_grouped() {
        let numbers = [0, 999, 1_000, 100_000, 1_234_567];
        let texts = ["0", "999", "1,000", "100,000", "1,234,567"];
        assert_eq!(numbers.map(grouped), texts);
    }
}
