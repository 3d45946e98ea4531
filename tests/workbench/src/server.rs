//! A real Redis, with a `maxmemory` in which a number of keys fit.

use crate::Cache;
use russet_tests::client::{Client, encode};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use std::time::Instant;

/// A running Redis, and what was measured of it.
pub(crate) struct Redis {
    _running: Running,
    client: Client,
    value: Vec<u8>,
    begun: Instant,
    uses: u64,
    /// Sum and number of looks at how many keys there are.
    sizes: (u64, u64),
}

/// Bytes of a value: large enough that tables of keys and buffers do not decide how many fit.
const VALUE: usize = 512;
/// Requests between two looks at how many keys there are.
const LOOK: u64 = 16 * 1024;

impl Redis {
    /// Starts one with this policy, and a limit that so many keys reach.
    pub(crate) fn start(policy: &str, keys: usize) -> Result<Self, Box<dyn std::error::Error>> {
        let running = Running::start(Server::Redis, &["--maxmemory-policy", policy])?;
        let client = running.connect()?;
        let mut redis = Redis {
            _running: running,
            client,
            value: vec![b'x'; VALUE],
            begun: Instant::now(),
            uses: 0,
            sizes: (0, 0),
        };
        for from in (0..keys as u32).step_by(crate::BATCH) {
            let to = (from + crate::BATCH as u32).min(keys as u32);
            redis.set(&(from..to).collect::<Vec<_>>());
        }
        let report = redis.client.line("INFO memory")?.value.lossy();
        let used = report.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap_or_default();
        redis.client.line("FLUSHALL")?;
        redis.client.line(&format!("CONFIG SET maxmemory {}", used.trim()))?;
        redis.begun = Instant::now();
        Ok(redis)
    }

    /// How many keys there were on average, since the warm-up.
    pub(crate) fn keys_on_average(&self) -> usize {
        (self.sizes.0 / self.sizes.1.max(1)) as usize
    }

    /// How fast the trace was played.
    pub(crate) fn uses_per_second(&self) -> u64 {
        (self.uses as f64 / self.begun.elapsed().as_secs_f64()) as u64
    }

    /// Sends requests in one piece and returns whether each was answered with something.
    fn batch(&mut self, requests: impl Iterator<Item = Vec<u8>>) -> Vec<bool> {
        let requests: Vec<Vec<u8>> = requests.collect();
        self.client.send_raw(&requests.concat()).expect("Redis reads");
        let answered = |_| self.client.read().expect("Redis answers").raw != b"$-1\r\n";
        (0..requests.len()).map(answered).collect()
    }
}

impl Cache for Redis {
    fn get(&mut self, keys: &[u32]) -> Vec<bool> {
        let before = self.uses / LOOK;
        self.uses += keys.len() as u64;
        if self.uses / LOOK > before && self.uses > 5 * LOOK {
            let size = self.client.line("DBSIZE").expect("Redis answers").value.integer().unwrap_or(0);
            self.sizes = (self.sizes.0 + size as u64, self.sizes.1 + 1);
        }
        self.batch(keys.iter().map(|key| encode(&["GET", &key.to_string()])))
    }

    fn set(&mut self, keys: &[u32]) {
        let value = self.value.clone();
        let set = |key: &u32| encode(&[b"SET", key.to_string().as_bytes(), &value]);
        let set: Vec<Vec<u8>> = keys.iter().map(set).collect();
        self.batch(set.into_iter());
    }
}
