//! Sequences of commands from several clients, run by an engine without a server.
//!
//! An input that begins with `#` is text, which people can write: its lines are commands, whose words are split as those of a
//! configuration file are, or what happens between them:
//!
//! | line | what happens |
//! |---|---|
//! | `# lists` | nothing |
//! | `@client 1` | another client goes on |
//! | `@leave` | the client leaves, and a new one comes |
//! | `@pass 100` | so many milliseconds pass |
//! | `@tick` | what is due is done |
//!
//! Any other input chooses, byte by byte, what comes next. Arguments are drawn from what makes commands go on rather than
//! refuse at once: whole lines in the form that the syntax of a declaration shows, a few keys that are used again and again,
//! option words, numbers at the edges, patterns, and raw bytes.

use crate::framing;
use arbitrary::Unstructured;
use russet_engine::args::OwnedArgs;
use russet_engine::command::phrase::{Choice, Phrase};
use russet_engine::command::{Argument, Group, Registry};
use russet_engine::keyspace::Cycle;
use russet_engine::params;
use russet_engine::session::{ClientKey, ReplyMode, Session};
use russet_engine::{Engine, Flow, ManualClock, Setup};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// Commands in one sequence, at most.
const STEPS: usize = 200;
/// The longest value that commands may make by naming an offset: they allocate what they name.
const LONGEST: &[u8] = b"1mb";

/// Keys, and with them members, fields and elements.
const KEYS: &[&str] = &["a", "b", "c", "key:1", "key:2", "{tag}x", ""];

/// The keys that a group's commands mostly name, so that they meet values of their own type.
fn own_keys(group: Group) -> &'static [&'static str] {
    match group {
        Group::List => &["l1", "l2"],
        Group::Set => &["s1", "s2", "s3"],
        Group::SortedSet | Group::Geo => &["z1", "z2", "z3"],
        Group::Hash => &["h1", "h2"],
        Group::Stream => &["x1", "x2"],
        Group::HyperLogLog => &["p1", "p2"],
        _ => &["a", "b", "l1", "s1", "z1", "h1", "x1", "p1"],
    }
}

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "10",
    "16",
    "100",
    "1000",
    "-0",
    "+1",
    "01",
    "1.5",
    "-1.5",
    "1e3",
    "1e308",
    "-1e308",
    "4.9e-324",
    "inf",
    "-inf",
    "nan",
    "0x10",
    "255",
    "256",
    "65535",
    "65536",
    "1048575",
    "1048576",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967295",
    "4294967296",
    "536870911",
    "536870912",
    "1700000000",
    "1700000000000",
    "9223372036854775",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "99999999999999999999999999",
    "0.1",
    "3.0e0",
    " 1",
    "1 ",
    "0.30000000000000004",
];

/// Words that mean something to a single family: ids and groups of streams, bounds, patterns of SORT.
const SIGNS: &[&str] = &[
    "*", "$", ">", "+", "-", "=", "~", "#", "(", "[", "(1", "(-inf", "[a", "[b", "0-0", "0-1", "1-1", "1-*", "5-5",
    "1700000000000-0", "18446744073709551615-18446744073709551615", "group", "alice", "bob", "w_*", "*->f", "nosort", "m",
    "km", "u8", "i64", "#1", "#9223372036854775807",
];

const PATTERNS: &[&str] =
    &["*", "?", "a*", "*a*b*c", "[a-c]", "[^a]", "[", "\\", "key:?", "***********x", "[z-a]*", "[a-", "a\\"];

/// All commands, read once for all inputs.
static REGISTRY: LazyLock<Arc<Registry>> = LazyLock::new(|| {
    russet_commands::link();
    Arc::new(Registry::collect().expect("no two commands have one name"))
});

/// Every word in capitals that a declaration's syntax line shows: option names.
static OPTIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = REGISTRY.iter().map(|entry| entry.command.syntax);
    let words = lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-'));
    let tokens = words.filter(|word| word.chars().any(|c| c.is_ascii_uppercase()));
    let parameters = [
        "maxmemory",
        "maxmemory-policy",
        "hz",
        "save",
        "latency-tracking",
        "lfu-decay-time",
        "nosuch",
        "list-max-listpack-size",
        "list-compress-depth",
        "hash-max-listpack-entries",
        "set-max-intset-entries",
        "set-max-listpack-entries",
        "zset-max-listpack-entries",
        "stream-node-max-entries",
    ];
    tokens.chain(parameters).map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
});

target! { run, "no panic, one well-formed reply each, the keyspace stays consistent" }

/// Input: lines of text, or bytes that choose, step by step, what happens next.
pub fn run(data: &[u8]) {
    let mut table = Table::new();
    if data.first() == Some(&b'#') {
        for line in data.split(|&byte| byte == b'\n').take(STEPS) {
            table.line(line);
        }
    } else {
        let mut input = Unstructured::new(data);
        for _ in 0..STEPS {
            if input.is_empty() || table.step(&mut input).is_err() {
                break;
            }
        }
    }
    table.check();
}

/// An engine and those who sit around it.
struct Table {
    engine: Engine,
    clock: ManualClock,
    clients: Vec<ClientKey>,
    turn: usize,
    names: Vec<(String, Group)>,
}

/// Chooses what a phrase says.
struct Speaker<'t, 'i, 'b> {
    table: &'t Table,
    group: Group,
    input: &'i mut Unstructured<'b>,
}

impl Choice for Speaker<'_, '_, '_> {
    fn below(&mut self, bound: usize) -> usize {
        self.input.choose_index(bound).unwrap_or(0)
    }

    fn key(&mut self) -> Vec<u8> {
        self.table.key(self.group, self.input).unwrap_or_default()
    }

    fn value(&mut self, argument: &Argument) -> Vec<u8> {
        let number = matches!(argument.kind, "integer" | "double" | "unix-time");
        let text = match self.input.arbitrary::<u8>() {
            Ok(0..150) if number => self.input.choose(NUMBERS).copied(),
            Ok(0..150) if argument.kind == "pattern" => self.input.choose(PATTERNS).copied(),
            Ok(0..100) => self.input.choose(KEYS).copied(),
            _ => return self.table.argument(self.group, self.input).unwrap_or_default(),
        };
        text.unwrap_or_default().as_bytes().to_vec()
    }
}

impl Table {
    fn new() -> Self {
        let clock = ManualClock::at(1_700_000_000_000);
        let mut setup = Setup::for_tests(clock.clone());
        let debug = params::find(b"enable-debug-command").expect("it is declared");
        setup.params.assign(debug, &[b"yes"]).expect("a valid value");
        let mut engine = Engine::with_registry(setup, Arc::clone(&REGISTRY));
        let clients = (0..3).map(|_| engine.connect()).collect();
        let names = engine.registry.iter().map(|entry| (entry.name.clone(), entry.command.group)).collect();
        Table { engine, clock, clients, turn: 0, names }
    }

    /// A line of text.
    fn line(&mut self, line: &[u8]) {
        let Some(words) = params::words::split(line) else { return };
        let number = || std::str::from_utf8(words.get(1)?).ok()?.parse::<u32>().ok();
        match words.first().map(Vec::as_slice) {
            None | Some([b'#', ..]) => {}
            Some(b"@client") => self.turn = number().unwrap_or(0) as usize % self.clients.len(),
            Some(b"@leave") => self.leave(),
            Some(b"@pass") => self.clock.advance(i64::from(number().unwrap_or(1))),
            Some(b"@tick") => self.tick(),
            Some(_) => self.command(&words),
        }
    }

    fn tick(&mut self) {
        self.engine.synchronise();
        self.engine.tick();
        self.engine.sample_rates();
        self.engine.expire_cycle(Cycle::Slow { hz: 10 });
        self.collect();
    }

    fn leave(&mut self) {
        self.engine.disconnect(self.clients[self.turn]);
        self.clients[self.turn] = self.engine.connect();
    }

    fn step(&mut self, input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
        match input.arbitrary::<u8>()? {
            0..8 => self.clock.advance(i64::from(input.arbitrary::<u16>()?)),
            8..12 => self.clock.advance(i64::from(input.arbitrary::<u32>()?)),
            12..20 => self.tick(),
            20..26 => self.leave(),
            26..60 => self.turn = input.choose_index(self.clients.len())?,
            _ => {
                let words = self.words(input)?;
                self.command(&words);
            }
        }
        Ok(())
    }

    /// A command's words.
    fn words(&self, input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<Vec<u8>>> {
        let (name, group) = input.choose(&self.names)?;
        let mut words: Vec<Vec<u8>> = match input.arbitrary::<u8>()? {
            0..6 => vec![raw(input)?],
            6..170 => {
                let entry = self.engine.registry.by_full_name(name.as_bytes());
                let mut speaker = Speaker { table: self, group: *group, input };
                return Ok(entry.map(|entry| Phrase::of(entry, &mut speaker).words).unwrap_or_default());
            }
            _ => name.split('|').map(|part| part.as_bytes().to_vec()).collect(),
        };
        let more = match input.arbitrary::<u8>()? {
            255 => 40,
            n => n % 8,
        };
        for place in 0..more {
            let key = place == 0 && input.ratio(3, 4)?;
            words.push(if key { self.key(*group, input)? } else { self.argument(*group, input)? });
        }
        Ok(words)
    }

    fn key(&self, group: Group, input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
        let keys = if input.ratio(9, 10)? { own_keys(group) } else { KEYS };
        Ok(input.choose(keys)?.as_bytes().to_vec())
    }

    fn argument(&self, group: Group, input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
        let text = match input.arbitrary::<u8>()? {
            0..30 => return self.key(group, input),
            30..80 => input.choose(KEYS)?,
            80..135 => input.choose(NUMBERS)?,
            135..185 => input.choose(&OPTIONS)?.as_str(),
            185..200 => input.choose(SIGNS)?,
            200..210 => input.choose(PATTERNS)?,
            210..216 => input.choose(&self.names)?.0.split('|').next_back().unwrap_or_default(),
            216..226 => return Ok(input.int_in_range(-300..=300)?.to_string().into_bytes()),
            _ => return raw(input),
        };
        Ok(text.as_bytes().to_vec())
    }

    /// Runs a command of the client whose turn it is, and checks what it is answered.
    fn command(&mut self, words: &[Vec<u8>]) {
        if takes_what_it_is_asked_for(words) {
            return;
        }
        let limit = params::find(b"proto-max-bulk-len").expect("it is declared");
        self.engine.core.params.assign(limit, &[LONGEST]).expect("a valid value");
        let key = self.clients[self.turn];
        let Some(client) = self.engine.core.clients.get(key) else { return };
        if client.session.blocked.is_some() || client.session.closing.is_some() {
            return; // nothing of it would be given to the engine
        }
        let silent = client.session.reply_mode != ReplyMode::On;
        let mut listens = is_sent_more(&client.session) || answers_more_than_once(words);
        self.engine.synchronise();
        let owned = OwnedArgs::new(words.iter().map(Vec::as_slice));
        let hasher = self.engine.keyspace.hasher().clone();
        let flow = self.engine.execute(key, owned.args(&hasher));
        let replies = self.replies(key);
        let Some(client) = self.engine.core.clients.get(key) else { return };
        let silent = silent || client.session.reply_mode != ReplyMode::On || client.session.skip_next;
        listens |= is_sent_more(&client.session);
        if listens {
            // Messages and what MONITOR shows stand between the replies, and a command on several channels is answered for each.
        } else if flow == Flow::Done && !silent {
            assert_eq!(replies, 1, "{} replies to {}", replies, show(words));
        } else if flow != Flow::Closing {
            assert!(replies <= 1, "{} replies to {}", replies, show(words));
        }
        self.collect();
    }

    /// What the others were sent meanwhile must be well-formed too; who is to be closed is closed.
    fn collect(&mut self) {
        let mut touched = Vec::new();
        self.engine.take_touched(&mut touched);
        for place in 0..self.clients.len() {
            let key = self.clients[place];
            self.replies(key);
            if self.engine.core.clients.get(key).is_none_or(|client| client.session.closing.is_some()) {
                self.engine.disconnect(key);
                self.clients[place] = self.engine.connect();
            }
        }
    }

    /// Takes what a client has to be sent; the number of replies.
    fn replies(&mut self, key: ClientKey) -> usize {
        let output = self.engine.take_output(key);
        let Some(client) = self.engine.core.clients.get(key) else { return 0 };
        let count = framing::count(&output, client.session.protocol);
        count.unwrap_or_else(|what| panic!("{what} in {:?}", String::from_utf8_lossy(&output)))
    }

    fn check(mut self) {
        for key in std::mem::take(&mut self.clients) {
            self.engine.disconnect(key);
        }
        assert_eq!(self.engine.core.blocked_clients, 0, "nobody is left who could wait");
        let hasher = self.engine.keyspace.hasher().clone();
        for database in self.engine.keyspace.databases() {
            database.validate(&hasher);
        }
    }
}

/// Commands that make as many or as large things as they say.
fn takes_what_it_is_asked_for(words: &[Vec<u8>]) -> bool {
    let is = |place: usize, text: &str| {
        words.get(place).is_some_and(|word: &Vec<u8>| word.eq_ignore_ascii_case(text.as_bytes()))
    };
    let small = |place: usize| words.get(place).is_none_or(|number| number.len() < 4);
    is(0, "debug") && is(1, "populate") && !(small(2) && small(4))
}

/// Whether it is sent more than the answers to what it asks.
fn is_sent_more(session: &Session) -> bool {
    session.is_subscribed() || session.monitors()
}

/// Commands on channels, and the transactions that may contain them.
fn answers_more_than_once(words: &[Vec<u8>]) -> bool {
    let name = words.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    name.ends_with(b"subscribe") || name == b"exec"
}

fn raw(input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let length = match input.arbitrary::<u8>()? {
        255 => 2000,
        n => usize::from(n % 24),
    };
    Ok(input.bytes(length.min(input.len()))?.to_vec())
}

fn show(words: &[Vec<u8>]) -> String {
    words.iter().map(|word| format!("{:?} ", String::from_utf8_lossy(word))).collect()
}
