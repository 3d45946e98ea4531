//! RDB files: whatever the bytes are, loading ends with an error or with a dataset that can be used.

use russet_engine::rdb::file::{LoadRules, Loaded, Loader, SaveRules, save};
use russet_engine::rdb::Error;
use russet_engine::eviction::NOEVICTION;
use russet_engine::params;
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup};

/// The present, in milliseconds: before any expiry that the seeds have.
const NOW_MS: i64 = 1_800_000_000_000;

target! { run, "an error, or a dataset that is sound, can be used and is read again as the same" }

/// How closely a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Care {
    /// The checksum is compared.
    pub checksum: bool,
    /// Packed structures are searched for what is there twice.
    pub deep: bool,
}

/// Input: a file.
pub fn run(data: &[u8]) {
    let (mut dataset, mut again) = (Dataset::empty(), Dataset::empty());
    for deep in [false, true] {
        dataset.clear();
        if dataset.load(data, Care { checksum: false, deep }).is_ok() {
            dataset.check(&mut again);
            dataset.use_up();
        }
    }
}

/// An engine that loads files, and a client of it.
pub struct Dataset {
    engine: Engine,
    client: ClientKey,
}

impl Dataset {
    /// One without any key.
    ///
    /// # Panics
    /// If two commands have one name.
    pub fn empty() -> Self {
        russet_commands::link();
        let mut engine =
            Engine::new(Setup::for_tests(ManualClock::at(NOW_MS))).expect("no two commands have one name");
        let parameter = params::find(b"enable-debug-command").expect("a parameter");
        engine.core.params.assign(parameter, &[b"yes"]).expect("a value of it");
        engine.synchronise();
        let client = engine.connect();
        Dataset { engine, client }
    }

    /// Loads a file.
    ///
    /// # Errors
    /// If it is not sound.
    pub fn load(&mut self, file: &[u8], care: Care) -> Result<Loaded, Error> {
        let rules = LoadRules {
            keep_expired: false,
            replace: false,
            checksum: care.checksum,
            newer: false,
            deep: care.deep,
            size: file.len() as u64,
        };
        let Engine { keyspace, core, .. } = &mut self.engine;
        let mut loader = Loader::begin(file, rules, keyspace)?;
        while !loader.step(keyspace, &core.params, 1 << 16, || ())? {}
        Ok(loader.loaded())
    }

    /// The dataset as a file.
    ///
    /// # Panics
    /// If writing to memory fails.
    pub fn saved(&self) -> Vec<u8> {
        let rules = SaveRules {
            compress: true,
            checksum: true,
            journal_base: false,
            now_s: NOW_MS / 1000,
            used_memory: 0,
            policy: &NOEVICTION,
        };
        let mut file = Vec::new();
        save(&mut file, &self.engine.keyspace, &rules, |_| Ok(())).expect("memory takes everything");
        file
    }

    /// Removes every key, and every library.
    pub fn clear(&mut self) {
        self.ask(&[b"FLUSHALL"]);
        self.ask(&[b"FUNCTION", b"FLUSH"]);
    }

    /// What `DEBUG DIGEST` says.
    pub fn digest(&mut self) -> Vec<u8> {
        self.ask(&[b"DEBUG", b"DIGEST"])
    }

    /// Saves it and loads it into `again`, which must make the same of it.
    ///
    /// # Panics
    /// If the dataset is not sound, or another one when it has been saved and loaded.
    pub fn check(&mut self, again: &mut Dataset) {
        let Engine { keyspace, .. } = &self.engine;
        keyspace.databases().iter().for_each(|db| db.validate(keyspace.hasher()));
        again.clear();
        let read = again.load(&self.saved(), Care { checksum: true, deep: false });
        match read {
            Ok(_) => assert_eq!(self.digest(), again.digest(), "what was saved is another dataset"),
            Err(error) => panic!("what was saved cannot be read: {error}"),
        }
    }

    /// Reads, changes and removes every key.
    pub fn use_up(&mut self) {
        for db in 0..self.engine.keyspace.databases().len() {
            self.ask(&[b"SELECT", db.to_string().as_bytes()]);
            let keys: Vec<Vec<u8>> = {
                let table = self.engine.keyspace.databases()[db].table();
                table.iter().take(100).map(|entry| entry.key().to_vec()).collect()
            };
            for key in keys {
                let kind = self.ask(&[b"TYPE", &key]);
                let lines = match &kind[..] {
                    b"+string\r\n" => STRING,
                    b"+list\r\n" => LIST,
                    b"+set\r\n" => SET,
                    b"+hash\r\n" => HASH,
                    b"+zset\r\n" => SORTED_SET,
                    b"+stream\r\n" => STREAM,
                    _ => &[],
                };
                for line in GENERIC.iter().chain(lines).chain(LAST) {
                    let words: Vec<&[u8]> =
                        line.split(' ').map(|word| if word == "KEY" { &key[..] } else { word.as_bytes() }).collect();
                    self.ask(&words);
                }
            }
        }
        let Engine { keyspace, .. } = &self.engine;
        keyspace.databases().iter().for_each(|db| db.validate(keyspace.hasher()));
    }

    fn ask(&mut self, words: &[&[u8]]) -> Vec<u8> {
        self.engine.run(self.client, words)
    }
}

const GENERIC: &[&str] = &["OBJECT ENCODING KEY", "OBJECT FREQ KEY", "PTTL KEY", "COPY KEY \0copy REPLACE", "DEL \0copy"];
const STRING: &[&str] = &["GET KEY", "APPEND KEY x", "SETRANGE KEY 1 yy", "INCR KEY", "BITCOUNT KEY", "PFCOUNT KEY"];
const LIST: &[&str] = &[
    "LRANGE KEY 0 -1",
    "LINDEX KEY -1",
    "LPOS KEY two",
    "LPUSH KEY new",
    "LINSERT KEY BEFORE two other",
    "LREM KEY 0 two",
    "LTRIM KEY 1 -2",
    "RPOP KEY 2",
];
const SET: &[&str] =
    &["SMEMBERS KEY", "SISMEMBER KEY 1", "SADD KEY new 5", "SRANDMEMBER KEY 3", "SREM KEY a 1", "SPOP KEY 2"];
const HASH: &[&str] = &[
    "HGETALL KEY",
    "HGET KEY f",
    "HPTTL KEY FIELDS 2 a f",
    "HSET KEY f 2 new 1",
    "HRANDFIELD KEY 3 WITHVALUES",
    "HDEL KEY f a",
    "HPEXPIREAT KEY 4000000000000 FIELDS 1 b",
    "HSCAN KEY 0",
];
const SORTED_SET: &[&str] = &[
    "ZRANGE KEY 0 -1 WITHSCORES",
    "ZADD KEY 3 new 1 b",
    "ZRANK KEY b",
    "ZRANGEBYSCORE KEY -inf 2",
    "ZRANGEBYLEX KEY - +",
    "ZREM KEY a",
    "ZPOPMIN KEY",
    "ZPOPMAX KEY",
];
const STREAM: &[&str] = &[
    "XRANGE KEY - +",
    "XREVRANGE KEY + -",
    "XINFO STREAM KEY FULL",
    "XINFO GROUPS KEY",
    "XPENDING KEY g - + 10",
    "XADD KEY * a 1",
    "XREADGROUP GROUP g ada STREAMS KEY >",
    "XAUTOCLAIM KEY g cyd 0 0",
    "XACK KEY g 1-1",
    "XDEL KEY 1-1",
    "XTRIM KEY MAXLEN 1",
    "XGROUP DELCONSUMER KEY g ada",
    "XGROUP DESTROY KEY g",
];
const LAST: &[&str] = &["DEL KEY"];
