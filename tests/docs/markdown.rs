//! The blocks of a page in Markdown: what is in fences, and where.

/// A block in fences.
#[derive(Debug)]
pub struct Block {
    /// The words behind the fence, which commas separate: the language first.
    pub words: Vec<String>,
    /// The numbers of its lines in the page, from 0, the fences not among them.
    pub lines: std::ops::Range<usize>,
}

impl Block {
    /// The language.
    pub fn language(&self) -> &str {
        &self.words[0]
    }

    /// Whether the word is there behind the language.
    pub fn has(&self, word: &str) -> bool {
        self.words[1..].iter().any(|other| other == word)
    }

    /// What `name=` is there behind the language.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.words[1..].iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The blocks of a page.
pub fn blocks(lines: &[String]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Vec<String>)> = None;
    for (at, line) in lines.iter().enumerate() {
        let Some(words) = line.trim_start().strip_prefix("```") else { continue };
        match open.take() {
            Some((start, words)) => blocks.push(Block { words, lines: start..at }),
            None => open = Some((at + 1, words.split(',').map(str::to_owned).collect())),
        }
    }
    assert!(open.is_none(), "a block without an end: {open:?}");
    blocks
}

/// The text outside of blocks.
pub fn prose(lines: &[String]) -> String {
    let mut is_code = false;
    let lines = lines.iter().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// What stands between two marks in a text, each time.
pub fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split_once(end).map(|(inner, _)| inner))
}
