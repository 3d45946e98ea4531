//! Plays a case file to the server under test and the real servers, side by side.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::time::Duration;

use super::expand::{Names, expand, now_millis};
use super::parse::{Action, File, Judge, Section, Step};
use crate::client::{Client, Reply};
use crate::launch::Running;
use crate::peers::Server;
use crate::quoting::show_short;
use crate::resp::Value;

/// Which version of RESP a section is played in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// What a connection speaks at first.
    Resp2,
    /// After `HELLO 3`.
    Resp3,
}

/// A line on which the server under test is not as it should be.
#[derive(Debug)]
pub struct Difference {
    /// `file.case:line`.
    pub place: String,
    /// The line.
    pub text: String,
    /// What each server said, the one under test last.
    pub said: Vec<(Server, String)>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.place, self.text)?;
        for (server, said) in &self.said {
            writeln!(f, "    {server:<7} {said}")?;
        }
        Ok(())
    }
}

/// What came of one step on one server.
#[derive(Clone, Debug)]
enum Outcome {
    Reply(Reply),
    Bytes { bytes: Vec<u8>, closed: bool },
    Closed(bool),
    Nothing,
    Broken(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Reply(reply) => f.write_str(&show_short(&reply.raw, 600)),
            Outcome::Bytes { bytes, closed } => {
                write!(f, "{}{}", show_short(bytes, 600), if *closed { " (closed)" } else { " (open)" })
            }
            Outcome::Closed(true) => f.write_str("(closed)"),
            Outcome::Closed(false) => f.write_str("(still open)"),
            Outcome::Nothing => f.write_str("(nothing)"),
            Outcome::Broken(why) => write!(f, "(broken: {why})"),
        }
    }
}

/// Plays all sections of `file` that are meant for `protocol`; the right replies come from `oracles`.
///
/// # Errors
/// A text when a server cannot be started or ends.
pub fn play(
    file: &File,
    protocol: Protocol,
    oracles: &[Server],
    tested: Server,
) -> Result<Vec<Difference>, String> {
    let arguments: Vec<&str> = file.arguments.iter().map(String::as_str).collect();
    let mut sides = Vec::new();
    for &server in oracles.iter().chain([&tested]) {
        sides.push(Side::start(server, &arguments)?);
    }
    let mut differences = Vec::new();
    for section in file.sections.iter().filter(|s| s.only.is_none_or(|only| only == protocol)) {
        for side in &mut sides {
            side.fresh(protocol, file.wants_ids)?;
        }
        play_section(file, section, &mut sides, &mut differences);
        for side in &mut sides {
            side.still_there(section)?;
        }
    }
    Ok(differences)
}

fn play_section(file: &File, section: &Section, sides: &mut [Side], differences: &mut Vec<Difference>) {
    for step in &section.steps {
        for turn in 0..step.times {
            let now = now_millis();
            let mut outcomes: Vec<(Server, Outcome)> = Vec::new();
            for side in sides.iter_mut() {
                let outcome = side.take(step, turn, now, &outcomes);
                outcomes.push((side.running.server, outcome));
            }
            if !passes(step, &outcomes) {
                differences.push(Difference {
                    place: format!("{}.case:{}", file.name, step.line),
                    text: step.text.clone(),
                    said: outcomes.iter().map(|(server, outcome)| (*server, outcome.to_string())).collect(),
                });
                // After a reply that never came, all that follows would be off by one.
                if outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Broken(_))) {
                    return;
                }
                break;
            }
        }
    }
}

/// Whether the last outcome is right by those before it.
fn passes(step: &Step, outcomes: &[(Server, Outcome)]) -> bool {
    let ((_, got), oracles) = outcomes.split_last().expect("a server under test");
    if let Judge::Bytes(bytes) = &step.judge {
        return matches!(got, Outcome::Reply(reply) if reply.raw == *bytes);
    }
    !matches!(got, Outcome::Broken(_))
        && oracles.iter().filter(|(server, _)| step.judge.asks(*server)).all(|(_, want)| match (got, want) {
            (Outcome::Reply(got), Outcome::Reply(want)) => step.rule.accepts(got, want),
            (Outcome::Bytes { bytes: a, closed: c }, Outcome::Bytes { bytes: b, closed: d }) => {
                c == d && (step.rule.any || a == b)
            }
            (Outcome::Closed(a), Outcome::Closed(b)) => a == b,
            (Outcome::Nothing, Outcome::Nothing) => true,
            _ => false,
        })
}

/// One server with its connections.
struct Side {
    running: Running,
    control: Client,
    connections: HashMap<usize, Connection>,
    protocol: Protocol,
    wants_ids: bool,
}

struct Connection {
    client: Client,
    id: i64,
    address: String,
}

impl Names for HashMap<usize, Connection> {
    fn look_up(&self, name: &str) -> Option<String> {
        let number = |text: &str| text.parse::<usize>().ok();
        if let Some(n) = name.strip_prefix("id").and_then(number) {
            return Some(self.get(&n)?.id.to_string());
        }
        let n = name.strip_prefix("addr").and_then(number)?;
        Some(self.get(&n)?.address.clone())
    }
}

impl Side {
    fn start(server: Server, arguments: &[&str]) -> Result<Side, String> {
        let running = Running::start(server, arguments)?;
        let mut control = running.connect().map_err(|e| format!("{server}: {e}"))?;
        if let Some(at) = arguments.iter().position(|a| *a == "--requirepass") {
            control.call(&["AUTH", arguments[at + 1]]).map_err(|e| format!("{server}: AUTH: {e}"))?;
        }
        Ok(Side {
            running,
            control,
            connections: HashMap::new(),
            protocol: Protocol::Resp2,
            wants_ids: false,
        })
    }

    fn fresh(&mut self, protocol: Protocol, wants_ids: bool) -> Result<(), String> {
        self.connections.clear();
        self.protocol = protocol;
        self.wants_ids = wants_ids;
        // Connections closed a moment ago may still be in the server's list: this makes them leave it now.
        for line in ["CLIENT KILL SKIPME yes", "CLIENT UNPAUSE", "FLUSHALL", "CONFIG RESETSTAT"] {
            self.control.line(line).map_err(|e| format!("{}: {line}: {e}", self.running.server))?;
        }
        Ok(())
    }

    fn still_there(&mut self, section: &Section) -> Result<(), String> {
        self.control.line("PING").map(|_| ()).map_err(|e| {
            format!(
                "{} did not live through section {:?} ({e}):\n{}",
                self.running.server,
                section.title,
                self.running.log_tail(30)
            )
        })
    }

    fn open(&self) -> io::Result<Connection> {
        let mut client = self.running.connect()?;
        let address = client.local_address()?.to_string();
        if self.protocol == Protocol::Resp3 {
            let reply = client.line("HELLO 3")?;
            // Where a password is wanted, the case itself says HELLO.
            if reply.value.is_error() && !reply.raw.starts_with(b"-NOAUTH") {
                return Err(io::Error::other(format!("HELLO 3: {}", reply.value.lossy())));
            }
        }
        let id = if self.wants_ids { client.line("CLIENT ID")?.value.integer().unwrap_or(-1) } else { -1 };
        Ok(Connection { client, id, address })
    }

    /// Does one step; `before` is what the other servers did with it.
    fn take(&mut self, step: &Step, turn: usize, now: i64, before: &[(Server, Outcome)]) -> Outcome {
        if let Action::Wait(time) = step.action {
            // Once for all servers is enough.
            if before.is_empty() {
                std::thread::sleep(time);
            }
            return Outcome::Nothing;
        }
        if step.action == Action::Reconnect {
            self.connections.remove(&step.connection);
        }
        if !self.connections.contains_key(&step.connection) {
            match self.open() {
                Ok(connection) => self.connections.insert(step.connection, connection),
                Err(error) => return Outcome::Broken(error.to_string()),
            };
        }
        let words = |words: &[Vec<u8>]| -> Vec<Vec<u8>> {
            words.iter().map(|w| expand(w, turn, now, &self.connections)).collect()
        };
        let action = match &step.action {
            Action::Call(w) => Action::Call(words(w)),
            Action::Scan(w) => Action::Scan(words(w)),
            Action::Send(w) => Action::Send(words(w)),
            Action::Raw(bytes) => Action::Raw(expand(bytes, turn, now, &self.connections)),
            other => other.clone(),
        };
        let client = &mut self.connections.get_mut(&step.connection).expect("just opened").client;
        act(client, &action, before).unwrap_or_else(|error| Outcome::Broken(error.to_string()))
    }
}

fn act(client: &mut Client, action: &Action, before: &[(Server, Outcome)]) -> io::Result<Outcome> {
    const QUIET: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(3);
    Ok(match action {
        Action::Call(words) => Outcome::Reply(client.call(words)?),
        Action::Scan(words) => Outcome::Reply(iterate(client, words)?),
        Action::Read => Outcome::Reply(client.read()?),
        Action::Send(words) => {
            client.send(words)?;
            Outcome::Nothing
        }
        Action::Silent => {
            let (bytes, closed) = client.drain(0, QUIET, QUIET);
            if bytes.is_empty() && !closed { Outcome::Nothing } else { Outcome::Bytes { bytes, closed } }
        }
        Action::Closed => {
            let quick = before.iter().any(|(_, outcome)| matches!(outcome, Outcome::Closed(false)));
            Outcome::Closed(client.closes_within(if quick { QUIET } else { LONG }))
        }
        Action::Raw(bytes) => {
            // A server that hung up on an earlier line makes this fail; what it said then is still to be read.
            let _ = client.send_raw(bytes);
            // The first server is given time; the others must come up with as much as it did.
            let (enough, wait) = match before.first() {
                Some((_, Outcome::Bytes { bytes, closed })) => {
                    (if *closed { usize::MAX } else { bytes.len() }, LONG)
                }
                _ => (1, 6 * QUIET),
            };
            let (bytes, closed) = client.drain(enough, wait, QUIET);
            Outcome::Bytes { bytes, closed }
        }
        Action::Reconnect | Action::Wait(_) => Outcome::Nothing,
    })
}

/// Runs a cursor command from cursor 0 until it ends; the reply is the sorted union of what it gave.
pub(crate) fn iterate(client: &mut Client, words: &[Vec<u8>]) -> io::Result<Reply> {
    let mut words = words.to_vec();
    // A generated command may have lost its cursor: then it is just a command.
    let Some(at) = words.iter().position(|w| w == b"0") else { return client.call(&words) };
    let mut union = Vec::new();
    for _ in 0..1_000_000 {
        let reply = client.call(&words)?;
        let Some([cursor, page]) = reply.value.items() else { return Ok(reply) };
        union.extend_from_slice(page.items().unwrap_or_default());
        words[at] = cursor.text().unwrap_or_default().to_vec();
        if words[at] == b"0" {
            union.sort();
            union.dedup();
            let raw = format!("{union:?}").into_bytes();
            return Ok(Reply { raw, value: Value::Array(union) });
        }
    }
    Err(io::Error::other("the scan does not end"))
}
