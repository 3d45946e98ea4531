//! The Russet server.

use std::process::ExitCode;

use russet_server::config;
use russet_server::config::cli::{self, Request};

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
    match config::load(&invocation) {
        Ok(_settings) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
