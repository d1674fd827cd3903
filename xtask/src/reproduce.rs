//! Builds that say something about builds: is the release the same from any folder, and does
//! the oldest supported Rust still do?

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Outcome;
use crate::process::{need, nice, output, root, run};

/// Builds the release in two folders of different names, from what is committed, and compares.
pub fn reproduce() -> Outcome {
    let scratch = root().join("target/reproduce");
    let mut made = Vec::new();
    for name in ["one", "another/place"] {
        let folder = scratch.join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        checkout(&folder)?;
        build(&folder)?;
        let binary = folder.join("target/release/galo");
        made.push(fs::read(&binary).map_err(|error| format!("{}: {error}", binary.display()))?);
        let _ = fs::remove_dir_all(&folder);
    }
    let leaks = made.iter().any(|bytes| contains(bytes, b"target/reproduce"));
    if leaks {
        return Err("the binary tells where it was built".to_owned());
    }
    if made[0] != made[1] {
        let (one, other) = (made[0].len(), made[1].len());
        let at = made[0].iter().zip(&made[1]).position(|(a, b)| a != b);
        return Err(format!("two builds differ: {one} and {other} bytes, first at {at:?}"));
    }
    println!("two builds are the same: {} bytes", made[0].len());
    Ok(())
}

/// The files of the last commit.
fn checkout(folder: &Path) -> Outcome {
    let archive = folder.with_extension("tar");
    let text = |path: &Path| path.display().to_string();
    output(Command::new("git").current_dir(root()).args([
        "archive",
        "--output",
        &text(&archive),
        "HEAD",
    ]))?;
    output(Command::new("tar").args(["-xf", &text(&archive), "-C", &text(folder)]))?;
    fs::remove_file(&archive).map_err(|error| error.to_string())
}

/// The release, built so that it does not tell where.
fn build(folder: &Path) -> Outcome {
    let home = std::env::var("CARGO_HOME")
        .unwrap_or_else(|_| format!("{}/.cargo", std::env::var("HOME").unwrap_or_default()));
    let flags =
        format!("--remap-path-prefix={}=/galo --remap-path-prefix={home}=/cargo", folder.display());
    let mut command = nice(10, "cargo");
    command.args(["build", "--release", "--locked", "--offline", "--bin", "galo"]);
    run(command.current_dir(folder).env("RUSTFLAGS", flags).env_remove("CARGO_TARGET_DIR"))
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// Checks with the Rust that `rust-version` names.
pub fn msrv() -> Outcome {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).map_err(|e| e.to_string())?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \""));
    let version = version.map(|rest| rest.trim_end_matches('"'));
    let version = version.ok_or("Cargo.toml states no rust-version")?;
    // Its first release, by the name under which rustup has it.
    let is_release = version.matches('.').count() == 2;
    let version = if is_release { version.to_owned() } else { format!("{version}.0") };
    let toolchain = format!("+{version}");
    let remedy = format!("`rustup toolchain install {version}` gets it");
    need("cargo", &[&toolchain, "--version"], &remedy)?;
    let mut command = nice(10, "cargo");
    command.args([&toolchain, "check", "--locked", "--bin", "galo", "--target-dir", "target/msrv"]);
    run(&mut command)
}
