//! What the documents show is what happens: their sessions are typed again and their configurations started.
//!
//! `cargo test -p russet-tests --test sessions [NAME]`, after the server has been built. Of README.md and of
//! every page of the book,
//!
//! - a `console` block is replayed against a server that is fresh for each page. A line that begins with a
//!   prompt (`127.0.0.1:6379> SET a 1`, or `127.0.0.1:6379(TX)> `) is typed into redis-cli, one that begins
//!   with `$ ` is run by a shell, and every other line must be printed, in this order;
//! - a `conf` or `ron` block must be a configuration file that the server starts with.
//!
//! In the shell of a session `redis-cli` means this server's port, and `russet-server` the server under test.

use std::fs;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::launch::Running;
use russet_tests::markdown::{Block, Document};
use russet_tests::peers::Server;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    // CONTRIBUTING.md has its own test, which first builds what its sessions talk to.
    for page in Document::all().into_iter().filter(|page| page.name != "CONTRIBUTING.md") {
        let (sessions, rest): (Vec<Block>, Vec<Block>) =
            page.blocks().into_iter().partition(|block| block.info == "console");
        if !sessions.is_empty() {
            let name = page.name.clone();
            trials.push(Trial::test(format!("{name}::console"), move || replay(&name, &sessions)));
        }
        for block in rest.into_iter().filter(|block| matches!(block.info.as_str(), "conf" | "ron")) {
            let name = format!("{}:{}", page.name, block.line);
            trials.push(Trial::test(name, move || starts_with(&block)));
        }
    }
    assert!(!trials.is_empty(), "no document shows a session");
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn replay(page: &str, sessions: &[Block]) -> Result<(), Failed> {
    let server = Running::start(Server::Russet, &[])?;
    russet_tests::session::replay(page, sessions, &Server::Russet.binary()?, server.address.port())?;
    Ok(())
}

/// Starts the server with a configuration as a file.
fn starts_with(block: &Block) -> Result<(), Failed> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join(if block.info == "ron" { "russet.ron" } else { "redis.conf" });
    fs::write(&file, &block.text)?;
    Running::start_with_file(Server::Russet, &file, &[])?;
    Ok(())
}
