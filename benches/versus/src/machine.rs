//! What the machine and the tools say of themselves.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::results::Machine;

/// This machine, as far as Linux tells.
pub fn describe() -> Machine {
    let memory = field("/proc/meminfo", "MemTotal", ':').unwrap_or_default();
    let kib = memory.split_whitespace().next().and_then(|number| number.parse().ok());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = field("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_default();
    Machine {
        processor: field("/proc/cpuinfo", "model name", ':').unwrap_or_default(),
        processors: available_parallelism().map_or(1, Into::into),
        memory_mib: kib.unwrap_or(0u64) / 1024,
        kernel: format!("Linux {}", kernel.trim()),
        system: system.trim_matches('"').to_owned(),
    }
}

/// The first field of that name in a file of fields.
fn field(path: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut fields = text.lines().filter_map(|line| line.split_once(separator));
    fields.find(|(found, _)| found.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// The first line that a command prints, be it on standard error.
pub fn first_line(command: &[String], folder: &Path) -> Option<String> {
    let ended = Command::new(&command[0]).args(&command[1..]).current_dir(folder).output().ok()?;
    let text = if ended.stdout.is_empty() { ended.stderr } else { ended.stdout };
    let text = String::from_utf8_lossy(&text);
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

/// All that a command prints.
pub fn output(command: &[&str], folder: &Path) -> Option<String> {
    let ended = Command::new(command[0]).args(&command[1..]).current_dir(folder).output().ok()?;
    ended.status.success().then(|| String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// Now, in UTC, to the minute.
pub fn date() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format_date(since.as_secs())
}

/// Days since 1970 to a date, by counting in eras of 400 years that begin in March.
fn format_date(seconds: u64) -> String {
    let (days, minutes) = (seconds / 86400 + 719_468, seconds % 86400 / 60);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + next;
    format!("{year}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(format_date(0), "1970-01-01 00:00 UTC");
        assert_eq!(format_date(951_827_696), "2000-02-29 12:34 UTC");
        assert_eq!(format_date(1_704_067_199), "2023-12-31 23:59 UTC");
    }
}
