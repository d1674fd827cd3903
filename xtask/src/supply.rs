//! `cargo xtask supply`: what `deny.toml` tells cargo-deny, checked without it and offline.
//!
//! Every package that galo is built from has a licence on the list, comes from crates.io with
//! a checksum, or is a folder of this repository; and no package is there in two versions but
//! those on the list. The lists stand in `deny.toml` alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::Outcome;
use crate::process::{host, nice, output, root};

/// Where packages may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks all packages of the workspace.
pub fn check() -> Outcome {
    let deny = fs::read_to_string(root().join("deny.toml")).map_err(|error| error.to_string())?;
    // What other systems would need is not there to be read.
    let platform = format!("--filter-platform={}", host()?);
    let metadata = output(
        nice(0, "cargo")
            .args(["metadata", "--offline", "--locked", "--format-version=1", "--all-features"])
            .arg(platform),
    )?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let lock = fs::read_to_string(root().join("Cargo.lock")).map_err(|error| error.to_string())?;
    let packages = packages(&metadata)?;
    let mut wrong = licences(&packages, &list(&deny, "allow")?);
    wrong.extend(sources(&packages, &lock));
    wrong.extend(duplicates(&packages, &list(&deny, "skip")?));
    println!("{} packages", packages.len());
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// A package, as far as it matters here.
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    source: Option<String>,
}

fn packages(metadata: &Value) -> Result<Vec<Package>, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let package = |value: &Value| {
        Some(Package {
            name: text(&value["name"])?,
            version: text(&value["version"])?,
            licence: text(&value["license"]),
            source: text(&value["source"]),
        })
    };
    let packages = metadata["packages"].as_array().into_iter().flatten().map(package);
    packages.collect::<Option<_>>().ok_or_else(|| "cargo's metadata has another form".to_owned())
}

/// The texts of a list of `deny.toml`, whose entries stand on lines of their own.
fn list(toml: &str, key: &str) -> Result<BTreeSet<String>, String> {
    let mut lines = toml.lines().skip_while(|line| line.trim() != format!("{key} = ["));
    lines.next().ok_or_else(|| format!("deny.toml has no list `{key}`"))?;
    let entries = lines.take_while(|line| line.trim() != "]");
    Ok(entries.filter_map(|line| Some(line.split('"').nth(1)?.to_owned())).collect())
}

fn licences(packages: &[Package], allowed: &BTreeSet<String>) -> Vec<String> {
    let wrong = |package: &&Package| {
        !package.licence.as_ref().is_some_and(|licence| is_allowed(licence, allowed))
    };
    let text = |package: &Package| {
        let licence = package.licence.as_deref().unwrap_or("none");
        format!("{} {}: the licence is {licence}", package.name, package.version)
    };
    packages.iter().filter(wrong).map(text).collect()
}

/// Whether an SPDX expression can be met with licences of the list. `OR` binds less tightly
/// than `AND`; brackets are only ever around an `OR` within an `AND`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    if let Some((before, rest)) = expression.split_once('(')
        && let Some((inside, after)) = rest.split_once(')')
    {
        let [before, after] = [before, after].map(|text| text.trim().trim_matches('/'));
        let others = [before.trim_end_matches("AND"), after.trim_start_matches("AND")];
        return is_allowed(inside, allowed)
            && others.iter().all(|text| text.trim().is_empty() || is_allowed(text, allowed));
    }
    expression.replace('/', " OR ").split(" OR ").any(|alternative| {
        alternative.split(" AND ").all(|licence| allowed.contains(licence.trim()))
    })
}

fn sources(packages: &[Package], lock: &str) -> Vec<String> {
    let foreign = packages.iter().filter(|package| package.source.is_some());
    let wrong = |package: &&Package| {
        let entry = format!("name = \"{}\"\nversion = \"{}\"\n", package.name, package.version);
        let locked = lock.split("[[package]]\n").find(|text| text.starts_with(&entry));
        let has_checksum = locked.is_some_and(|text| text.contains("\nchecksum = \""));
        package.source.as_deref() != Some(REGISTRY) || !has_checksum
    };
    let text = |package: &Package| {
        let source = package.source.as_deref().unwrap_or("nowhere");
        format!("{} {}: it comes from {source}, or has no checksum", package.name, package.version)
    };
    foreign.filter(wrong).map(text).collect()
}

fn duplicates(packages: &[Package], skipped: &BTreeSet<String>) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let is_wrong = |&(name, ref versions): &(&str, BTreeSet<&str>)| {
        let counted = versions.iter().filter(|v| !skipped.contains(&format!("{name}@{v}")));
        counted.count() > 1
    };
    let text = |(name, versions): (&str, BTreeSet<&str>)| {
        format!("{name} is there in several versions: {versions:?}")
    };
    versions.into_iter().filter(is_wrong).map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_licences_are_understood() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned).into();
        for fine in ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-2.0", "(MIT OR GPL-2.0) AND Unicode-3.0"] {
            assert!(is_allowed(fine, &allowed), "{fine}");
        }
        for wrong in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR GPL-2.0) AND BSL-1.0"] {
            assert!(!is_allowed(wrong, &allowed), "{wrong}");
        }
    }

    #[test]
    fn the_repository_keeps_to_its_rules() {
        check().unwrap_or_else(|error| panic!("{error}"));
    }
}
