//! Traces: what happens while a program runs, an event a line.

mod json;

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use super::names::Names;
use super::sink::{Sink, Target};
use super::words;
use crate::engine::events::{Collection, Event, Trigger};

/// A kind of events.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Topic {
    /// What is compiled, and what is not.
    Compile,
    /// Compiled code that leaves for the interpreter.
    Exit,
    /// Runs of the collector.
    Gc,
}

impl Topic {
    /// Every kind.
    pub const ALL: [Topic; 3] = [Topic::Compile, Topic::Exit, Topic::Gc];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Compile => "compile",
            Topic::Exit => "exit",
            Topic::Gc => "gc",
        }
    }

    /// The kind of an event.
    fn of(event: &Event<'_>) -> Topic {
        match event {
            Event::Collection(_) => Topic::Gc,
            Event::Exit { .. } => Topic::Exit,
            Event::CompileStarted { .. }
            | Event::CompileFinished { .. }
            | Event::CompileRefused { .. }
            | Event::CompileFailed { .. }
            | Event::NoCompiler(_) => Topic::Compile,
        }
    }
}

/// What is traced, and where to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceOptions {
    /// The kinds of events.
    pub topics: Vec<Topic>,
    /// As JSON, an object a line, rather than as text for people.
    pub json: bool,
    /// Where to.
    pub target: Target,
}

impl FromStr for TraceOptions {
    type Err = String;

    /// Reads `TOPIC,…[:FILE]`.
    fn from_str(text: &str) -> Result<TraceOptions, String> {
        let (list, file) = match text.split_once(':') {
            Some((list, file)) => (list, Some(file)),
            None => (text, None),
        };
        let mut topics = Vec::new();
        for name in list.split(',') {
            match Topic::ALL.into_iter().find(|topic| topic.name() == name) {
                Some(topic) => topics.push(topic),
                None if name == "all" => topics.extend(Topic::ALL),
                None => {
                    let names = Topic::ALL.map(Topic::name).into_iter().chain(["all"]);
                    return Err(words::unknown("kind of events", name, names));
                }
            }
        }
        let target = match file {
            None => Target::Stderr,
            Some("") => return Err("the file behind `:` has no name".to_owned()),
            Some(file) => Target::of_path(Path::new(file)),
        };
        match target {
            Target::Folder(_) => Err(format!("{} is a folder", target.name())),
            target => Ok(TraceOptions { topics, json: false, target }),
        }
    }
}

/// Writes a trace.
#[derive(Debug)]
pub struct Trace<'a> {
    options: &'a TraceOptions,
    sink: RefCell<Sink>,
    error: RefCell<Option<io::Error>>,
}

impl<'a> Trace<'a> {
    /// Opens the target.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn open(options: &'a TraceOptions) -> io::Result<Trace<'a>> {
        let sink = RefCell::new(Sink::open(&options.target)?);
        Ok(Trace { options, sink, error: RefCell::default() })
    }

    /// Writes an event, if it is wanted.
    pub fn event(&self, names: &Names<'_>, event: &Event<'_>) {
        if !self.options.topics.contains(&Topic::of(event)) {
            return;
        }
        let line = match self.options.json {
            true => json::object(names, event).to_string(),
            false => line(names, event),
        };
        if let Err(error) = self.sink.borrow_mut().append(&format!("{line}\n")) {
            self.error.borrow_mut().get_or_insert(error);
        }
    }

    /// Whether everything was written.
    ///
    /// # Errors
    /// If not.
    pub fn finish(self) -> io::Result<()> {
        self.error.into_inner().map_or(Ok(()), Err)
    }
}

/// An event in one line.
fn line(names: &Names<'_>, event: &Event<'_>) -> String {
    match *event {
        Event::Collection(collection) => collection_line(&collection),
        Event::CompileStarted { function, version, trigger } => {
            let function = names.function(function);
            format!("compile {function}, version {version}: {}", why(names, trigger))
        }
        Event::CompileFinished { function, version, exits, code_bytes, times } => {
            let (function, micros) = (names.function(function), times.total().as_micros());
            format!(
                "compiled {function}, version {version}: \
                 {code_bytes} bytes, {exits} exits, {micros} µs"
            )
        }
        Event::CompileRefused { function, reason } => {
            format!("refused {}: {reason}", names.function(function))
        }
        Event::CompileFailed { function, version, failure } => {
            format!("failed {}, version {version}: {failure}", names.function(function))
        }
        Event::NoCompiler(error) => format!("no compiler: {error}"),
        Event::Exit { function, site, reason, count, .. } => {
            let (function, place) = (names.shown(function), names.place(site));
            format!("exit {function} at {place}: {reason} ({count})")
        }
    }
}

fn why(names: &Names<'_>, trigger: Trigger) -> String {
    match trigger {
        Trigger::Hot { calls, iterations } => format!("{calls} calls, {iterations} iterations"),
        Trigger::Exits { site } => format!("wrong guess at {}", names.place(site)),
    }
}

fn collection_line(collection: &Collection) -> String {
    let Collection { major, before_bytes, after_bytes, pause_nanos } = *collection;
    let kind = if major { "major" } else { "minor" };
    let micros = pause_nanos / 1000;
    format!("gc {kind}: {} to {} in {micros} µs", Bytes(before_bytes), Bytes(after_bytes))
}

/// A number of bytes for people.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes < 10 << 10 => write!(f, "{bytes} bytes"),
            bytes if bytes < 10 << 20 => write!(f, "{} KiB", bytes >> 10),
            bytes => write!(f, "{} MiB", bytes >> 20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_asked_for_by_topic_and_file() {
        let options = |text: &str| text.parse::<TraceOptions>();
        let gc = vec![Topic::Gc];
        assert_eq!(
            options("gc"),
            Ok(TraceOptions { topics: gc.clone(), json: false, target: Target::Stderr })
        );
        let file = Target::File("a:b".into());
        assert_eq!(options("gc:a:b"), Ok(TraceOptions { topics: gc, json: false, target: file }));
        assert_eq!(
            options("cg").unwrap_err(),
            "there is no kind of events `cg`; did you mean `gc`?"
        );
        assert_eq!(options("all").map(|all| all.topics.len()), Ok(3));
        assert!(options("gc:").is_err());
    }
}
