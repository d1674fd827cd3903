//! `galo completions` and `galo man`: the command line's grammar for shells and as manual pages.

use clap::CommandFactory;
use clap_mangen::Man;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::failure::Failure;
use super::{Outcome, VERSION, output};
use crate::words;

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
    output::print(|out| out.write_all(&page))
}

fn no_such_command(galo: &clap::Command, name: &str) -> Failure {
    let names: Vec<&str> = galo.get_subcommands().map(clap::Command::get_name).collect();
    Failure::Usage(words::unknown("command", name, names.into_iter()))
}
