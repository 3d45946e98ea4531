//! The differential tester: every case file, in both protocols, against the real servers.
//!
//! `cargo test -p russet-tests --test differential [NAME]` after `tests/run --only peers`. See
//! [`russet_tests::case`] for the format of the files in `cases/`; to add a case, add a line.
//!
//! A file's first 40 differences are printed, or as many as `SHOW` says. With `ORACLES=redis,redict` only those are asked. With `RUSSET_SERVER` naming a real server this
//! shows where the real servers differ from each other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::case::{File, Judge, Protocol, play};
use russet_tests::peers::Server;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let asked = std::env::var("ORACLES").ok();
    let wanted =
        |server: &Server| asked.as_ref().is_none_or(|list| list.split(',').any(|n| n == server.to_string()));
    let among: Vec<Server> = Judge::ALL.into_iter().filter(wanted).collect();
    let mut trials = Vec::new();
    for path in case_files() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (protocol, suffix) in [(Protocol::Resp2, "resp2"), (Protocol::Resp3, "resp3")] {
            let (path, among) = (path.clone(), among.clone());
            trials.push(Trial::test(format!("{name}::{suffix}"), move || check(&path, protocol, &among)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn case_files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("differential/cases");
    let entries = fs::read_dir(&directory).expect("the case files are beside this test");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|e| e == "case"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no case files in {}", directory.display());
    files
}

/// Plays a file, of whose oracles those are asked that are `among` these.
fn check(path: &Path, protocol: Protocol, among: &[Server]) -> Result<(), Failed> {
    let shown = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let file = File::read(path)?;
    let oracles: Vec<Server> = file.oracles.iter().copied().filter(|server| among.contains(server)).collect();
    let differences = play(&file, protocol, &oracles, Server::Russet)?;
    if differences.is_empty() {
        return Ok(());
    }
    let mut report = format!("{} lines differ\n", differences.len());
    for difference in differences.iter().take(shown) {
        report.push_str(&difference.to_string());
    }
    if differences.len() > shown {
        report.push_str("...\n");
    }
    Err(report.into())
}
