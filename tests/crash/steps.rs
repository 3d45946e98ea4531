//! What a connection writes, step by step, and what its keys hold after so many steps.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;

use russet_tests::client::{Client, encode};
use russet_tests::resp::Value;

/// Kinds of steps; one follows the other.
const KINDS: u64 = 12;
/// Elements that lists and streams keep.
const KEPT: u64 = 40;

/// A step: a command, or a transaction.
#[derive(Debug)]
pub(crate) struct Step(Vec<Vec<String>>);

impl Step {
    /// Step `n` of a connection.
    pub(crate) fn new(connection: usize, n: u64) -> Step {
        let line = |text: String| {
            text.split(' ').map(|word| word.replace("NAME", &format!("{{{connection}}}"))).collect()
        };
        let one = |text: String| Step(vec![line(text)]);
        match n % KINDS {
            0 => one(format!("SET NAME:string:{} {n}", n / KINDS % 20)),
            1 => one(format!("HSET NAME:hash field:{} {n}", n / KINDS % 150)),
            2 => one(format!("RPUSH NAME:list {n}")),
            3 => one(format!("LTRIM NAME:list -{KEPT} -1")),
            4 => one(format!("SADD NAME:set {n}")),
            // What was added long ago.
            5 => one(format!("SREM NAME:set {}", (n - 1).wrapping_sub(KEPT * KINDS) as i64)),
            6 => one(format!("ZADD NAME:scores {n} member:{}", n / KINDS % 60)),
            7 => one(format!("XADD NAME:log MAXLEN {KEPT} {n}-1 n {n}")),
            8 => one("INCR NAME:counter".to_owned()),
            9 => one(format!("SET NAME:expiring {n} PX 100000000")),
            10 => one(format!("APPEND NAME:text {}", n % 10)),
            _ => Step(
                [
                    "MULTI".to_owned(),
                    format!("SET NAME:first {n}"),
                    format!("LPUSH NAME:both {n}"),
                    format!("LTRIM NAME:both 0 {}", KEPT - 1),
                    "DEL NAME:text".to_owned(),
                    format!("HSET NAME:hash last {n}"),
                    format!("SET NAME:second {n}"),
                    "EXEC".to_owned(),
                ]
                .into_iter()
                .map(line)
                .collect(),
            ),
        }
    }

    /// The request's bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|words| encode(words)).collect()
    }

    /// The number of replies. The last one acknowledges it.
    pub(crate) fn replies(&self) -> usize {
        self.0.len()
    }
}

/// What the keys of a connection hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holdings {
    strings: BTreeMap<String, String>,
    hash: BTreeMap<String, String>,
    list: VecDeque<String>,
    both: VecDeque<String>,
    set: BTreeSet<String>,
    scores: BTreeMap<String, String>,
    log: VecDeque<String>,
}

impl Holdings {
    /// Does step `n` to them.
    pub(crate) fn apply(&mut self, n: u64) {
        let text = n.to_string();
        let mut set = |name: &str, value: String| drop(self.strings.insert(name.to_owned(), value));
        match n % KINDS {
            0 => set(&format!("string:{}", n / KINDS % 20), text),
            1 => drop(self.hash.insert(format!("field:{}", n / KINDS % 150), text)),
            2 => self.list.push_back(text),
            3 => keep(&mut self.list, false),
            4 => _ = self.set.insert(text),
            5 => _ = self.set.remove(&((n - 1).wrapping_sub(KEPT * KINDS) as i64).to_string()),
            6 => drop(self.scores.insert(format!("member:{}", n / KINDS % 60), text)),
            7 => {
                self.log.push_back(format!("{n}-1"));
                keep(&mut self.log, false);
            }
            8 => {
                let counter = self.strings.get("counter").map_or(0, |text| text.parse::<u64>().unwrap_or(0));
                self.strings.insert("counter".to_owned(), (counter + 1).to_string());
            }
            9 => set("expiring", text),
            10 => self.strings.entry("text".to_owned()).or_default().push_str(&(n % 10).to_string()),
            _ => {
                set("first", text.clone());
                set("second", text.clone());
                self.strings.remove("text");
                self.both.push_front(text.clone());
                keep(&mut self.both, true);
                self.hash.insert("last".to_owned(), text);
            }
        }
    }

    /// What a server holds of a connection's keys.
    ///
    /// # Errors
    /// Those of the socket.
    pub(crate) fn read(client: &mut Client, connection: usize) -> io::Result<Holdings> {
        let key = |name: &str| format!("{{{connection}}}:{name}");
        let mut ask = |line: String| client.line(&line).map(|reply| reply.value);
        let names: Vec<String> = (0..20)
            .map(|n| format!("string:{n}"))
            .chain(["counter", "expiring", "text", "first", "second"].map(str::to_owned))
            .collect();
        let keys: Vec<String> = names.iter().map(|name| key(name)).collect();
        let values = ask(format!("MGET {}", keys.join(" ")))?;
        let values = values.items().unwrap_or_default();
        let strings =
            names.into_iter().zip(values).filter_map(|(name, value)| Some((name, text(value.text()?))));
        let strings = strings.collect();
        let texts = |value: Value| -> Vec<String> {
            value.items().unwrap_or_default().iter().map(Value::lossy).collect()
        };
        let pairs = |value: Value| -> BTreeMap<String, String> {
            let pairs = value.pairs().unwrap_or_default();
            pairs.iter().map(|(name, value)| (name.lossy(), value.lossy())).collect()
        };
        Ok(Holdings {
            strings,
            hash: pairs(ask(format!("HGETALL {}", key("hash")))?),
            list: texts(ask(format!("LRANGE {} 0 -1", key("list")))?).into(),
            both: texts(ask(format!("LRANGE {} 0 -1", key("both")))?).into(),
            set: texts(ask(format!("SMEMBERS {}", key("set")))?).into_iter().collect(),
            scores: pairs(ask(format!("ZRANGE {} 0 -1 WITHSCORES", key("scores")))?),
            log: ask(format!("XRANGE {} - +", key("log")))?
                .items()
                .unwrap_or_default()
                .iter()
                .map(|entry| {
                    entry.items().and_then(|parts| parts.first()).map(Value::lossy).unwrap_or_default()
                })
                .collect(),
        })
    }

    /// The first thing that differs, for a person.
    pub(crate) fn difference(&self, other: &Holdings) -> String {
        let parts = |holdings: &Holdings| {
            [
                format!("strings {:?}", holdings.strings),
                format!("hash {:?}", holdings.hash),
                format!("list {:?}", holdings.list),
                format!("both {:?}", holdings.both),
                format!("set {:?}", holdings.set),
                format!("scores {:?}", holdings.scores),
                format!("log {:?}", holdings.log),
            ]
        };
        let both = parts(self).into_iter().zip(parts(other));
        let differing: Vec<String> =
            both.filter(|(a, b)| a != b).map(|(a, b)| format!("expected {a}\n    found    {b}")).collect();
        differing.join("\n    ")
    }
}

fn keep(list: &mut VecDeque<String>, front: bool) {
    while list.len() as u64 > KEPT {
        if front {
            list.pop_back()
        } else {
            list.pop_front()
        };
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
