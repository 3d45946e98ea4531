//! The directory in which the suite runs: its source, with Russet in the place of its server.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::Rng;
use russet_tests::peers::{Server, libraries, on_path, target_directory};
use tempfile::TempDir;

/// Where a unit's servers look for free ports: the suite also wants the port 10,000 above each, and all below those that the
/// kernel gives to outgoing connections.
const PORTS: std::ops::Range<u16> = 10_100..19_800;

/// How many ports a unit may use.
const PORT_COUNT: u16 = 150;

/// After so many seconds without progress a unit is given up.
const PATIENCE: u32 = 240;

/// Words of a unit that are read as others.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// What stands there.
    pub(crate) this: String,
    /// What is read.
    pub(crate) that: String,
}

/// Which tests are run.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The unit, such as `unit/type/list`.
    pub(crate) unit: String,
    /// Tests that are left aside, by name or as `/regex`.
    pub(crate) skips: Vec<String>,
    /// Words that are read as others.
    pub(crate) readings: Vec<Reading>,
    /// Tags whose tests are left aside.
    pub(crate) denied: Vec<String>,
    /// Only this test, by name or as `/regex`.
    pub(crate) only: Option<String>,
}

/// A directory that the suite takes for its own source tree.
#[derive(Debug)]
pub(crate) struct Stage {
    directory: TempDir,
    interpreter: PathBuf,
    libraries: Vec<PathBuf>,
}

impl Stage {
    /// Makes one. In a temporary directory, because the paths of the Unix sockets in it must be short.
    pub(crate) fn build() -> Result<Stage, String> {
        let peers = target_directory().join("peers");
        let source = peers.join("valkey-source");
        let interpreter = on_path("tclsh8.6").or_else(|| on_path("tclsh"));
        let interpreter = interpreter.ok_or("no tclsh: run `tests/run --only tools`")?;
        if !source.join("tests/test_helper.tcl").is_file() {
            return Err("no source of Valkey: run `tests/run --only peers`".to_owned());
        }
        let tools = Server::Valkey.binary()?;
        let directory =
            tempfile::Builder::new().prefix("russet-suite-").tempdir().map_err(|e| e.to_string())?;
        let build = || -> std::io::Result<()> {
            let root = directory.path();
            mirror(&source, root, &["src", "tests"])?;
            mirror(&source.join("tests"), &root.join("tests"), &["tmp"])?;
            fs::create_dir(root.join("tests/tmp"))?;
            fs::create_dir(root.join("src"))?;
            for tool in ["valkey-cli", "valkey-benchmark", "valkey-check-aof", "valkey-check-rdb"] {
                symlink(tools.with_file_name(tool), root.join("src").join(tool))?;
            }
            Ok(())
        };
        build().map_err(|error| format!("{}: {error}", directory.path().display()))?;
        let server = Server::Russet.binary()?;
        // No link: a build in the meantime must not change the server under the suite's hands.
        fs::copy(&server, directory.path().join("src/valkey-server"))
            .map_err(|error| format!("{}: {error}", server.display()))?;
        Ok(Stage { directory, interpreter, libraries: [libraries(&tools), libraries(&server)].concat() })
    }

    /// Whether a unit has tests with names, and not only assertions.
    pub(crate) fn names_tests(&self, choice: &Choice) -> Result<bool, String> {
        let path = self.directory.path().join("tests").join(&choice.unit).with_extension("tcl");
        let source = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(source.lines().any(|line| line.trim_start().starts_with("test ")))
    }

    /// Runs the chosen tests. Returns whether the suite was content, and what it printed.
    pub(crate) fn run(&self, choice: &Choice) -> Result<(bool, String), String> {
        let mut command = self.command(choice)?;
        let output = command.output().map_err(|error| error.to_string())?;
        let text = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }

    /// Runs the chosen tests for somebody who looks on. Returns whether the suite was content.
    pub(crate) fn show(self, choice: &Choice) -> Result<bool, String> {
        let status = self.command(choice)?.status().map_err(|error| error.to_string())?;
        if !status.success() {
            println!("logs: {}", self.keep().display());
        }
        Ok(status.success())
    }

    /// Leaves the directory where it is, for somebody who wants to read the servers' logs.
    pub(crate) fn keep(self) -> PathBuf {
        self.directory.keep()
    }

    /// Puts a copy of the unit into the place of the link to it, with the words that are to be read.
    fn translate(&self, choice: &Choice) -> Result<(), String> {
        if choice.readings.is_empty() {
            return Ok(());
        }
        let path = self.directory.path().join("tests").join(&choice.unit).with_extension("tcl");
        let say = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut source = fs::read_to_string(&path).map_err(say)?;
        for Reading { this, that } in &choice.readings {
            if !source.contains(this) {
                return Err(format!("units.txt: `{this}` does not stand in {}", choice.unit));
            }
            source = source.replace(this, that);
        }
        // Its folder is a link: it becomes one of links.
        let folder = path.parent().ok_or("a unit is in a folder")?;
        let original = fs::canonicalize(folder).map_err(say)?;
        fs::remove_file(folder).map_err(say)?;
        mirror(&original, folder, &[]).map_err(say)?;
        fs::remove_file(&path).map_err(say)?;
        fs::write(&path, source).map_err(say)
    }

    fn command(&self, choice: &Choice) -> Result<Command, String> {
        self.translate(choice)?;
        let base = rand::rng().random_range(PORTS.start..PORTS.end - PORT_COUNT);
        let libraries = std::env::join_paths(&self.libraries).map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.interpreter);
        command.current_dir(self.directory.path()).env("LD_LIBRARY_PATH", libraries);
        // Without colours: what it prints is read.
        command.env("TERM", "dumb").stdin(Stdio::null());
        command.args([
            "tests/test_helper.tcl",
            "--clients",
            "1",
            "--dont-clean",
            "--durable",
            "--single",
            &choice.unit,
        ]);
        command.args(["--baseport", &base.to_string(), "--portcount", &PORT_COUNT.to_string()]);
        command.args(["--timeout", &PATIENCE.to_string()]);
        for tag in &choice.denied {
            command.args(["--tags", &format!("-{tag}")]);
        }
        for test in &choice.skips {
            command.args(["--skiptest", test]);
        }
        if let Some(test) = &choice.only {
            command.args(["--only", test]);
        }
        let more = std::env::var("OPTIONS").unwrap_or_default();
        command.args(more.split_whitespace());
        Ok(command)
    }
}

/// Links each entry of `from` into the directory `to`, which is made if it is not there; but for the `others`.
fn mirror(from: &Path, to: &Path, others: &[&str]) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if others.iter().all(|other| entry.file_name() != *other) {
            symlink(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
