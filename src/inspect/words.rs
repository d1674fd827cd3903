//! Answers to words that mean nothing here.

/// Words further away than this are not similar.
const MAX_DISTANCE: usize = 2;

/// Says that `word` is not one of `words`, and which is meant or which there are.
pub(super) fn unknown(
    what: &str,
    word: &str,
    words: impl Iterator<Item = &'static str> + Clone,
) -> String {
    let distances = words.clone().map(|other| (strsim::osa_distance(word, other), other));
    let similar = distances
        .filter(|&(distance, _)| distance <= MAX_DISTANCE && distance < word.chars().count());
    match similar.min() {
        Some((_, other)) => format!("there is no {what} `{word}`; did you mean `{other}`?"),
        None => {
            let all = words.collect::<Vec<_>>().join(", ");
            format!("there is no {what} `{word}`; there are {all}")
        }
    }
}
