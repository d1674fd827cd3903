//! Makes a program smaller that makes a galo crash, hang, or do something else than
//! `galo --tier=interp`; `cargo xtask shrink` is the door.
//!
//! ```text
//! shrink GALO PROGRAM [OPTIONS OF GALO]
//! ```
//!
//! Every program is run in processes of its own, so that crashes do no harm here.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use galo::syntax::ast::Ast;
use galo::syntax::{input, json};
use galo_testing::shrink::{TRIES, shrink, text};

/// What takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a child is asked whether it has ended.
const TICK: Duration = Duration::from_millis(1);

/// What a process came to: in so far as tiers must agree.
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
enum End {
    /// It prints, or fails as a program may.
    Fine,
    /// It did something else than the interpreter.
    Differs,
    /// It panicked or was ended by a signal.
    Crashed,
    /// It did not end.
    Hung,
}

/// Exit status, output and error of a process, but for the calls that led to it: how deep a stack is
/// that has no room left depends on the tier.
type Seen = (Option<i32>, Vec<u8>, Vec<u8>);

struct Trial<'a> {
    galo: &'a str,
    flags: &'a [String],
    file: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [galo, program, flags @ ..] = &arguments[..] else {
        eprintln!("shrink GALO PROGRAM [OPTIONS OF GALO]");
        return ExitCode::from(2);
    };
    let bytes = std::fs::read(program).expect("the program can be read");
    let ast = input::read(program, &bytes).expect("the program is one");
    let folder = std::env::temp_dir();
    let trial =
        Trial { galo, flags, file: folder.join(format!("shrink-{}.json", std::process::id())) };
    let end = trial.end(&ast);
    if end == End::Fine {
        eprintln!("nothing is wrong with it");
        return ExitCode::FAILURE;
    }
    eprintln!("{end:?}; {} nodes", ast.len());
    let smallest = shrink(&ast, TRIES, &mut |ast| trial.end(ast) == end);
    let _ = std::fs::remove_file(&trial.file);
    eprintln!("{} nodes:", smallest.len());
    println!("{}", text(&smallest).trim_end());
    ExitCode::SUCCESS
}

impl Trial<'_> {
    fn end(&self, ast: &Ast) -> End {
        let mut written = Vec::new();
        json::write(ast, &mut written).expect("a vector takes everything");
        std::fs::write(&self.file, written).expect("temporary files can be written");
        let (end, seen) = self.run(self.flags);
        if end != End::Fine {
            return end;
        }
        let (end, expected) = self.run(&["--tier=interp".to_owned()]);
        if end == End::Fine && seen != expected { End::Differs } else { end }
    }

    fn run(&self, flags: &[String]) -> (End, Option<Seen>) {
        let files = ["out", "err"].map(|kind| self.file.with_extension(kind));
        let [out, err] = files.each_ref().map(|path| std::fs::File::create(path).expect("a file"));
        let mut command = Command::new(self.galo);
        command.args(flags).arg(&self.file).stdin(Stdio::null()).stdout(out).stderr(err);
        let mut child = command.spawn().expect("galo can be run");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if start.elapsed() > PATIENCE {
                child.kill().and_then(|()| child.wait()).expect("a child can be ended");
                return (End::Hung, None);
            }
            std::thread::sleep(TICK);
        };
        let [out, err] = files.each_ref().map(|path: &PathBuf| contents(path));
        match status.code() {
            None | Some(70) => (End::Crashed, None),
            code => (End::Fine, Some((code, out, without_trace(&err)))),
        }
    }
}

/// An error's text without the lines of calls, which are set in by two blanks.
fn without_trace(text: &[u8]) -> Vec<u8> {
    let is_call = |line: &&[u8]| {
        let call = line.strip_prefix(b"  ");
        call.is_some_and(|call| call.starts_with(b"in ") || call.starts_with("… ".as_bytes()))
    };
    text.split(|&byte| byte == b'\n').filter(|line| !is_call(line)).flatten().copied().collect()
}

fn contents(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).expect("output was written");
    let _ = std::fs::remove_file(path);
    bytes
}
