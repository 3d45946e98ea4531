//! Two servers that are sent the same operations and must answer the same.

mod audience;
mod payloads;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::time::Duration;

use self::payloads::Exchange;
use super::dataset::Dataset;
use super::events::Listener;
use super::grammar::Operation;
use crate::case::{Protocol, Rule, iterate};
use crate::client::{Client, Reply};
use crate::launch::Running;
use crate::peers::Server;
use crate::quoting::{join, show_short};
use crate::resp::Value;

/// The server under test and the one that is right.
#[derive(Debug)]
pub struct Pair {
    tested: Side,
    right: Side,
    protocol: Protocol,
    /// Whether the events of both are compared too.
    listening: bool,
    /// Whether more than one thing may be said to a command, and to all.
    audience: bool,
}

/// The first operation after which the two servers were not alike.
#[derive(Debug)]
pub struct Failure {
    /// Its place in the sequence; the sequence's length when only the datasets differ.
    pub index: usize,
    /// What differs.
    pub what: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}> {}", self.connection, join(&self.words))
    }
}

#[derive(Debug)]
struct Side {
    running: Running,
    connections: HashMap<usize, Client>,
    listener: Option<Listener>,
}

impl Side {
    fn client(&mut self, connection: usize, protocol: Protocol) -> io::Result<&mut Client> {
        if !self.connections.contains_key(&connection) {
            let mut client = self.running.connect()?;
            if protocol == Protocol::Resp3 {
                client.line("HELLO 3")?;
            }
            self.connections.insert(connection, client);
        }
        Ok(self.connections.get_mut(&connection).expect("just opened"))
    }

    fn fresh(&mut self, listening: bool) -> io::Result<()> {
        self.connections.clear();
        let mut control = self.running.connect()?;
        // Whether a key that is past its time still counts must not hang on when a cycle ran.
        for line in [
            "CLIENT KILL SKIPME yes",
            "FLUSHALL",
            "ACL DELUSER u v w",
            "ACL LOG RESET",
            "DEBUG SET-ACTIVE-EXPIRE 0",
        ] {
            control.line(line)?;
        }
        self.listener = if listening { Some(Listener::start(&self.running)?) } else { None };
        Ok(())
    }

    /// The events since the last time; none where nobody listens.
    fn heard(&mut self) -> Result<Vec<String>, String> {
        let heard = self.listener.as_mut().map_or(Ok(Vec::new()), Listener::heard);
        heard.map_err(|e| format!("{}, listening: {e}", self.running.server))
    }

    fn perform(&mut self, operation: &Operation, protocol: Protocol) -> Result<Reply, String> {
        let server = self.running.server;
        let client = self.client(operation.connection, protocol).map_err(|e| format!("{server}: {e}"))?;
        let reply =
            if operation.scan { iterate(client, &operation.words) } else { client.call(&operation.words) };
        reply.map_err(|e| format!("{server}: {e}\n{}", self.running.log_tail(30)))
    }
}

impl Pair {
    /// Starts both servers.
    ///
    /// # Errors
    /// Those of the start.
    pub fn start(tested: Server, right: Server, protocol: Protocol) -> Result<Pair, String> {
        let side = |server| {
            let running = Running::start(server, &[])?;
            Ok::<_, String>(Side { running, connections: HashMap::new(), listener: None })
        };
        Ok(Pair { tested: side(tested)?, right: side(right)?, protocol, listening: false, audience: false })
    }

    /// The same two, which must also tell the same of their keys.
    pub fn listening(self) -> Pair {
        Pair { listening: true, ..self }
    }

    /// The same two, for sequences of which the grammar says `@audience`.
    pub fn before_an_audience(self) -> Pair {
        Pair { audience: true, ..self }
    }

    /// Plays a sequence from an empty keyspace.
    ///
    /// # Errors
    /// The first difference.
    pub fn play(&mut self, operations: &[Operation]) -> Result<(), Failure> {
        let fail = |index, what| Failure { index, what };
        for side in [&mut self.tested, &mut self.right] {
            side.fresh(self.listening).map_err(|e| fail(0, format!("{}: {e}", side.running.server)))?;
        }
        if self.audience {
            self.play_to_an_audience(operations)?;
        } else {
            self.play_in_turns(operations)?;
        }
        self.compare_data().map_err(|what| fail(operations.len(), what))
    }

    /// Plays a sequence in which each command has one reply, and nobody else hears of it.
    fn play_in_turns(&mut self, operations: &[Operation]) -> Result<(), Failure> {
        let fail = |index, what| Failure { index, what };
        // Per connection with an open transaction: the rules of the commands that wait for EXEC, and whether one of
        // them lets a key expire.
        let mut open: HashMap<usize, (Vec<Rule>, bool)> = HashMap::new();
        for (index, operation) in operations.iter().enumerate() {
            let named = |names: &[&str]| {
                operation
                    .words
                    .first()
                    .is_some_and(|w| names.iter().any(|n| w.eq_ignore_ascii_case(n.as_bytes())))
            };
            if operation.skip.contains(&self.right.running.server) {
                continue;
            }
            let inside = open.contains_key(&operation.connection);
            // Here the two part ways for good: Valkey 8.0 aborts a transaction in which these stand, Redis does not.
            if inside
                && named(&["MULTI", "WATCH"])
                && matches!(self.right.running.server, Server::Valkey | Server::Valkey9)
            {
                continue;
            }
            let exchanged = self.exchange(operation).map_err(|e| fail(index, e))?;
            let [for_right, for_tested] = match &exchanged {
                Exchange::None => [operation; 2],
                Exchange::Made(both) => both.each_ref(),
                Exchange::Unreadable => continue,
            };
            let right = self.right.perform(for_right, self.protocol).map_err(|e| fail(index, e))?;
            let got = self.tested.perform(for_tested, self.protocol).map_err(|e| fail(index, e))?;
            let judged = operation.judge.asks(self.right.running.server);
            let mut pause = operation.pause;
            let same = if right.value == Value::Simple(b"QUEUED".to_vec()) {
                let any = operation.scan || !judged;
                let rule = if any { Rule { any, ..Rule::default() } } else { operation.rule.clone() };
                let (rules, expiring) = open.entry(operation.connection).or_default();
                rules.push(rule);
                *expiring |= pause;
                got.raw == right.raw
            } else if inside && named(&["EXEC"]) {
                let (rules, expiring) = open.remove(&operation.connection).unwrap_or_default();
                pause = expiring;
                executed(&rules, &got.value, &right.value)
            } else {
                if named(&["MULTI"]) && !right.value.is_error() {
                    open.insert(operation.connection, (Vec::new(), false));
                } else if named(&["DISCARD", "RESET"]) && !right.value.is_error() {
                    open.remove(&operation.connection);
                }
                !judged || operation.rule.accepts(&got, &right)
            };
            if !same {
                let (tested, right_name) = (self.tested.running.server, self.right.running.server);
                let said = |reply: &Reply| show_short(&reply.raw, 400);
                let what = format!(
                    "{operation}\n    {right_name:<7} {}\n    {tested:<7} {}",
                    said(&right),
                    said(&got)
                );
                return Err(fail(index, what));
            }
            let (told, heard) = (self.right.heard(), self.tested.heard());
            let (told, heard) = (told.map_err(|e| fail(index, e))?, heard.map_err(|e| fail(index, e))?);
            if told != heard {
                let (tested, right) = (self.tested.running.server, self.right.running.server);
                let said = |lines: &[String]| lines.join(", ");
                let what = format!(
                    "{operation}\n    {right:<7} tells of {}\n    {tested:<7} tells of {}",
                    said(&told),
                    said(&heard)
                );
                return Err(fail(index, what));
            }
            if pause {
                std::thread::sleep(Duration::from_millis(4));
            }
        }
        Ok(())
    }

    /// What differs in the data that both hold in the end.
    fn compare_data(&mut self) -> Result<(), String> {
        let dataset = |side: &mut Side| Dataset::read(&mut side.running.connect()?);
        let right = dataset(&mut self.right).map_err(|e| format!("reading the dataset: {e}"))?;
        let got = dataset(&mut self.tested).map_err(|e| format!("reading the dataset: {e}"))?;
        let server = self.right.running.server;
        let differences = got.differences(&right, server);
        if !differences.is_empty() {
            return Err(format!("the datasets differ at the end\n    {}", differences.join("\n    ")));
        }
        // Redis 7.0 takes the digest of a score's seventeen digits, later ones of as few as tell it from its neighbours.
        if matches!(server, Server::Redis | Server::Redis6) {
            return Ok(());
        }
        let digest = |side: &mut Side| side.running.connect()?.line("DEBUG DIGEST");
        let right = digest(&mut self.right).map_err(|e| format!("DEBUG DIGEST: {e}"))?;
        let got = digest(&mut self.tested).map_err(|e| format!("DEBUG DIGEST: {e}"))?;
        if got.raw == right.raw || right.value.is_error() {
            return Ok(());
        }
        Err(format!("equal datasets have different digests: {}, {}", right.value.lossy(), got.value.lossy()))
    }
}

/// The replies of a transaction, each by the rule of its command.
fn executed(rules: &[Rule], got: &Value, right: &Value) -> bool {
    match (got, right) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() && rules.len() == a.len() => {
            rules.iter().zip(a.iter().zip(b)).all(|(rule, (a, b))| rule.accepts_value(a, b))
        }
        _ => got == right,
    }
}
