//! Spans of time on the command line: `500ms`, `10s`, `1.5s`, `2m`, `1h`.

use std::str::FromStr;
use std::time::Duration;

use super::unit;

/// A span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span(pub(super) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let (number, unit) = unit::split(text);
        let unit = match unit {
            "us" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "" => return Err("a unit is needed: us, ms, s, m or h".to_owned()),
            _ => return Err("the unit must be us, ms, s, m or h".to_owned()),
        };
        let is_digit = |char: char| char.is_ascii_digit() || char == '.';
        let number = Some(number).filter(|number| number.chars().all(is_digit));
        let number = number.and_then(|number| number.parse::<f64>().ok());
        let number = number.ok_or_else(|| "a span of time is like 500ms or 10s".to_owned())?;
        let span = Duration::try_from_secs_f64(number * unit).ok().filter(|span| !span.is_zero());
        span.map(Span).ok_or_else(|| "the span of time is out of range".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_units() {
        let spans = [("500ms", 500_000), ("10s", 10_000_000), ("1.5s", 1_500_000), ("7us", 7)];
        let more = [("2m", 120_000_000), ("2min", 120_000_000), ("1h", 3_600_000_000)];
        for (text, micros) in spans.into_iter().chain(more) {
            assert_eq!(text.parse(), Ok(Span(Duration::from_micros(micros))), "{text}");
        }
        for text in ["", "10", "s", "-1s", "1.2.3s", "1d", "0s", "infs", "nans", "1e9s", "1 s"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
        let endless = format!("{}h", "9".repeat(30));
        assert!(endless.parse::<Span>().is_err());
    }
}
