//! redis-py: `redis_py.py` beside this file, run by the Python that `tests/run` set up.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};
use russet_tests::launch::Running;
use russet_tests::peers::{Server, target_directory};

pub(crate) fn trials() -> Vec<Trial> {
    [("redis_py::resp2", "2"), ("redis_py::resp3", "3")]
        .map(|(name, protocol)| Trial::test(name, move || run(protocol).map_err(Failed::from)))
        .into()
}

fn run(protocol: &str) -> Result<(), String> {
    let own = target_directory().join("tests/venv/bin/python");
    let python = if own.is_file() { own } else { PathBuf::from("python3") };
    let server = Running::start(Server::Russet, &[])?;
    let output = Command::new(&python)
        .arg("-B")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/redis_py.py"))
        .args([server.address.port().to_string().as_str(), protocol])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{}: {e}", python.display()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}\n{}", String::from_utf8_lossy(&output.stderr), server.log_tail(10)))
}
