//! redis-py, run by the Python that `tests/run` set up: `redis_py.py` beside this file, which says what must come, and
//! `program.py`, parts of a program that must tell the same of both servers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};
use russet_tests::launch::Running;
use russet_tests::peers::{Server, target_directory};

use crate::same;

/// The parts of `program.py`.
const PARTS: [&str; 9] =
    ["queue", "leaderboard", "weeks", "rates", "groups", "places", "tags", "pages", "listener"];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = [("redis_py::resp2", "2"), ("redis_py::resp3", "3")]
        .map(|(name, protocol)| Trial::test(name, move || redis_py(protocol).map_err(Failed::from)))
        .into();
    for part in PARTS {
        for protocol in ["2", "3"] {
            let name = format!("program::{part}::resp{protocol}");
            trials.push(same(name, move |server| run(server, "program.py", &[protocol, part])));
        }
    }
    trials
}

fn redis_py(protocol: &str) -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    run(&server, "redis_py.py", &[protocol]).map(|_| ())
}

/// What a script says of a server.
fn run(server: &Running, script: &str, arguments: &[&str]) -> Result<String, String> {
    let own = target_directory().join("tests/venv/bin/python");
    let python = if own.is_file() { own } else { PathBuf::from("python3") };
    let output = Command::new(&python)
        .arg("-B")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script))
        .arg(server.address.port().to_string())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{}: {e}", python.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{}\n{}", String::from_utf8_lossy(&output.stderr), server.log_tail(10)))
}
