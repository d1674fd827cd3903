//! Numbers with units on the command line.

/// A text's number, and the letters behind it.
pub(super) fn split(text: &str) -> (&str, &str) {
    let number = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    (number, &text[number.len()..])
}
