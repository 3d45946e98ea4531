//! Sequences of commands to which a server says any number of things, and not only to who sent them: publish and subscribe.

use std::collections::BTreeSet;
use std::io;

use super::{Failure, Operation, Pair, Side};
use crate::case::Protocol;
use crate::client::{Client, Reply};
use crate::quoting::show_short;
use crate::resp::Value;

/// What nobody publishes.
const MARK: &[u8] = b"all heard";

impl Pair {
    /// Plays a sequence; after each command everybody tells what was said to them.
    pub(super) fn play_to_an_audience(&mut self, operations: &[Operation]) -> Result<(), Failure> {
        let mut present = BTreeSet::new();
        for (index, operation) in operations.iter().enumerate() {
            if operation.skip.contains(&self.right.running.server) {
                continue;
            }
            present.insert(operation.connection);
            let mut said = Vec::new();
            for side in [&mut self.right, &mut self.tested] {
                let heard = side.say(operation, &present, self.protocol);
                said.push(heard.map_err(|e| {
                    let log = side.running.log_tail(30);
                    Failure { index, what: format!("{}: {e}\n{log}", side.running.server) }
                })?);
            }
            let alike = |(right, got): (&(usize, Reply), &(usize, Reply))| {
                right.0 == got.0 && operation.rule.accepts_value(&got.1.value, &right.1.value)
            };
            let judged = operation.judge.asks(self.right.running.server);
            if said[0].len() != said[1].len() || judged && !said[0].iter().zip(&said[1]).all(alike) {
                let told = |said: &[(usize, Reply)]| {
                    let one = |(to, what): &(usize, Reply)| format!("{to}< {}", show_short(&what.raw, 200));
                    said.iter().map(one).collect::<Vec<_>>().join("\n            ")
                };
                let (right, tested) = (self.right.running.server, self.tested.running.server);
                let what = format!(
                    "{operation}\n    {right:<7} {}\n    {tested:<7} {}",
                    told(&said[0]),
                    told(&said[1])
                );
                return Err(Failure { index, what });
            }
        }
        Ok(())
    }
}

impl Side {
    /// Sends a command and returns what is said to each connection, to the one that sent it first.
    fn say(
        &mut self,
        operation: &Operation,
        present: &BTreeSet<usize>,
        protocol: Protocol,
    ) -> io::Result<Vec<(usize, Reply)>> {
        let sender = operation.connection;
        self.client(sender, protocol)?.send(&operation.words)?;
        let others = present.iter().copied().filter(|&other| other != sender);
        let mut said = Vec::new();
        for connection in std::iter::once(sender).chain(others) {
            let heard = heard(self.client(connection, protocol)?)?;
            said.extend(heard.into_iter().map(|what| (connection, what)));
        }
        Ok(said)
    }
}

/// Everything that a connection has been told up to now.
fn heard(client: &mut Client) -> io::Result<Vec<Reply>> {
    client.send(&[b"PING", MARK])?;
    let mut heard = Vec::new();
    loop {
        let reply = client.read()?;
        // Who has subscribed in RESP2 is answered with an array.
        if reply.value.items().and_then(<[Value]>::last).unwrap_or(&reply.value).text() == Some(MARK) {
            break;
        }
        heard.push(reply);
    }
    let one_run = |one: &Reply, other: &Reply| {
        unordered(&one.value).is_some_and(|kind| unordered(&other.value) == Some(kind))
    };
    heard.chunk_by_mut(one_run).for_each(in_order);
    Ok(heard)
}

/// What comes in the order of a table: a message by each pattern that it matches, and the ends of all subscriptions.
fn unordered(value: &Value) -> Option<&[u8]> {
    let kind = value.items()?.first()?.text()?;
    let kinds: [&[u8]; 4] = [b"pmessage", b"unsubscribe", b"punsubscribe", b"sunsubscribe"];
    kinds.contains(&kind).then_some(kind)
}

/// Sorts such replies. The numbers of subscriptions that are left, which end some of them, stay where they are.
fn in_order(run: &mut [Reply]) {
    let count = |reply: &Reply| reply.value.items()?.last().filter(|last| last.integer().is_some()).cloned();
    let counts: Vec<Option<Value>> = run.iter().map(count).collect();
    run.sort_by(|one, other| one.value.cmp(&other.value));
    for (reply, count) in run.iter_mut().zip(counts) {
        if let (Value::Array(items) | Value::Push(items), Some(count)) = (&mut reply.value, count)
            && let Some(last) = items.last_mut()
        {
            *last = count;
        }
    }
}
