//! What a program prints: values as bytes, through a buffer, to any writer.

use std::io::{self, Write};

use crate::string::try_for_each_piece;
use crate::value::{Kind, Value};

const BUFFER_BYTES: usize = 64 << 10;

/// Why something was not printed.
#[derive(Debug)]
pub enum OutputError {
    /// The sink does not take it.
    Sink(io::Error),
    /// As much has been printed as may be.
    Full,
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> OutputError {
        OutputError::Sink(error)
    }
}

/// A buffered writer of values.
pub struct Output<'out> {
    sink: &'out mut dyn Write,
    buffer: Vec<u8>,
    flush_lines: bool,
    printed_bytes: u64,
    max_bytes: u64,
}

impl<'out> Output<'out> {
    /// An output that reaches `sink` when its buffer is full or flushed, and with
    /// `flush_lines` after every print.
    pub fn new(sink: &'out mut dyn Write, flush_lines: bool) -> Self {
        Output { sink, buffer: Vec::new(), flush_lines, printed_bytes: 0, max_bytes: u64::MAX }
    }

    /// The most bytes that may be printed.
    pub fn limit(&mut self, bytes: u64) {
        self.max_bytes = bytes;
    }

    /// Writes a value and a line feed; as much of it as may be printed.
    ///
    /// # Errors
    /// Those of the sink, and if it is more than may be printed.
    pub fn print(&mut self, value: Value) -> Result<(), OutputError> {
        let mut writing = Writing::of(value);
        while !self.print_some(&mut writing)? {}
        Ok(())
    }

    /// Goes on printing a value for a while; whether it is all there, with its line feed.
    ///
    /// # Errors
    /// As for [`print`](Output::print).
    pub(crate) fn print_some(&mut self, writing: &mut Writing) -> Result<bool, OutputError> {
        if !writing.go_on(&mut |bytes| self.write(bytes))? {
            return Ok(false);
        }
        self.write(b"\n")?;
        if self.flush_lines {
            self.flush()?;
        }
        Ok(true)
    }

    /// How many bytes were printed so far.
    pub fn printed_bytes(&self) -> u64 {
        self.printed_bytes
    }

    /// Hands everything printed so far to the sink.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn flush(&mut self) -> io::Result<()> {
        let result = self.sink.write_all(&self.buffer);
        self.buffer.clear();
        result?;
        self.sink.flush()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        let room = self.max_bytes - self.printed_bytes;
        if bytes.len() as u64 > room {
            self.write_all(&bytes[..room as usize])?;
            return Err(OutputError::Full);
        }
        Ok(self.write_all(bytes)?)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.printed_bytes += bytes.len() as u64;
        if self.buffer.len() + bytes.len() <= BUFFER_BYTES {
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        }
        let result = self.sink.write_all(&self.buffer);
        self.buffer.clear();
        result?;
        if bytes.len() < BUFFER_BYTES {
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        }
        self.sink.write_all(bytes)
    }
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("printed_bytes", &self.printed_bytes).finish_non_exhaustive()
    }
}

/// How many steps of what may be exponential in the memory that it reads are taken before somebody is asked whether
/// to go on: well below a millisecond.
pub(crate) const STRETCH: usize = 1 << 12;

/// What is still to be written of a value.
enum Rest {
    Value(Value),
    Text(&'static [u8]),
}

/// Writes a value as `print` shows it, piece by piece; tuples by a work list, however
/// deep they are.
///
/// Pairs that are shared are written as often as they are reached: sixty pairs can be a text without end. So
/// that is done in stretches.
pub(crate) struct Writing {
    rest: Vec<Rest>,
}

impl Writing {
    pub(crate) fn of(value: Value) -> Writing {
        Writing { rest: vec![Rest::Value(value)] }
    }

    /// Goes on for a [`STRETCH`]; whether everything is written. Between stretches the value has to stay
    /// where it is.
    ///
    /// # Errors
    /// Those of `write`.
    pub(crate) fn go_on<E>(
        &mut self,
        write: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<bool, E> {
        for _ in 0..STRETCH {
            let value = match self.rest.pop() {
                None => return Ok(true),
                Some(Rest::Text(text)) => {
                    write(text)?;
                    continue;
                }
                Some(Rest::Value(value)) => value,
            };
            match value.kind() {
                Kind::Int => {
                    write(itoa::Buffer::new().format(value.as_int_unchecked()).as_bytes())?;
                }
                Kind::Bool if value == Value::TRUE => write(b"true")?,
                Kind::Bool => write(b"false")?,
                Kind::Str => try_for_each_piece(value, &mut *write)?,
                Kind::Closure => write(b"<#closure>")?,
                Kind::Tuple => {
                    write(b"(")?;
                    let (first, second) = crate::tuple::parts(value);
                    self.rest.push(Rest::Text(b")"));
                    self.rest.push(Rest::Value(second));
                    self.rest.push(Rest::Text(b", "));
                    self.rest.push(Rest::Value(first));
                }
            }
        }
        Ok(self.rest.is_empty())
    }
}

/// A value for messages: its kind, and as much of its contents as `max` bytes show.
pub(crate) fn describe(value: Value, max: usize) -> String {
    let (mut text, mut writing) = (Vec::new(), Writing::of(value));
    // Stopping is the only error.
    let mut write = |bytes: &[u8]| {
        let room = max - text.len();
        text.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room { Err(()) } else { Ok(()) }
    };
    let cut = loop {
        match writing.go_on(&mut write) {
            Ok(false) => {}
            ended => break ended,
        }
    };
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
    let end = if cut.is_err() { "…" } else { "" };
    match value.kind() {
        Kind::Str => format!("Str \"{text}{end}\""),
        Kind::Closure => "a Closure".to_owned(),
        kind => format!("{kind} {text}{end}"),
    }
}
