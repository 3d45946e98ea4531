//! Users from files: what was saved is there after the next start, and what is wrong stops it.

use std::fs;
use std::path::Path;

use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{contains, run_to_end};

fn says(client: &mut Client, line: &str, reply: &str) -> Result<(), String> {
    let raw = client.line(line).map_err(|e| format!("{line}: {e}"))?.raw;
    let told = String::from_utf8_lossy(&raw);
    if told.starts_with(reply) { Ok(()) } else { Err(format!("{line}: {told:?}, not {reply:?}")) }
}

fn connect(server: &Running) -> Result<Client, String> {
    server.connect().map_err(|e| e.to_string())
}

fn names(directory: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(directory).map_err(|e| e.to_string())?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

pub(crate) fn acl_file() -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = directory.path().join("users.acl");
    let place = path.to_string_lossy();
    fs::write(&path, "user alice on >one ~a* +@all\nuser default on nopass ~* &* +@all\n")
        .map_err(|e| e.to_string())?;
    {
        let server = Running::start(Server::Russet, &["--aclfile", &place])?;
        let mut client = connect(&server)?;
        says(&mut client, "ACL SETUSER bob on >two (%R~b* +get) -@dangerous", "+OK")?;
        says(&mut client, "ACL SAVE", "+OK")?;
        if names(directory.path())? != ["users.acl"] {
            return Err(format!("something was left beside the file: {:?}", names(directory.path())?));
        }
        says(&mut client, "ACL SETUSER carol on nopass", "+OK")?;
        let saved = fs::read_to_string(&path).map_err(|e| e.to_string())?;
        fs::write(&path, format!("{saved}user dave on nopas\nalice\n")).map_err(|e| e.to_string())?;
        says(
            &mut client,
            "ACL LOAD",
            &format!("-ERR {place}:4: Syntax error. {place}:5 should start with user keyword"),
        )?;
        says(&mut client, "AUTH carol x", "+OK")?;
        says(&mut client, "AUTH default x", "+OK")?;
        fs::write(&path, &saved).map_err(|e| e.to_string())?;
        says(&mut client, "ACL LOAD", "+OK")?;
        says(&mut client, "AUTH carol x", "-WRONGPASS")?;
        // Nothing of it stands in a configuration file.
        says(&mut client, "CONFIG REWRITE", "-ERR The server is running without a config file")?;
    }
    let server = Running::start(Server::Russet, &["--aclfile", &place])?;
    let mut client = connect(&server)?;
    says(&mut client, "ACL USERS", "*3\r\n$5\r\nalice\r\n$3\r\nbob\r\n$7\r\ndefault\r\n")?;
    says(&mut client, "ACL DRYRUN bob GET b1", "+OK")?;
    says(&mut client, "AUTH alice one", "+OK")?;
    says(&mut client, "GET b", "-NOPERM No permissions to access a key")
}

pub(crate) fn lines_of_the_configuration() -> Result<(), String> {
    let ron = "(\n    // users\n    user: [[\"alice\", \"on\", \">one\", \"~a*\", \"+@all\"], [\"default\", \"off\"]],\n)\n";
    let conf = "# users\nuser alice on >one ~a* +@all\nuser default off\n";
    for (name, text) in [("x.conf", conf), ("x.ron", ron)] {
        let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
        let path = directory.path().join(name);
        fs::write(&path, text).map_err(|e| e.to_string())?;
        // The rewritten file names it, so it must outlive the first server.
        let data = tempfile::tempdir().map_err(|e| e.to_string())?;
        {
            let server =
                Running::start_with_file(Server::Russet, &path, &["--dir", &data.path().to_string_lossy()])?;
            let mut client = connect(&server)?;
            says(&mut client, "PING", "-NOAUTH")?;
            says(&mut client, "AUTH alice one", "+OK")?;
            says(&mut client, "ACL SETUSER bob on nopass (%R~b* +get)", "+OK")?;
            says(&mut client, "CONFIG REWRITE", "+OK")?;
        }
        contains(
            &fs::read_to_string(&path).map_err(|e| e.to_string())?,
            &[text.lines().find(|l| l.contains("users")).unwrap_or(text), "bob"],
        )?;
        let server = Running::start_with_file(Server::Russet, &path, &[])?;
        let mut client = connect(&server)?;
        says(&mut client, "PING", "-NOAUTH")?;
        says(&mut client, "AUTH bob x", "+OK")?;
        says(&mut client, "GET b", "$-1")?;
        says(&mut client, "SET b 1", "-NOPERM User bob has no permissions to run the 'set' command")?;
        says(&mut client, "AUTH alice one", "+OK")?;
    }
    Ok(())
}

pub(crate) fn mistakes_stop_the_start() -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = directory.path().join("users.acl");
    let place = path.to_string_lossy();
    fs::write(&path, "user alice on +nosuch\n").map_err(|e| e.to_string())?;
    for (arguments, reason) in [
        (vec!["--aclfile", &place], "Unknown command or category name in ACL"),
        (vec!["--aclfile", "/nosuch/file"], "Error loading ACLs, opening file '/nosuch/file'"),
        (vec!["--aclfile", &place, "--user", "a", "on"], "please define either an ACL file or declare users"),
        (vec!["--user", "a", "+nosuch"], "Error loading ACL rule '+nosuch' for the user named 'a'"),
        (vec!["--user", "a", "foo"], "Error in user declaration 'foo': Syntax error"),
    ] {
        let (code, text) = run_to_end(&[&["--port", "0", "--unixsocket", "s"][..], &arguments].concat())?;
        if code == 0 {
            return Err(format!("it started with {arguments:?}:\n{text}"));
        }
        contains(&text, &[reason])?;
    }
    Ok(())
}
