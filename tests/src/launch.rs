//! A server of one's own: in a temporary directory, on a free port, ended when the value is dropped.

use std::fs::{self, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::client::Client;
use crate::peers::{Server, libraries};

/// Settings that every server is started with unless the test says otherwise: no files written behind the
/// test's back, and the commands that a fresh server keeps locked are open.
const SETTINGS: &[&str] = &["--save", "", "--appendonly", "no", "--enable-debug-command", "yes"];

/// [`SETTINGS`], as far as that server knows them.
fn settings(server: Server) -> &'static [&'static str] {
    // Before 7.0 no command was locked.
    if server == Server::Redis6 { &SETTINGS[..4] } else { SETTINGS }
}

/// A running server.
#[derive(Debug)]
pub struct Running {
    /// Which one.
    pub server: Server,
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    directory: PathBuf,
    /// The directory, where it is to vanish with the server.
    _temporary: Option<TempDir>,
}

impl Running {
    /// Starts `server` with `extra` arguments after the usual ones and waits until it answers.
    ///
    /// # Errors
    /// A text for a person: no binary, or the server ended or did not answer, with the end of its log.
    pub fn start(server: Server, extra: &[&str]) -> Result<Running, String> {
        let mut last = String::new();
        // Between finding a port free and the server's bind, another test may take it: then try another.
        for _ in 0..5 {
            match Running::start_on(server, free_port()?, extra) {
                Err(message) if message.contains("Address already in use") => last = message,
                other => return other,
            }
        }
        Err(last)
    }

    /// Starts `server` and waits only until it says something, which may be that it is loading.
    ///
    /// # Errors
    /// Those of [`Running::start`].
    pub fn start_loading(server: Server, extra: &[&str]) -> Result<Running, String> {
        let mut command = Command::new(server.binary()?);
        let mut running = Running::launch(server, free_port()?, command.args(settings(server)), extra, None)?;
        running.wait_answer(|_| true)?;
        Ok(running)
    }

    /// The same with a configuration file before all arguments.
    ///
    /// # Errors
    /// Those of [`Running::start`].
    pub fn start_with_file(server: Server, file: &Path, extra: &[&str]) -> Result<Running, String> {
        let file = file.to_string_lossy();
        let port = free_port()?;
        Running::spawn(server, port, Command::new(server.binary()?).arg(&*file), extra, None)
    }

    /// The server under test from a binary that is not in its usual place.
    ///
    /// # Errors
    /// Those of [`Running::start`].
    pub fn start_binary(binary: &Path, extra: &[&str]) -> Result<Running, String> {
        Running::spawn(Server::Russet, free_port()?, Command::new(binary).args(SETTINGS), extra, None)
    }

    /// The same on a port of the caller's choice.
    ///
    /// # Errors
    /// Those of [`Running::start`].
    pub fn start_on(server: Server, port: u16, extra: &[&str]) -> Result<Running, String> {
        Running::spawn(server, port, Command::new(server.binary()?).args(settings(server)), extra, None)
    }

    /// The same in a directory that outlives the server, on files that may lie there.
    ///
    /// # Errors
    /// Those of [`Running::start`].
    pub fn start_in(server: Server, directory: &Path, extra: &[&str]) -> Result<Running, String> {
        Running::start_with(server, directory, &[], extra)
    }

    /// The same with variables of the environment.
    ///
    /// # Errors
    /// Those of [`Running::start`].
    pub fn start_with(
        server: Server,
        directory: &Path,
        environment: &[(&str, &str)],
        extra: &[&str],
    ) -> Result<Running, String> {
        let mut command = Command::new(server.binary()?);
        command.args(settings(server)).envs(environment.iter().copied());
        Running::spawn(server, free_port()?, &mut command, extra, Some(directory))
    }

    fn spawn(
        server: Server,
        port: u16,
        command: &mut Command,
        extra: &[&str],
        directory: Option<&Path>,
    ) -> Result<Running, String> {
        let mut running = Running::launch(server, port, command, extra, directory)?;
        // Any reply will do: a server that asks for a password answers with an error.
        running.wait_answer(|reply| !reply.starts_with(b"-LOADING"))?;
        Ok(running)
    }

    fn launch(
        server: Server,
        port: u16,
        command: &mut Command,
        extra: &[&str],
        directory: Option<&Path>,
    ) -> Result<Running, String> {
        let binary = PathBuf::from(command.get_program());
        let temporary = match directory {
            Some(_) => None,
            None => Some(temporary_directory()?),
        };
        let directory = directory.or(temporary.as_ref().map(TempDir::path)).unwrap_or(Path::new("."));
        let log = directory.join("server.log");
        let log =
            OpenOptions::new().create(true).append(true).open(log).map_err(|e| format!("log file: {e}"))?;
        let libraries = std::env::join_paths(libraries(&binary)).map_err(|e| e.to_string())?;
        let child = command
            .env("LD_LIBRARY_PATH", libraries)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(extra)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|e| e.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|e| format!("{}: {e}", binary.display()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let directory = directory.to_owned();
        Ok(Running { server, address, child, directory, _temporary: temporary })
    }

    fn wait_answer(&mut self, ready: fn(&[u8]) -> bool) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("{} ended at once with {status}:\n{}", self.server, self.log_tail(20)));
            }
            if let Ok(mut client) = self.connect() {
                client.set_patience(Duration::from_secs(2));
                if client.line("PING").is_ok_and(|reply| ready(&reply.raw)) {
                    return Ok(());
                }
            }
            std::thread::sleep(Duration::from_millis(15));
        }
        Err(format!("{} did not answer on {}:\n{}", self.server, self.address, self.log_tail(20)))
    }

    /// A new connection.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn connect(&self) -> std::io::Result<Client> {
        Client::connect(self.address)
    }

    /// The directory that the server runs in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last `lines` lines that the server wrote to its log.
    pub fn log_tail(&self, lines: usize) -> String {
        let text = fs::read(self.directory.join("server.log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            // The child is ours and not yet reaped, so the id cannot belong to another process.
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits for the server to end by itself.
    ///
    /// # Errors
    /// A text when it is still there after `wait`.
    pub fn wait_end(&mut self, wait: Duration) -> Result<ExitStatus, String> {
        let end = Instant::now() + wait;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
                Ok(None) => return Err(format!("{} is still running after {wait:?}", self.server)),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // Not TERM: nothing is to be saved, and a hung server must not hang the suite.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// A directory that vanishes with the value.
///
/// # Errors
/// Those of the file system.
pub fn temporary_directory() -> Result<TempDir, String> {
    let made = tempfile::Builder::new().prefix("russet-test-").tempdir();
    made.map_err(|e| format!("temporary directory: {e}"))
}

/// A port on which nothing listens now, below the range that the kernel gives to outgoing connections.
///
/// # Errors
/// When a hundred random ports are all taken.
pub fn free_port() -> Result<u16, String> {
    let mut rng = rand::rng();
    for _ in 0..100 {
        let port = rng.random_range(10_000..30_000);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err("no free port among a hundred".into())
}
