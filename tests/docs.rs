//! The handbook and the README are true: every command that they show is run and writes what they
//! say, every program in them is one, every link and every file that they name is there, and every
//! page can be found. `GALO_BLESS=1` writes down what commands write now; times and addresses are
//! left out then, and so should be by hand whatever else is no part of what a page is about.

#[path = "docs/markdown.rs"]
mod markdown;
#[path = "docs/session.rs"]
mod session;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use markdown::{between, blocks, prose};
use session::{Sandbox, Shown, console, elided, matches, script};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The handbook's pages, and others that show commands.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "editors/README.md"]
            .iter()
            .map(|page| root().join(page))
            .collect();
    pages.extend(handbook());
    pages
}

fn handbook() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("docs/src")).expect("the handbook");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    pages
}

fn lines(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{page:?}: {error}"));
    text.lines().map(str::to_owned).collect()
}

fn name(page: &Path) -> String {
    page.strip_prefix(root()).unwrap_or(page).display().to_string()
}

#[test]
fn commands_write_what_pages_say() {
    let mut wrong = Vec::new();
    // Pages have nothing to do with each other.
    std::thread::scope(|scope| {
        let checks: Vec<_> =
            pages().into_iter().map(|page| scope.spawn(move || check_page(&page))).collect();
        for check in checks {
            wrong.extend(check.join().expect("no panic"));
        }
    });
    assert!(wrong.is_empty(), "GALO_BLESS=1 accepts this:\n{}", wrong.join("\n"));
}

/// What a page says that is not so. With `GALO_BLESS` it says something else afterwards.
fn check_page(page: &Path) -> Vec<String> {
    let mut lines = lines(page);
    let sandbox = Sandbox::new(&name(page).replace('/', "-"));
    let (mut wrong, mut mended) = (Vec::new(), Vec::new());
    for block in blocks(&lines) {
        let shown = &lines[block.lines.clone()];
        match block.language() {
            "rinha" => {
                let text = shown.join("\n") + "\n";
                sandbox.add(block.value("file").unwrap_or("block.rinha"), &text);
                let is_wrong = block.has("wrong");
                let checked = sandbox
                    .run(&format!("galo check {}", block.value("file").unwrap_or("block.rinha")));
                if checked.is_some_and(|outcome| (outcome.status != 0) != is_wrong) {
                    wrong.push(format!("{}:{}: this program", name(page), block.lines.start));
                }
            }
            "console" if block.has("x86-64") && !cfg!(target_arch = "x86_64") => {}
            "console" => {
                let is_wrong = check_console(&sandbox, shown, &mut mended, block.lines.clone());
                wrong.extend(is_wrong.into_iter().map(|what| format!("{}: {what}", name(page))));
            }
            "sh" => {
                for command in script(shown) {
                    let failed = sandbox.run(&command).filter(|outcome| outcome.status != 0);
                    wrong.extend(failed.map(|outcome| {
                        format!(
                            "{}: $ {command}\n? {}\n{}",
                            name(page),
                            outcome.status,
                            outcome.text
                        )
                    }));
                }
            }
            "json" => {
                let value: Result<serde_json::Value, _> = serde_json::from_str(&shown.join("\n"));
                wrong.extend(value.err().map(|error| format!("{}: {error}", name(page))));
            }
            _ => {}
        }
    }
    if std::env::var_os("GALO_BLESS").is_some() && !mended.is_empty() {
        for (range, new) in mended.into_iter().rev() {
            lines.splice(range, new);
        }
        fs::write(page, lines.join("\n") + "\n").expect("the page can be written");
    }
    wrong
}

/// What a block says that is not so, and what it should say.
fn check_console(
    sandbox: &Sandbox,
    block: &[String],
    mended: &mut Vec<(Range<usize>, Vec<String>)>,
    at: Range<usize>,
) -> Vec<String> {
    let (mut new, mut wrong) = (Vec::new(), Vec::new());
    let all = console(block);
    for (index, shown) in all.iter().enumerate() {
        let said = said(shown);
        let now = match sandbox.run(&shown.command) {
            None => said.clone(),
            Some(outcome) => {
                let actual: Vec<&str> = outcome.text.lines().collect();
                if outcome.status == shown.status && matches(&shown.lines, &actual) {
                    said.clone()
                } else {
                    let lines = actual.iter().map(|line| elided(line.trim_end())).collect();
                    let (command, status) = (shown.command.clone(), outcome.status);
                    self::said(&Shown { command, status, lines })
                }
            }
        };
        if now != said {
            wrong.push(format!("\n{}\nand not\n{}", now.join("\n"), said.join("\n")));
        }
        let is_last = index + 1 == all.len();
        let spaced = now.len() > 1 && !is_last;
        new.extend(now);
        new.extend(spaced.then(String::new));
    }
    if !wrong.is_empty() {
        mended.push((at, new));
    }
    wrong
}

/// A command as a block shows it.
fn said(shown: &Shown) -> Vec<String> {
    let status = (shown.status != 0).then(|| format!("? {}", shown.status));
    let command = std::iter::once(format!("$ {}", shown.command));
    command.chain(status).chain(shown.lines.iter().cloned()).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages().into_iter().chain([root().join("ARCHITECTURE.md")]) {
        let lines = lines(&page);
        let text = prose(&lines);
        let folder = page.parent().expect("a folder");
        for link in between(&text, "](", ")").filter(|link| !link.contains("://")) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { folder.join(path) };
            let is_inside = !page.starts_with(root().join("docs")) || inside(&target);
            let leads = target.exists() && is_inside && has_heading(&target, heading);
            if !leads {
                broken.push(format!("{}: {link}", name(&page)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Whether the handbook as a book has this, too.
fn inside(target: &Path) -> bool {
    let target = target.canonicalize().unwrap_or_default();
    target.starts_with(root().join("docs/src"))
}

fn has_heading(page: &Path, heading: &str) -> bool {
    if heading.is_empty() {
        return true;
    }
    let slug = |title: &str| {
        let plain = |char: &char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_');
        title.to_lowercase().chars().filter(plain).collect::<String>().replace(' ', "-")
    };
    let lines = lines(page);
    let text = prose(&lines);
    let titles = text.lines().filter(|line| line.starts_with('#'));
    titles.map(|line| slug(line.trim_start_matches('#').trim())).any(|title| title == heading)
}

#[test]
fn files_that_are_named_exist() {
    let mut missing = Vec::new();
    for page in pages() {
        let lines = lines(&page);
        let text = prose(&lines);
        for code in text.split('`').skip(1).step_by(2) {
            let folders =
                ["src/", "runtime/", "tests/", "docs/", "editors/", "examples/", "benches/"];
            let is_path = !code.contains("NAME")
                && folders.iter().any(|folder| code.starts_with(folder))
                && code.chars().all(|char| char.is_ascii_alphanumeric() || "/_-.".contains(char));
            if is_path && !root().join(code).exists() {
                missing.push(format!("{}: {code}", name(&page)));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_summary_names_every_page() {
    let summary = lines(&root().join("docs/src/SUMMARY.md"));
    let text = prose(&summary);
    let mut named: Vec<&str> = between(&text, "](", ")").collect();
    named.sort_unstable();
    let pages = handbook();
    let mut pages: Vec<&str> = pages.iter().filter_map(|page| page.file_name()?.to_str()).collect();
    pages.retain(|page| *page != "SUMMARY.md");
    assert_eq!(named, pages);
}
