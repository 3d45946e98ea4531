//! Nothing that a client says makes a command panic, take for ever, or allocate what it only named.
//!
//! Every command of the registry is said in the forms that its syntax line shows, and in each of them every value in turn is
//! each of the nasty ones; then all of them at once are. Its keys are asked for, too. Every parameter is given each of the
//! values, and where it takes it, data of all types are laid anew. Arithmetic is checked, as in every build of this profile.

mod values;

use peak_alloc::PeakAlloc;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use russet_engine::args::OwnedArgs;
use russet_engine::command::phrase::{Choice, Phrase};
use russet_engine::command::{Argument, Entry, Group, Registry};
use russet_engine::keyspace::Cycle;
use russet_engine::{Engine, ManualClock, Protocol, Setup, params};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Held by whoever measures: the heap is that of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// The longest value and the longest repetitive reply that the server allows here.
const LONGEST: usize = 1024 * 1024;
/// The most that a command may have in use: a value of that length when it grows, and another one that replaces it.
const MOST: usize = 5 * LONGEST;
/// The longest that a command may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Forms in which each command is said.
const FORMS: usize = 8;
/// Times that all values are nasty at once, for each form.
const ALL_NASTY: usize = 40;

/// Commands that make as much as they are told to, for those who may use them.
const OBEDIENT: &[&str] = &["debug|populate"];

const DATA: &[&str] = &[
    "SET a text",
    "SET b 9223372036854775807",
    "RPUSH l 1 2 x y",
    "SADD s a b 1",
    "SADD i 1 2 9223372036854775807 -9223372036854775808",
    "ZADD z 1 a 2 b inf c -inf d",
    "GEOADD p 13.4 38.1 a 15 37.5 b",
    "HSET h f 1 g 1.5 a text",
    "XADD x 1-1 f v",
    "XADD x 2-1 f v g w",
    "XGROUP CREATE x g 0",
    "XREADGROUP GROUP g c COUNT 1 STREAMS x >",
    "XADD last 18446744073709551615-18446744073709551615 f v",
    "PFADD y a b c",
    "SET w_a 2 PX 9000000000000",
];

fn keys_of(group: Group) -> &'static [&'static str] {
    match group {
        Group::List => &["l", "l", "l2"],
        Group::Set => &["s", "i", "s2"],
        Group::SortedSet => &["z", "z", "s"],
        Group::Geo => &["p", "p", "z"],
        Group::Hash => &["h"],
        Group::Stream => &["x", "x", "last"],
        Group::HyperLogLog => &["y"],
        Group::String | Group::Bitmap => &["a", "b", "none", "w_a"],
        _ => &["a", "b", "l", "s", "z", "h", "x", "i", "none"],
    }
}

/// Chance, which chooses ordinary values.
struct Chance<'r> {
    random: &'r mut SmallRng,
    group: Group,
}

impl Choice for Chance<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.random.random_range(0..bound)
    }

    fn key(&mut self) -> Vec<u8> {
        let keys = keys_of(if self.random.random_ratio(1, 12) { Group::Generic } else { self.group });
        keys.choose(self.random).map_or_else(Vec::new, |key| key.as_bytes().to_vec())
    }

    fn value(&mut self, argument: &Argument) -> Vec<u8> {
        values::ordinary(argument, self.random.random_range(0..12))
    }
}

/// All commands, read once.
static REGISTRY: LazyLock<Arc<Registry>> = LazyLock::new(|| {
    russet_commands::link();
    Arc::new(Registry::collect().expect("no two commands have one name"))
});

/// An engine, and whether it holds the data.
struct Table {
    engine: Engine,
    clock: ManualClock,
    /// How many changes there had been when it held the data.
    laid: Option<u64>,
    phrases: usize,
    answered: usize,
}

impl Table {
    fn new() -> Self {
        let clock = ManualClock::at(1_700_000_000_000);
        let mut setup = Setup::for_tests(clock.clone());
        let debug = params::find(b"enable-debug-command").expect("it is declared");
        setup.params.assign(debug, &[b"yes"]).expect("a valid value");
        let engine = Engine::with_registry(setup, Arc::clone(&REGISTRY));
        Table { engine, clock, laid: None, phrases: 0, answered: 0 }
    }

    fn lay(&mut self) {
        if self.engine.core.pause.is_some() {
            *self = Table { phrases: self.phrases, answered: self.answered, ..Table::new() };
        }
        let limit = params::find(b"proto-max-bulk-len").expect("it is declared");
        self.engine.core.params.assign(limit, &[LONGEST.to_string().as_bytes()]).expect("a valid value");
        if self.laid == Some(self.engine.keyspace.dirty) {
            return;
        }
        let client = self.engine.connect();
        for line in ["FLUSHALL"].iter().chain(DATA) {
            let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            self.engine.run(client, &words);
        }
        self.engine.disconnect(client);
        self.laid = Some(self.engine.keyspace.dirty);
    }

    /// Asks an engine which words of a phrase are keys.
    fn ask_for_keys(&mut self, words: &[Vec<u8>]) {
        let question = [&b"COMMAND"[..], b"GETKEYSANDFLAGS"].map(<[u8]>::to_vec);
        self.say(&[&question[..], words].concat());
    }

    /// Says a phrase to an engine that holds the data.
    fn say(&mut self, words: &[Vec<u8>]) {
        let _saying = Saying(words);
        self.lay();
        let Table { engine, clock, .. } = self;
        let client = engine.connect();
        let protocol = if self.phrases.is_multiple_of(2) { Protocol::Resp2 } else { Protocol::Resp3 };
        engine.core.clients.get_mut(client).expect("it is connected").session.protocol = protocol;
        let words = OwnedArgs::new(words.iter().map(Vec::as_slice));
        let hasher = engine.keyspace.hasher().clone();
        let (begun, before) = (Instant::now(), HEAP.current_usage());
        HEAP.reset_peak_usage();
        engine.synchronise();
        engine.execute(client, words.args(&hasher));
        // What has been planted for later.
        clock.advance(100);
        engine.synchronise();
        engine.tick();
        engine.expire_cycle(Cycle::Slow { hz: 10 });
        let (took, most) = (begun.elapsed(), HEAP.peak_usage() - before);
        assert!(took < PATIENCE, "it took {took:?}");
        assert!(most < MOST, "it had {most} bytes in use");
        self.phrases += 1;
        self.answered += usize::from(engine.take_output(client).first().is_some_and(|&sign| sign != b'-'));
        engine.disconnect(client);
    }
}

/// Prints what is being said if saying it panics.
struct Saying<'w>(&'w [Vec<u8>]);

impl Drop for Saying<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let words: Vec<String> =
                self.0.iter().map(|word| format!("\"{}\"", word.escape_ascii())).collect();
            println!("this was said: {}", words.join(" "));
        }
    }
}

/// Says a command in many ways.
fn try_command(entry: &Entry, random: &mut SmallRng, table: &mut Table) {
    let mut forms: Vec<Phrase> = Vec::new();
    for _ in 0..FORMS {
        let form = Phrase::of(entry, &mut Chance { random, group: entry.command.group });
        if !forms.iter().any(|other| other.words == form.words) {
            forms.push(form);
        }
    }
    for form in forms {
        table.say(&form.words);
        for &place in &form.values {
            for nasty in values::NASTY {
                let mut words = form.words.clone();
                words[place] = nasty.as_bytes().to_vec();
                table.say(&words);
                if !entry.command.keys.is_empty() {
                    table.ask_for_keys(&words);
                }
            }
        }
        for _ in 0..if form.values.len() > 1 { ALL_NASTY } else { 0 } {
            let mut words = form.words.clone();
            for &place in &form.values {
                words[place] =
                    values::NASTY.choose(random).map_or_else(Vec::new, |text| text.as_bytes().to_vec());
            }
            table.say(&words);
        }
    }
}

/// `SEED` chooses other forms.
#[test]
fn every_command_survives_what_it_is_told() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let mut random = SmallRng::seed_from_u64(seed);
    let (mut commands, mut phrases, mut answered) = (0, 0, 0);
    for entry in REGISTRY.iter() {
        if entry.command.run.is_some() && !OBEDIENT.contains(&entry.name.as_str()) {
            let mut table = Table::new();
            try_command(entry, &mut random, &mut table);
            commands += 1;
            phrases += table.phrases;
            answered += table.answered;
        }
    }
    println!("{commands} commands survived {phrases} phrases, {answered} of which they understood");
    assert!(commands > 250 && phrases > 100_000 && answered > phrases / 10);
}

#[test]
fn every_parameter_survives_what_it_is_set_to() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut phrases, mut taken) = (0, 0);
    for parameter in params::all() {
        let mut table = Table::new();
        for nasty in values::NASTY {
            let words =
                [&b"CONFIG"[..], b"SET", parameter.name.as_bytes(), nasty.as_bytes()].map(<[u8]>::to_vec);
            let before = table.answered;
            table.say(&words);
            if table.answered > before {
                table.laid = None;
                table.lay();
            }
        }
        phrases += table.phrases;
        taken += table.answered;
    }
    println!("{taken} of {phrases} values were taken");
    assert!(phrases > 10_000 && taken > 1000);
}
