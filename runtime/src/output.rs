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
        write_value(value, &mut |bytes| self.write(bytes))?;
        self.write(b"\n")?;
        if self.flush_lines { Ok(self.flush()?) } else { Ok(()) }
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

/// What is still to be written of a value.
enum Rest {
    Value(Value),
    Text(&'static [u8]),
}

/// Writes a value as `print` shows it, piece by piece; tuples by a work list, however
/// deep they are.
pub(crate) fn write_value<E>(
    value: Value,
    write: &mut impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut rest = vec![Rest::Value(value)];
    while let Some(next) = rest.pop() {
        let value = match next {
            Rest::Text(text) => {
                write(text)?;
                continue;
            }
            Rest::Value(value) => value,
        };
        match value.kind() {
            Kind::Int => write(itoa::Buffer::new().format(value.as_int_unchecked()).as_bytes())?,
            Kind::Bool if value == Value::TRUE => write(b"true")?,
            Kind::Bool => write(b"false")?,
            Kind::Str => try_for_each_piece(value, &mut *write)?,
            Kind::Closure => write(b"<#closure>")?,
            Kind::Tuple => {
                write(b"(")?;
                let (first, second) = crate::tuple::parts(value);
                rest.push(Rest::Text(b")"));
                rest.push(Rest::Value(second));
                rest.push(Rest::Text(b", "));
                rest.push(Rest::Value(first));
            }
        }
    }
    Ok(())
}

/// A value for messages: its kind, and as much of its contents as `max` bytes show.
pub(crate) fn describe(value: Value, max: usize) -> String {
    let mut text = Vec::new();
    // Stopping is the only error.
    let cut = write_value(value, &mut |bytes| {
        let room = max - text.len();
        text.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room { Err(()) } else { Ok(()) }
    });
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
    let end = if cut.is_err() { "…" } else { "" };
    match value.kind() {
        Kind::Str => format!("Str \"{text}{end}\""),
        Kind::Closure => "a Closure".to_owned(),
        kind => format!("{kind} {text}{end}"),
    }
}
