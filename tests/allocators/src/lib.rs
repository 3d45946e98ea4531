//! A load for the engine, whose allocator is the program's: what a request costs, and what stays resident.
//!
//! Each program in `bin/` differs from the others in its global allocator alone. All of them run the same requests, in this
//! process and in one thread, so that no socket hides what an allocation costs.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// How long everything rests before what is resident is looked at once more.
const REST: Duration = Duration::from_secs(5);

/// Bytes of a value that are common in each phase of the mixed load; a twentieth is sixteen times as large.
const PHASES: [usize; 8] = [60, 700, 25, 200, 2500, 100, 1200, 40];

/// A load: how many keys, and how many requests after they have been set.
#[derive(Clone, Copy)]
enum Load {
    /// Strings of 8 to 40 bytes; half of the requests read, half overwrite with another length.
    Small,
    /// Strings, hashes and lists, which are set, grown, shrunk and deleted, and whose sizes change from phase to phase.
    Mixed,
}

/// Tells whether an address lies on a page of the allocator's that is mostly free.
pub type Sparse = fn(*const u8) -> bool;

/// An engine, and what to ask it.
struct Run {
    sparse: Option<Sparse>,
    engine: Engine,
    client: ClientKey,
    chance: SmallRng,
    value: Vec<u8>,
    requests: u64,
}

impl Run {
    fn new(sparse: Option<Sparse>) -> Self {
        russet_commands::link();
        let mut engine = Engine::new(Setup::for_tests(ManualClock::at(1_700_000_000_000)))
            .expect("the commands are sound");
        let client = engine.connect();
        Run {
            sparse,
            engine,
            client,
            chance: SmallRng::seed_from_u64(6),
            value: vec![b'v'; 1 << 16],
            requests: 0,
        }
    }

    fn ask(&mut self, words: &[&[u8]]) -> usize {
        self.requests += 1;
        let reply = self.engine.run(self.client, words);
        assert!(!reply.starts_with(b"-"), "{}", String::from_utf8_lossy(&reply));
        reply.len()
    }

    fn fill(&mut self, load: Load) {
        match load {
            Load::Small => (0..1_000_000).for_each(|n| self.set_small(n)),
            Load::Mixed => (0..200_000).for_each(|n| self.set_mixed(n, PHASES[0])),
        }
    }

    fn churn(&mut self, load: Load) {
        match load {
            Load::Small => (0..4_000_000).for_each(|_| {
                let key = self.chance.random_range(0..1_000_000);
                match self.chance.random() {
                    true => self.set_small(key),
                    false => drop(self.ask(&[b"GET", name("k", key).as_bytes()])),
                }
            }),
            Load::Mixed => PHASES.iter().skip(1).for_each(|size| {
                (0..500_000).for_each(|_| self.mixed(*size));
                self.compact();
            }),
        }
    }

    /// Moves what stands where little else is left, where the allocator can tell: once round all keys, as the server would by
    /// and by.
    fn compact(&mut self) {
        let Some(sparse) = self.sparse else { return };
        while !self.engine.keyspace.compact(32, sparse).finished {}
    }

    fn set_small(&mut self, key: u32) {
        let length = self.chance.random_range(8..=40);
        let value = self.value[..length].to_vec();
        self.ask(&[b"SET", name("k", key).as_bytes(), &value]);
    }

    /// A value of the phase, or a part of one.
    fn word(&mut self, size: usize) -> Vec<u8> {
        let large = if self.chance.random_ratio(1, 20) { 16 } else { 1 };
        let length = size * self.chance.random_range(30..=170usize) * large / 100;
        self.value[..length.clamp(1, self.value.len())].to_vec()
    }

    fn set_mixed(&mut self, key: u32, size: usize) {
        let value = self.word(size);
        self.ask(&[b"SET", name("s", key).as_bytes(), &value]);
    }

    fn mixed(&mut self, size: usize) {
        let (key, small) = (self.chance.random_range(0..200_000), self.chance.random_range(0..40u32));
        let (string, hash, list) = (name("s", key), name("h", key / 8), name("l", key / 8));
        let (string, hash, list) = (string.as_bytes(), hash.as_bytes(), list.as_bytes());
        let field = format!("field{small}");
        match self.chance.random_range(0..100) {
            0..35 => self.set_mixed(key, size),
            35..60 => drop(self.ask(&[b"GET", string])),
            60..66 => {
                let value = self.word(size / 4);
                self.ask(&[b"APPEND", string, &value]);
            }
            66..74 => drop(self.ask(&[b"DEL", string])),
            74..83 => {
                let value = self.word(size / 5);
                self.ask(&[b"HSET", hash, field.as_bytes(), &value]);
            }
            83..87 => drop(self.ask(&[b"HDEL", hash, field.as_bytes()])),
            87..94 => {
                let value = self.word(size / 4);
                self.ask(&[b"RPUSH", list, &value]);
            }
            _ => drop(self.ask(&[b"LPOP", list, b"1"])),
        }
    }

    /// Bytes that a client would get if it read everything.
    fn data(&mut self) -> usize {
        let strings: usize = (0..1_000_000).map(|n| self.ask(&[b"GET", name("k", n).as_bytes()])).sum();
        let mixed: usize = (0..200_000).map(|n| self.ask(&[b"GET", name("s", n).as_bytes()])).sum();
        let parts = (0..25_000).map(|n| {
            self.ask(&[b"HVALS", name("h", n).as_bytes()])
                + self.ask(&[b"LRANGE", name("l", n).as_bytes(), b"0", b"-1"])
        });
        strings + mixed + parts.sum::<usize>()
    }
}

/// A key of sixteen bytes.
fn name(kind: &str, number: u32) -> String {
    format!("{kind}:{number:014}")
}

/// Processor time of this thread.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Resident megabytes that no file backs.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("the kernel counts");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

/// Runs the load that the command line names, and prints what came out: microseconds of a request while filling and while
/// churning; megabytes resident after both, and after a rest; megabytes of data. With `sparse`, values are moved together
/// meanwhile.
pub fn main(sparse: Option<Sparse>) {
    let load = match std::env::args().nth(1).as_deref() {
        Some("small") => Load::Small,
        Some("mixed") => Load::Mixed,
        _ => panic!("say `small` or `mixed`"),
    };
    let mut run = Run::new(sparse);
    let before = resident();
    let mut timed = |what: fn(&mut Run, Load)| {
        let (begun, from) = (cpu(), run.requests);
        what(&mut run, load);
        ((cpu() - begun).as_secs_f64() * 1e6 / (run.requests - from) as f64, resident() - before)
    };
    let (filling, filled) = timed(Run::fill);
    let (churning, churned) = timed(Run::churn);
    std::thread::sleep(REST);
    // Allocators that look for free memory in passing get the occasion.
    let data = run.data() as f64 / f64::from(1 << 20);
    let rested = resident() - before;
    println!("{filling:.4}\t{churning:.4}\t{filled:.2}\t{churned:.2}\t{rested:.2}\t{data:.2}");
}
