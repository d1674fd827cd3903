//! Lines of code with remarks in a column at their right.

use galo_runtime::Site;

/// Where remarks begin, if the line is no longer.
const COLUMN: usize = 48;

/// A text that grows by lines.
#[derive(Default)]
pub(super) struct Listing {
    text: String,
    remarks: Vec<String>,
    /// The place in the program that was said last.
    site: Option<Site>,
}

impl Listing {
    /// Has the next line say what place in the program it is for, if the line before was for
    /// another. Code that belongs to no place goes with what is before it.
    pub(super) fn place(&mut self, site: Option<Site>, describe: &dyn Fn(Site) -> String) {
        if let Some(site) = site
            && self.site != Some(site)
        {
            self.site = Some(site);
            self.remark(describe(site));
        }
    }

    /// Has the next line that has a place say so in any case.
    pub(super) fn forget_place(&mut self) {
        self.site = None;
    }

    /// Adds to the remarks at the right of the next line.
    pub(super) fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    /// Ends a line, with the remarks since the last at its right.
    pub(super) fn line(&mut self, line: &str) {
        let line = line.trim_end();
        self.text.push_str(line);
        if !self.remarks.is_empty() {
            let used = line.chars().count();
            let spaces = COLUMN.saturating_sub(used).max(2);
            self.text.extend(std::iter::repeat_n(' ', spaces));
            self.text.push_str("; ");
            self.text.push_str(&self.remarks.join("; "));
            self.remarks.clear();
        }
        self.text.push('\n');
    }

    /// The lines since this was last asked for.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_said_where_they_change() {
        let mut listing = Listing::default();
        let describe = |site| format!("at {site}");
        for site in [None, Some(1), Some(1), None, Some(1), Some(2)] {
            listing.place(site, &describe);
            listing.line("x");
        }
        listing.forget_place();
        listing.place(Some(2), &describe);
        listing.remark("note");
        listing.line(&"y".repeat(50));
        let expected: Vec<String> = vec![
            "x".into(),
            format!("x{:47}; at 1", ""),
            "x".into(),
            "x".into(),
            "x".into(),
            format!("x{:47}; at 2", ""),
            format!("{}  ; at 2; note", "y".repeat(50)),
        ];
        assert_eq!(listing.take().lines().collect::<Vec<_>>(), expected);
    }
}
