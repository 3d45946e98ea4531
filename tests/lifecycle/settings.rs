//! Settings from files and arguments.

use std::fs;
use std::path::PathBuf;

use russet_tests::launch::Running;
use russet_tests::peers::Server;
use tempfile::TempDir;

use crate::{contains, run_to_end};

pub(crate) fn version() -> Result<(), String> {
    for flag in ["--version", "-v"] {
        let (code, text) = run_to_end(&[flag])?;
        if code != 0 || !text.starts_with("Russet server v=") || text.lines().count() != 1 {
            return Err(format!("{flag}: exit {code}:\n{text}"));
        }
    }
    Ok(())
}

pub(crate) fn help() -> Result<(), String> {
    for flag in ["--help", "-h"] {
        let (code, text) = run_to_end(&[flag])?;
        if code != 0 {
            return Err(format!("{flag}: exit {code}"));
        }
        contains(&text, &["russet-server", "redis.conf", "--port"])?;
    }
    Ok(())
}

/// A file in a directory of its own.
fn file(name: &str, text: &str) -> Result<(TempDir, PathBuf), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = directory.path().join(name);
    fs::write(&path, text).map_err(|e| e.to_string())?;
    Ok((directory, path))
}

fn asked(server: &Running, parameter: &str) -> Result<String, String> {
    let mut client = server.connect().map_err(|e| e.to_string())?;
    let reply = client.call(&["CONFIG", "GET", parameter]).map_err(|e| e.to_string())?.value;
    let pairs = reply.pairs().unwrap_or_default();
    pairs.first().map(|(_, value)| value.lossy()).ok_or_else(|| format!("CONFIG GET {parameter}: {reply:?}"))
}

fn expect(server: &Running, settings: &[(&str, &str)]) -> Result<(), String> {
    for (name, want) in settings {
        let got = asked(server, name)?;
        if got != *want {
            return Err(format!("{name} is {got:?}, not {want:?}"));
        }
    }
    Ok(())
}

const CONF: &str = "# a remark\n\ntimeout 17\nmaxmemory 3mb\n  HZ 25\nloglevel verbose\n\
    client-output-buffer-limit normal 1mb 2mb 3\nrequirepass \"\"\nsave 900 1\nsave 60 10000\n";

pub(crate) fn redis_conf() -> Result<(), String> {
    let (_directory, path) = file("redis.conf", CONF)?;
    let server = Running::start_with_file(Server::Russet, &path, &[])?;
    expect(
        &server,
        &[
            ("timeout", "17"),
            ("maxmemory", "3145728"),
            ("hz", "25"),
            ("loglevel", "verbose"),
            (
                "client-output-buffer-limit",
                "normal 1048576 2097152 3 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
            ),
        ],
    )
}

pub(crate) fn ron() -> Result<(), String> {
    let (_directory, path) =
        file("russet.ron", "(\n    timeout: 17,\n    maxmemory: \"3mb\",\n    hz: 25,\n)\n")?;
    let server = Running::start_with_file(Server::Russet, &path, &[])?;
    expect(&server, &[("timeout", "17"), ("maxmemory", "3145728"), ("hz", "25")])
}

pub(crate) fn command_line_wins() -> Result<(), String> {
    let (_directory, path) = file("redis.conf", CONF)?;
    let server = Running::start_with_file(Server::Russet, &path, &["--timeout", "99", "--maxmemory", "1gb"])?;
    expect(&server, &[("timeout", "99"), ("maxmemory", "1073741824"), ("hz", "25")])
}

pub(crate) fn unknown_in_redis_conf() -> Result<(), String> {
    let (_directory, path) = file("redis.conf", "timeout 5\n\nnosuch-setting 1\n")?;
    let path = path.to_string_lossy();
    let (code, text) = run_to_end(&[&path])?;
    if code == 0 {
        return Err(format!("it started:\n{text}"));
    }
    contains(&text, &["nosuch-setting", "3", &path])
}

pub(crate) fn unknown_in_ron() -> Result<(), String> {
    let (_directory, path) = file("russet.ron", "(\n    timeout: 5,\n    nosuch_setting: 1,\n)\n")?;
    let path = path.to_string_lossy();
    let (code, text) = run_to_end(&[&path])?;
    if code == 0 {
        return Err(format!("it started:\n{text}"));
    }
    contains(&text, &["nosuch", "3", &path])
}

pub(crate) fn unknown_on_the_command_line() -> Result<(), String> {
    let (code, text) = run_to_end(&["--nosuch-setting", "1"])?;
    if code == 0 {
        return Err(format!("it started:\n{text}"));
    }
    contains(&text, &["nosuch-setting"])
}

pub(crate) fn unreadable_values() -> Result<(), String> {
    for (name, value) in [
        ("timeout", "abc"),
        ("port", "70000"),
        ("maxmemory", "1zb"),
        ("loglevel", "loud"),
        ("databases", "0"),
    ] {
        let (code, text) = run_to_end(&[&format!("--{name}"), value])?;
        if code == 0 {
            return Err(format!("it started with {name} {value}:\n{text}"));
        }
        contains(&text, &[name])?;
    }
    let (_directory, path) = file("redis.conf", "timeout 5\ntimeout 1 2 3\n")?;
    let (code, text) = run_to_end(&[&path.to_string_lossy()])?;
    if code == 0 {
        return Err(format!("it started with three values for timeout:\n{text}"));
    }
    let (code, text) = run_to_end(&["/nosuch/file.conf"])?;
    if code == 0 {
        Err("it started without its file".into())
    } else {
        contains(&text, &["/nosuch/file.conf"])
    }
}

pub(crate) fn rewrite() -> Result<(), String> {
    let (directory, path) = file("redis.conf", "# keep this remark\ntimeout 5\n")?;
    // The rewritten file names the directory, so it must outlive the first server.
    let directory = directory.path().to_string_lossy();
    {
        let server = Running::start_with_file(Server::Russet, &path, &["--dir", &directory])?;
        let mut client = server.connect().map_err(|e| e.to_string())?;
        for line in ["CONFIG SET timeout 33", "CONFIG SET maxmemory 5mb", "CONFIG REWRITE"] {
            let reply = client.line(line).map_err(|e| e.to_string())?;
            if reply.raw != b"+OK\r\n" {
                return Err(format!("{line}: {:?}", reply.value));
            }
        }
    }
    let text = fs::read_to_string(&path).map_err(|e| e.to_string())?;
    contains(&text, &["# keep this remark", "timeout 33", "maxmemory 5mb"])?;
    let server = Running::start_with_file(Server::Russet, &path, &[])?;
    expect(&server, &[("timeout", "33"), ("maxmemory", "5242880")])
}
