//! `galo completions` and `galo man`: the command line's grammar for shells and as manual pages.

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::failure::Failure;
use super::{Outcome, VERSION, output};
use crate::words;

/// What the grammar does not know: which variables and files are read.
const SURROUNDINGS: [(&str, &[(&str, &str)]); 2] = [
    (
        "ENVIRONMENT",
        &[
            ("NO_COLOR", "If it is set to anything, messages have no colours."),
            (
                "CLICOLOR_FORCE",
                "If it is set, and not to 0, they have colours even in pipes and files.",
            ),
            (
                "TERM",
                "On a terminal that is called dumb there are no colours and no progress is shown.",
            ),
            ("XDG_STATE_HOME, HOME", "Where galo repl keeps its history."),
        ],
    ),
    (
        "FILES",
        &[
            (
                "/var/rinha/source.rinha.json, /var/rinha/source.rinha",
                "The program, where none is named: the contest's paths.",
            ),
            (
                "$XDG_STATE_HOME/galo/history, ~/.local/state/galo/history",
                "What was typed into galo repl.",
            ),
        ],
    ),
];

pub(super) fn completions(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "galo", &mut script);
    output::print(|out| out.write_all(&script))
}

pub(super) fn man(args: &ManArgs) -> Outcome {
    let mut galo = Cli::command();
    // Gives subcommands their full names and the options that all commands have.
    galo.build();
    let command = match &args.command {
        None => &galo,
        Some(name) => galo.find_subcommand(name).ok_or_else(|| no_such_command(&galo, name))?,
    };
    let name = command.get_display_name().unwrap_or("galo").to_owned();
    // A manual page is the long help.
    let command = command.clone().mut_args(|argument| argument.hide_short_help(false));
    let mut page = Vec::new();
    Man::new(command)
        .title(name.to_uppercase())
        .source(format!("galo {VERSION}"))
        .manual("galo's commands")
        .render(&mut page)?;
    for (title, entries) in SURROUNDINGS {
        section(title, entries).to_writer(&mut page)?;
    }
    output::print(|out| out.write_all(&page))
}

/// A section of a manual page that explains some names.
fn section(title: &str, entries: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (name, meaning) in entries {
        roff.control("TP", []).text([bold(*name)]).text([roman(*meaning)]);
    }
    roff
}

fn no_such_command(galo: &clap::Command, name: &str) -> Failure {
    let names: Vec<&str> = galo.get_subcommands().map(clap::Command::get_name).collect();
    Failure::Usage(words::unknown("command", name, names.into_iter()))
}
