//! Where a file keeps the lines of its expectation.
//!
//! In source, a trailing block of comments that starts at the first line with
//! `//=`; each of its lines starts with `//= ` or, for output, `//| ` (`//|` alone for an empty
//! line: no line ends with a blank that is not the program's). In a tree, an
//! array of strings under the key `"expect"`, which must be the last of the file's
//! object. A line is kept here as `= directive` or `| output`.

use super::Form;

const MARK: &str = "//";
/// An empty line of output.
const EMPTY: &str = "| ";
const KEY: &str = "\"expect\"";

/// The lines of a file's expectation, none if it has none yet.
pub fn lines(form: Form, text: &str) -> Result<Vec<String>, String> {
    match form {
        Form::Source => source_lines(&text[source_start(text)..]),
        Form::Json => json_lines(text),
    }
}

/// The file with other lines.
pub fn replace(form: Form, text: &str, lines: &[String]) -> String {
    match form {
        Form::Source => {
            let program = &text[..source_start(text)];
            let gap = if source_start(text) == text.len() { "\n" } else { "" };
            let bare = |line: &String| if line == EMPTY { "|" } else { line }.to_owned();
            let block: String =
                lines.iter().map(|line| format!("{MARK}{}\n", bare(line))).collect();
            format!("{program}{gap}{block}")
        }
        Form::Json => {
            let (program, gap) = json_program(text);
            let quoted: Vec<_> = lines.iter().map(|line| format!("    {}", quote(line))).collect();
            format!("{program}{gap}{KEY}: [\n{}\n  ]\n}}\n", quoted.join(",\n"))
        }
    }
}

fn source_start(text: &str) -> usize {
    if text.starts_with("//=") {
        return 0;
    }
    text.find("\n//=").map_or(text.len(), |newline| newline + 1)
}

fn source_lines(block: &str) -> Result<Vec<String>, String> {
    let strip = |line: &str| {
        let line = line.strip_prefix(MARK).filter(|line| line.starts_with(['=', '|']));
        let line = line.map(|line| if line == "|" { EMPTY } else { line });
        line.map(str::to_owned).ok_or("a line after `//=` is neither `//= …` nor `//| …`".into())
    };
    block.strip_suffix('\n').map_or(Ok(Vec::new()), |block| block.split('\n').map(strip).collect())
}

fn json_lines(text: &str) -> Result<Vec<String>, String> {
    #[derive(serde::Deserialize)]
    struct File {
        #[serde(default)]
        expect: Vec<String>,
    }
    let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(file.expect)
}

/// The file up to where its key is or should be, and what belongs between.
fn json_program(text: &str) -> (&str, &'static str) {
    if let Some(key) = text.rfind(KEY) {
        return (&text[..key], "");
    }
    let end = text.rfind('}').unwrap_or(text.len());
    (text[..end].trim_end(), ",\n  ")
}

fn quote(line: &str) -> String {
    serde_json::to_string(line).expect("a string can be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_gets_a_block_and_keeps_its_program() {
        let fresh = replace(Form::Source, "print(1)\n", &["= stdout:".into(), "| 1".into()]);
        assert_eq!(fresh, "print(1)\n\n//= stdout:\n//| 1\n");
        assert_eq!(lines(Form::Source, &fresh).unwrap(), ["= stdout:", "| 1"]);
        assert_eq!(replace(Form::Source, &fresh, &["= x".into()]), "print(1)\n\n//= x\n");
        let empty = replace(Form::Source, "print(\"\")\n", &["= stdout:".into(), "| ".into()]);
        assert!(empty.ends_with("\n//|\n"));
        assert_eq!(lines(Form::Source, &empty).unwrap(), ["= stdout:", "| "]);
    }

    #[test]
    fn a_tree_gets_a_key_and_keeps_its_program() {
        let fresh = replace(Form::Json, "{\"a\": 1}\n", &["| \u{1}".into()]);
        assert_eq!(fresh, "{\"a\": 1,\n  \"expect\": [\n    \"| \\u0001\"\n  ]\n}\n");
        assert_eq!(lines(Form::Json, &fresh).unwrap(), ["| \u{1}"]);
        let again = replace(Form::Json, &fresh, &["= x".into()]);
        assert_eq!(again, "{\"a\": 1,\n  \"expect\": [\n    \"= x\"\n  ]\n}\n");
    }
}
