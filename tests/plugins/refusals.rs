//! What is not loaded, why, and that nothing of it has run.

use super::libraries::{Libraries, text};
use super::talk::Talk;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Checks that a file is refused for a reason, and that the server goes on.
fn refused(talk: &mut Talk, path: &Path, args: &str, because: &str) -> Result<(), String> {
    let said = talk.say(&format!("MODULE LOAD {} {args}", text(path)))?;
    if !said.starts_with("-ERR Error loading the extension: ") || !said.contains(because) {
        return Err(format!("{}\n  expected {because}\n  answered {said}", path.display()));
    }
    talk.check(&["PING => +PONG", "MODULE LIST => *0"])
}

/// Writes a file that may be executed.
fn write(talk: &Talk, name: &str, bytes: &[u8]) -> Result<std::path::PathBuf, String> {
    let path = talk.server.directory().join(name);
    std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
    allow(&path, 0o755)?;
    Ok(path)
}

fn allow(path: &Path, mode: u32) -> Result<(), String> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(|error| error.to_string())
}

pub(crate) fn files(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    let library = std::fs::read(&libraries.hello).map_err(|error| error.to_string())?;
    let nowhere = talk.server.directory().join("nowhere.so");
    refused(&mut talk, &nowhere, "", "No such file or directory")?;
    let directory = talk.server.directory().to_path_buf();
    refused(&mut talk, &directory, "", "no shared library")?;
    for (name, bytes) in [
        ("empty.so", &b""[..]),
        ("script.so", b"#!/bin/sh\n"),
        ("head.so", &library[..64]),
        ("half.so", &library[..library.len() / 2]),
    ] {
        let path = write(&talk, name, bytes)?;
        let because = if name == "half.so" { "" } else { "no shared library" };
        refused(&mut talk, &path, "", because)?;
    }
    let path = write(&talk, "locked.so", &library)?;
    allow(&path, 0o644)?;
    refused(&mut talk, &path, "", "chmod +x")?;
    refused(&mut talk, &libraries.headless, "", "no function russet_plugin_load")?;
    // A program, which a server could start but not load.
    let program = russet_tests::peers::Server::Russet.binary()?;
    refused(&mut talk, &program, "", "")
}

pub(crate) fn manifests(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    refused(&mut talk, &libraries.early, "", "version 9.0 of the plugin interface, and this server has 1.0")?;
    if talk.server.directory().join("constructor-ran").exists() {
        return Err("the constructor of a plugin that was refused has run".into());
    }
    // The same library with other bytes in its manifest.
    let library = std::fs::read(&libraries.hello).map_err(|error| error.to_string())?;
    let at = library.windows(8).position(|window| window == b"RUSSETPL").ok_or("there is no manifest")?;
    for (offset, bytes, because) in [
        (0, &b"X"[..], "no manifest"),
        (8, &[1, 0, 0, 0], "no manifest"),
        (12, &[2], "version 2.0"),
        (16 + 7, &[0x80], "number 63"),
        (28, b"a b", "letters, digits"),
        (28, b"\0", "letters, digits"),
        (28, &[b'x'; 36], "no manifest"),
    ] {
        let mut changed = library.clone();
        changed[at + offset..][..bytes.len()].copy_from_slice(bytes);
        let path = write(&talk, "changed.so", &changed)?;
        refused(&mut talk, &path, "", because)?;
    }
    // One of a later minor version fits.
    let mut newer = library;
    newer[at + 14] = 7;
    let path = write(&talk, "newer.so", &newer)?;
    talk.check(&[&format!("MODULE LOAD {} => +OK", text(&path)), "HELLO.GREET x => *2 +Hello $-1"])
}

pub(crate) fn declarations(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    refused(&mut talk, &libraries.contrary, "refuse", "the plugin does not load: it does not want to")?;
    refused(&mut talk, &libraries.contrary, "steal", "there is a command 'get' already")?;
    refused(&mut talk, &libraries.contrary, "mumble", "no name for a command")?;
    refused(&mut talk, &libraries.troubled, "refuse", "not today")?;
    refused(&mut talk, &libraries.troubled, "panic", "it panicked: at the door")?;
    talk.check(&["SET k v => +OK", "GET k => $1 v"])?;
    // Two plugins of one name, and two with one command.
    let load = format!("MODULE LOAD {}", text(&libraries.hello));
    let mut renamed = std::fs::read(&libraries.hello).map_err(|error| error.to_string())?;
    let at = renamed.windows(8).position(|window| window == b"RUSSETPL").ok_or("there is no manifest")?;
    renamed[at + 28..][..5].copy_from_slice(b"HOLLA");
    let other = write(&talk, "renamed.so", &renamed)?;
    talk.check(&[
        &format!("{load} => +OK"),
        &format!("{load} => -ERR Error loading the extension: a plugin named 'hello' is loaded: MODULE UNLOAD hello first."),
        &format!(
            "MODULE LOAD {} => -ERR Error loading the extension: the plugin declares what cannot be: there is a command \
             'hello.greet' already.",
            text(&other)
        ),
        "HELLO.GREET x => *2 +Hello $-1",
        "MODULE UNLOAD hello => +OK",
        &format!("MODULE LOAD {} => +OK", text(&other)),
        "HELLO.GREET x => *2 +Hello $-1",
    ])?;
    let left = talk.mappings("memfd:hello");
    if left != 0 {
        return Err(format!("{left} mappings of what was unloaded or refused are left"));
    }
    Ok(())
}

pub(crate) fn permission(libraries: &Libraries) -> Result<(), String> {
    use russet_tests::launch::Running;
    use russet_tests::peers::Server;
    let path = text(&libraries.hello);
    let mut talk = Talk::with(Running::start(Server::Russet, &[])?)?;
    talk.check(&[&format!("MODULE LOAD {path} => -ERR MODULE command not allowed. ..."), "PING => +PONG"])?;

    let mut talk = Talk::with(Running::start(Server::Russet, &["--enable-module-command", "local"])?)?;
    talk.check(&[&format!("MODULE LOAD {path} => +OK"), "MODULE UNLOAD hello => +OK"])?;

    let mut talk = Talk::start(&["--plugin-directories", "/nowhere"])?;
    talk.check(&[&format!("MODULE LOAD {path} => -ERR Error loading the extension: the file is not in one of plugin-directories...")])?;
    let directory = text(libraries.hello.parent().unwrap_or(Path::new("/")));
    let mut talk = Talk::start(&["--plugin-directories", "/nowhere", directory])?;
    talk.check(&[&format!("MODULE LOAD {path} => +OK"), "MODULE UNLOAD hello => +OK"])?;
    let dodge = format!("{directory}/../{}/{}", name(directory), name(path));
    talk.check(&[&format!("MODULE LOAD {dodge} => +OK"), "MODULE UNLOAD hello => +OK"])?;
    let beside = format!("{directory}/../tests/plugins/hello.so");
    talk.check(&[&format!(
        "MODULE LOAD {beside} => -ERR Error loading the extension: the file is not in one of..."
    )])?;

    talk.check(&[
        &format!("MODULE LOADEX {path} ARGS a b => +OK"),
        "MODULE UNLOAD hello => +OK",
        &format!("MODULE LOADEX {path} => +OK"),
        "MODULE UNLOAD hello => +OK",
        &format!("MODULE LOADEX {path} CONFIG a b => -ERR Error loading the extension: the plugin has no parameter 'a'."),
        &format!("MODULE LOADEX {path} CONFIG a => -ERR Error loading the extension: CONFIG needs a name and a value."),
        &format!("MODULE LOADEX {path} x => -ERR Error loading the extension: 'x' is neither CONFIG nor ARGS."),
        "MODULE LOAD => -ERR wrong number of arguments for 'module|load' command",
        "MODULE LIST => *0",
    ])
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
