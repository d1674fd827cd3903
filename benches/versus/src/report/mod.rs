//! What is made of a file of results: a page of tables, a chart, the section of the README.

pub mod chart;
pub mod page;
pub mod readme;
pub mod table;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::args::ReportArgs;
use crate::places::Places;
use crate::results::Results;

/// Writes the report of a file anew.
///
/// # Errors
/// With a message, when a file cannot be read or written.
pub fn command(args: &ReportArgs) -> Result<ExitCode, String> {
    let results = Results::read(&args.results)?;
    let readme = args.readme.then(|| Places::find().readme());
    write(&results, &args.results.with_extension(""), readme.as_deref())?;
    println!("{}", summary(&results));
    Ok(ExitCode::SUCCESS)
}

/// Writes page and chart beside the results, and the README's section.
///
/// # Errors
/// With a message, when a file cannot be written, or the README has no place for it.
pub fn write(results: &Results, path: &Path, readme: Option<&Path>) -> Result<(), String> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let put = |path: &Path, text: String| {
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    put(&path.with_extension("md"), page::page(results, &name))?;
    put(&path.with_extension("svg"), chart::chart(results))?;
    let Some(readme) = readme else { return Ok(()) };
    let text = fs::read_to_string(readme).map_err(|error| error.to_string())?;
    let section = readme::section(results, &name);
    put(readme, readme::replace(&text, &section).ok_or("README.md has no markers")?)
}

/// What to print on the terminal: the main table and the targets.
pub fn summary(results: &Results) -> String {
    format!("{}\n{}", page::main_table(results), page::targets_table(results))
}
