//! The command line by example: every file of `tests/cli` is commands with what they
//! print and how they exit. `TRYCMD=overwrite` writes the files anew.
//!
//! What needs a pipe or an environment of its own is tested here.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

fn galo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_galo"));
    command.args(arguments).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

#[test]
fn examples() {
    trycmd::TestCases::new().case("tests/cli/*.trycmd").env("NO_COLOR", "1").run();
}

/// Standard error of `galo -e 1+true` with `variables` set.
fn error_with(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = galo(arguments);
    let output = command.args(["-e", "1 + true"]).envs(variables.iter().copied()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn colours_are_as_the_user_wants() {
    let is_coloured = |variables: &[(&str, &str)], arguments: &[&str]| {
        error_with(variables, arguments).contains('\x1B')
    };
    assert!(!is_coloured(&[], &[]), "a pipe is no terminal");
    assert!(is_coloured(&[], &["--color=always"]));
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1")], &["--color=never"]));
    assert!(is_coloured(&[("NO_COLOR", "1")], &["--color=always"]));
}

#[test]
fn input_never_reaches_the_terminal_raw() {
    let output = galo(&["-e", "1 + \x1B[2J\u{9B}"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains(['\x1B', '\u{9B}']), "{text:?}");
}

#[test]
fn a_program_comes_from_standard_input() {
    let mut child = galo(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"print(\"in\")").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(0), b"in\n".to_vec()));
}

/// Runs galo with a standard output that is closed after a few bytes.
fn closed_early(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = galo(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut start = [0; 4];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_closed_output_ends_quietly() {
    let endless = "let f = fn (n) => { let _ = print(n); f(n + 1) }; f(1000)";
    assert_eq!(closed_early(&["-e", endless]), (Some(0), String::new()));
    let long = format!("({}, 1)", vec!["1"; 20_000].join(" + "));
    assert_eq!(closed_early(&["ast", "-e", &long]), (Some(0), String::new()));
    assert_eq!(closed_early(&["dump", "-e", &long]), (Some(0), String::new()));
}

#[test]
fn what_was_printed_comes_before_the_error() {
    let output = galo(&["-e", "let _ = print(1); first(2)"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(1), b"1\n".to_vec()));
}

#[test]
fn statistics_show_the_profile_also_of_a_program_that_fails() {
    let program = "let f = fn (n, s) => { if (n == 0) { first(s) } else { f(n - 1, s + n) } };
                   f(7, \"x\")";
    let output = galo(&["--stats", "-e", program]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr.contains("           1            7            0  f (<command line>:1:9)"),
        "{stderr}"
    );

    let file = std::env::temp_dir().join(format!("galo-stats-{}.json", std::process::id()));
    galo(&[&format!("--stats=json:{}", file.display()), "-e", program]).output().unwrap();
    let figures: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let site = &figures["sites"][0];
    assert_eq!((&site["function"], &site["left"][0]), (&"f".into(), &"Str".into()));
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn files_are_rewritten_and_statistics_written() {
    let folder = std::env::temp_dir().join(format!("galo-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (source, stats) = (folder.join("a.rinha"), folder.join("stats.json"));
    std::fs::write(&source, "print( 1 )").unwrap();
    let source_name = source.to_str().unwrap();

    let status = |arguments: &[&str]| galo(arguments).output().unwrap().status.code();
    assert_eq!(status(&["fmt", "--check", source_name]), Some(1));
    assert_eq!(status(&["fmt", "--write", source_name]), Some(0));
    assert_eq!(std::fs::read_to_string(&source).unwrap(), "print(1)\n");
    assert_eq!(status(&["fmt", "--check", source_name]), Some(0));

    assert_eq!(status(&[&format!("--stats=json:{}", stats.display()), source_name]), Some(0));
    let figures: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&stats).unwrap()).unwrap();
    assert_eq!(figures["printed_bytes"], 2);
    assert_eq!(figures["functions"][0]["name"], "main");
    assert_eq!(figures["compiled_functions"], 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The program is hot, and the guess that its operands are Ints is wrong at last.
const CHANGING: &str = "
    let add = fn (a, b) => { a + b };
    let loop = fn (n, sum) => { if (n == 0) { sum } else { loop(n - 1, add(sum, n)) } };
    print(loop(200, 0) + loop(200, \"x\"))";

#[test]
fn statistics_tell_what_the_tiers_did() {
    let arguments = ["--tier=jit", "--jit-opt=-inline", "--stats=json", "-e", CHANGING];
    let output = galo(&arguments).output().unwrap();
    let figures: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(figures["compiled_functions"], 3, "{figures:#}");
    assert_eq!(figures["failed_compilations"], 0);
    assert!(figures["compiled_calls"].as_u64() > Some(400));
    assert!(figures["code_bytes"].as_u64() > Some(100));
    assert!(figures["jit_nanos"]["cranelift"].as_u64() > Some(0));
    let exit = &figures["exits"][0];
    assert_eq!((&exit["function"], &exit["reason"]), (&"add".into(), &"not an Int".into()));
}

#[test]
fn traces_tell_what_is_compiled_and_left() {
    let arguments = ["--tier=jit", "--jit-opt=-inline", "--trace=compile,exit", "-e", CHANGING];
    let stderr = String::from_utf8(galo(&arguments).output().unwrap().stderr).unwrap();
    let has = |start: &str| stderr.lines().any(|line| line.starts_with(start));
    assert!(has("compiled main (<command line>:2:5), version 1: "), "{stderr}");
    assert!(has("exit add at <command line>:2:30: not an Int (1)"), "{stderr}");
    assert!(has("compile add (<command line>:2:15), version 2: wrong guess at "), "{stderr}");
    assert!(has("compiled add (<command line>:2:15), version 2: "), "{stderr}");

    let arguments =
        ["--tier=jit", "--jit-opt=-inline", "--jit-only=l*", "--trace=compile", "-e", CHANGING];
    let stderr = String::from_utf8(galo(&arguments).output().unwrap().stderr).unwrap();
    let expected = "refused add (<command line>:2:15): it is excluded by its name";
    assert!(stderr.lines().any(|line| line == expected), "{stderr}");
    assert!(stderr.lines().any(|line| line.starts_with("compiled loop ")), "{stderr}");
}

#[test]
fn programs_that_are_never_hot_are_never_compiled() {
    let output = galo(&["--trace=compile", "-e", "print(\"hello\")"]).output().unwrap();
    assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"hello\n"[..], &b""[..]));
}

#[test]
fn dumps_go_to_a_file_for_each_text() {
    let folder = std::env::temp_dir().join(format!("galo-dumps-{}", std::process::id()));
    let to = format!("{}/", folder.display());
    let tier = ["--tier=jit", "--jit-opt=-inline"];
    let arguments = ["dump", "--stage=all", "--fn=add", "--to", &to, "-e", CHANGING];
    assert!(galo(&arguments).args(tier).output().unwrap().status.success());
    for stage in ["ssa", "ssa-opt", "clif", "asm"] {
        for version in 1..=2 {
            let file = folder.join(format!("add-1.{version}.{stage}"));
            assert!(!std::fs::read_to_string(&file).unwrap().is_empty(), "{stage}");
        }
    }
    assert!(folder.join("add-1.core").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What galo says to `input`: its exit status, its output and its standard error.
fn told(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = galo(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_repl_answers_input_by_input_and_survives_errors() {
    let (status, stdout, stderr) = told(
        &["repl", "--max-stack=1M"],
        "let twice = fn (x) => {\n  x + x // both\n}\n\
         twice(21)\n\
         (it, twice(\"a\"))\n\
         1 + true\n\
         let f = fn (n) => 1 + f(n); f(0)\n\
         let\n\n\n\
         :hlep\n\
         print(\"still here\")\n\
         :type (1, 2)\n\
         :core twice\n\
         :tier jit\n\
         let a = twice(4); let b = a + 1;\n\
         :list\n\
         :quit\n\
         never\n",
    );
    let expected = "twice = <#closure>\n42\n(42, \"aa\")\nstill here\nTuple\n; core of twice";
    assert!(stdout.starts_with(expected), "{stdout}");
    let list = "let twice = fn (x) => {\n  x + x // both\n};\nlet it = 42;\nlet it = (42, \"aa\");\n\
                let it = \"still here\";\nlet a = 8;\nlet b = 9;\n";
    assert!(stdout.ends_with(&format!("\na = 8\nb = 9\n{list}")), "{stdout}");
    for error in ["error[type-error]: ", "error[stack-overflow]: ", "error[expected-name]: "] {
        assert!(stderr.contains(error), "{error}: {stderr}");
    }
    assert!(stderr.contains("there is no command `:hlep`; did you mean `:help`?"), "{stderr}");
    assert_eq!(status, Some(2), "that of the last error");
}

#[test]
fn the_repl_reads_scripts_to_their_ends() {
    let long: String = (0..20_000).map(|line| format!("  let y = x + {line};\n\n")).collect();
    let (status, stdout, _) =
        told(&["repl"], &format!("let f = fn (x) => {{\n{long}  y\n}};\nf(1)\n"));
    assert_eq!((status, stdout.as_str()), (Some(0), "f = <#closure>\n20000\n"));

    let (status, stdout, stderr) = told(&["repl"], "1 + 1\nlet f = fn (x) => {\n  x +\n");
    assert_eq!((status, stdout.as_str()), (Some(65), "2\n"));
    assert!(stderr.contains("the end of the file"), "{stderr}");

    let sum = format!("{}1\nlet text = \"{}\"\n", "1 +\n".repeat(50_000), "line\n".repeat(200_000));
    let (status, stdout, _) = told(&["repl"], &sum);
    assert_eq!((status, &stdout[..6]), (Some(0), "50001\n"));
}

#[test]
fn the_repl_ends_where_nothing_can_be_written() {
    let script = "print(1)\n".repeat(100);
    let mut command = galo(&["repl"]);
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
    let mut child = command.spawn().unwrap();
    // It does not read all of it.
    let _ = child.stdin.take().unwrap().write_all(script.as_bytes());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.lines().count()), (Some(1), 1), "{stderr}");
}

#[test]
fn names_of_trees_do_not_reach_the_terminal_raw() {
    let name = "\\u001b[31mred\\u202e\\nx";
    let tree = format!(
        "{{\"name\":\"h\",\"expression\":{{\"kind\":\"Let\",\"name\":{{\"text\":\"{name}\"}},\
         \"value\":{{\"kind\":\"Function\",\"parameters\":[],\"value\":{{\"kind\":\"Int\",\"value\":1}}}},\
         \"next\":{{\"kind\":\"Call\",\"callee\":{{\"kind\":\"Var\",\"text\":\"{name}\"}},\"arguments\":[]}}}}}}"
    );
    for command in [
        &["--stats", "-e", &tree][..],
        &["--tier=jit", "--jit-opt=-inline", "--trace=all", "-e", &tree],
        &["--tier=jit", "--dump=all", "-e", &tree],
        &["dump", "--stage=all", "-e", &tree],
    ] {
        let output = galo(command).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(text.contains("red") && !text.contains(['\x1B', '\u{202E}']), "{text}");
    }
}

#[test]
fn files_are_loaded_into_the_repl() {
    let file = std::env::temp_dir().join(format!("galo-repl-{}.rinha", std::process::id()));
    std::fs::write(&file, "let a = 20;\nlet b = a + 1;\n2 * b\n").unwrap();
    let load = format!(":load {}\nb\n:load {}.none\n", file.display(), file.display());
    let (status, stdout, stderr) = told(&["repl"], &load);
    assert_eq!(status, Some(66), "the last file is not there");
    assert_eq!(stdout, "a = 20\nb = 21\n42\n21\n");
    assert!(stderr.starts_with("error: cannot read "), "{stderr}");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn several_files_are_checked_and_laid_out() {
    let folder = std::env::temp_dir().join(format!("galo-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let names = [path("good.rinha"), path("wide.rinha"), path("broken.rinha")];
    for (name, text) in names.iter().zip(["print(1)\n", "print( nobody )\n", "print(\n"]) {
        std::fs::write(name, text).unwrap();
    }
    let run = |command: &[&str], names: &[String]| {
        let names = names.iter().map(String::as_str);
        galo(&command.iter().copied().chain(names).collect::<Vec<_>>()).output().unwrap()
    };
    let told = |output: &Output| String::from_utf8(output.stderr.clone()).unwrap();

    let output = run(&["fmt"], &names);
    assert_eq!(output.status.code(), Some(2), "which of them is meant for the output?");
    let output = run(&["fmt", "--check"], &names);
    assert_eq!(output.status.code(), Some(65), "the last is no program");
    assert!(told(&output).contains("wide.rinha: the layout is not the usual one"));
    assert!(!told(&output).contains("good.rinha"));
    assert_eq!(run(&["fmt", "--write"], &names).status.code(), Some(65));
    assert_eq!(std::fs::read_to_string(&names[1]).unwrap(), "print(nobody)\n");
    assert_eq!(run(&["fmt", "--check"], &names[..2]).status.code(), Some(0));

    let output = run(&["check", "--deny-warnings"], &names[..2]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("warning[unbound-name]"));
    let output = run(&["check", "--format=json", "--deny-warnings"], &names);
    assert_eq!(output.status.code(), Some(65));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let counts = |key: &str| [0, 1, 2].map(|file| report[file][key].as_u64().unwrap());
    assert_eq!((counts("warningCount"), counts("errorCount")), ([0, 1, 0], [0, 0, 1]));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn examples_are_in_the_usual_layout() {
    let examples = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
    let paths = examples.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
    let programs: Vec<_> = paths.filter(|path| path.ends_with(".rinha")).collect();
    let words = ["fmt", "--check"].into_iter().chain(programs.iter().map(String::as_str));
    let output = galo(&words.collect::<Vec<_>>()).output().unwrap();
    assert!(programs.len() > 10 && output.status.success(), "{output:?}");
}

#[test]
fn shells_and_man_are_told_of_every_command_and_option() {
    let output =
        |arguments: &[&str]| String::from_utf8(galo(arguments).output().unwrap().stdout).unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = output(&["completions", shell]);
        for word in ["repl", "flame", "completions", "deny-warnings", "jit-threshold"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = output(&["man"]);
    assert!(page.contains("\\fB\\-\\-max\\-heap\\fR"));
    assert!(page.contains(".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\n"), "{page}");
    let page = output(&["man", "run"]);
    assert!(page.contains(".TH GALO-RUN 1"), "{page}");
    assert!(page.contains("Collect at every allocation"), "hidden from short help only: {page}");
}

/// A function that is hot.
const HOT: &str = "let f = fn (n, sum) => { if (n == 0) { sum } else { f(n - 1, sum + n) } };
                   print(f(1000, 0))";

#[test]
fn profilers_are_told_of_compiled_code() {
    let mut command = galo(&["--tier=jit", "--jit-opt=-inline", "--profile=perfmap", "-e", HOT]);
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    let map = format!("/tmp/perf-{}.map", child.id());
    assert!(child.wait_with_output().unwrap().status.success());
    let text = std::fs::read_to_string(&map).unwrap();
    std::fs::remove_file(&map).unwrap();
    let f = text.lines().find(|line| line.ends_with(" galo: f (<command line>:1:9), version 1"));
    let mut words = f.unwrap_or_else(|| panic!("{text}")).split(' ');
    let mut number = || u64::from_str_radix(words.next().unwrap(), 16).unwrap();
    assert!(number() > 0x1000 && number() > 10, "{text}");

    let folder = std::env::temp_dir().join(format!("galo-jitdump-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let profile = format!("--profile=jitdump:{}", folder.display());
    let mut command = galo(&["--tier=jit", "--jit-opt=-inline", &profile, "-e", HOT]);
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    let dump = folder.join(format!("jit-{}.dump", child.id()));
    assert!(child.wait_with_output().unwrap().status.success());
    let bytes = std::fs::read(dump).unwrap();
    assert_eq!(bytes[..4], 0x4A69_5444_u32.to_ne_bytes(), "JiTD");
    let contains = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(contains(b"f (<command line>:1:9), version 1\0"), "a name");
    assert!(contains(b"\0<command line>\0"), "the file of a line");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn debuggers_name_compiled_functions() {
    let version = Command::new("gdb").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: there is no gdb");
        return;
    }
    let program = "let f = fn (n) => { if (n == 0) { print(\"deep\") } else { f(n - 1) + \".\" } };
                   f(3)";
    let mut command = Command::new("gdb");
    command.args(["-q", "-nx", "-batch", "-ex", "set breakpoint pending on"]);
    command.args(["-ex", "break galo_runtime::machine::Machine::print", "-ex", "run", "-ex", "bt"]);
    command.args(["--args", env!("CARGO_BIN_EXE_galo"), "--tier=jit", "--jit-opt=-inline"]);
    let output = command.args(["--profile=gdb", "-e", program]).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    if !stdout.contains("\nBreakpoint 1, ") {
        eprintln!("not tested: gdb may not trace here: {output:?}");
        return;
    }
    assert!(stdout.contains(" in f (<command line>:1:9), version 1 ()\n"), "{stdout}");
    assert!(stdout.contains(" in main (<command line>:1:1), version 1 ()\n"), "{stdout}");
}

#[test]
fn a_program_ends_when_its_time_is_over() {
    let endless = "let f = fn (n) => { f(n + 1) }; let _ = print(1); f(0)";
    for tier in ["--tier=interp", "--tier=jit", "--tier=auto"] {
        let output = galo(&[tier, "--timeout=20ms", "-e", endless]).output().unwrap();
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(1), &b"1\n"[..]), "{tier}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with("error[timeout]: the time"), "{text}");
    }
}

#[test]
fn no_program_is_overwritten_by_what_is_told_of_it() {
    let program = std::env::temp_dir().join(format!("galo-itself-{}.rinha", std::process::id()));
    let text = "print(1)";
    std::fs::write(&program, text).unwrap();
    let path = program.to_str().unwrap();
    for (option, more) in [
        (format!("--stats=json:{path}"), vec![]),
        (format!("--trace=all:{path}"), vec![]),
        (format!("--profile=folded:{path}"), vec![]),
        (format!("--dump-to={path}"), vec!["--dump=core"]),
    ] {
        let output = galo(&[&more[..], &[&option, path]].concat()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}: {stderr}");
        assert!(stderr.contains("is the program itself"), "{stderr}");
        assert_eq!(std::fs::read_to_string(&program).unwrap(), text);
    }
    let output = galo(&["dump", path, "--to", path]).output().unwrap();
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(2), &b""[..]));
    std::fs::remove_file(program).unwrap();
}

/// Starts a command with this action for a signal.
#[cfg(unix)]
fn act_on(command: &mut Command, signal: i32, action: libc::sighandler_t) {
    use std::os::unix::process::CommandExt;
    // SAFETY: between fork and exec a signal's action may be set.
    unsafe {
        command.pre_exec(move || match libc::signal(signal, action) {
            libc::SIG_ERR => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
}

#[test]
#[cfg(unix)]
fn signals_that_are_ignored_stay_ignored() {
    // It goes on for long after the first output has arrived.
    let program =
        "let f = fn (n) => { if (n == 0) { 0 } else { let _ = print(n); f(n - 1) } }; f(50000)";
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let mut command = galo(&["-e", program]);
        command.stdout(Stdio::piped());
        act_on(&mut command, signal, libc::SIG_IGN);
        let mut child = command.spawn().unwrap();
        let mut start = [0; 2];
        child.stdout.as_mut().unwrap().read_exact(&mut start).unwrap();
        // SAFETY: a signal to a child that nobody has waited for.
        assert_eq!(unsafe { libc::kill(child.id() as i32, signal) }, 0);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(output.stdout.ends_with(b"\n2\n1\n"));
    }
}

/// Starts a program that prints much and then runs for ever, waits until it has begun to print, and sends
/// it a signal.
#[cfg(unix)]
fn signalled(signal: i32, tier: &str) -> std::process::Output {
    let endless = "let spin = fn (n) => { spin(n + 1) };
        let f = fn (n) => { if (n == 20000) { spin(0) } else { let _ = print(n); f(n + 1) } };
        f(0)";
    let mut command = galo(&[tier, "-e", endless]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // Whoever runs the tests in the background may have them ignore signals, and so their children.
    act_on(&mut command, signal, libc::SIG_DFL);
    let mut child = command.spawn().unwrap();
    let mut start = [0; 2];
    child.stdout.as_mut().unwrap().read_exact(&mut start).unwrap();
    // SAFETY: a signal to a child that nobody has waited for.
    assert_eq!(unsafe { libc::kill(child.id() as i32, signal) }, 0);
    child.wait_with_output().unwrap()
}

#[test]
#[cfg(unix)]
fn signals_end_the_program_and_then_galo() {
    use std::os::unix::process::ExitStatusExt;

    for signal in [libc::SIGINT, libc::SIGTERM] {
        for tier in ["--tier=interp", "--tier=jit", "--tier=auto"] {
            let output = signalled(signal, tier);
            assert_eq!(output.status.signal(), Some(signal), "{tier}");
            // Whatever was printed has arrived, up to the end of a line.
            assert_eq!(output.stdout.last(), Some(&b'\n'), "{tier}");
            let text = String::from_utf8(output.stderr).unwrap();
            assert!(text.starts_with("error[interrupted]: interrupted"), "{text}");
        }
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn loops_look_for_interrupts_with_one_instruction() {
    let source = "let f = fn (n) => { if (n == 0) { 0 } else { f(n - 1) } }; f(999999)";
    let arguments = ["dump", "--stage=asm", "--tier=jit", "-e", source];
    let output = galo(&arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("cmp     rsp, [r15 + 0x") && text.contains("call    poll"), "{text}");
}
