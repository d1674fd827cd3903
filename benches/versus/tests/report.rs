//! What is made of results: the page, the chart, the README's section.

mod support;

use std::fs;

use support::{assert_snapshot, everything};
use versus::places::Places;
use versus::report::{chart, page, readme};
use versus::results::Results;

#[test]
fn the_page_has_all_tables() {
    assert_snapshot("page.md", &page::page(&everything(), "name"));
}

#[test]
fn the_chart_is_a_bar_for_each_ratio() {
    assert_snapshot("chart.svg", &chart::chart(&everything()));
}

#[test]
fn the_section_is_put_between_its_markers() {
    let section = readme::section(&everything(), "name");
    assert_snapshot("readme.md", &section);
    let page = "before\n<!-- versus: written by `cargo run --release -p versus`, not by hand -->\n\
                old\n<!-- versus: end -->\nafter\n";
    let replaced = readme::replace(page, &section).expect("there are markers");
    assert!(replaced.starts_with("before\n") && replaced.ends_with("\nafter\n"));
    assert!(replaced.contains(&section) && !replaced.contains("\nold\n"));
    assert_eq!(readme::replace(&replaced, &section).as_ref(), Some(&replaced));
    assert_eq!(readme::replace("no markers", &section), None);
}

#[test]
fn results_survive_their_file() {
    let text = everything().to_json();
    let read: Results = serde_json::from_str(&text).expect("is of this kind");
    assert_eq!(read.to_json(), text);
}

/// Nobody edits what the harness writes.
#[test]
fn what_is_published_is_what_the_results_say() {
    let places = Places::find();
    let path = places.results("head-to-head");
    let results = Results::read(&path.with_extension("json")).expect("is published");
    let read = |extension| fs::read_to_string(path.with_extension(extension)).expect("published");
    let again = "cargo run -p versus -- report --readme benches/results/head-to-head.json";
    assert!(read("md") == page::page(&results, "head-to-head"), "{again}");
    assert!(read("svg") == chart::chart(&results), "{again}");
    let shown = fs::read_to_string(places.readme()).expect("there is one");
    assert!(shown.contains(&readme::section(&results, "head-to-head")), "{again}");
}
