//! Counts of calls on the command line: `1000000`, `500K`, `10M`, `2G`.

use std::str::FromStr;

use super::unit;

/// A number of calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Calls(pub(super) u64);

impl FromStr for Calls {
    type Err = String;

    /// Units are powers of a thousand: calls are counted, not addressed.
    fn from_str(text: &str) -> Result<Calls, String> {
        let (digits, unit) = unit::split(text);
        let unit: u64 = match unit {
            "" => 1,
            "k" | "K" => 1000,
            "M" => 1_000_000,
            "G" => 1_000_000_000,
            _ if digits.is_empty() => return Err("calls are a number, like 1000000".to_owned()),
            _ => return Err("the unit must be K, M or G".to_owned()),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("calls are a number, like 1000000 or 10M".to_owned());
        }
        let calls = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        calls.map(Calls).ok_or_else(|| "the number is out of range".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Calls;

    #[test]
    fn calls_have_units() {
        let calls = [("0", 0), ("1973", 1973), ("5k", 5000), ("10M", 10_000_000)];
        for (text, number) in calls {
            assert_eq!(text.parse(), Ok(Calls(number)), "{text}");
        }
        assert_eq!("18446744073709551615".parse(), Ok(Calls(u64::MAX)));
        for text in
            ["", "M", "many", "-1", "+1", "1.5M", "1T", "18446744073709551616", "99999999999G"]
        {
            assert!(text.parse::<Calls>().is_err(), "{text}");
        }
    }
}
