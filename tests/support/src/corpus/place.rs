//! Places in a file, as expectations name them.

use super::Form;

/// `line:column-column` or `line:column-line:column` in source, counted in
/// characters from one, the end exclusive; `start..end` in bytes for a tree, whose
/// source is elsewhere.
pub fn describe(form: Form, text: &str, (start, end): (u32, u32)) -> String {
    if form == Form::Json {
        return format!("{start}..{end}");
    }
    let (line, column) = position(text, start);
    match position(text, end) {
        (last, past) if last == line => format!("{line}:{column}-{past}"),
        (last, past) => format!("{line}:{column}-{last}:{past}"),
    }
}

fn position(text: &str, byte: u32) -> (usize, usize) {
    let before = text.get(..byte as usize).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_ends_are_exclusive() {
        assert_eq!(describe(Form::Source, "é + x", (5, 6)), "1:5-6");
        assert_eq!(describe(Form::Source, "a\nb(\nc)", (2, 7)), "2:1-3:3");
        assert_eq!(describe(Form::Json, "{}", (5, 6)), "5..6");
    }
}
