//! What a server tells those who listen to what becomes of its keys.

use std::io;

use crate::client::Client;
use crate::launch::Running;
use crate::quoting::show_short;

/// Every class of events, and those that `A` leaves out: keys that are missed and keys that are new.
const CLASSES: &str = "EAmn";
/// What no channel is called.
const MARK: &[u8] = b"all heard";

/// A client that listens to all events of all databases.
#[derive(Debug)]
pub(super) struct Listener(Client);

impl Listener {
    /// Lets a server tell events, and listens.
    pub(super) fn start(running: &Running) -> io::Result<Listener> {
        let mut client = running.connect()?;
        client.line(&format!("CONFIG SET notify-keyspace-events {CLASSES}"))?;
        client.line("PSUBSCRIBE __keyevent@*")?;
        Ok(Listener(client))
    }

    /// What has been told since the last time, one after the other: database, event and key. Keys that expired
    /// or were missed one after the other come sorted, since commands like SCAN and SORT meet them in the order of a table.
    pub(super) fn heard(&mut self) -> io::Result<Vec<String>> {
        self.0.send(&[b"PING", MARK])?;
        let mut heard = Vec::new();
        loop {
            let reply = self.0.read()?.value;
            match reply.items().unwrap_or_default() {
                [_, mark] if mark.text() == Some(MARK) => break,
                [_, _, channel, key] => {
                    let channel = channel.lossy();
                    let event = channel.trim_start_matches("__keyevent@");
                    heard.push(format!("{event} \"{}\"", show_short(key.text().unwrap_or_default(), 60)));
                }
                _ => return Err(io::Error::other(format!("a listener was told {reply:?}"))),
            }
        }
        // ` 0:expired "key"`: the runs of one event.
        let unordered = |line: &str| {
            let event = line.split(' ').next().and_then(|event| event.split("__:").nth(1));
            event.filter(|event| matches!(*event, "expired" | "keymiss")).map(str::to_owned)
        };
        let one_run = |a: &String, b: &String| unordered(a).is_some_and(|event| unordered(b) == Some(event));
        heard.chunk_by_mut(one_run).for_each(<[String]>::sort);
        Ok(heard)
    }
}
