//! Traces: what happens while a program runs, an event a line.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use super::sink::{Sink, Target};
use super::words;
use crate::engine::events::{Collection, Event};

/// A kind of events.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Topic {
    /// Runs of the collector.
    Gc,
}

impl Topic {
    /// Every kind.
    pub const ALL: [Topic; 1] = [Topic::Gc];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Gc => "gc",
        }
    }

    /// The kind of an event.
    fn of(event: &Event) -> Topic {
        match event {
            Event::Collection(_) => Topic::Gc,
        }
    }
}

/// What is traced, and where to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceOptions {
    /// The kinds of events.
    pub topics: Vec<Topic>,
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
            target => Ok(TraceOptions { topics, target }),
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
    pub fn event(&self, event: &Event) {
        if !self.options.topics.contains(&Topic::of(event)) {
            return;
        }
        let line = match event {
            Event::Collection(collection) => collection_line(collection),
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
        assert_eq!(options("gc"), Ok(TraceOptions { topics: gc.clone(), target: Target::Stderr }));
        let file = Target::File("a:b".into());
        assert_eq!(options("gc:a:b"), Ok(TraceOptions { topics: gc, target: file }));
        assert_eq!(
            options("cg").unwrap_err(),
            "there is no kind of events `cg`; did you mean `gc`?"
        );
        assert!(options("gc:").is_err());
    }
}
