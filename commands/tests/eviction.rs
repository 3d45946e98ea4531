//! Eviction through requests: with a host in whose opinion each key takes a thousand bytes, so that a limit is a number of keys.

use russet_engine::effects;
use russet_engine::eviction::all;
use russet_engine::host::Host;
use russet_engine::keyspace::Keyspace;
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup};
use std::any::Any;

/// A host that thinks it knows what keys take.
struct Counting;

const KEY: usize = 1000;

impl Host for Counting {
    fn used_memory(&self, keyspace: &Keyspace) -> usize {
        keyspace.databases().iter().map(|database| database.len() * KEY).sum()
    }
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// An engine in which a number of keys fit.
struct Full {
    engine: Engine,
    clock: ManualClock,
    client: ClientKey,
}

impl Full {
    fn new(policy: &str, keys: usize) -> Full {
        russet_commands::link();
        let clock = ManualClock::at(1_700_000_000_000);
        let setup = Setup { host: Box::new(Counting), ..Setup::for_tests(clock.clone()) };
        let mut engine = Engine::new(setup).unwrap();
        let client = engine.connect();
        let mut full = Full { engine, clock, client };
        full.run(&format!("CONFIG SET maxmemory {} maxmemory-policy {policy}", keys * KEY));
        full
    }

    fn run(&mut self, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        let reply = self.engine.run(self.client, &words);
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    /// Sets keys `from..to`, one each second.
    fn fill(&mut self, from: usize, to: usize, more: &str) {
        for key in from..to {
            self.clock.advance(1000);
            assert_eq!(self.run(&format!("SET key:{key} v{more}")), "+OK");
        }
    }

    /// How many of the keys `from..to` are there. Looks at them from outside.
    fn among(&mut self, from: usize, to: usize) -> usize {
        let mut db = self.engine.keyspace.db(0);
        (from..to).filter(|key| db.inspect(db.key(format!("key:{key}").as_bytes())).is_some()).count()
    }

    /// The names of the commands that have become effects since the last time.
    fn effects(&mut self) -> Vec<String> {
        let mut stream = Vec::new();
        self.engine.keyspace.effects.take_into(&mut stream);
        let names = effects::commands(&stream).map(|words| String::from_utf8_lossy(words[0]).into_owned());
        names.filter(|name| name != "SELECT").collect()
    }

    fn evicted(&self) -> u64 {
        self.engine.keyspace.stats.evicted
    }
}

#[test]
fn every_policy_for_all_keys_keeps_as_many_as_fit() {
    for policy in all().iter().filter(|policy| policy.scope == russet_engine::eviction::Scope::All) {
        let mut full = Full::new(policy.name, 100);
        full.fill(0, 1000, "");
        // The last one came after its request had made room.
        assert_eq!(full.among(0, 1000), 101, "{}", policy.name);
        assert_eq!(full.run("PING"), "+PONG", "{}", policy.name);
        assert_eq!((full.among(0, 1000), full.evicted()), (100, 900), "{}", policy.name);
    }
}

#[test]
fn volatile_policies_leave_keys_that_do_not_expire() {
    for policy in ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"] {
        let mut full = Full::new(policy, 100);
        full.fill(0, 50, "");
        full.fill(50, 500, " EX 100000");
        full.run("PING");
        assert_eq!((full.among(0, 50), full.among(50, 500)), (50, 50), "{policy}");
        // When nothing that expires is left, what may need memory is refused.
        full.run("CONFIG SET maxmemory 20000");
        full.run("PING");
        assert_eq!(full.among(0, 500), 50, "{policy}");
        assert_eq!(
            full.run("SET a b"),
            "-OOM command not allowed when used memory > 'maxmemory'.",
            "{policy}"
        );
        assert_eq!(full.run("GET key:0"), "$1 v", "{policy}");
        assert_eq!(full.run("DEL key:0"), ":1", "{policy}");
    }
}

#[test]
fn the_least_recently_used_go() {
    let mut full = Full::new("allkeys-lru", 1000);
    full.run("CONFIG SET maxmemory-samples 10");
    full.fill(0, 1000, "");
    // The elder half is used again.
    for key in 0..500 {
        full.clock.advance(1000);
        full.run(&format!("GET key:{key}"));
    }
    full.fill(1000, 1500, "");
    let (used, unused) = (full.among(0, 500), full.among(500, 1000));
    assert!(used > 440 && unused < 60, "{used} {unused}");
}

#[test]
fn the_least_often_used_go() {
    let mut full = Full::new("allkeys-lfu", 1000);
    full.run("CONFIG SET maxmemory-samples 10 lfu-decay-time 0");
    full.fill(0, 1000, "");
    for _ in 0..30 {
        (0..500).for_each(|key| drop(full.run(&format!("GET key:{key}"))));
    }
    full.fill(1000, 2000, "");
    let (used, unused) = (full.among(0, 500), full.among(500, 1000));
    assert!(used == 500 && unused < 400, "{used} {unused}");
    assert!(full.run("OBJECT FREQ key:0").trim_start_matches(':').parse::<u32>().unwrap() > 5);
}

#[test]
fn those_that_expire_soonest_go() {
    let mut full = Full::new("volatile-ttl", 1000);
    full.run("CONFIG SET maxmemory-samples 10");
    for key in 0..2000 {
        // Every second one expires far sooner.
        full.run(&format!("SET key:{key} v EX {}", if key % 2 == 0 { 100_000 } else { 1000 + key }));
    }
    full.run("PING");
    let mut db = full.engine.keyspace.db(0);
    let there = |db: &mut russet_engine::keyspace::Db<'_>, key: usize| {
        db.inspect(db.key(format!("key:{key}").as_bytes())).is_some()
    };
    let late = (0..2000).step_by(2).filter(|&key| there(&mut db, key)).count();
    assert!(late > 900, "{late}");
}

#[test]
fn a_lower_limit_is_reached_in_the_next_tick() {
    let mut full = Full::new("allkeys-random", 500);
    full.fill(0, 500, "");
    assert_eq!(full.run("CONFIG SET maxmemory 100000"), "+OK");
    assert_eq!(full.among(0, 500), 500);
    assert_eq!(full.engine.next_deadline_ms(), Some(full.engine.now_ms()));
    full.engine.tick();
    assert_eq!((full.among(0, 500), full.engine.next_deadline_ms()), (100, None));
}

#[test]
fn those_who_care_hear_of_it() {
    let mut full = Full::new("simple-first", 2);
    full.engine.keyspace.effects.attach(true);
    full.fill(0, 2, "");
    full.run("CONFIG SET notify-keyspace-events Ee");
    let listener = full.engine.connect();
    full.engine.run(listener, &[b"SUBSCRIBE", b"__keyevent@0__:evicted"]);
    let first = full.run("RANDOMKEY");
    let watcher = full.engine.connect();
    full.engine.run(watcher, &[b"WATCH", b"key:0", b"key:1"]);
    full.engine.run(watcher, &[b"MULTI"]);
    full.effects();
    full.fill(2, 4, "");
    let told = String::from_utf8(full.engine.take_output(listener)).unwrap();
    assert!(told.contains("__keyevent@0__:evicted\r\n$5\r\nkey:"), "{told} after {first}");
    assert_eq!(full.engine.run(watcher, &[b"EXEC"]), b"*-1\r\n");
    // Room is made before what needs it.
    assert_eq!(full.effects(), ["SET", "DEL", "SET", "DEL"]);
    full.run("CONFIG SET lazyfree-lazy-eviction yes");
    full.fill(4, 6, "");
    assert!(full.effects().iter().any(|name| name == "UNLINK"));
}

#[test]
fn a_transaction_makes_room_before_it_runs_and_not_within() {
    let mut full = Full::new("allkeys-lru", 10);
    full.fill(0, 10, "");
    full.run("MULTI");
    (10..20).for_each(|key| assert_eq!(full.run(&format!("SET key:{key} v")), "+QUEUED"));
    assert!(full.run("EXEC").starts_with("*10 +OK"));
    assert_eq!(full.among(0, 20), 20);
    full.run("PING");
    assert_eq!(full.among(0, 20), 10);
}

#[test]
fn nothing_goes_during_a_pause() {
    let mut full = Full::new("allkeys-lru", 10);
    full.fill(0, 10, "");
    full.run("CLIENT PAUSE 1000 WRITE");
    full.run("CONFIG SET maxmemory 1000");
    full.run("PING");
    full.engine.tick();
    assert_eq!(full.among(0, 10), 10);
    full.clock.advance(1001);
    full.engine.synchronise();
    full.engine.tick();
    assert_eq!(full.among(0, 10), 1);
}

#[test]
fn only_policies_that_exist_can_be_chosen() {
    let mut full = Full::new("allkeys-LRU", 10);
    assert_eq!(full.run("CONFIG GET maxmemory-policy"), "*2 $16 maxmemory-policy $11 allkeys-lru");
    let refused = full.run("CONFIG SET maxmemory-policy allkeys-magic");
    assert!(
        refused.starts_with(
            "-ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - argument(s) must be one of the \
             following: volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, \
             allkeys-random, noeviction, "
        ),
        "{refused}"
    );
}

/// Bug class: what was to be evicted under a limit is to be evicted for ever when there is none any more, and the loop that
/// waits for the next deadline does not sleep again.
#[test]
fn nothing_is_due_once_the_limit_is_taken_away() {
    let mut full = Full::new("noeviction", 10);
    full.fill(0, 10, "");
    full.run("CONFIG SET maxmemory 1");
    full.run("CONFIG SET maxmemory 0");
    full.engine.tick();
    assert_eq!(full.engine.next_deadline_ms(), None);
    assert_eq!(full.run("SET more v"), "+OK");
    full.run("CONFIG SET maxmemory-policy allkeys-lru");
    full.engine.tick();
    assert_eq!((full.evicted(), full.among(0, 10)), (0, 10));
    assert!(full.run("INFO stats").contains("current_eviction_exceeded_time:0 "));
}
