//! What a program prints, handed on and its beginning kept.

use std::io::{self, Write};

/// How much is kept, in bytes.
const KEPT: usize = 1 << 14;

/// A writer that keeps the beginning of what it hands on.
pub struct Tee<'a> {
    to: &'a mut dyn Write,
    kept: Vec<u8>,
}

impl std::fmt::Debug for Tee<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tee").field("kept", &self.kept.len()).finish_non_exhaustive()
    }
}

impl<'a> Tee<'a> {
    /// A writer that hands everything on to this one.
    pub fn new(to: &'a mut dyn Write) -> Tee<'a> {
        Tee { to, kept: Vec::new() }
    }

    /// The beginning of what was written.
    pub fn kept(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }
}

impl Write for Tee<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        let room = KEPT - self.kept.len();
        self.kept.extend_from_slice(&bytes[..written.min(room)]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_handed_on_and_the_beginning_kept() {
        let mut out = Vec::new();
        let mut tee = Tee::new(&mut out);
        for _ in 0..3 {
            tee.write_all(&[b'x'; 10_000]).expect("there is room");
        }
        assert_eq!(tee.kept().len(), KEPT);
        assert_eq!(out.len(), 30_000);
    }
}
