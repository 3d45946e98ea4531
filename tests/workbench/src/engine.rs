//! An engine in this process, in which a number of keys fit.

use crate::Cache;
use russet_engine::args::OwnedArgs;
use russet_engine::host::Host;
use russet_engine::keyspace::Keyspace;
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup};
use std::any::Any;

/// A host in whose opinion each key takes a thousand bytes.
struct Counting;

const KEY: usize = 1000;

impl Host for Counting {
    fn used_memory(&self, keyspace: &Keyspace) -> usize {
        keyspace.databases()[0].len() * KEY
    }
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// An engine whose time goes with the uses of its keys.
pub(crate) struct InProcess {
    engine: Engine,
    clock: ManualClock,
    client: ClientKey,
    uses: u64,
    uses_per_second: u64,
}

const BEGINNING_MS: i64 = 1_700_000_000_000;

impl InProcess {
    /// One with this policy in which so many keys fit.
    pub(crate) fn new(policy: &str, keys: usize, uses_per_second: u64) -> Self {
        let clock = ManualClock::at(BEGINNING_MS);
        let setup = Setup { host: Box::new(Counting), ..Setup::for_tests(clock.clone()) };
        let mut engine = Engine::new(setup).expect("no two commands have one name");
        let client = engine.connect();
        // Room is made before a key is set, not after it.
        let limit = ((keys - 1) * KEY).to_string();
        let request: [&[u8]; 6] =
            [b"CONFIG", b"SET", b"maxmemory", limit.as_bytes(), b"maxmemory-policy", policy.as_bytes()];
        assert_eq!(engine.run(client, &request), b"+OK\r\n", "{policy}");
        InProcess { engine, clock, client, uses: 0, uses_per_second }
    }

    fn run(&mut self, words: &[&[u8]]) -> Vec<u8> {
        let owned = OwnedArgs::new(words.iter().copied());
        let hasher = self.engine.keyspace.hasher().clone();
        self.engine.execute(self.client, owned.args(&hasher));
        self.engine.take_output(self.client)
    }
}

impl Cache for InProcess {
    fn get(&mut self, keys: &[u32]) -> Vec<bool> {
        self.uses += keys.len() as u64;
        self.clock.set(BEGINNING_MS + (self.uses * 1000 / self.uses_per_second) as i64);
        self.engine.synchronise();
        self.engine.tick();
        keys.iter().map(|key| self.run(&[b"GET", key.to_string().as_bytes()]) != b"$-1\r\n").collect()
    }

    fn set(&mut self, keys: &[u32]) {
        for key in keys {
            assert_eq!(self.run(&[b"SET", key.to_string().as_bytes(), b"v"]), b"+OK\r\n");
        }
    }
}
