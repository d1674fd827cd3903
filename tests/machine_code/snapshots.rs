//! CLIF by example: `snapshots/NAME.rinha` gives `snapshots/NAME.clif`, the functions that
//! are compiled when all of them are, but for the program's own body. `GALO_BLESS=1` writes
//! the files anew.

use std::path::Path;

use galo::Tier;

use super::watch::run;

/// Addresses differ from run to run, and Rust chooses where the machine's fields are.
fn without_addresses(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("region0 v") {
        Some((before, operand)) => {
            let end = operand.rfind('+').unwrap_or(operand.len());
            let rest = operand[end..].find(' ').map_or("", |space| &operand[end + space..]);
            format!("{before}region0 v{}+FIELD{rest}\n", &operand[..end])
        }
        None => format!("{line}\n"),
    });
    without_constants(&lines.collect::<String>())
}

fn without_constants(text: &str) -> String {
    let mut words = text.split("0x");
    let mut clean = words.next().unwrap_or_default().to_owned();
    for word in words {
        let is_digit = |c: char| c.is_ascii_hexdigit() || c == '_';
        let rest = word.trim_start_matches(is_digit);
        let digits = &word[..word.len() - rest.len()];
        // Tags and masks are small or have their upper bits set.
        let is_address = digits.len() == "7fff_dead_beef".len() && !digits.starts_with("0001");
        clean.push_str(if is_address { "ADDRESS" } else { "0x" });
        clean.push_str(if is_address { "" } else { digits });
        clean.push_str(rest);
    }
    clean
}

fn shown(source: &str) -> String {
    let (all, _) = run(source, Tier::Jit);
    let functions = all.iter().filter(|function| function.name != "main");
    let texts: Vec<&str> = functions.map(|function| &function.text[..]).collect();
    without_addresses(&texts.join("\n"))
}

#[test]
#[cfg(target_arch = "x86_64")]
fn snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine_code/snapshots");
    galo_testing::snapshots::check(&folder, "clif", shown);
}
