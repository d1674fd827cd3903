//! Too little of everything: address space, executable memory, room on a disk, readers and
//! files. galo says what is missing or does without it, and never panics or is killed.

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};

const SUM: &str = "let sum = fn (n, s) => { if (n == 0) { s } else { sum(n - 1, s + n % 7) } };
                   print(sum(100000, 0))";
const SUM_PRINTS: &[u8] = b"300000\n";

fn galo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_galo"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// The same, started by a shell that runs `before` first.
fn after(before: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    let script = format!("{before}; exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_galo")]).args(arguments);
    command.env_clear().stdin(Stdio::null());
    command
}

fn seen(mut command: Command) -> (Option<i32>, Vec<u8>, String) {
    let Output { status, stdout, stderr } = command.output().expect("it can be started");
    let stderr = String::from_utf8(stderr).expect("messages are text");
    assert!(!stderr.contains("bug in galo") && !stderr.contains("panicked"), "{stderr}");
    assert!(status.code().is_some(), "{status}: {stderr}");
    (status.code(), stdout, stderr)
}

#[test]
fn too_little_address_space_is_an_error() {
    // From what the process itself needs to more than the ordinary limits reserve.
    for mib in [60, 100, 250, 600, 1200, 1900, 2400, 4000, 8000] {
        for (tier, heap) in [("interp", "768M"), ("jit", "768M"), ("jit", "8M"), ("auto", "64M")] {
            let limit = format!("ulimit -v {}", mib << 10);
            let [tier, heap] = [format!("--tier={tier}"), format!("--max-heap={heap}")];
            let (status, stdout, stderr) = seen(after(&limit, &[&tier, &heap, "-e", SUM]));
            match status {
                Some(0) => assert_eq!(stdout, SUM_PRINTS, "{mib} MiB, {tier}"),
                status => {
                    assert_eq!((status, &stdout[..]), (Some(1), &b""[..]), "{mib} MiB: {stderr}");
                    assert!(stderr.contains("error[out-of-memory]"), "{mib} MiB: {stderr}");
                    assert!(stderr.contains("--max-heap"), "{mib} MiB: {stderr}");
                }
            }
        }
    }
}

/// Makes the system refuse memory that was writable and is to be executable from now on.
fn without_executable_memory(command: &mut Command) {
    const PR_SET_MDWE: i32 = 65;
    const PR_MDWE_REFUSE_EXEC_GAIN: u64 = 1;
    unsafe extern "C" {
        fn prctl(option: i32, argument: u64, ...) -> i32;
    }
    let refuse = || {
        // SAFETY: a system call that changes nothing but what later ones may do.
        let done = unsafe { prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0_u64, 0_u64, 0_u64) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: between fork and exec it makes one system call and allocates nothing.
    unsafe { command.pre_exec(refuse) };
}

#[test]
fn without_executable_memory_everything_is_interpreted() {
    let mut first = galo(&["version"]);
    without_executable_memory(&mut first);
    if first.output().is_err() {
        eprintln!("not tested: this system cannot refuse executable memory");
        return;
    }
    for tier in ["--tier=auto", "--tier=jit", "--jit-stress"] {
        let mut command = galo(&[tier, "--trace=compile", "-e", SUM]);
        without_executable_memory(&mut command);
        let (status, stdout, stderr) = seen(command);
        assert_eq!((status, &stdout[..]), (Some(0), SUM_PRINTS), "{stderr}");
        assert!(!stderr.contains("\ncompiled ") && !stderr.starts_with("compiled "), "{stderr}");
        assert!(stderr.contains("memory"), "it says what is missing: {stderr}");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("there is one");
    let long = "let f = fn (n) => { let _ = print(n); f(n + 1) }; f(0)";
    for arguments in [
        &["-e", "print(1)"][..],
        &["-e", long],
        &["--tier=jit", "-e", long],
        &["ast", "-e", "1"],
        &["dump", "-e", "1"],
        &["fmt", "-"],
        &["man"],
        &["completions", "bash"],
        &["version"],
    ] {
        let mut command = galo(arguments);
        command.stdout(full());
        let (status, _, stderr) = seen(command);
        assert_eq!(status, Some(if arguments[0] == "fmt" { 65 } else { 1 }), "{arguments:?}");
        assert!(
            arguments[0] == "fmt" || stderr.contains("No space left"),
            "{arguments:?}: {stderr}"
        );
    }
    for option in ["--stats=json:/dev/full", "--trace=compile:/dev/full", "--dump=core"] {
        let mut command = galo(&["--tier=jit", option]);
        if option == "--dump=core" {
            command.args(["--dump-to", "/dev/full"]);
        }
        let (status, stdout, stderr) = seen({
            command.args(["-e", SUM]);
            command
        });
        assert_eq!((status, &stdout[..]), (Some(1), SUM_PRINTS), "{option}: {stderr}");
        assert!(stderr.contains("No space left"), "{option}: {stderr}");
    }
}

#[test]
fn closed_streams_do_no_harm() {
    let (status, _, stderr) = seen(after("exec >&-", &["-e", "print(1)"]));
    assert!(matches!(status, Some(0 | 1)), "{status:?}: {stderr}");
    let (status, stdout, _) = seen(after("exec 2>&-", &["-e", "let _ = print(1); first(2)"]));
    assert_eq!((status, &stdout[..]), (Some(1), &b"1\n"[..]));
    for arguments in [&["-"][..], &["check", "-"], &["fmt", "-"]] {
        let (status, _, stderr) = seen(after("exec <&-", arguments));
        assert!(matches!(status, Some(65 | 66)), "{arguments:?}: {status:?}: {stderr}");
    }
    let (status, _, stderr) = seen(after("exec <&- >&- 2>&-", &["-e", "print(1)"]));
    assert!(matches!(status, Some(0 | 1)), "{status:?}: {stderr}");
}

/// Whoever reads the output goes away in the middle of it.
#[test]
fn readers_may_leave_at_any_time() {
    let program = "let f = fn (n) => { let _ = print(\"a line of some length\"); f(n + 1) }; f(0)";
    for tier in ["--tier=interp", "--tier=jit"] {
        for bytes in [0, 1, 5_000, 200_000] {
            let mut command = galo(&[tier, "-e", program]);
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
            let mut child = child.expect("galo can be started");
            let mut start = vec![0; bytes];
            child.stdout.take().expect("a pipe").read_exact(&mut start).expect("output");
            let output = child.wait_with_output().expect("it ends");
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{tier}, {bytes}");
        }
    }
}

#[test]
fn what_is_no_file_is_an_error() {
    // A folder; a file that cannot be read, also by the superuser; one below a file.
    for path in ["/", "/proc/self/mem", "/dev/null/program"] {
        for command in ["run", "check", "fmt", "ast", "dump"] {
            let (status, stdout, stderr) = seen(galo(&[command, path]));
            assert_eq!((status, &stdout[..]), (Some(66), &b""[..]), "{command} {path}: {stderr}");
            assert!(stderr.contains("cannot read"), "{command} {path}: {stderr}");
        }
    }
    let (status, _, stderr) = seen(galo(&["/dev/null"]));
    assert_eq!(status, Some(65), "{stderr}");
}

/// A folder that cannot be written to, a name that is too long: said before the program runs in vain.
#[test]
fn what_cannot_be_written_is_an_error() {
    let long = format!("/tmp/{}", "a".repeat(5_000));
    for path in ["/proc/galo", "/dev/null/file", &long] {
        let stats = format!("--stats=json:{path}");
        let (status, stdout, stderr) = seen(galo(&[&stats, "-e", SUM]));
        assert_eq!((status, &stdout[..]), (Some(1), &b""[..]), "{stderr}");
        assert!(stderr.contains("cannot write"), "{stderr}");
    }
}

/// A page may go to whoever reads a named pipe, though nobody has written to it before.
#[test]
fn a_page_may_go_to_a_named_pipe() {
    let folder = std::env::temp_dir().join(format!("galo-pipes-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for (command, start) in [("flame", "<?xml"), ("explore", "<!doctype html>")] {
        let script =
            "mkfifo \"$1\" && { cat \"$1\" & \"$0\" \"$2\" -o \"$1\" -e \"$3\" >&2; wait; }";
        let pipe = folder.join(command);
        let mut shell = Command::new("sh");
        shell.args(["-c", script, env!("CARGO_BIN_EXE_galo")]).arg(pipe).args([command, SUM]);
        let (status, page, stderr) = seen(shell);
        assert_eq!(status, Some(0), "{stderr}");
        let page = String::from_utf8(page).expect("pages are text");
        assert!(page.starts_with(start), "{command}: {:?}", page.get(..80));
    }
    std::fs::remove_dir_all(folder).expect("the folder is there");
}

/// Input that comes byte by byte, and input that is cut off.
#[test]
fn input_may_come_slowly() {
    let mut command = galo(&["-"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("galo can be started");
    let mut stdin = child.stdin.take().expect("a pipe");
    for byte in SUM.as_bytes() {
        stdin.write_all(&[*byte]).expect("it reads");
    }
    drop(stdin);
    assert_eq!(child.wait_with_output().expect("it ends").stdout, SUM_PRINTS);
}
