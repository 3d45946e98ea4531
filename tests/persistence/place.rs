//! A directory in which one server after another runs, and what the checks ask of them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;
use rustix::process::Signal;
use tempfile::TempDir;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A directory with the files of a server.
pub(crate) struct Place {
    server: Server,
    directory: TempDir,
}

impl Place {
    pub(crate) fn new(server: Server) -> Result<Place, String> {
        let directory =
            tempfile::Builder::new().prefix("russet-files-").tempdir().map_err(|e| e.to_string())?;
        Ok(Place { server, directory })
    }

    /// Starts the server there, and a client of it.
    pub(crate) fn start(&self, extra: &[&str]) -> Result<(Running, Talk), String> {
        let directory = self.path().display().to_string();
        let arguments = [&["--dir", &directory], extra].concat();
        let running = Running::start(self.server, &arguments)?;
        let client = Talk::to(&running)?;
        Ok((running, client))
    }

    /// The same, without waiting until it has loaded what is there.
    pub(crate) fn start_loading(&self, extra: &[&str]) -> Result<(Running, Talk), String> {
        let directory = self.path().display().to_string();
        let running = Running::start_loading(self.server, &[&["--dir", &directory], extra].concat())?;
        let client = Talk::to(&running)?;
        Ok((running, client))
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The names of all files there, in order.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn snapshot(&self) -> PathBuf {
        self.path().join("dump.rdb")
    }
}

/// A client whose answers are text.
pub(crate) struct Talk(Client);

impl Talk {
    pub(crate) fn to(running: &Running) -> Result<Talk, String> {
        running.connect().map(Talk).map_err(|e| e.to_string())
    }

    /// The answer to a line: of an array, what its elements are, with blanks between; `(nil)` for nothing.
    pub(crate) fn ask(&mut self, line: &str) -> Result<String, String> {
        let reply = self.0.line(line).map_err(|e| format!("{line}: {e}"))?;
        Ok(show(&reply.value))
    }

    /// Asks, and wants that answer, or one that begins so where `expected` ends with `*`.
    pub(crate) fn expect(&mut self, line: &str, expected: &str) -> Result<(), String> {
        let said = self.ask(line)?;
        let fits = match expected.strip_suffix('*') {
            Some(beginning) => said.starts_with(beginning),
            None => said == expected,
        };
        if fits { Ok(()) } else { Err(format!("{line} was answered {said:?}, not {expected:?}")) }
    }

    /// Sends a line whose answer is not waited for.
    pub(crate) fn send(&mut self, line: &str) -> Result<(), String> {
        self.0.send_raw(format!("{line}\r\n").as_bytes()).map_err(|e| e.to_string())
    }

    /// A field of `INFO`.
    pub(crate) fn info(&mut self, field: &str) -> Result<String, String> {
        let text = self.ask("INFO")?;
        let found = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        found.map(|value| value.trim().to_owned()).ok_or_else(|| format!("INFO has no {field}:\n{text}"))
    }

    /// Waits until a field of `INFO` has that value.
    pub(crate) fn await_info(&mut self, field: &str, value: &str) -> Result<(), String> {
        until(&format!("{field} is {value}"), || Ok(self.info(field)? == value))
    }
}

/// A value as text.
fn show(value: &Value) -> String {
    match (value.items(), value.integer(), value.text()) {
        (Some(items), ..) => items.iter().map(show).collect::<Vec<_>>().join(" "),
        (_, Some(number), _) => number.to_string(),
        (_, _, Some(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => "(nil)".to_owned(),
    }
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> Result<bool, String>) -> Result<(), String> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if holds()? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(format!("{what}: not within {PATIENCE:?}"))
}

/// Kills a server, without a word.
pub(crate) fn kill(mut running: Running) -> Result<(), String> {
    running.signal(Signal::KILL);
    running.wait_end(PATIENCE).map(drop)
}

/// Waits for the end and wants that exit code.
pub(crate) fn ends_with(running: &mut Running, code: i32) -> Result<(), String> {
    let status = running.wait_end(PATIENCE)?;
    if status.code() == Some(code) {
        Ok(())
    } else {
        Err(format!("ended with {status}, not {code}:\n{}", running.log_tail(20)))
    }
}

/// That the log says that.
pub(crate) fn logged(running: &Running, text: &str) -> Result<(), String> {
    let log = running.log_tail(usize::MAX);
    if log.contains(text) { Ok(()) } else { Err(format!("{text:?} is not in the log:\n{log}")) }
}
