//! Append-only files that keep a server from starting: what the log says, word for word, and what the process ends with.

use std::fs;

use russet_tests::client::encode;
use russet_tests::peers::Server;

use crate::place::{Place, kill};

const ON: &[&str] = &["--appendonly", "yes", "--save", ""];
const MANIFEST: &str = "appendonly.aof.manifest";
const BASE: &str = "file appendonly.aof.1.base.rdb seq 1 type b\n";
const INCREMENT: &str = "file appendonly.aof.1.incr.aof seq 1 type i\n";

/// What is done to the files of a server that has ended: `None` deletes one.
type Damage = Vec<(&'static str, Option<Vec<u8>>)>;

/// The files that a server has left: names and contents.
type Files = Vec<(String, Vec<u8>)>;

/// What the first of these does with damaged files, and that the other does the same.
struct Both(Vec<(Server, Files)>);

impl Both {
    fn new() -> Result<Both, String> {
        let left = |server| Ok::<_, String>((server, left_by(server)?));
        Ok(Both(vec![left(Server::Redis)?, left(Server::Russet)?]))
    }

    fn say_the_same(&self, damage: &Damage) -> Result<(), String> {
        let said = |(server, files): &(Server, Files)| start_on(*server, files, damage);
        let (right, here) = (said(&self.0[0])?, said(&self.0[1])?);
        if right == here { Ok(()) } else { Err(format!("{damage:?}\n  right {right:#?}\n  here  {here:#?}")) }
    }
}

fn left_by(server: Server) -> Result<Files, String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(ON)?;
    client.expect("SET k v", "OK")?;
    client.await_info("aof_buffer_length", "0")?;
    kill(running)?;
    let entries = fs::read_dir(place.path().join("appendonlydir")).map_err(|e| e.to_string())?;
    let file = |entry: fs::DirEntry| {
        Ok((
            entry.file_name().to_string_lossy().into_owned(),
            fs::read(entry.path()).map_err(|e| e.to_string())?,
        ))
    };
    entries.flatten().map(file).collect()
}

/// How a start ends on damaged files, and the warnings that the log has.
fn start_on(server: Server, files: &Files, damage: &Damage) -> Result<Vec<String>, String> {
    let place = Place::new(server)?;
    let directory = place.path().join("appendonlydir");
    fs::create_dir(&directory).map_err(|e| e.to_string())?;
    for (name, content) in files {
        fs::write(directory.join(name), content).map_err(|e| e.to_string())?;
    }
    for (name, content) in damage {
        let path = directory.join(name);
        match content {
            Some(content) => fs::write(&path, content),
            None => fs::remove_file(&path),
        }
        .map_err(|e| format!("{name}: {e}"))?;
    }
    let log = match place.start(ON) {
        Ok((_running, mut client)) => return Ok(vec![format!("it starts with {}", client.ask("GET k")?)]),
        Err(log) => log,
    };
    let status = log.lines().next().and_then(|line| line.split("with ").nth(1)).unwrap_or("?").to_owned();
    Ok(std::iter::once(status).chain(warnings(&log)).collect())
}

/// The lines of a log that are warnings, without time and process, and lines that have no such beginning; what every start
/// says is left out, and that Russet says at last that it ends.
fn warnings(log: &str) -> Vec<String> {
    let usual = [
        "oO0OoO0OoO0Oo",
        "version=",
        "Configuration loaded",
        "Server initialized",
        "overcommit",
        ". Exiting.",
    ];
    let lines = log.lines().skip(1).filter_map(|line| {
        let begins = line.split_once(':').is_some_and(|(pid, _)| pid.parse::<u32>().is_ok());
        match line.split_once(" # ") {
            Some((_, text)) if begins => Some(text.to_owned()),
            _ if begins => (line.ends_with(" #")).then(String::new),
            _ => Some(line.to_owned()),
        }
    });
    let lines = lines.filter(|line| !line.is_empty() && !usual.iter().any(|usual| line.contains(usual)));
    lines.collect()
}

/// Every way in which a line of the manifest can be wrong.
pub(crate) fn manifests() -> Result<(), String> {
    let long = format!("file {} seq 1 type b\n", "a".repeat(1100));
    let both = Both::new()?;
    for text in [
        "",
        "\n",
        "   \n",
        "#\n",
        "# nothing else",
        "file appendonly.aof.1.base.rdb seq 1 type b",
        "file appendonly.aof.1.base.rdb seq 1\n",
        "file appendonly.aof.1.base.rdb seq 1 type\n",
        "file appendonly.aof.1.base.rdb seq 1 type b more\n",
        "file appendonly.aof.1.base.rdb seq 1 type b more words\n",
        "file \"appendonly.aof.1.base.rdb seq 1 type b\n",
        "file 'appendonly.aof.1.base.rdb' seq 1 type b\n",
        "file appendonly.aof.1.base.rdb seq x type b\n",
        "file appendonly.aof.1.base.rdb seq 0 type b\n",
        "file appendonly.aof.1.base.rdb seq 1x type b\n",
        "filx appendonly.aof.1.base.rdb seq 1 type b\n",
        "file appendonly.aof.1.base.rdb seqx 1 type b\n",
        "file appendonly.aof.1.base.rdb seq 1 typex b\n",
        "file appendonly.aof.1.base.rdb seq 1 type \"\"\n",
        "file appendonly.aof.1.base.rdb seq 1 type x\n",
        "file appendonly.aof.1.base.rdb seq 1 type base\n",
        "file sub/appendonly.aof.1.base.rdb seq 1 type b\n",
        "file ../appendonly.aof.1.base.rdb seq 1 type b\n",
        "file \"\" seq 1 type b\n",
        "FILE appendonly.aof.1.base.rdb SEQ 1 TYPE b\n",
        "type b seq 1 file appendonly.aof.1.base.rdb\n",
        "file a file appendonly.aof.1.base.rdb seq 1 type b\n",
        "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.2.base.rdb seq 2 type b\n",
        "file appendonly.aof.1.incr.aof seq 1 type i\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
        "file appendonly.aof.1.incr.aof seq 2 type i\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
        "file appendonly.aof.1.incr.aof seq -1 type i\n",
        "file appendonly.aof.1.incr.aof seq 1 type i\nfile appendonly.aof.1.base.rdb seq 1 type b\n",
        "# about\n\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
        "file appendonly.aof.1.incr.aof seq 1 type i\r\n",
        "file nosuch seq 1 type h\n",
        "\x00\n",
        "file a\x00b seq 1 type b\n",
        &long,
        &long.repeat(2),
    ] {
        both.say_the_same(&vec![(MANIFEST, Some(text.as_bytes().to_vec()))])?;
        // Behind lines that are as they should be.
        let behind = format!("{BASE}{text}");
        both.say_the_same(&vec![(MANIFEST, Some(behind.into_bytes()))])?;
    }
    Ok(())
}

/// Files that the manifest names and that are not there, or are empty, or are not what they are named for.
pub(crate) fn files() -> Result<(), String> {
    const RDB: &str = "appendonly.aof.1.base.rdb";
    const AOF: &str = "appendonly.aof.1.incr.aof";
    let set = |value: &str| encode(&["SET", "k", value]);
    let two = format!("{BASE}{INCREMENT}file appendonly.aof.2.incr.aof seq 2 type i\n").into_bytes();
    let damages: Vec<Damage> = vec![
        vec![(RDB, None)],
        vec![(AOF, None)],
        vec![(RDB, None), (AOF, None)],
        vec![(MANIFEST, None)],
        vec![(RDB, Some(Vec::new()))],
        vec![(AOF, Some(Vec::new()))],
        vec![(RDB, Some(Vec::new())), (AOF, Some(Vec::new()))],
        vec![(MANIFEST, Some(BASE.into()))],
        vec![(MANIFEST, Some(INCREMENT.into()))],
        vec![(MANIFEST, Some(two.clone()))],
        vec![(MANIFEST, Some(two)), ("appendonly.aof.2.incr.aof", Some(set("w")))],
        vec![(RDB, Some(set("x"))), (AOF, Some(Vec::new()))],
        vec![("unnamed", Some(set("y")))],
    ];
    let both = Both::new()?;
    damages.iter().try_for_each(|damage| both.say_the_same(damage))
}
