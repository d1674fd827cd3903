//! `galo fmt`: programs in their usual layout.

use std::fs;
use std::process::ExitCode;

use super::args::{FmtArgs, InputArgs};
use super::failure::{Failure, say};
use super::files::for_each;
use super::input::Input;
use super::{Outcome, output};
use crate::syntax::format;
use crate::syntax::input::Form;

pub(super) fn fmt(args: &FmtArgs, color: bool) -> Outcome {
    if args.inputs.files.len() > 1 && !args.check && !args.write {
        let message = "of several files, `--write` makes new ones or `--check` tells which need it";
        return Err(Failure::Usage(message.to_owned()));
    }
    for_each(&args.inputs, color, |input| one(args, input, color))
}

fn one(args: &FmtArgs, from: &InputArgs, color: bool) -> Outcome {
    let input = Input::read(from)?;
    let (text, form) = input.text(color)?;
    let formatted = match form {
        Form::Source => format::format_source(&input.name, text)
            .map_err(|errors| input.not_a_program(&errors, color))?,
        Form::Json => {
            let ast = input.parse(color)?;
            format::format_ast(&ast).map_err(|errors| input.refused(&ast, &errors, color))?
        }
    };
    if args.check {
        return Ok(tell_whether_equal(&input.name, text, &formatted));
    }
    if args.write {
        return rewrite(from, form, text, &formatted);
    }
    output::print(|out| out.write_all(formatted.as_bytes()))
}

fn tell_whether_equal(name: &str, text: &str, formatted: &str) -> ExitCode {
    if text == formatted {
        return ExitCode::SUCCESS;
    }
    say(&format!("{name}: the layout is not the usual one\n"));
    ExitCode::FAILURE
}

fn rewrite(from: &InputArgs, form: Form, text: &str, formatted: &str) -> Outcome {
    let path = from.file.as_deref().filter(|path| path.as_os_str() != "-");
    match path {
        None => Err(Failure::Usage("`--write` needs a file to write to".to_owned())),
        Some(_) if form == Form::Json => {
            Err(Failure::Usage("`--write` is for source: a JSON tree has no layout".to_owned()))
        }
        Some(_) if text == formatted => Ok(ExitCode::SUCCESS),
        Some(path) => {
            fs::write(path, formatted).map_err(|error| Failure::unwritable(path, error))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
