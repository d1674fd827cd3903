//! Patterns that choose functions by their names.

use wildmatch::WildMatch;

/// Some patterns, in which `*` is any text and `?` any character.
#[derive(Clone, Default, Debug)]
pub struct Patterns(Vec<WildMatch>);

impl Patterns {
    /// These patterns.
    pub fn new(patterns: &[String]) -> Patterns {
        Patterns(patterns.iter().map(|pattern| WildMatch::new(pattern)).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them matches the whole name.
    pub fn match_any(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let patterns = Patterns::new(&["fib*".to_owned(), "??".to_owned()]);
        let matching = ["fib", "fib_iter", "ab", "fibé"];
        assert!(matching.iter().all(|name| patterns.match_any(name)));
        let others = ["", "f", "afib", "abc"];
        assert!(!others.iter().any(|name| patterns.match_any(name)));
        assert!(!Patterns::default().match_any("f"));
    }
}
