//! The chart: how many times as long as galo the others take, as bars on a logarithmic scale
//! that begin at 1, to the right where galo is faster. An SVG by hand, with classes for the
//! colours, so that it follows the reader's light or dark scheme even as an image of a page.

use std::fmt::Write;

use super::table::number;
use crate::peers::{GALO, NO_SHARE, title};
use crate::results::{Measure, Results};
use crate::stats::{geometric_mean, median, ratios};
use crate::suite::START;

/// Whose bars are drawn, with their colours in light and dark.
const SERIES: &[(&str, &str, &str)] = &[
    (NO_SHARE, "#c2410c", "#ff8a57"),
    ("gcc-O2", "#6b7280", "#9ca3af"),
    ("ocamlopt", "#d08a00", "#f2bd42"),
    ("chez", "#0b6bb0", "#5cb3ee"),
    ("node", "#0a8f68", "#3ccf9f"),
    ("luajit", "#b0568f", "#e59fca"),
];

const WIDTH: f64 = 860.0;
const LEFT: f64 = 124.0;
const RIGHT: f64 = 30.0;
const TOP: f64 = 74.0;
const BAR: f64 = 7.0;
const STEP: f64 = 8.5;
const GAP: f64 = 11.0;
/// What is beyond is cut off, with an arrow.
const LARGEST: f64 = 64.0;
const SMALLEST: f64 = 1.0 / 16.0;

/// The bars of a benchmark: which series, and the ratio.
struct Group {
    name: String,
    bars: Vec<(usize, f64)>,
}

impl Group {
    fn height(&self) -> f64 {
        self.bars.len().max(1) as f64 * STEP
    }
}

/// The powers of two between which everything is drawn.
struct Scale {
    low: i32,
    high: i32,
}

impl Scale {
    fn of(groups: &[Group]) -> Scale {
        let ratios = || groups.iter().flat_map(|group| group.bars.iter().map(|(_, ratio)| *ratio));
        let low = ratios().fold(0.5, f64::min).max(SMALLEST);
        let high = ratios().fold(2.0, f64::max).min(LARGEST);
        Scale { low: low.log2().floor() as i32, high: high.log2().ceil() as i32 }
    }

    fn x(&self, ratio: f64) -> f64 {
        let share = (ratio.log2() - f64::from(self.low)) / f64::from(self.high - self.low);
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT - 40.0)
    }

    fn contains(&self, ratio: f64) -> bool {
        (f64::from(self.low)..=f64::from(self.high)).contains(&ratio.log2())
    }
}

/// The chart of galo's default tier.
pub fn chart(results: &Results) -> String {
    let groups = groups(results);
    let scale = Scale::of(&groups);
    let bottom = TOP + groups.iter().map(|group| group.height() + GAP).sum::<f64>();
    let height = bottom + 26.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\">\n<title>Time of others over galo's</title>\n{}\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n\
         <text class=\"heading\" x=\"16\" y=\"24\">Processor time of others over galo's; \
         to the right: galo is faster</text>\n",
        style()
    );
    legend(&mut svg, &groups);
    ticks(&mut svg, &scale, bottom);
    let mut y = TOP;
    for group in &groups {
        bars(&mut svg, &scale, group, y);
        y += group.height() + GAP;
    }
    svg + "</svg>\n"
}

fn groups(results: &Results) -> Vec<Group> {
    let mut groups: Vec<_> = results
        .benchmarks
        .iter()
        .filter(|benchmark| benchmark.name != START)
        .map(|benchmark| {
            let ratio = |peer: &str| {
                let galo = benchmark.values(GALO, Measure::Processor)?;
                median(&ratios(&benchmark.values(peer, Measure::Processor)?, &galo))
            };
            let bar = |(series, (peer, _, _)): (usize, &(&str, _, _))| Some((series, ratio(peer)?));
            let bars = SERIES.iter().enumerate().filter_map(bar).collect();
            Group { name: benchmark.name.clone(), bars }
        })
        .collect();
    let of = |series: usize| -> Vec<f64> {
        let bars = groups.iter().flat_map(|group| &group.bars);
        bars.filter(|(of, _)| *of == series).map(|(_, ratio)| *ratio).collect()
    };
    let mean = |series| Some((series, geometric_mean(&of(series))?));
    let means = (0..SERIES.len()).filter_map(mean).collect();
    groups.insert(0, Group { name: "geometric mean".into(), bars: means });
    groups
}

fn style() -> String {
    let colours = |dark: bool| -> String {
        let (ground, text, line) = match dark {
            false => ("#ffffff", "#1f2328", "#d8dee4"),
            true => ("#0d1117", "#e6edf3", "#30363d"),
        };
        let mut css = format!(
            ".ground{{fill:{ground}}}text{{fill:{text}}}.grid{{stroke:{line}}}.one{{stroke:{text}}}"
        );
        for (series, (_, light_colour, dark_colour)) in SERIES.iter().enumerate() {
            let colour = if dark { dark_colour } else { light_colour };
            let _ = write!(css, ".s{series}{{fill:{colour}}}");
        }
        css
    };
    format!(
        "<style>text{{font:12px system-ui,sans-serif}}.heading{{font-size:14px;font-weight:600}}\
         .value{{font-size:8.5px}}.mean{{font-weight:600}}.name{{text-anchor:end}}\
         .tick{{font-size:11px;text-anchor:middle}}\n{}\n\
         @media(prefers-color-scheme:dark){{{}}}</style>\n",
        colours(false),
        colours(true)
    )
}

fn legend(svg: &mut String, groups: &[Group]) {
    let mut x = 16.0;
    for (series, (peer, _, _)) in SERIES.iter().enumerate() {
        if !groups[0].bars.iter().any(|(of, _)| *of == series) {
            continue;
        }
        let title = title(peer);
        let _ = writeln!(
            svg,
            "<rect class=\"s{series}\" x=\"{x}\" y=\"37\" width=\"10\" height=\"10\" rx=\"2\"/>\
             <text x=\"{}\" y=\"46\">{title}</text>",
            x + 15.0
        );
        x += 36.0 + 7.0 * title.len() as f64;
    }
}

fn ticks(svg: &mut String, scale: &Scale, bottom: f64) {
    for power in scale.low..=scale.high {
        let x = scale.x(f64::from(power).exp2());
        let label =
            if power < 0 { format!("1/{}", 1 << -power) } else { format!("{}", 1 << power) };
        let class = if power == 0 { "one" } else { "grid" };
        let _ = writeln!(
            svg,
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"{}\">{label}</text>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"{}\">{label}</text>",
            TOP - 6.0,
            TOP - 10.0,
            bottom + 14.0
        );
    }
}

fn bars(svg: &mut String, scale: &Scale, group: &Group, top: f64) {
    let class = if group.name.contains(' ') { "name mean" } else { "name" };
    let middle = top + group.height() / 2.0 + 4.0;
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{}\" y=\"{middle:.1}\">{}</text>",
        LEFT - 10.0,
        group.name
    );
    let one = scale.x(1.0);
    for (place, (series, ratio)) in group.bars.iter().enumerate() {
        let (y, end) = (top + place as f64 * STEP, scale.x(*ratio));
        let (from, length) = (one.min(end), (one - end).abs().max(1.0));
        let cut = if scale.contains(*ratio) { "" } else { " »" };
        let label = if end >= one { end + 3.0 } else { one + 3.0 };
        let _ = writeln!(
            svg,
            "<rect class=\"s{series}\" x=\"{from:.1}\" y=\"{y:.1}\" width=\"{length:.1}\" \
             height=\"{BAR}\" rx=\"1.5\"/><text class=\"value\" x=\"{label:.1}\" y=\"{:.1}\">{}{cut}</text>",
            y + BAR - 0.5,
            number(*ratio)
        );
    }
}
