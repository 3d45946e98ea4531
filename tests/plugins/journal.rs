//! What plugins' commands leave in the append-only file, and that a start plays it again.

use super::libraries::{Libraries, text};
use super::talk::Talk;
use russet_tests::launch::{Running, temporary_directory};
use russet_tests::peers::Server;
use rustix::process::Signal;
use std::path::Path;
use std::time::Duration;

pub(crate) fn what_is_played_again(libraries: &Libraries) -> Result<(), String> {
    let directory = temporary_directory()?;
    let place = directory.path();
    let start = || {
        let extra =
            ["--appendonly", "yes", "--appendfsync", "always", "--loadmodule", text(&libraries.troubled)];
        Talk::with(Running::start_in(Server::Russet, place, &extra)?)
    };
    let mut talk = start()?;
    talk.check(&[
        "TROUBLED.SET k v 0 => +OK",
        "TROUBLED.SET t v 900000 => +OK",
        "TROUBLED.PUSH l c one => :1",
        "TROUBLED.PUSH l c two => :2",
        "SADD s only => :1",
        "TROUBLED.SHUFFLE s d => $4 only",
        "TROUBLED.SHUFFLE s d => $-1",
        "TROUBLED.ABOUT k => *4 :1 $6 string :0 :0",
        "MULTI => +OK",
        "TROUBLED.PUSH l c three => +QUEUED",
        "TROUBLED.SET m v 0 => +QUEUED",
        "EXEC => *2 :3 +OK",
        "TROUBLED.PUSH k c x => -WRONGTYPE...",
    ])?;
    let digest = talk.say("DEBUG DIGEST")?;
    let written = commands(place)?;
    let expected = [
        "SELECT 0",
        "SET k v",
        "SET t v PXAT ?",
        "TROUBLED.PUSH l c one",
        "TROUBLED.PUSH l c two",
        "SADD s only",
        "MULTI",
        "SREM s only",
        "SADD d only",
        "EXEC",
        "MULTI",
        "TROUBLED.PUSH l c three",
        "SET m v",
        "EXEC",
    ];
    if written != expected {
        return Err(format!("the file has\n  {}", written.join("\n  ")));
    }
    talk.server.signal(Signal::KILL);
    talk.server.wait_end(Duration::from_secs(10))?;
    let mut talk = start()?;
    let again = talk.say("DEBUG DIGEST")?;
    if again != digest {
        return Err(format!("after a start: {again} instead of {digest}"));
    }
    talk.check(&["LRANGE l 0 -1 => *3 $3 one $3 two $5 three", "GET c => $1 3"])
}

/// The commands in the last increment, with points in time left out.
fn commands(place: &Path) -> Result<Vec<String>, String> {
    let path = place.join("appendonlydir/appendonly.aof.1.incr.aof");
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = text.split("\r\n");
    let mut commands = Vec::new();
    while let Some(count) = lines.next().and_then(|line| line.strip_prefix('*')) {
        let count: usize = count.parse().map_err(|_| "a count that is none")?;
        let words: Vec<&str> = (0..count).filter_map(|_| lines.nth(1)).collect();
        let shown = |word: &&str| match word.len() == 13 && word.bytes().all(|byte| byte.is_ascii_digit()) {
            true => "?".to_owned(),
            false => (*word).to_owned(),
        };
        commands.push(words.iter().map(shown).collect::<Vec<_>>().join(" "));
    }
    Ok(commands)
}
