//! A running server, whose `maxmemory` leaves room for some bytes, or is tuned until it holds a number of keys.
//!
//! What an empty server uses is not part of the room: a megabyte more or less does not matter in a cache, but would decide
//! everything in these small ones.

use crate::Cache;
use russet_tests::client::{Client, encode};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use std::time::Duration;

/// What is the same for all servers.
#[derive(Clone, Copy)]
pub(crate) enum Room {
    /// Bytes beside what the empty server uses.
    Bytes(f64),
    /// Keys, on average: the bytes are tuned all the time.
    Keys(usize),
}

/// Bytes of a value where the trace does not say: so many that tables of keys and buffers do not decide how many fit.
pub(crate) const VALUE: u32 = 512;
/// Requests between two looks at how many keys there are; while hits are not counted yet, and then.
const LOOKS: [u64; 2] = [2048, 16_384];

/// A server, and what was seen of it.
pub(crate) struct Served<'t> {
    _running: Running,
    client: Client,
    /// Bytes of each key's value, where the trace says.
    sizes: &'t [u32],
    value: Vec<u8>,
    /// Bytes that the empty server uses.
    empty: f64,
    bytes: f64,
    wanted: Option<usize>,
    uses: u64,
    /// Uses before hits count.
    warm: u64,
    next_look: u64,
    /// Sums over looks since then: of keys, of bytes; and how many looks.
    seen: (f64, f64, f64),
}

impl<'t> Served<'t> {
    /// Starts one. Hits will count after `warm` requests.
    pub(crate) fn start(
        server: Server,
        policy: &str,
        room: Room,
        sizes: &'t [u32],
        warm: u64,
    ) -> Result<Self, String> {
        let running = Running::start(server, &["--maxmemory-policy", policy])?;
        let mut client = running.connect().map_err(|error| error.to_string())?;
        client.set_patience(Duration::from_secs(60));
        let mean = if sizes.is_empty() {
            f64::from(VALUE)
        } else {
            sizes.iter().map(|&size| f64::from(size)).sum::<f64>() / sizes.len() as f64
        };
        let (bytes, wanted) = match room {
            Room::Bytes(bytes) => (bytes, None),
            // Corrected as soon as something is evicted.
            Room::Keys(keys) => (keys as f64 * (mean + 64.0), Some(keys)),
        };
        let largest = sizes.iter().copied().max().unwrap_or(VALUE);
        let mut served = Served {
            _running: running,
            client,
            sizes,
            value: vec![b'x'; largest as usize],
            empty: 0.0,
            bytes,
            wanted,
            uses: 0,
            warm,
            next_look: LOOKS[0],
            seen: (0.0, 0.0, 0.0),
        };
        // So that buffers are as large as they will be.
        served.set(&(0..crate::BATCH as u32).collect::<Vec<_>>());
        served.tell("FLUSHALL");
        served.empty = served.info("memory", "used_memory");
        served.limit();
        Ok(served)
    }

    /// How many keys there were, and room for how many bytes: on average, since hits count.
    pub(crate) fn on_average(&self) -> (f64, f64) {
        (self.seen.0 / self.seen.2, self.seen.1 / self.seen.2)
    }

    fn tell(&mut self, line: &str) {
        let reply = self.client.line(line).expect("the server answers");
        assert_eq!(reply.raw, b"+OK\r\n", "{line}: {}", reply.value.lossy());
    }

    fn info(&mut self, section: &str, field: &str) -> f64 {
        let told = self.client.line(&format!("INFO {section}")).expect("the server answers").value.lossy();
        let value = told.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        value.and_then(|value| value.trim().parse().ok()).expect("INFO has the field")
    }

    fn limit(&mut self) {
        let bytes = (self.empty + self.bytes) as u64;
        self.tell(&format!("CONFIG SET maxmemory {bytes}"));
    }

    /// Counts the keys, and leaves more room or less.
    fn look(&mut self) {
        let counts = self.uses >= self.warm;
        self.next_look = self.uses + LOOKS[usize::from(counts)];
        let keys =
            self.client.line("DBSIZE").expect("the server answers").value.integer().unwrap_or(0) as f64;
        if counts {
            let (all_keys, all_bytes, looks) = self.seen;
            self.seen = (all_keys + keys, all_bytes + self.bytes, looks + 1.0);
        }
        let Some(wanted) = self.wanted else { return };
        let wanted = wanted as f64;
        if keys > wanted || self.info("stats", "evicted_keys") > 0.0 {
            // Half of the way: a value that is evicted just now is not to swing it.
            self.bytes *= (wanted / keys.max(wanted / 2.0)).sqrt();
            self.limit();
        }
    }

    /// Sends requests in one piece and returns whether each was answered with something.
    fn batch(&mut self, requests: impl Iterator<Item = Vec<u8>>) -> Vec<bool> {
        let requests: Vec<Vec<u8>> = requests.collect();
        self.client.send_raw(&requests.concat()).expect("the server reads");
        let mut answered = |_| {
            let reply = self.client.read().expect("the server answers").raw;
            assert!(!reply.starts_with(b"-"), "{}", String::from_utf8_lossy(&reply));
            reply != b"$-1\r\n"
        };
        (0..requests.len()).map(&mut answered).collect()
    }
}

impl Cache for Served<'_> {
    fn get(&mut self, keys: &[u32]) -> Vec<bool> {
        self.uses += keys.len() as u64;
        if self.uses >= self.next_look {
            self.look();
        }
        self.batch(keys.iter().map(|key| encode(&["GET", &key.to_string()])))
    }

    fn set(&mut self, keys: &[u32]) {
        let set = |key: &u32| {
            let size = self.sizes.get(*key as usize).copied().unwrap_or(VALUE);
            encode(&[b"SET", key.to_string().as_bytes(), &self.value[..size as usize]])
        };
        let set: Vec<Vec<u8>> = keys.iter().map(set).collect();
        self.batch(set.into_iter());
    }
}
