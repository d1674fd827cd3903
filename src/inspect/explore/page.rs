//! The page: the template with the data in it.
//!
//! Programs are hostile input. The data is JSON in elements that browsers do not run; in JSON only
//! strings can hold a `<`, and there it is written as `\u003c`, so that no text can end the
//! element. The page's own code puts texts into the page as texts and never as HTML, and its
//! content policy lets it load nothing.

use std::fmt::Write;

use super::data::{Data, Exploration};

/// What every page begins with.
pub const MARK: &str = "<!doctype html>\n<!-- made by galo explore -->\n";

const TEMPLATE: &str = include_str!("page/page.html");

/// The page's style, in the order in which it is read.
const STYLES: [&str; 11] = [
    include_str!("page/theme.css"),
    include_str!("page/page.css"),
    include_str!("page/list.css"),
    include_str!("page/functions.css"),
    include_str!("page/source.css"),
    include_str!("page/pane.css"),
    include_str!("page/calls.css"),
    include_str!("page/events.css"),
    include_str!("page/statistics.css"),
    include_str!("page/scrubber.css"),
    include_str!("page/narrow.css"),
];

/// The page's own code, in the order in which it is read.
const SCRIPTS: [&str; 20] = [
    include_str!("page/dom.js"),
    include_str!("page/program.js"),
    include_str!("page/address.js"),
    include_str!("page/state.js"),
    include_str!("page/list.js"),
    include_str!("page/tabs.js"),
    include_str!("page/tree.js"),
    include_str!("page/words.js"),
    include_str!("page/diff.js"),
    include_str!("page/heat.js"),
    include_str!("page/functions.js"),
    include_str!("page/source.js"),
    include_str!("page/pane.js"),
    include_str!("page/overview.js"),
    include_str!("page/calls.js"),
    include_str!("page/events.js"),
    include_str!("page/scrubber.js"),
    include_str!("page/statistics.js"),
    include_str!("page/keys.js"),
    include_str!("page/main.js"),
];

/// The page of a run.
pub fn page(exploration: Exploration<'_>) -> String {
    let Data { main, code } = exploration.data();
    let mut data = element("data", &main);
    for (function, code) in code.iter().enumerate() {
        data += &element(&format!("code-{function}"), code);
    }
    let (style, script) = (STYLES.concat(), SCRIPTS.concat());
    let parts = [("/*style*/", &style), ("<!--data-->", &data), ("/*script*/", &script)];
    let mut rest = TEMPLATE;
    let mut page = String::from(MARK);
    for (place, part) in parts {
        let (before, after) = rest.split_once(place).expect("the template has a place for it");
        page += before;
        page += part;
        rest = after;
    }
    page + rest
}

/// An element with data.
fn element(id: &str, data: &serde_json::Value) -> String {
    let json = data.to_string().replace('<', "\\u003c");
    let mut element = String::with_capacity(json.len() + 64);
    writeln!(element, "<script type=\"application/json\" id=\"{id}\">{json}</script>")
        .expect("a string takes any text");
    element
}
