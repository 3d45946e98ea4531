//! A server on a disk that fails on demand, and the record of what it did.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use russet_tests::client::Client;
use russet_tests::launch::{Running, temporary_directory};
use russet_tests::peers::{Server, target_directory};
use russet_tests::quoting::show_short;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::scenes::Scene;

/// A server, its files, and what it did.
pub(crate) struct Disk {
    server: Server,
    directory: TempDir,
    /// Which files fail.
    matching: String,
    running: Option<Running>,
    client: Option<Client>,
    said: Vec<String>,
}

/// Plays a scene.
pub(crate) fn play(scene: Scene, server: Server) -> Result<Vec<String>, String> {
    let (directory, matching) = (temporary_directory()?, "nothing".to_owned());
    let mut disk = Disk { server, directory, matching, running: None, client: None, said: Vec::new() };
    scene(&mut disk).map_err(|e| match &disk.running {
        Some(running) => format!("{e}\n{}", running.log_tail(20)),
        None => e,
    })?;
    Ok(disk.said)
}

/// The shim, built once.
fn shim() -> Result<PathBuf, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let build = || {
        let library = target_directory().join(format!("tmp/faults-{}.so", std::process::id()));
        fs::create_dir_all(target_directory().join("tmp")).map_err(|e| e.to_string())?;
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/faults/shim.c");
        let arguments = ["-shared", "-fPIC", "-O1", "-o"];
        let status = Command::new("cc").args(arguments).arg(&library).arg(source).arg("-ldl").status();
        match status {
            Ok(status) if status.success() => Ok(library),
            Ok(status) => Err(format!("cc: {status}")),
            Err(error) => Err(format!("cc: {error}")),
        }
    };
    BUILT.get_or_init(build).clone()
}

impl Disk {
    /// Starts the server on what files there are. Files whose path contains `matching` can be made to fail, or ends with it
    /// where that ends with `$`.
    pub(crate) fn start(&mut self, matching: &str, settings: &[&str]) -> Result<(), String> {
        self.matching = matching.to_owned();
        self.fail("")?;
        self.launch(settings)
    }

    fn launch(&mut self, settings: &[&str]) -> Result<(), String> {
        let (shim, control) = (shim()?, self.directory.path().join("fault"));
        let environment =
            [("LD_PRELOAD", shim.to_string_lossy()), ("FAULT_CONTROL", control.to_string_lossy())];
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, &**value)).collect();
        let running = Running::start_with(self.server, self.directory.path(), &environment, settings)?;
        self.client = Some(running.connect().map_err(|e| e.to_string())?);
        self.running = Some(running);
        Ok(())
    }

    /// That the server does not start on a disk that fails so, and records what it ends with.
    pub(crate) fn refuses(&mut self, how: &str, matching: &str, settings: &[&str]) -> Result<(), String> {
        self.matching = matching.to_owned();
        self.fail(how)?;
        let ended = match self.launch(settings) {
            Ok(()) => "it starts".to_owned(),
            Err(error) => error
                .lines()
                .next()
                .and_then(|line| line.split("with ").nth(1))
                .map_or(Err(error.clone()), |status| Ok(format!("it ends with {status}")))?,
        };
        self.said.push(format!("{how} {matching}: {ended}"));
        self.fail("")
    }

    /// Makes the disk fail: `full`, `short`, `sync` or `readonly`; with nothing, no longer.
    pub(crate) fn fail(&self, how: &str) -> Result<(), String> {
        let text = format!("{how} {}", self.matching);
        let text = if how.is_empty() { "" } else { &text };
        fs::write(self.directory.path().join("fault"), text).map_err(|e| e.to_string())
    }

    /// Where the files are.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Says lines and records the answers, or that the connection is gone.
    pub(crate) fn say(&mut self, lines: &str) -> Result<(), String> {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let answer = match self.ask(line) {
                Ok(raw) => show_short(&raw, 500),
                Err(_) => "no answer".to_owned(),
            };
            self.said.push(format!("{line}: {answer}"));
        }
        Ok(())
    }

    /// Says a line in which a word stands for another, which is not recorded.
    pub(crate) fn say_with(&mut self, line: &str, word: &str, meant: &str) -> Result<(), String> {
        let answer = self.ask(&line.replace(word, meant))?;
        self.said.push(format!("{line}: {}", show_short(&answer, 500)));
        Ok(())
    }

    /// That the answer to a line is that text.
    pub(crate) fn holds(&mut self, line: &str, expected: &str) -> Result<(), String> {
        let answer = self.ask(line)?;
        let expected = format!("${}\r\n{expected}\r\n", expected.len());
        if answer == expected.as_bytes() {
            Ok(())
        } else {
            Err(format!("{line}: {}, not {}", show_short(&answer, 500), expected.escape_default()))
        }
    }

    /// The answer to a line, which is not recorded.
    pub(crate) fn ask(&mut self, line: &str) -> Result<Vec<u8>, String> {
        let client = self.client.as_mut().ok_or("not started")?;
        client.line(line).map(|reply| reply.raw).map_err(|e| e.to_string())
    }

    /// Waits until the answer to a line contains `text`.
    pub(crate) fn until(&mut self, line: &str, text: &str) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(15);
        while Instant::now() < end {
            let answer = self.ask(line)?;
            if String::from_utf8_lossy(&answer).contains(text) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        let answer = self.ask(line)?;
        Err(format!("{line} never says {text}: {}", String::from_utf8_lossy(&answer)))
    }

    /// Waits for the server to end by itself and records how.
    pub(crate) fn ends(&mut self) -> Result<(), String> {
        let running = self.running.as_mut().ok_or("not started")?;
        let status = running.wait_end(Duration::from_secs(5))?;
        self.said.push(format!("ends with {:?}", status.code()));
        self.running = None;
        Ok(())
    }

    /// Kills the server.
    pub(crate) fn kill(&mut self) -> Result<(), String> {
        if let Some(mut running) = self.running.take() {
            running.signal(Signal::KILL);
            running.wait_end(Duration::from_secs(5))?;
        }
        Ok(())
    }

    /// That the log contains a text.
    pub(crate) fn logged(&self, text: &str) -> Result<(), String> {
        let log = fs::read(self.directory.path().join("server.log")).map_err(|e| e.to_string())?;
        if String::from_utf8_lossy(&log).contains(text) {
            Ok(())
        } else {
            Err(format!("{text:?} is not in the log"))
        }
    }

    /// Records the text of the manifest.
    pub(crate) fn manifest(&mut self) -> Result<(), String> {
        let path = self.path().join("appendonlydir/appendonly.aof.manifest");
        let text = fs::read_to_string(path).map_err(|e| format!("manifest: {e}"))?;
        self.said.push(format!("manifest: {}", text.replace('\n', "; ")));
        Ok(())
    }

    /// That every file that the manifest names is there.
    pub(crate) fn whole(&mut self) -> Result<(), String> {
        self.manifest()?;
        let named = self.said.last().map(String::as_str).unwrap_or_default();
        let names = named.split("file ").skip(1).filter_map(|line| line.split(' ').next());
        let missing: Vec<&str> =
            names.filter(|name| !self.path().join("appendonlydir").join(name).exists()).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?} is not there: {named}")) }
    }

    /// Records which of the directory's files have names that begin so.
    pub(crate) fn files(&mut self, beginning: &str) -> Result<(), String> {
        let entries = fs::read_dir(self.directory.path()).map_err(|e| e.to_string())?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let count = names.filter(|name| name.starts_with(beginning)).count();
        self.said.push(format!("{count} files {beginning}*"));
        Ok(())
    }
}
