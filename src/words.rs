//! Answers to words that mean nothing here: which one was meant, or which there are.

/// The word that is most like `word`, if one is no further away than `at_most`: that many letters
/// are other ones, missing, too many, or in the place of their neighbours. Of several the first in
/// the alphabet.
pub fn nearest<T: AsRef<str> + Ord>(
    word: &str,
    words: impl IntoIterator<Item = T>,
    at_most: usize,
) -> Option<T> {
    let length = word.chars().count();
    let words = words.into_iter();
    // Whose lengths differ by more are further away, and need no table to be filled in.
    let candidates =
        words.filter(|other| other.as_ref().chars().count().abs_diff(length) <= at_most);
    let distances = candidates.map(|other| (strsim::osa_distance(word, other.as_ref()), other));
    distances.filter(|(distance, _)| *distance <= at_most).min().map(|(_, other)| other)
}

/// How far away what was meant may be from a word, among the few words that can stand somewhere:
/// two letters, but not all of them.
fn bound(word: &str) -> usize {
    2.min(word.chars().count().saturating_sub(1))
}

/// Says that `word` is not one of `words`, and which is meant or which there are.
pub fn unknown<T: AsRef<str> + Ord>(
    what: &str,
    word: &str,
    words: impl Iterator<Item = T> + Clone,
) -> String {
    match nearest(word, words.clone(), bound(word)) {
        Some(other) => {
            format!("there is no {what} `{word}`; did you mean `{}`?", other.as_ref())
        }
        None => {
            let all: Vec<T> = words.collect();
            let all: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
            format!("there is no {what} `{word}`; there are {}", all.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_within_the_bound() {
        assert_eq!(nearest("ckeck", ["fmt", "check"], 1), Some("check"));
        assert_eq!(nearest("ckeck", ["fmt", "check"], 0), None);
        assert_eq!(nearest("fib.rinah", ["fib.rs", "fib.rinha"], 2), Some("fib.rinha"));
        assert_eq!(nearest("ab", ["ac", "bb"], 2), Some("ac"), "the first of the alphabet");
        assert_eq!(nearest("trees", ["queens"], 2), None);
    }

    #[test]
    fn what_is_there_is_listed_if_nothing_is_like_it() {
        let unknown = |word| unknown("stage", word, ["ssa", "clif"].into_iter());
        assert_eq!(unknown("clfi"), "there is no stage `clfi`; did you mean `clif`?");
        assert_eq!(unknown("x"), "there is no stage `x`; there are ssa, clif");
    }
}
