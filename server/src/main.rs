//! The Russet server: reads the command line, then runs.

use russet_server::config::cli::{self, Request};
use russet_server::{config, start};
use std::process::ExitCode;

fn main() -> ExitCode {
    let invocation = match cli::parse(std::env::args_os().skip(1)) {
        Request::Help => {
            println!("{}", cli::HELP);
            return ExitCode::SUCCESS;
        }
        Request::Version => {
            println!("{}", cli::version());
            return ExitCode::SUCCESS;
        }
        Request::Run(invocation) => invocation,
    };
    let any_setting = invocation.file.is_some() || invocation.stdin || !invocation.overrides.is_empty();
    let settings = match config::load(&invocation) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    match start::run(settings, any_setting) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => start::fail(&*error),
    }
}
