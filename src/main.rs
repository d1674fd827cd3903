//! The `galo` command.

fn main() -> std::process::ExitCode {
    galo::cli::main()
}
