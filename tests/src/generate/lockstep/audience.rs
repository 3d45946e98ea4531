//! Sequences of commands to which a server says any number of things, none at first too, and not only to who sent them:
//! publish and subscribe, clients that wait.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Failure, Operation, Pair, Side};
use crate::case::Protocol;
use crate::client::{Client, Reply};
use crate::quoting::show_short;
use crate::resp::Value;

/// What nobody publishes.
const MARK: &[u8] = b"all heard";
/// As many wait at most; somebody has to be left who may end it.
const WAITING: usize = 3;
/// A connection that sends no command of the sequence.
const ASIDE: usize = 0;

/// The connections of a server.
#[derive(Default)]
struct Audience {
    /// Their ids, for `CLIENT UNBLOCK {id2}`.
    ids: BTreeMap<usize, Vec<u8>>,
    /// Those whose command has not been answered.
    waiting: BTreeSet<usize>,
}

impl Pair {
    /// Plays a sequence; after each command everybody tells what was said to them.
    pub(super) fn play_to_an_audience(&mut self, operations: &[Operation]) -> Result<(), Failure> {
        let (mut right, mut tested) = (Audience::default(), Audience::default());
        for (index, operation) in operations.iter().enumerate() {
            let full = right.waiting.len() == WAITING && may_wait(operation);
            let skipped = operation.skip.contains(&self.right.running.server);
            if skipped || full || right.waiting.contains(&operation.connection) {
                continue;
            }
            let mut said = Vec::new();
            for (side, audience) in [(&mut self.right, &mut right), (&mut self.tested, &mut tested)] {
                let heard = side.say(operation, audience, self.protocol);
                said.push(heard.map_err(|e| {
                    let log = side.running.log_tail(30);
                    Failure { index, what: format!("{operation}\n{}: {e}\n{log}", side.running.server) }
                })?);
            }
            let alike = |(right, got): (&(usize, Reply), &(usize, Reply))| {
                right.0 == got.0 && operation.rule.accepts_value(&got.1.value, &right.1.value)
            };
            let judged = operation.judge.asks(self.right.running.server);
            let same = said[0].len() == said[1].len() && right.waiting == tested.waiting;
            if !same || judged && !said[0].iter().zip(&said[1]).all(alike) {
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
        audience: &mut Audience,
        protocol: Protocol,
    ) -> io::Result<Vec<(usize, Reply)>> {
        let sender = operation.connection;
        if let Entry::Vacant(place) = audience.ids.entry(sender) {
            let id = self.client(sender, protocol)?.line("CLIENT ID")?.value.integer().unwrap_or_default();
            place.insert(id.to_string().into_bytes());
        }
        let named = |word: &Vec<u8>| {
            let number = word.strip_prefix(b"{id").and_then(|rest| rest.strip_suffix(b"}"));
            let number = number.and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
            number
                .map_or(word.clone(), |number: usize| audience.ids.get(&number).cloned().unwrap_or_default())
        };
        let words: Vec<Vec<u8>> = operation.words.iter().map(named).collect();
        self.client(sender, protocol)?.send(&words)?;

        if may_wait(operation) {
            audience.waiting.insert(sender);
        }
        if !audience.waiting.is_empty() {
            // The server has read the command before the second of these, and has sent what came of it.
            for _ in 0..2 {
                self.client(ASIDE, protocol)?.line("PING")?;
            }
        }
        let others: Vec<usize> = audience.ids.keys().copied().filter(|&other| other != sender).collect();
        let mut said = Vec::new();
        for connection in std::iter::once(sender).chain(others) {
            let client = self.client(connection, protocol)?;
            if audience.waiting.contains(&connection) {
                let Some(reply) = client.arrived()? else { continue };
                said.push((connection, reply));
                audience.waiting.remove(&connection);
            }
            let heard = heard(client)?;
            said.extend(heard.into_iter().map(|what| (connection, what)));
        }
        Ok(said)
    }
}

/// Whether a command may be answered later.
fn may_wait(operation: &Operation) -> bool {
    let named = |word: &[u8], names: &[&str]| names.iter().any(|n| word.eq_ignore_ascii_case(n.as_bytes()));
    let waiting = ["BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP"];
    operation.words.first().is_some_and(|word| named(word, &waiting))
        || operation.words.iter().any(|word| named(word, &["BLOCK"]))
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
