//! The stream of effects is the whole truth: whoever runs it has the same dataset.
//!
//! Random commands run in one engine, in several databases, with time passing; what leaves it as effects runs
//! in a second one, whose clock stands still. Nothing can expire there by itself, so after every command both
//! hold the same keys, values and expiries, those included whose time has come and that nobody has met yet.

mod contents;
mod hashes;
mod lists;
mod places;
mod sets;
mod sorted_sets;
mod sorting;
mod streams;
mod strings;

use proptest::prelude::*;
use russet_engine::args::OwnedArgs;
use russet_engine::effects;
use russet_engine::keyspace::Cycle;
use russet_engine::replay::Replay;
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup};
use std::collections::BTreeMap;

const START_MS: i64 = 1_700_000_000_000;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// A command is sent.
    Run(String),
    /// Milliseconds pass.
    Pass(i64),
    /// The active expiry runs.
    ExpireCycle,
}

/// Every key with its value and expiry, by database.
type Dataset = BTreeMap<(usize, Vec<u8>), (String, Option<i64>)>;

fn dataset(engine: &Engine) -> Dataset {
    let mut all = Dataset::new();
    for (db, database) in engine.keyspace.databases().iter().enumerate() {
        for entry in database.table() {
            all.insert((db, entry.key().to_vec()), (contents::of(entry), entry.expiry()));
        }
    }
    all
}

/// An engine and its client.
struct Side {
    engine: Engine,
    client: ClientKey,
    clock: ManualClock,
}

impl Side {
    fn new() -> Self {
        russet_commands::link();
        let clock = ManualClock::at(START_MS);
        let mut engine = Engine::new(Setup::for_tests(clock.clone())).expect("no two commands have one name");
        let client = engine.connect();
        Side { engine, client, clock }
    }

    fn run(&mut self, args: &OwnedArgs) -> Vec<u8> {
        let words: Vec<&[u8]> = args.iter().collect();
        self.engine.run(self.client, &words)
    }

    fn line(&mut self, line: &str) -> Vec<u8> {
        self.run(&OwnedArgs::new(line.split(' ').map(str::as_bytes)))
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Run(line) => {
                self.line(line);
                // One that waits says no more until it is served or its time is up; another one goes on.
                let client = self.engine.core.clients.get(self.client);
                if client.is_some_and(|client| client.session.blocked.is_some()) {
                    self.client = self.engine.connect();
                }
            }
            Step::Pass(ms) => {
                self.clock.advance(*ms);
                self.engine.synchronise();
                self.engine.tick();
            }
            Step::ExpireCycle => {
                self.engine.synchronise();
                self.engine.expire_cycle(Cycle::Slow { hz: 10 });
            }
        }
    }

    /// Runs a piece of the stream; what brackets its transactions is left out, for the sake of the answers.
    fn replay(&mut self, stream: &[u8]) {
        for words in effects::commands(stream).filter(|words| !matches!(words[..], [b"MULTI" | b"EXEC"])) {
            let reply = self.engine.run(self.client, &words);
            let stream = stream.escape_ascii();
            assert!(!reply.starts_with(b"-"), "{stream}: {}", String::from_utf8_lossy(&reply));
        }
    }
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")].prop_map(String::from)
}

/// A field of a hash.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![Just("f"), Just("g"), Just("h"), Just("7")].prop_map(String::from)
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (-20..20_000i64).prop_map(|n| n.to_string()),
        2 => "[a-z]{1,60}",
        1 => Just("3.25".to_owned()),
        1 => Just("x".repeat(2000)),
    ]
}

fn milliseconds() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 1..400i64, 1 => -50..1i64, 1 => 1_000..100_000i64]
}

/// `line` with `{key}` and the like filled in.
fn filled(line: &'static str) -> impl Strategy<Value = String> {
    let times = (milliseconds(), 0..2_000i64);
    ((key(), key(), field()), value(), value(), times, 0..3usize, (1..6u64, 0..3u64)).prop_map(
        move |((key, other, field), value, text, (ms, later), db, (n, seq))| {
            let places = [
                ("{stream}", ["s", "s", "t"][db].to_owned()),
                ("{consumer}", ["ada", "bob", "cyd"][seq as usize].to_owned()),
                ("{id}", format!("{n}-{seq}")),
                ("{n}", n.to_string()),
                ("{key}", key),
                ("{other}", other),
                ("{field}", field),
                ("{value}", value),
                ("{text}", text),
                ("{ms}", ms.to_string()),
                ("{s}", (ms / 100).to_string()),
                ("{ms_at}", (START_MS + later).to_string()),
                ("{at}", (START_MS / 1000 + later / 500).to_string()),
                ("{db}", db.to_string()),
            ];
            places.iter().fold(line.to_owned(), |line, (place, word)| line.replace(place, word))
        },
    )
}

fn any_of(lines: &'static [&'static str]) -> impl Strategy<Value = Step> {
    proptest::sample::select(lines).prop_flat_map(filled).prop_map(Step::Run)
}

const RARE: &[&str] = &[
    "SELECT {db}",
    "SELECT {db}",
    "SWAPDB {db} 1",
    "FLUSHDB",
    "FLUSHALL",
    "MULTI",
    "EXEC",
    "EXEC",
    "DISCARD",
    "WATCH {key}",
];

/// Command lines by type, each with how often a step is one of them.
const FAMILIES: &[(u32, &[&str])] = &[
    (6, strings::TIMED),
    (8, strings::UNTIMED),
    (4, hashes::TIMED),
    (6, hashes::UNTIMED),
    (10, lists::LINES),
    (6, sets::LINES),
    (8, sorted_sets::LINES),
    (4, places::LINES),
    (6, sorting::LINES),
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let families = FAMILIES.iter().map(|&(weight, lines)| (weight, any_of(lines).boxed()));
    let others = [
        (2, any_of(RARE).boxed()),
        (3, (1..300i64).prop_map(Step::Pass).boxed()),
        (1, Just(Step::ExpireCycle).boxed()),
    ];
    let step = proptest::strategy::Union::new_weighted(families.chain(others).collect());
    proptest::collection::vec(step, 1..80)
}

/// Streams alone: nothing expires, so that the clocks may go alike.
fn stream_steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![12 => any_of(streams::LINES), 1 => (1..300i64).prop_map(Step::Pass)];
    proptest::collection::vec(step, 1..80)
}

/// Carries the steps out and replays their effects.
fn check(steps: &[Step], clocks_go_alike: bool) -> Result<(), TestCaseError> {
    let (mut original, mut copy) = (Side::new(), Side::new());
    original.engine.keyspace.effects.attach(true);
    for (number, step) in steps.iter().enumerate() {
        original.step(step);
        if let (true, Step::Pass(_)) = (clocks_go_alike, step) {
            copy.step(step);
        }
        let mut stream = Vec::new();
        original.engine.keyspace.effects.take_into(&mut stream);
        copy.replay(&stream);
        prop_assert_eq!(
            dataset(&original.engine),
            dataset(&copy.engine),
            "after step {}, {:?}, with effects {:?}",
            number,
            step,
            stream.escape_ascii().to_string()
        );
    }
    for side in [&original, &copy] {
        let keyspace = &side.engine.keyspace;
        keyspace.databases().iter().for_each(|database| database.validate(keyspace.hasher()));
    }
    Ok(())
}

/// The commands that rebuild what there is, run by a session that is obeyed.
fn rebuilt(original: &Engine) -> Result<Side, TestCaseError> {
    let mut stream = Vec::new();
    effects::rebuild(&mut stream, &original.keyspace, b"", |_| Ok(())).expect("a vector takes everything");
    let mut copy = Side::new();
    // Files are loaded later than they were written.
    copy.clock.advance(1_000_000_000);
    copy.engine.synchronise();
    let Engine { keyspace, core, registry } = &mut copy.engine;
    keyspace.set_replaying(true);
    let hasher = keyspace.hasher().clone();
    let mut replay = Replay::new(START_MS);
    for words in effects::commands(&stream) {
        let lookup = registry.lookup(words[0], words.get(1).copied());
        let args = OwnedArgs::new(words);
        let run = replay.run(keyspace, core, registry, lookup, args.args(&hasher));
        prop_assert_eq!(run, Ok(()));
    }
    let failures = Replay::take_failures(core, registry);
    prop_assert!(failures.is_empty(), "{:?} in {}", failures, stream.escape_ascii());
    keyspace.set_replaying(false);
    Ok(copy)
}

/// What no command says is left out: whether a consumer to whom nothing is pending ever got something, and what is pending
/// of entries that are gone.
fn sayable(dataset: Dataset) -> Dataset {
    let said = |value: String| match value.starts_with("stream ") {
        true => value.replace(" true", "").replace(" false", ""),
        false => value,
    };
    dataset.into_iter().map(|(place, (value, expiry))| (place, (said(value), expiry))).collect()
}

/// Carries the steps out and rebuilds what there is at the end.
fn check_rebuilt(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut original = Side::new();
    steps.iter().for_each(|step| original.step(step));
    let copy = rebuilt(&original.engine)?;
    prop_assert_eq!(sayable(dataset(&original.engine)), sayable(dataset(&copy.engine)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn replayed_effects_make_the_same_dataset(steps in steps()) {
        check(&steps, false)?;
    }

    #[test]
    fn replayed_effects_make_the_same_streams(steps in stream_steps()) {
        check(&steps, true)?;
    }

    #[test]
    fn a_dataset_is_rebuilt_by_commands(steps in steps()) {
        check_rebuilt(&steps)?;
    }

    #[test]
    fn streams_are_rebuilt_by_commands(steps in stream_steps()) {
        let keeps_entries = |step: &&Step| !matches!(step, Step::Run(line) if line.starts_with("XDEL") || line.starts_with("XTRIM") || line.contains("MAXLEN") || line.contains("MINID"));
        let steps: Vec<Step> = steps.iter().filter(keeps_entries).cloned().collect();
        check_rebuilt(&steps)?;
    }
}
