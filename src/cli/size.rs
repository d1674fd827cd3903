//! Sizes of memory on the command line: `4096`, `64K`, `512M`, `1G`.

use std::fmt;
use std::str::FromStr;

use super::unit;

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Size(pub(super) usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let (digits, unit) = unit::split(text);
        let shift = match unit.to_ascii_uppercase().as_str() {
            "" | "B" => 0,
            "K" | "KB" | "KIB" => 10,
            "M" | "MB" | "MIB" => 20,
            "G" | "GB" | "GIB" => 30,
            _ => return Err("the unit must be K, M or G".to_owned()),
        };
        let number: usize = digits.parse().map_err(|_| "a size is like 64M or 1G".to_owned())?;
        let bytes = number.checked_mul(1 << shift).filter(|&bytes| bytes > 0);
        bytes.map(Size).ok_or_else(|| "the size is out of range".to_owned())
    }
}

impl fmt::Display for Size {
    /// As it can be given, in the largest unit that says it exactly.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "G"), (20, "M"), (10, "K"), (0, "")];
        let fits = |&(shift, _): &(u32, &str)| self.0.trailing_zeros() >= shift;
        let (shift, unit) = units.into_iter().find(fits).unwrap_or((0, ""));
        write!(f, "{}{unit}", self.0 >> shift)
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_are_shown_as_they_can_be_given() {
        let sizes =
            [(1, "1"), (1 << 10, "1K"), (768 << 20, "768M"), (3 << 30, "3G"), (1025, "1025")];
        for (bytes, text) in sizes {
            assert_eq!(Size(bytes).to_string(), text);
        }
    }

    #[test]
    fn sizes_have_units() {
        let sizes = [("4096", 4096), ("64k", 64 << 10), ("512M", 512 << 20), ("2GiB", 2 << 30)];
        for (text, bytes) in sizes {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "M", "-1", "1.5G", "12Q", "0", "99999999999999999999", "17179869184G"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
