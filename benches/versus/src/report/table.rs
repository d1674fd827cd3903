//! Tables in Markdown, and how numbers look in them.

use crate::peers;
use crate::results::{Benchmark, Measure, Outcome, Results};
use crate::stats::{Spread, geometric_mean, median, ratios};
use crate::suite::START;

/// A table: a heading and rows of as many cells.
#[derive(Debug, Default)]
pub struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With that heading.
    pub fn new(heading: impl IntoIterator<Item = impl Into<String>>) -> Table {
        Table { heading: heading.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Another row.
    pub fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// As Markdown. All columns but the first are numbers.
    pub fn to_markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = vec![" ---: |"; self.heading.len().saturating_sub(1)].concat();
        let mut text = line(&self.heading) + "| --- |" + &rule + "\n";
        self.rows.iter().for_each(|row| text += &line(row));
        text
    }
}

/// A table of ratios: who against each of the peers, a row for each benchmark of the suite, and
/// the geometric means.
pub fn ratio_table(
    results: &Results,
    who: &str,
    against: &[&str],
    measure: Measure,
    with_spread: bool,
) -> String {
    let suite: Vec<_> = results.benchmarks.iter().filter(|b| b.name != START).collect();
    let has_any = |peer: &&str| suite.iter().any(|benchmark| benchmark.row(peer).is_some());
    let against: Vec<_> = against.iter().copied().filter(has_any).collect();
    let mut table = Table::new(heading("", &against));
    for benchmark in &suite {
        let mut cells = vec![benchmark.name.clone()];
        cells.extend(against.iter().map(|peer| cell(benchmark, who, peer, measure, with_spread)));
        table.push(cells);
    }
    let mean = |peer: &&str| {
        let of = |b: &&Benchmark| median(&paired(b, who, peer, measure)?);
        geometric_mean(&suite.iter().filter_map(of).collect::<Vec<_>>())
    };
    let mut cells = vec!["**geometric mean**".to_owned()];
    cells.extend(
        against
            .iter()
            .map(|peer| mean(peer).map_or(String::new(), |mean| format!("**{}**", number(mean)))),
    );
    table.push(cells);
    table.to_markdown()
}

/// A name and the titles of peers.
pub fn heading(first: &str, peers: &[&str]) -> Vec<String> {
    let titles = peers.iter().map(|peer| peers::title(peer).to_owned());
    [first.to_owned()].into_iter().chain(titles).collect()
}

fn paired(benchmark: &Benchmark, who: &str, peer: &str, measure: Measure) -> Option<Vec<f64>> {
    Some(ratios(&benchmark.values(who, measure)?, &benchmark.values(peer, measure)?))
}

/// The ratio of two rows, or why there is none.
pub fn cell(
    benchmark: &Benchmark,
    who: &str,
    peer: &str,
    measure: Measure,
    with_spread: bool,
) -> String {
    let spread = |ratios: Vec<f64>| {
        let Some(spread) = Spread::of(&ratios) else { return String::new() };
        match with_spread && ratios.len() > 1 {
            true => spread_text(spread),
            false => number(spread.median),
        }
    };
    match benchmark.row(peer).map(|row| &row.outcome) {
        None => String::new(),
        Some(Outcome::Samples(_)) => {
            paired(benchmark, who, peer, measure).map_or("–".into(), spread)
        }
        Some(Outcome::MoreThan(limit)) if measure != Measure::Memory => {
            let value = benchmark.values(who, measure).and_then(|values| median(&values));
            value.map_or("–".into(), |value| format!("< {}", number(value / limit)))
        }
        Some(Outcome::MoreThan(_)) => "–".into(),
        Some(Outcome::Differs(_)) => "differs".into(),
        Some(Outcome::Failed(_)) => "failed".into(),
    }
}

/// A median with its quartiles.
fn spread_text(spread: Spread) -> String {
    format!("{} ({}–{})", number(spread.median), number(spread.low), number(spread.high))
}

/// The median of what was measured of a row, times a factor, or why there is none.
pub fn value(benchmark: &Benchmark, peer: &str, measure: Measure, factor: f64) -> String {
    match benchmark.row(peer).map(|row| &row.outcome) {
        None => String::new(),
        Some(Outcome::Samples(_)) => {
            let values = benchmark.values(peer, measure).unwrap_or_default();
            median(&values).map_or(String::new(), |value| number(value * factor))
        }
        Some(Outcome::MoreThan(limit)) if measure != Measure::Memory => format!("> {limit}"),
        Some(Outcome::MoreThan(_)) => "–".into(),
        Some(Outcome::Differs(_)) => "differs".into(),
        Some(Outcome::Failed(_)) => "failed".into(),
    }
}

/// Three digits that count, two where the first of them is behind the point.
pub fn number(value: f64) -> String {
    let decimals = match value {
        value if value >= 99.95 => 0,
        value if value >= 9.995 => 1,
        value if value >= 0.0995 => 2,
        value if value >= 0.00995 => 3,
        value if value >= 0.000_995 => 4,
        _ => 5,
    };
    format!("{value:.decimals$}")
}
