//! The whole content of a server, read through its commands.

use std::collections::BTreeMap;
use std::io;

use crate::client::Client;
use crate::peers::Server;
use crate::quoting::show_short;
use crate::resp::Value;

/// How far the remaining lives of one key on two servers may lie apart, in milliseconds.
const TIME_TOLERANCE: i64 = 5_000;

/// What is known of one key.
#[derive(Debug, PartialEq)]
struct Entry {
    kind: String,
    encoding: String,
    value: Value,
    /// `PTTL`.
    life: i64,
}

/// All keys of the databases that the generator uses.
#[derive(Debug)]
pub struct Dataset(BTreeMap<(usize, Vec<u8>), Entry>);

impl Dataset {
    /// Reads everything. The connection ends in database 0.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn read(client: &mut Client) -> io::Result<Dataset> {
        let mut all = BTreeMap::new();
        for db in [0, 1, 2, 3, 15] {
            client.line(&format!("SELECT {db}"))?;
            for key in keys(client)? {
                let kind = client.call(&[b"TYPE", key.as_slice()])?.value.lossy();
                let (command, rest): (&[u8], &[&[u8]]) = match kind.as_str() {
                    "string" => (b"GET", &[]),
                    "list" => (b"LRANGE", &[b"0", b"-1"]),
                    "set" => (b"SMEMBERS", &[]),
                    "hash" => (b"HGETALL", &[]),
                    "zset" => (b"ZRANGE", &[b"0", b"-1", b"WITHSCORES"]),
                    "stream" => (b"XRANGE", &[b"-", b"+"]),
                    // Expired between SCAN and here.
                    _ => continue,
                };
                let value = client.call(&[&[command, &key], rest].concat())?.value;
                let entry = Entry {
                    value: in_order(&kind, value),
                    encoding: client.call(&[&b"OBJECT"[..], b"ENCODING", &key])?.value.lossy(),
                    life: client.call(&[b"PTTL", key.as_slice()])?.value.integer().unwrap_or(-3),
                    kind,
                };
                all.insert((db, key), entry);
            }
        }
        client.line("SELECT 0")?;
        Ok(Dataset(all))
    }

    /// What differs between this dataset and the right one, which a server of this kind holds, a line a key; empty when
    /// nothing does.
    pub fn differences(&self, right: &Dataset, server: Server) -> Vec<String> {
        // Redis 7.0 keeps small lists and sets otherwise.
        self.compared(right, |a, b| {
            a.encoding == b.encoding || server == Server::Redis && matches!(a.kind.as_str(), "list" | "set")
        })
    }

    /// The same, however the values are kept.
    pub fn differences_of_values(&self, right: &Dataset) -> Vec<String> {
        self.compared(right, |_, _| true)
    }

    fn compared(&self, right: &Dataset, same_encoding: impl Fn(&Entry, &Entry) -> bool) -> Vec<String> {
        let mut keys: Vec<_> = self.0.keys().chain(right.0.keys()).collect();
        keys.sort();
        keys.dedup();
        let show = |entry: Option<&Entry>| match entry {
            None => "absent".to_string(),
            Some(e) => format!(
                "{} {} ttl {} {}",
                e.kind,
                e.encoding,
                e.life,
                show_short(format!("{:?}", e.value).as_bytes(), 200)
            ),
        };
        keys.into_iter()
            .filter_map(|at| {
                let (got, want) = (self.0.get(at), right.0.get(at));
                let same = match (got, want) {
                    (Some(a), Some(b)) => {
                        (&a.kind, &a.value) == (&b.kind, &b.value)
                            && same_encoding(a, b)
                            && (a.life < 0) == (b.life < 0)
                            && a.life.abs_diff(b.life) <= TIME_TOLERANCE.unsigned_abs()
                    }
                    (a, b) => a == b,
                };
                (!same).then(|| {
                    format!(
                        "db {} key \"{}\": right {}; got {}",
                        at.0,
                        show_short(&at.1, 100),
                        show(want),
                        show(got)
                    )
                })
            })
            .collect()
    }
}

fn keys(client: &mut Client) -> io::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut cursor = b"0".to_vec();
    loop {
        let reply = client.call(&[&b"SCAN"[..], &cursor, b"COUNT", b"1000"])?.value;
        let Some([next, page]) = reply.items() else {
            return Err(io::Error::other(format!("SCAN answered {reply:?}")));
        };
        found.extend(page.items().unwrap_or_default().iter().filter_map(|k| k.text().map(<[u8]>::to_vec)));
        cursor = next.text().unwrap_or_default().to_vec();
        if cursor == b"0" {
            found.sort();
            found.dedup();
            return Ok(found);
        }
    }
}

/// Sets and hashes have no order of their own.
fn in_order(kind: &str, value: Value) -> Value {
    match (kind, value) {
        ("set", Value::Array(mut items) | Value::Set(mut items)) => {
            items.sort();
            Value::Set(items)
        }
        ("hash", value) => match value.pairs() {
            Some(mut pairs) => {
                pairs.sort();
                Value::Map(pairs)
            }
            None => value,
        },
        ("zset", value) => match value.pairs() {
            Some(pairs) => {
                Value::Map(pairs.into_iter().map(|(member, text)| (member, score(text))).collect())
            }
            None => value,
        },
        (_, value) => value,
    }
}

/// A score in one way of writing it: Redis 7.0 prints all digits, later ones as few as tell it from its neighbours.
fn score(text: Value) -> Value {
    text.lossy().parse().map_or(text, |score: f64| Value::Double(format!("{score:?}").into_bytes()))
}
