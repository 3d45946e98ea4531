//! What stops the start: a mistake in a file, on standard input or on the command line, told in Redis's
//! words.
//!
//! Every mistake is made with Russet and with a real Redis, and what they print is compared: the line's
//! number, the line and the reason. A case is a line of [`MISTAKES`]: the text of `x.conf`, then the
//! arguments.

use std::fs;
use std::io::Write as _;
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::peers::{Server, libraries};

/// The text of `x.conf` (`None`: no file) and the arguments, separated by blanks, in which `~` is the empty
/// one and `_` a blank.
const MISTAKES: &[(Option<&str>, &str)] = &[
    (Some("# c\nport 0\nfoo bar\n"), "x.conf"),
    (Some("port 0\nport 1 2\n"), "x.conf"),
    (Some("port 0\nport \"1\n"), "x.conf"),
    (Some("port 0\nport '1'2\n"), "x.conf"),
    (Some("port\n"), "x.conf"),
    (Some("   \n  port abc # hey\n"), "x.conf"),
    (Some("\"\" x\n"), "x.conf"),
    (Some("port 0\r\nhz x\r\n"), "x.conf"),
    (Some("save 900\n"), "x.conf"),
    // Some parameters that take a list take an empty one.
    (Some("save\nhz x\n"), "x.conf"),
    (Some("bind\nhz x\n"), "x.conf"),
    (Some("client-output-buffer-limit\nhz x\n"), "x.conf"),
    (Some("latency-tracking-info-percentiles\nhz x\n"), "x.conf"),
    (Some("oom-score-adj-values\n"), "x.conf"),
    (Some("shutdown-on-sigint\n"), "x.conf"),
    (Some("notify-keyspace-events\n"), "x.conf"),
    (Some("replicaof\n"), "x.conf"),
    (Some("loglevel\n"), "x.conf"),
    (Some("save \"900 1\" \"3 4\"\n"), "x.conf"),
    (Some("rename-command\n"), "x.conf"),
    (Some("port 0\nrename-command nothing x\n"), "x.conf"),
    (Some("port 0\nrename-command get SET\n"), "x.conf"),
    (Some("rename-command get x\nrename-command get y\n"), "x.conf"),
    (Some("loadmodule\n"), "x.conf"),
    (Some("user\n"), "x.conf"),
    (Some("user a on\nport 1\nuser a off\n"), "x.conf"),
    (Some("unixsocketperm 800\n"), "x.conf"),
    (Some("unixsocketperm 1000\n"), "x.conf"),
    (Some("appendfilename a/b\n"), "x.conf"),
    (Some("appenddirname \"\"\n"), "x.conf"),
    (Some("dbfilename a/b\n"), "x.conf"),
    (Some("dir /no/such/place\n"), "x.conf"),
    (Some("dir \"\"\n"), "x.conf"),
    (Some("replicaof a b\n"), "x.conf"),
    (Some("replicaof a 70000\n"), "x.conf"),
    (Some("slaveof no one x\n"), "x.conf"),
    (Some("databases 0\n"), "x.conf"),
    (Some("supervised foo\n"), "x.conf"),
    (Some("maxmemory 1tb\n"), "x.conf"),
    (Some("maxmemory-clients 101%\n"), "x.conf"),
    (Some("daemonize maybe\n"), "x.conf"),
    (Some("client-output-buffer-limit normal 1 2\n"), "x.conf"),
    (Some("client-output-buffer-limit other 1 2 3\n"), "x.conf"),
    (Some("oom-score-adj-values 1 2\n"), "x.conf"),
    (Some("notify-keyspace-events Q\n"), "x.conf"),
    (Some("latency-tracking-info-percentiles 200\n"), "x.conf"),
    (Some("bind 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8\n"), "x.conf"),
    (Some("shutdown-on-sigint save nosave\n"), "x.conf"),
    (Some("port 0\n"), "x.conf --hz abc"),
    (Some("port 0"), "x.conf --hz abc"),
    (Some("port 0\n\n"), "x.conf --port 0 --timeout 1 --hz a_b"),
    (Some("port 0\ninclude none-*.conf\nhz x\n"), "x.conf"),
    (Some("include missing.conf\n"), "x.conf"),
    (None, "missing.conf"),
    (None, "missing.conf --hz 3"),
    (None, "--port abc"),
    (None, "--foo bar"),
    (None, "--port"),
    (None, "--port 0 --foo"),
    (None, "--save ~ --port abc"),
    (None, "--save --port abc"),
    (None, "--port 0 1 --bar"),
    (None, "--port=7777"),
    (None, "-p 7777"),
    (None, "--hz --port 3"),
    (None, "--appendfsync --verbose"),
    (None, "--hz 5_"),
    (None, "--hz_5 --hz x"),
    (None, "--port 0_1"),
    (None, "--bind 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8"),
    (None, "--io-threads 200 --foo"),
    (None, "-- hz x"),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = MISTAKES.iter().enumerate().map(|(number, (file, args))| {
        Trial::test(format!("{:02} {:?} {args}", number + 1, file.unwrap_or_default()), move || {
            check(*file, args)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn check(file: Option<&str>, args: &str) -> Result<(), Failed> {
    let right = complaint(Server::Redis, file, args)?;
    let given = complaint(Server::Russet, file, args)?;
    if right != given {
        return Err(format!("Redis says:\n{right}\n\nRusset says:\n{given}").into());
    }
    Ok(())
}

/// What `server` prints about the mistake, without what differs from run to run.
fn complaint(server: Server, file: Option<&str>, args: &str) -> Result<String, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    if let Some(text) = file {
        fs::write(directory.path().join("x.conf"), text).map_err(|error| error.to_string())?;
    }
    let args = args.split(' ').map(|arg| arg.replace('~', "").replace('_', " "));
    let binary = server.binary()?;
    let mut child = Command::new(&binary)
        .env("LD_LIBRARY_PATH", std::env::join_paths(libraries(&binary)).map_err(|error| error.to_string())?)
        .args(args)
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    // A server that starts although it should not would run for ever; none of these reads its standard input
    // otherwise.
    child.stdin.take().map(|mut stdin| stdin.flush());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if std::time::Instant::now() > deadline {
            child.kill().map_err(|error| error.to_string())?;
            let output = child.wait_with_output().map_err(|error| error.to_string())?;
            return Err(format!("{server} starts: {}", String::from_utf8_lossy(&output.stdout)));
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.code() != Some(1) {
        return Err(format!("{server} ends with {}", output.status));
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).replace(&directory.path().display().to_string(), "DIR");
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|line| match line.find("Fatal error, can't open") {
            // Redis logs this one, with the time and the process before it.
            Some(at) => Some(&line[at..]),
            None if line.is_empty() || line.starts_with("*** FATAL CONFIG FILE ERROR (Redis ") => None,
            // Russet adds where the line stands, which Redis does not say.
            None if server == Server::Russet && line.starts_with("(in ") => None,
            None => Some(line),
        })
        .collect();
    Ok(lines.join("\n"))
}
