//! The grammar of the command line, and its help.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::calls::Calls;
use super::options::{InspectArgs, JitArgs};
use super::size::Size;
use super::span::Span;
use crate::Config;
use crate::inspect::StageList;

/// Runs Rinha programs: source text or the contest's JSON trees.
#[derive(Parser, Debug)]
#[command(
    name = "galo",
    version,
    args_conflicts_with_subcommands = true,
    args_override_self = true,
    disable_help_subcommand = false,
    after_help = "\
Examples:
  galo fib.rinha                  run a program
  galo -e 'print(6 * 7)'          run what is on the command line
  rinha fib.rinha | galo -        run the official tool's JSON
  galo check fib.rinha            look for mistakes without running
  galo help run                   all about one command

Exit status: 0 the program ran; 1 it failed or reached a limit; 2 wrong usage; 65 the input is
not a program; 66 it cannot be read; 70 a bug in galo. Interrupted, galo dies of the signal."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    #[command(flatten)]
    pub(super) run: RunArgs,

    /// Colours in messages; auto: on terminals, and as NO_COLOR and CLICOLOR_FORCE say
    #[arg(long, global = true, value_name = "WHEN", help_heading = clap::builder::Resettable::Reset)]
    pub(super) color: Option<Color>,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Run a program (what `galo FILE` does, too)
    Run(RunArgs),
    /// Look for errors and probable mistakes, without running
    Check(CheckArgs),
    /// Print the syntax tree as the official tool's JSON
    Ast(AstArgs),
    /// Print a program in its usual layout
    Fmt(FmtArgs),
    /// Show what becomes of a program on its way
    Dump(DumpArgs),
    /// Run a program and write a page to look around in what happened
    Explore(ExploreArgs),
    /// Draw where a program's time goes
    Flame(FlameArgs),
    /// Evaluate what is typed, input by input
    Repl(ReplArgs),
    /// Print a script that completes commands and options in a shell
    Completions(CompletionsArgs),
    /// Print a manual page
    Man(ManArgs),
    /// Print the version
    Version,
}

/// Where a program comes from.
#[derive(Args, Debug)]
pub(super) struct InputArgs {
    /// The program, source or JSON; `-` is standard input
    pub(super) file: Option<PathBuf>,

    /// The program itself
    #[arg(short = 'e', long = "eval", value_name = "CODE", conflicts_with = "file")]
    pub(super) code: Option<String>,
}

/// Where several programs come from.
#[derive(Args, Debug)]
pub(super) struct FilesArgs {
    /// The programs, source or JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,

    /// The program itself
    #[arg(short = 'e', long = "eval", value_name = "CODE", conflicts_with = "files")]
    pub(super) code: Option<String>,
}

/// What a program may use, and its dialect.
#[derive(Args, Debug)]
pub(super) struct LimitArgs {
    /// The most live data, in bytes or with K, M or G
    #[arg(long, value_name = "SIZE", default_value_t = Size(Config::default().max_heap))]
    pub(super) max_heap: Size,

    /// The most stack, in bytes or with K, M or G
    #[arg(long, value_name = "SIZE", default_value_t = Size(Config::default().max_stack))]
    pub(super) max_stack: Size,

    /// The longest that the program may run, like 500ms, 10s or 2m
    #[arg(long, value_name = "DURATION")]
    pub(super) timeout: Option<Span>,

    /// The most calls, tail calls included, as 1000000 or 10M; the same program ends at the same
    /// place in every tier
    #[arg(long, value_name = "CALLS")]
    pub(super) fuel: Option<Calls>,

    /// The most that the program may print, in bytes or with K, M or G
    #[arg(long, value_name = "SIZE")]
    pub(super) max_output: Option<Size>,

    /// Accept what many community programs use and the specification does not
    #[arg(long)]
    pub(super) lenient: bool,
}

impl LimitArgs {
    /// A configuration with these limits.
    pub(super) fn config(&self, config: Config) -> Config {
        Config {
            max_heap: self.max_heap.0,
            max_stack: self.max_stack.0,
            timeout: self.timeout.map(|span| span.0),
            fuel: self.fuel.map(|calls| calls.0),
            max_output: self.max_output.map(|size| size.0 as u64),
            lenient: self.lenient,
            ..config
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "\
Without FILE, the contest's paths are tried: /var/rinha/source.rinha.json, then
/var/rinha/source.rinha.

Examples:
  galo run fib.rinha
  galo run --max-heap=64M --stats=json:stats.json fib.rinha.json")]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,

    #[command(flatten)]
    pub(super) limits: LimitArgs,

    /// Collect at every allocation and check the heap, to find galo's own mistakes
    #[arg(long, hide_short_help = true)]
    pub(super) zeal: bool,

    #[command(flatten)]
    pub(super) jit: JitArgs,

    #[command(flatten)]
    pub(super) inspect: InspectArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  galo check fib.rinha
  galo check --deny-warnings examples/*.rinha
  galo check --format=json fib.rinha.json      for editors and reviewers of changes")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) inputs: FilesArgs,

    /// Exit with 1 if there are warnings
    #[arg(long)]
    pub(super) deny_warnings: bool,

    /// How to say it: `text` on standard error, or `json` on standard output, in the shape of
    /// ESLint's JSON
    #[arg(long, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Args, Debug)]
pub(super) struct AstArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,

    /// Indent the JSON
    #[arg(short, long)]
    pub(super) pretty: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  galo fmt fib.rinha                 print it in its usual layout
  galo fmt --write examples/*.rinha  write files anew
  galo fmt --check examples/*.rinha  tell which are not in it
  galo fmt fib.rinha.json            make source of a JSON tree")]
pub(super) struct FmtArgs {
    #[command(flatten)]
    pub(super) inputs: FilesArgs,

    /// Only tell which files are not in the usual layout: exit with 1 if there are any
    #[arg(long)]
    pub(super) check: bool,

    /// Write the files anew
    #[arg(long, conflicts_with_all = ["check", "code"])]
    pub(super) write: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  galo dump fib.rinha --stage=help           list the stages
  galo dump fib.rinha --stage=facts --fn=fib  what is proven of the function `fib`
  galo dump fib.rinha --stage=asm --tier=jit  the machine code of all that runs

Stages of compiled functions (`--stage=help` says which these are) need a run: the program
runs, and what it prints is thrown away.")]
pub(super) struct DumpArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,

    #[command(flatten)]
    pub(super) limits: LimitArgs,

    /// What to show: stages with commas between them, `all`, or `help` for a list
    #[arg(long, value_name = "STAGES", default_value = "core")]
    pub(super) stage: StageList,

    /// Show only functions whose name matches, `*` being any text; can be given several times
    #[arg(long = "fn", value_name = "GLOB")]
    pub(super) functions: Vec<String>,

    /// How to show it: `text`, or `json`, one document, whose machine code is in the shape of
    /// Compiler Explorer's
    #[arg(long, default_value = "text")]
    pub(super) format: Format,

    #[command(flatten)]
    pub(super) jit: JitArgs,

    /// Where to: a file, or a folder (with a file for each text); otherwise standard output
    #[arg(long, value_name = "FILE|DIR", default_value = "-", hide_default_value = true)]
    pub(super) to: PathBuf,
}

#[derive(Args, Debug)]
#[command(after_help = "\
`:help` lists the commands of the session. Inputs are remembered in
$XDG_STATE_HOME/galo/history, or else ~/.local/state/galo/history.

Examples:
  galo repl
  echo '1 + 2' | galo repl")]
pub(super) struct ReplArgs {
    #[command(flatten)]
    pub(super) limits: LimitArgs,

    #[command(flatten)]
    pub(super) jit: JitArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  galo completions bash > ~/.local/share/bash-completion/completions/galo
  galo completions zsh > ~/.zfunc/_galo      (with ~/.zfunc in fpath)
  galo completions fish > ~/.config/fish/completions/galo.fish")]
pub(super) struct CompletionsArgs {
    /// Whose script
    pub(super) shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  galo man | man -l -                          read the page
  galo man run > ~/.local/share/man/man1/galo-run.1")]
pub(super) struct ManArgs {
    /// The page of a command; otherwise that of galo
    pub(super) command: Option<String>,
}

/// How what there is to say is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// For people
    Text,
    /// For editors and other programs
    Json,
}

#[derive(Args, Debug)]
#[command(after_help = "\
The page is one file that needs no network: the source with what ran how often and how long, and
which kinds of values were seen; of every function that was compiled its Core, the optimiser's IR before and
after each pass, CLIF and machine code, all linked by their places in the source; when what was
compiled, left or collected; who calls whom, and which calls were inlined, or why not.

Calls that are inlined are no calls any more, and rounds of compiled loops are not counted:
`--tier=interp` counts them all, but for calls that would end with their first comparison, which
whoever calls makes. To count calls and to see who is running,
machine code has some instructions that it does not have with `galo run`.

What the program prints and how it exits are as with `galo run`.

Examples:
  galo explore fib.rinha                      write fib.html in the current folder
  galo explore fib.rinha -o /tmp/fib.html     write that file
  galo explore fib.rinha --tier=jit           with machine code of everything that runs
  galo explore fib.rinha -o - > fib.html      the page on standard output")]
pub(super) struct ExploreArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,

    /// Where to write the page; `-` is standard output, where the program's own output is left
    /// out then. Otherwise named after the program, in the current folder
    #[arg(short, long, value_name = "PAGE")]
    pub(super) output: Option<PathBuf>,

    /// Overwrite a file even if it is no such page
    #[arg(long)]
    pub(super) force: bool,

    #[command(flatten)]
    pub(super) limits: LimitArgs,

    #[command(flatten)]
    pub(super) jit: JitArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
The drawing is one file for a browser: every function is as wide as the share of time in which it
was running, and stands on the one that called it; colours tell the interpreter from machine code.
Click to zoom; `/` searches.

FILE is a program, which runs, or stacks as `galo run --profile=folded` and the stackcollapse tools
write them: a file whose name ends in `.folded`, or any with `--folded`. What the program prints
and how it exits are as with `galo run`.

Examples:
  galo flame fib.rinha                        run the program, write fib.svg in the current folder
  galo flame fib.rinha --tier=interp -o a.svg
  galo flame fib.folded -o -                  the drawing on standard output
  perf script | stackcollapse-perf.pl | galo flame --folded - -o perf.svg")]
pub(super) struct FlameArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,

    /// FILE is folded stacks, whatever its name is
    #[arg(long, conflicts_with = "code")]
    pub(super) folded: bool,

    /// Where to write the drawing; `-` is standard output, where the program's own output is left
    /// out then. Otherwise named after FILE, in the current folder
    #[arg(short, long, value_name = "SVG")]
    pub(super) output: Option<PathBuf>,

    /// What stands above the drawing, instead of FILE
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,

    /// Overwrite a file even if it is no such drawing
    #[arg(long)]
    pub(super) force: bool,

    #[command(flatten)]
    pub(super) limits: LimitArgs,

    #[command(flatten)]
    pub(super) jit: JitArgs,
}

/// When messages are coloured.
#[derive(ValueEnum, Clone, Copy, Default, Debug)]
pub(super) enum Color {
    /// On terminals, and as NO_COLOR and CLICOLOR_FORCE say
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether what goes to standard error is coloured.
    pub(super) fn is_wanted(self) -> bool {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR").is_some() => false,
            Color::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Color::Auto => {
                std::io::stderr().is_terminal() && set("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}
