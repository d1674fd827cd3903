//! Standard output, buffered.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::Outcome;

/// Writes what `write` writes to standard output.
pub(super) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    write(&mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
