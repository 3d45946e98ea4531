//! Streams: the same operations make the same DUMP, groups and pending entries included, and what is made here is
//! read there.

mod groups;
mod rdb;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_structures::stream::{Entry, Group, Id, Limits, NewId, Stream, Threshold, Trim};
use russet_tests::client::Client;
use russet_tests::dump::{Dump, RDB_STREAM_LISTPACKS_2, RDB_STREAM_LISTPACKS_3, dump, restore};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

use rdb::{read, write};

/// Servers, and the type of their streams.
const SERVERS: [(Server, u8); 2] =
    [(Server::Redis, RDB_STREAM_LISTPACKS_2), (Server::Valkey, RDB_STREAM_LISTPACKS_3)];

const CONSUMERS: [&str; 3] = ["ada", "bob", "cyd"];

/// A server, and the stream that should be equal to its key.
struct Both {
    client: Client,
    kind: u8,
    stream: Stream,
    limits: Limits,
    random: StdRng,
    /// What was asked for, to be printed by a failure.
    log: Vec<String>,
}

fn words(line: &str) -> Vec<Vec<u8>> {
    line.split_whitespace().map(|word| word.as_bytes().to_vec()).collect()
}

/// The entries of a reply, with texts.
fn entries(value: &Value) -> Vec<(String, Vec<Vec<u8>>)> {
    let one = |entry: &Value| {
        let entry = entry.items().expect("id and fields");
        let fields = entry[1].items().unwrap_or_default().iter();
        (entry[0].lossy(), fields.map(|text| text.text().expect("text").to_vec()).collect())
    };
    value.items().unwrap_or_default().iter().map(one).collect()
}

fn own_entries<'a>(range: impl Iterator<Item = Entry<'a>>) -> Vec<(String, Vec<Vec<u8>>)> {
    range
        .map(|entry| {
            let texts = entry.fields().flat_map(|(field, value)| [field.to_vec(), value.to_vec()]);
            (entry.id().to_string(), texts.collect())
        })
        .collect()
}

/// A field of a reply made of names and values in turn.
fn field(value: &Value, name: &str) -> Value {
    let items = value.items().unwrap_or_default();
    let found = items.chunks(2).find(|pair| pair[0].lossy() == name);
    found.map_or_else(|| panic!("no {name}: {value:?}"), |pair| pair[1].clone())
}

impl Both {
    fn call(&mut self, words: &[Vec<u8>]) -> Value {
        self.log.push(words.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>().join(" "));
        self.client.call(words).expect("the server answers").value
    }

    fn line(&mut self, line: &str) -> Value {
        self.call(&words(line))
    }

    /// An id that is or was in the stream, or near.
    fn id(&mut self) -> Id {
        let last = self.stream.last_id().ms;
        Id::new(self.random.random_range(last.saturating_sub(300)..=last + 3), self.random.random_range(0..3))
    }

    /// The id of an entry, mostly.
    fn entry_id(&mut self) -> Id {
        let at = self.id();
        self.stream.range(at, Id::MAX).next().map_or(at, |entry| entry.id())
    }

    fn append(&mut self) {
        let last = self.stream.last_id();
        let step = self.random.random_range(0..12u64) * self.random.random_range(0..12u64);
        let (new, text) = match self.random.random_range(0..4) {
            0 => (NewId::AutoSeq(last.ms + step), format!("{}-*", last.ms + step)),
            1 => (
                NewId::Exact(Id::new(last.ms, last.seq + 1 + step)),
                format!("{}-{}", last.ms, last.seq + 1 + step),
            ),
            _ => (NewId::Exact(Id::new(last.ms + step, 0)), (last.ms + step).to_string()),
        };
        let mut fields = Vec::new();
        for n in 0..self.random.random_range(1..4) {
            let field = if self.random.random_bool(0.9) { format!("f{n}") } else { n.to_string() };
            let value = match self.random.random_range(0..3) {
                0 => vec![b'x'; self.random.random_range(0..100)],
                _ => {
                    (self.random.random::<i64>() >> self.random.random_range(0..64)).to_string().into_bytes()
                }
            };
            fields.push((field.into_bytes(), value));
        }
        let mut command = words("XADD key");
        let trim = self.random.random_bool(0.1).then(|| self.trim_words());
        if let Some((_, words)) = &trim {
            command.extend(words.clone());
        }
        command.push(text.into_bytes());
        command.extend(fields.iter().flat_map(|(field, value)| [field.clone(), value.clone()]));
        let reply = self.call(&command);
        let limits = self.limits;
        let borrowed = fields.iter().map(|(field, value)| (&field[..], &value[..]));
        match self.stream.append(new, 0, borrowed, limits) {
            Ok(id) => {
                assert_eq!(reply.lossy(), id.to_string());
                if let Some((trim, _)) = trim {
                    self.stream.trim(trim);
                }
            }
            Err(why) => assert!(reply.is_error(), "{why}: {reply:?}"),
        }
    }

    /// Appends until the key is there: the first id may be 0-0.
    fn begin(&mut self) {
        while self.stream.is_empty() {
            self.append();
        }
    }

    /// A trim, and the words that ask for it.
    fn trim_words(&mut self) -> (Trim, Vec<Vec<u8>>) {
        let approximate = self.random.random_bool(0.6);
        let (threshold, text) = if self.random.random() {
            let len = self.random.random_range(20..200);
            (Threshold::MaxLen(len), format!("{len}"))
        } else {
            let id = self.id();
            (Threshold::MinId(id), id.to_string())
        };
        let name = if matches!(threshold, Threshold::MaxLen(_)) { "MAXLEN" } else { "MINID" };
        let mut line = format!("{name} {} {text}", if approximate { "~" } else { "=" });
        let mut limit = if approximate { Trim::default_limit(self.limits.max_entries) } else { 0 };
        if approximate && self.random.random_bool(0.3) {
            limit = self.random.random_range(0..60);
            line += &format!(" LIMIT {limit}");
        }
        (Trim { threshold, approximate, limit }, words(&line))
    }

    fn set_id(&mut self) {
        let (id, added) = (self.entry_id(), self.random.random_range(0..3000));
        let deleted = self.entry_id();
        // 7.0 lets the last id go behind what was deleted.
        if self.kind == RDB_STREAM_LISTPACKS_2 && id < self.stream.max_deleted_id() {
            return;
        }
        let (line, added, deleted) = match self.random.random_range(0..3) {
            0 => (format!("XSETID key {id}"), None, None),
            1 => (format!("XSETID key {id} ENTRIESADDED {added}"), Some(added), None),
            _ => (
                format!("XSETID key {id} ENTRIESADDED {added} MAXDELETEDID {deleted}"),
                Some(added),
                Some(deleted),
            ),
        };
        let reply = self.line(&line);
        let own = self.stream.set_id(id, added, deleted);
        assert_eq!(reply.is_error(), own.is_err(), "{line}: {reply:?} {own:?}");
    }

    /// DUMP, and what XINFO says.
    fn compare(&mut self) {
        assert_eq!(self.stream.validate(), Ok(()));
        let Dump { kind, body } = dump(&mut self.client, "key").expect("it is there");
        assert_eq!(kind, self.kind);
        let own = write(&self.stream, kind);
        if own != body {
            let log = self.log.join("\n");
            panic!(
                "{log}\n{}\n{}\n{:?}\n{:?}",
                body.escape_ascii(),
                own.escape_ascii(),
                read(kind, &body),
                self.stream
            );
        }
        let again = read(kind, &body).expect("what a server writes is sound");
        assert_eq!(write(&again, kind), body);
        let info = self.line("XINFO STREAM key");
        for (name, own) in [
            ("length", self.stream.len()),
            ("radix-tree-keys", self.stream.node_count() as u64),
            ("radix-tree-nodes", self.stream.redis_tree_nodes() as u64),
            ("entries-added", self.stream.entries_added()),
            ("groups", self.stream.groups().len() as u64),
        ] {
            assert_eq!(field(&info, name), Value::Integer(own as i64), "{name}");
        }
        for (name, own) in [
            ("last-generated-id", self.stream.last_id()),
            ("max-deleted-entry-id", self.stream.max_deleted_id()),
            ("recorded-first-entry-id", self.stream.first_id()),
        ] {
            assert_eq!(field(&info, name).lossy(), own.to_string(), "{name}");
        }
        let groups = self.line("XINFO GROUPS key");
        for (theirs, (name, group)) in groups.items().unwrap_or_default().iter().zip(self.stream.groups()) {
            assert_eq!(field(theirs, "name").text(), Some(name));
            let read = group.entries_read().map(|read| read as i64);
            assert_eq!(field(theirs, "entries-read").integer(), read, "{}", self.log.join("\n"));
            let lag = field(theirs, "lag").integer();
            let log = || format!("{}\n{theirs:?}\n{info:?}", self.log.join("\n"));
            assert_eq!(lag, self.stream.lag(group), "{}", log());
        }
    }

    fn ranges(&mut self) {
        let (start, end) = (self.id(), self.id());
        let reply = self.line(&format!("XRANGE key {start} {end}"));
        assert_eq!(entries(&reply), own_entries(self.stream.range(start, end)));
        let reply = self.line(&format!("XREVRANGE key {end} {start} COUNT 20"));
        assert_eq!(entries(&reply), own_entries(self.stream.range_back(start, end).take(20)));
    }
}

fn both(server: &Running, kind: u8, seed: u64, limits: Limits) -> Both {
    let client = server.connect().expect("the server is there");
    let random = StdRng::seed_from_u64(seed);
    let mut both = Both { client, kind, stream: Stream::new(), limits, random, log: Vec::new() };
    both.line("DEL key");
    both.line(&format!("CONFIG SET stream-node-max-bytes {}", limits.max_bytes));
    both.line(&format!("CONFIG SET stream-node-max-entries {}", limits.max_entries));
    both
}

const LIMITS: [Limits; 4] = [
    Limits { max_bytes: 4096, max_entries: 100 },
    Limits { max_bytes: 300, max_entries: 0 },
    Limits { max_bytes: 0, max_entries: 7 },
    Limits { max_bytes: 1000, max_entries: 20 },
];

#[test]
fn the_same_operations_make_the_same_dump() -> Result<(), String> {
    for (server, kind) in SERVERS {
        let running = Running::start(server, &["--rdbcompression", "no"])?;
        for limits in LIMITS {
            let seed = rand::random();
            println!("{server}, {limits:?}, seed {seed}");
            let mut both = both(&running, kind, seed, limits);
            both.begin();
            for step in 0..1500 {
                match both.random.random_range(0..40) {
                    0..24 => both.append(),
                    24..28 => {
                        let id = both.entry_id();
                        let reply = both.line(&format!("XDEL key {id}"));
                        assert_eq!(reply, Value::Integer(i64::from(both.stream.delete(id))));
                    }
                    28 => {
                        let (trim, words) = both.trim_words();
                        let command = [vec![b"XTRIM".to_vec(), b"key".to_vec()], words].concat();
                        let reply = both.call(&command);
                        assert_eq!(
                            reply,
                            Value::Integer(both.stream.trim(trim) as i64),
                            "{:?}",
                            both.log.last()
                        );
                    }
                    29 if step % 5 == 0 => both.set_id(),
                    30 => both.ranges(),
                    _ => {}
                }
                if step % 8 == 0 {
                    both.compare();
                }
            }
            both.compare();
            assert!(both.stream.node_count() > 0);
        }
    }
    Ok(())
}

#[test]
fn what_is_made_here_is_read_there() -> Result<(), String> {
    for (server, kind) in SERVERS {
        let running = Running::start(server, &["--rdbcompression", "no"])?;
        let mut both = both(&running, kind, 7, LIMITS[3]);
        for ms in 1..=300u64 {
            let value = (ms * ms).to_string();
            let fields = [(&b"a"[..], value.as_bytes()), (&[b'b', (ms % 7) as u8][..], &b"text"[..])];
            let fields = fields.into_iter().take(1 + usize::from(ms % 5 == 0));
            both.stream
                .append(NewId::Exact(Id::new(ms, ms % 3)), 0, fields, LIMITS[3])
                .map_err(|e| e.to_string())?;
        }
        for ms in (1..300).step_by(3) {
            both.stream.delete(Id::new(ms, ms % 3));
        }
        both.stream.add_group(b"g", Group::new(Id::MIN, Some(0)));
        let now = both.now();
        for who in CONSUMERS {
            let index = both.consumer(b"g", who);
            both.stream.deliver(b"g", index, Some(30), false, now).ok_or("nothing was delivered")?;
        }
        restore(&mut both.client, "key", kind, &write(&both.stream, kind))?;
        both.compare();
        let reply = both.line("XRANGE key - +");
        assert_eq!(entries(&reply), own_entries(both.stream.iter()));
        let full = both.line("XINFO STREAM key FULL COUNT 0");
        assert_eq!(entries(&field(&full, "entries")), own_entries(both.stream.iter()));
        let groups = field(&full, "groups");
        let group = both.stream.group(b"g").ok_or("no group")?;
        let theirs = field(&groups.items().ok_or("no groups")?[0], "pending");
        let theirs = theirs.items().unwrap_or_default().iter().map(|one| one.items().expect("four parts"));
        let theirs: Vec<_> =
            theirs.map(|one| (one[0].lossy(), one[1].lossy(), one[2].integer(), one[3].integer())).collect();
        let own = group.pending(Id::MIN, Id::MAX, None).map(|one| {
            let name = group.consumer(one.consumer).expect("there").name();
            let name = String::from_utf8_lossy(name).into_owned();
            (one.id.to_string(), name, Some(one.delivery_time), Some(one.delivery_count as i64))
        });
        assert_eq!(theirs, own.collect::<Vec<_>>());
    }
    Ok(())
}

#[test]
fn ids_are_read_alike() -> Result<(), String> {
    let running = Running::start(Server::Redis, &[])?;
    let mut client = running.connect().map_err(|e| e.to_string())?;
    let mut random = StdRng::seed_from_u64(5);
    let signs: &[u8] = b"0012399-+* \t\nx\0";
    let mut accepted = 0;
    for round in 0..6000 {
        let len = random.random_range(1..8);
        let mut text: Vec<u8> = (0..len).map(|_| signs[random.random_range(0..signs.len())]).collect();
        if round % 10 == 0 {
            text = format!("{}-{}", u64::MAX - u64::from(round % 3 == 0), round).into_bytes();
        }
        if round % 11 == 0 {
            text = [vec![b'0'; random.random_range(120..130)], b"7".to_vec()].concat();
        }
        client.call(&["DEL", "key"]).map_err(|e| e.to_string())?;
        let words: [&[u8]; 5] = [b"XADD", b"key", &text, b"f", b"v"];
        let reply = client.call(&words).map_err(|e| e.to_string())?.value;
        // With an id made from the server's clock, there is nothing to compare.
        let own = match NewId::parse(&text) {
            Some(NewId::Auto) if !reply.is_error() => continue,
            own => own.and_then(|id| Stream::new().next_id(id, 0).ok()),
        };
        match own {
            Some(id) => assert_eq!(reply.lossy(), id.to_string(), "{:?}", text.escape_ascii().to_string()),
            None => assert!(reply.is_error(), "{:?}: {reply:?}", text.escape_ascii().to_string()),
        }
        accepted += usize::from(own.is_some());
    }
    assert!(accepted > 500, "{accepted} accepted");
    Ok(())
}
