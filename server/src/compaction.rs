//! Compaction: when memory that is free lies between memory that is not, the keyspace is asked to move together.
//!
//! How much lies between is the difference between what is resident and what is in use; part of it are code, buffers and
//! pages that are kept for what comes next. So a round over all keys begins where a tenth of the memory in use and some
//! megabytes are lost, and after one that moved little the next one waits. Rounds are cut into pieces, one in each cron, of
//! two hundredths of the time at a tenth lost and eight at most.
//!
//! While a child saves nothing moves: pages that are written to have to be copied then.

use crate::server::Server;
use crate::sys::{alloc, memory, sparse};
use std::time::{Duration, Instant};

/// Less than this is not worth a round.
const WORTH: usize = 16 << 20;
/// This part of what is in use may be lost.
const TOLERATED: f64 = 0.1;
/// The share of the time that is spent where all that is in use is lost once more, and at most.
const TIME: f64 = 0.2;
const TIME_AT_MOST: f64 = 0.08;
/// Keys between two looks at the clock.
const KEYS: usize = 32;
/// How often is looked whether there is something to do.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The pause after a round that moved less than a fiftieth of what is lost.
const REST: Duration = Duration::from_secs(30);

/// How far compaction has come.
#[derive(Default)]
pub(crate) struct Progress {
    /// What is lost, as a share of what is in use; 0 where that is nothing to speak of.
    lost: f64,
    looked: Option<Instant>,
    /// Bytes moved in this round.
    moved: usize,
    rests_until: Option<Instant>,
}

/// What is lost, as a share of what is in use, if it is worth a round.
fn lost(used: usize, resident: usize) -> f64 {
    let lost = resident.saturating_sub(used);
    let share = lost as f64 / used.max(1) as f64;
    if lost < WORTH || share < TOLERATED { 0.0 } else { share }
}

impl Server {
    /// Does a piece of a round, if there is one to be done. `hz` of these are called in a second.
    pub(crate) fn compact(&mut self, now: Instant, hz: u32) {
        let progress = &mut self.cron.compaction;
        if progress.rests_until.is_some_and(|until| now < until) {
            return;
        }
        if progress.looked.is_none_or(|at| now - at >= LOOK_EVERY) {
            progress.looked = Some(now);
            progress.lost = lost(alloc::used_memory(), memory::resident());
        }
        let share = (progress.lost * TIME).min(TIME_AT_MOST);
        if share == 0.0 || self.host().is_some_and(|host| host.children.any()) {
            return;
        }
        let time = Duration::from_secs_f64(share / f64::from(hz));
        while now.elapsed() < time {
            let done = self.engine.keyspace.compact(KEYS, sparse::is_sparse);
            let progress = &mut self.cron.compaction;
            progress.moved += done.moved;
            if done.finished {
                let lost = (progress.lost * alloc::used_memory() as f64) as usize;
                if std::mem::take(&mut progress.moved) < lost / 50 {
                    progress.rests_until = Some(now + REST);
                }
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use russet_engine::{Engine, ManualClock, Setup};

    /// Everything is moved, and nobody can tell.
    #[test]
    fn values_of_all_types_stay_what_they_are() {
        russet_commands::link();
        let clock = ManualClock::at(1_700_000_000_000);
        let mut engine = Engine::new(Setup::for_tests(clock)).unwrap();
        let client = engine.connect();
        let run = |engine: &mut Engine, line: &str| {
            let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            engine.run(client, &words)
        };
        let long = "long".repeat(700);
        let mut lines =
            vec![format!("SET long {long}"), format!("APPEND long {long}"), "SET volatile v PX 5000".into()];
        for n in 0..300 {
            lines.push(format!("SET key:{n} {n}text"));
            lines.push(format!("SET number:{n} {n}"));
            lines.push(format!("HSET small field{} {n}", n % 5));
            lines.push(format!("HSET table field{n} a-value-that-takes-a-block-{n}"));
            lines.push(format!("SADD ints {n}"));
            lines.push(format!("SADD words word{}", n % 20));
            lines.push(format!("SADD many a-member-with-many-letters-{n}"));
            lines.push(format!("RPUSH list {n} element{n}"));
            lines.push(format!("RPUSH queue:{} {n}", n % 100));
            lines.push(format!("ZADD board:{} {n} member{n}", n % 30));
            lines.push(format!("XADD stream {}-1 field {n}", n + 1));
        }
        for line in &lines {
            assert!(!run(&mut engine, line).starts_with(b"-"), "{line}");
        }
        let mut keys: Vec<String> =
            ["long", "volatile", "small", "table", "ints", "words", "many", "list", "stream"]
                .map(String::from)
                .to_vec();
        keys.extend((0..300).flat_map(|n| [format!("key:{n}"), format!("number:{n}")]));
        keys.extend((0..30).flat_map(|n| [format!("queue:{n}"), format!("board:{n}")]));
        // A table's order is its own affair, so of tables the members are looked at and not the dump.
        let told = |engine: &mut Engine| -> Vec<Vec<u8>> {
            keys.iter()
                .flat_map(|key| {
                    let what = match key.as_str() {
                        "table" => "HGETALL",
                        "many" => "SMEMBERS",
                        _ => "DUMP",
                    };
                    [format!("{what} {key}"), format!("PTTL {key}"), format!("OBJECT ENCODING {key}")]
                })
                .map(|line| run(engine, &line))
                .collect()
        };
        let before = told(&mut engine);
        let mut moved = 0;
        loop {
            let done = engine.keyspace.compact(7, |_| true);
            moved += done.moved;
            if done.finished {
                break;
            }
        }
        assert!(moved > 20_000, "{moved}");
        assert!(told(&mut engine) == before);
        assert_eq!(engine.keyspace.compact(7, |_| false).moved, 0);
        assert_eq!(run(&mut engine, "FLUSHALL"), b"+OK\r\n");
        assert!(engine.keyspace.databases().iter().all(|db| db.is_empty()));
    }

    #[test]
    fn a_little_that_is_lost_is_tolerated() {
        const MB: usize = 1 << 20;
        assert_eq!([lost(100 * MB, 110 * MB), lost(10 * MB, 20 * MB), lost(MB, 0)], [0.0; 3]);
        assert_eq!(lost(1000 * MB, 1090 * MB), 0.0);
        assert_eq!(lost(100 * MB, 150 * MB), 0.5);
    }
}
