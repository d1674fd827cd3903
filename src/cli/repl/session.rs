//! What has been defined, and how inputs are evaluated behind it.
//!
//! galo compiles closed worlds, so a session is a text: every input is run behind all definitions
//! before it. That is exact, since nothing comes into a program from outside and values have no
//! identity; and it is quick, since a definition whose value is data is kept as that data. What the
//! others print when they are evaluated again is left out.

use std::io::{self, Write};
use std::time::Duration;

use rustc_hash::FxHashSet;

use super::entry::{Definition, Entry, NAME};
use crate::cli::failure::Failure;
use crate::cli::input::Input;
use crate::cli::run;
use crate::cli::signals::{SIGINT, Signals};
use crate::{Config, Data, Engine, ErrorKind, Evaluation};

/// Definitions whose values are longer are evaluated anew for each input.
const MAX_LITERAL: usize = 200;

/// What is shown of a value: values that take more bytes are not.
const MAX_SHOWN: usize = 64 << 10;

/// The definitions so far.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) config: Config,
    /// The definitions, as the beginning of a program.
    text: String,
    /// What they bind, in order.
    names: Vec<String>,
    /// The same, to be found.
    known: FxHashSet<String>,
    /// How much they print.
    printed: u64,
}

/// What an input came to.
#[derive(Debug)]
pub(super) struct Answer {
    /// What is now bound: names and values, as far as these can be shown.
    pub(super) bound: Vec<(String, Option<Data>)>,
    /// The value of the term, if there was one; `None` inside for one that is too large.
    pub(super) value: Option<Option<Data>>,
    /// How long it took.
    pub(super) time: Duration,
}

impl Session {
    pub(super) fn new(config: Config) -> Session {
        Session {
            config,
            text: String::new(),
            names: Vec::new(),
            known: FxHashSet::default(),
            printed: 0,
        }
    }

    /// The definitions as a text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The names that are bound.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Forgets all definitions.
    pub(super) fn clear(&mut self) {
        *self = Session::new(self.config.clone());
    }

    /// The program that an entry is behind the definitions; its value is `result`.
    pub(super) fn program(&self, entry: &Entry, result: &str) -> Input {
        let mut text = self.text.clone();
        for definition in &entry.definitions {
            text += &definition.text;
            text.push('\n');
        }
        text += result;
        Input { name: NAME.to_owned(), bytes: text.into_bytes() }
    }

    /// Evaluates an entry, with what it prints to `output`, and keeps its definitions.
    pub(super) fn evaluate(
        &mut self,
        mut entry: Entry,
        output: &mut dyn Write,
        color: bool,
    ) -> Result<Answer, Failure> {
        let has_term = entry.term.is_some();
        if let Some(term) = entry.term.take() {
            // A line feed ends what may be a comment.
            let text = format!("let it = {term}\n;");
            entry.definitions.push(Definition { name: "it".to_owned(), text });
        }
        let names: Vec<_> = entry.definitions.iter().map(|let_| let_.name.as_str()).collect();
        let input = self.program(&entry, &nested(&names));
        let mut output = Skipping { left: self.printed, output };
        let evaluation = self.run(&input, &mut output, color)?;
        let values = values(evaluation.value, names.len());
        self.keep(&entry, &values, evaluation.stats.printed_bytes, color)?;
        let bound = entry.definitions.into_iter().map(|let_| let_.name).zip(values);
        let mut bound: Vec<_> = bound.collect();
        let value = has_term.then(|| bound.pop().and_then(|(_, value)| value));
        Ok(Answer { bound, value, time: evaluation.stats.time })
    }

    fn run(&self, input: &Input, out: &mut dyn Write, color: bool) -> Result<Evaluation, Failure> {
        let program = run::load(&Engine::new(self.config.clone()), input, color)?;
        let run = program.prepare();
        // Ctrl-C ends the evaluation, and not the session.
        let signals = Signals::interrupt(&run.interrupt_handle()).ok();
        let result = run.evaluate(out, MAX_SHOWN);
        let signal = signals.and_then(|signals| signals.came());
        result.map_err(|mut error| match signal.filter(|&signal| signal != SIGINT) {
            Some(signal) => {
                Failure::Interrupted { text: run::error_text(input, &error, color), signal }
            }
            // Where nothing can be written, the session is over.
            None if error.kind == ErrorKind::OutputClosed => {
                Failure::from(error.cause.take().unwrap_or(io::ErrorKind::Other.into()))
            }
            None => run::program_error(input, &error, color),
        })
    }

    /// Keeps definitions that were evaluated, `printed` bytes having been printed in all.
    fn keep(
        &mut self,
        entry: &Entry,
        values: &[Option<Data>],
        printed: u64,
        color: bool,
    ) -> Result<(), Failure> {
        for (Definition { name, text }, value) in entry.definitions.iter().zip(values) {
            let source = value.as_ref().and_then(Data::to_source);
            match source.filter(|source| source.len() <= MAX_LITERAL) {
                Some(source) => self.text += &format!("let {name} = {source};"),
                None => self.text += text,
            }
            self.text.push('\n');
            if self.known.insert(name.clone()) {
                self.names.push(name.clone());
            }
        }
        if printed > self.printed {
            // Definitions that became data will not print again.
            let input = self.program(&Entry::default(), "0");
            self.printed = self.run(&input, &mut io::sink(), color)?.stats.printed_bytes;
        }
        Ok(())
    }
}

/// The values of some names as nested tuples.
fn nested(names: &[&str]) -> String {
    let Some((last, others)) = names.split_last() else { return "0".to_owned() };
    let mut text: String = others.iter().map(|name| format!("({name}, ")).collect();
    text += last;
    text + &")".repeat(others.len())
}

/// The values of `count` names, taken out of such tuples.
fn values(data: Option<Data>, count: usize) -> Vec<Option<Data>> {
    let mut values = Vec::new();
    let mut rest = data;
    for _ in 1..count {
        let (value, others) = rest.and_then(Data::split).unzip();
        values.push(value);
        rest = others;
    }
    values.push(rest);
    values
}

/// Leaves out the beginning of an output.
struct Skipping<'a> {
    left: u64,
    output: &'a mut dyn Write,
}

impl Write for Skipping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let skipped = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        self.left -= skipped as u64;
        self.output.write_all(&bytes[skipped..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::{Parsed, parse};
    use super::*;

    /// Evaluates inputs; gives what they print, and their values.
    fn session(inputs: &[&str]) -> (Session, String) {
        let (mut session, mut seen) = (Session::new(Config::default()), Vec::new());
        for input in inputs {
            let Parsed::Entry(entry) = parse(input) else { panic!("{input}") };
            match session.evaluate(entry, &mut seen, false) {
                Ok(Answer { value: Some(Some(value)), .. }) => writeln!(seen, "= {value}").unwrap(),
                Ok(_) => {}
                Err(_) => writeln!(seen, "error").unwrap(),
            }
        }
        (session, String::from_utf8(seen).unwrap())
    }

    #[test]
    fn values_become_data_and_functions_stay() {
        let inputs = ["let a = 6 * 7; let f = fn (x) => x + a", "f(1)", "let g = f(a);", "it + g"];
        let (session, seen) = session(&inputs);
        assert_eq!(seen, "= 43\n= 127\n");
        assert!(session.text().contains("let a = 42;\nlet f = fn (x) => x + a"));
        assert_eq!(session.names(), ["a", "f", "it", "g"]);
    }

    #[test]
    fn definitions_print_once() {
        let inputs = [
            "let f = { let _ = print(\"made\"); fn () => print(\"called\") };",
            "let a = print(1);",
            "f()",
            "let b = print(2);",
            "print(3)",
        ];
        assert_eq!(session(&inputs).1, "made\n1\ncalled\n= \"called\"\n2\n3\n= 3\n");
    }

    #[test]
    fn errors_define_nothing() {
        let inputs = ["let x = 1;", "let x = 2; let y = x + true;", "x", "y"];
        let (session, seen) = session(&inputs);
        assert_eq!(seen, "error\n= 1\nerror\n");
        assert_eq!(session.names(), ["x", "it"]);
    }
}
