//! Eviction pool: the best of all keys that were ever looked at, sixteen of them.
//!
//! # What problem does it solve?
//!
//! Memory is full and a key has to go: the one that was used longest ago, or least often, or that expires first. To have
//! it at hand, all keys must be kept in that order, and be moved in it with every use. Redis keeps no order. It draws a
//! few keys at random (`maxmemory-samples`, 5 by default) and takes the one of them that should go first.
//! The oldest of five random keys is older than five sixths of all keys, on average, and now and then a young one.
//!
//! The pool makes much more of the same samples. What was drawn and not evicted is not forgotten: the sixteen best
//! candidates so far stay, and each new sample competes with all of them. A key that was seen once and is older than
//! anything seen since will go, though it was drawn long before.
//!
//! # What was there before?
//!
//! A list of all keys in the order of use, exact, 16 bytes a key. CLOCK (Corbato, 1968) goes round all pages with one bit
//! for each. Redis took the best of the samples alone until version 3.0 brought the pool. Psounis and Prabhakar ("A
//! randomized web-cache replacement scheme", INFOCOM 2001) had shown what keeping a few of the samples does: most of
//! what there is to be gained.
//!
//! # What does it look like?
//!
//! ```text
//!   score     0    1    2          ...          14   15
//!          +----+----+----+------- ··· -------+----+----+
//!          | 12 | 40 | 41 |                   |900 |977 |  ---> evicted next
//!          +----+----+----+------- ··· -------+----+----+
//!           ^                 ascending
//!           pushed out when something better comes
//! ```
//!
//! Each candidate is a score and what the caller calls a key by: its name, its hash, a place. The higher the score, the
//! sooner it should go:
//!
//! | policy | score |
//! |---|---|
//! | `allkeys-lru`, `volatile-lru` | idle time, in seconds: [`by_idle_time`] |
//! | `allkeys-lfu`, `volatile-lfu` | 255 - counter after decay: [`by_frequency`] |
//! | `volatile-ttl` | 2^63 - 1 - time of expiry in milliseconds: [`by_expiry`] |
//!
//! ```
//! use russet_structures::eviction::{Pool, by_frequency};
//!
//! let mut pool = Pool::new();
//! for (key, frequency) in [("a", 12), ("b", 5), ("c", 200), ("d", 0)] {
//!     pool.offer(by_frequency(frequency), || key);
//! }
//! let order: Vec<_> = std::iter::from_fn(|| pool.pop()).collect();
//! assert_eq!(order, [(0xff, "d"), (0xfa, "b"), (0xf3, "a"), (0x37, "c")]);
//! ```
//!
//! # How does an eviction go?
//!
//! ```text
//!   1. draw maxmemory-samples keys, offer each with its score
//!   2. take the last out of the pool
//!   3. is it still there? if not, back to 2; when the pool is empty, back to 1
//!   4. evict it; is there memory enough? if not, back to 1
//! ```
//!
//! The pool outlives the evictions. So it may hold keys that have been deleted meanwhile, or that it holds twice since they
//! were drawn twice: ghosts. Only the caller can tell (step 3), which is why the pool does not promise that a key is there.
//!
//! ```
//! use std::collections::HashMap;
//! use russet_structures::eviction::{Pool, by_idle_time};
//!
//! let mut idle = HashMap::from([("a", 10), ("b", 60), ("c", 30)]);
//! let mut pool = Pool::new();
//! idle.iter().for_each(|(key, seconds)| pool.offer(by_idle_time(*seconds), || *key));
//! idle.remove("b");
//! assert_eq!(pool.pop_if(|key| idle.contains_key(key)), Some((30, "c")));
//! ```
//!
//! # How close does it come?
//!
//! A cache is filled with 20,000 keys, which are used once in their order. Then 10,000 more come, and each of them evicts one.
//! An exact order would evict the first 10,000 and nothing else:
//!
//! ![Share of keys that were evicted against their age, for 3, 5 and 10 samples, without pool, at random, and exact](../../../../docs/src/plots/structures/eviction-lru.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots eviction
//! ```
//!
//! With the pool nothing young goes: 5 samples evict no key of the newer half, while without the pool they reach far into
//! it. More samples make the edge steeper, up to where 10 come close to the exact order, at twice the price.
//!
//! The tops of the curves are no fault of the pool. A key that is old and stays was never drawn: 10,000 evictions with 5
//! samples each are 2.5 draws for each of the 20,000 places, and e^-2.5 = 8% of them are missed. With 3 samples it is e^-1.5 =
//! 22%, with 10 it is less than 1%. Their turn comes later, since they stay the oldest.
//!
//! # Is the oldest the right one?
//!
//! Not if a job reads everything once. Below, a tenth of the keys fits into the cache; uses follow Zipf's law (the k-th key is
//! used in proportion to 1/k), and in the middle third every second use belongs to a scan, whose keys are never used again:
//!
//! ![Hit rate over time with a scan in the middle, of LFU, LRU, exact LRU and random eviction](../../../../docs/src/plots/structures/eviction-scan.svg)
//!
//! For LRU, what the scan has touched last is the best there is, and popular keys have to go for it. For LFU it is a new key
//! with a counter of 5, which goes before anything that is used more than now and then. So LFU loses less to the scan, and
//! is ahead without one too. The two LRU lines are hard to tell apart: where the workload is spread like this, five
//! samples and a pool do what a list of all keys does.
//!
//! # What can it do, and at what cost?
//!
//! | operation | cost |
//! |---|---|
//! | [`offer`](Pool::offer) | O(1): at most 16 comparisons and moves; the key is made only if it is admitted |
//! | [`pop`](Pool::pop), [`pop_if`](Pool::pop_if) | O(1) a candidate |
//! | [`admits`](Pool::admits), [`len`](Pool::len), [`clear`](Pool::clear) | O(1) |
//! | [`forget`](Pool::forget) | O(1): looks at 16 candidates |
//!
//! # What does it cost?
//!
//! `16 * (8 + key)` bytes for the whole server, where `key` is the size of what stands for a key, and what the keys
//! own: 256 bytes if that is a hash of 8 bytes. Nothing per key in the database, where a list takes 8 or 16 bytes for each.
//!
//! In time it is the other way about: a list has the oldest at hand, and a sample is a look at a random key, which is rarely
//! in the processor's caches. Among a million keys an eviction with five samples takes 60 nanoseconds to some hundreds, by how many clocks the caches hold
//! (`cargo bench -p russet-structures -- eviction/evict`). But the list has to be kept in order with every use, the
//! pool does its work only when something goes, and a cache is there to be read more often than that.
//!
//! # What is it bad at?
//!
//! - **Scores grow stale.** A candidate that is used after it was drawn keeps its old score and goes all the same. A caller
//!   that minds asks again in [`pop_if`](Pool::pop_if), which costs a look that is made anyway.
//! - **Another policy needs an empty pool**: scores of one say nothing under another. [`clear`](Pool::clear) it.
//! - **LFU has 256 scores.** Where most keys have a counter of 0, the pool is full of equals, and the choice among them is
//!   chance.
//!
//! # How does it differ from Redis's?
//!
//! Sixteen candidates, ascending, the same rules for what is admitted and what is pushed out. Redis keeps a copy of each
//! key's name, in a buffer that it uses again for names up to 255 bytes, and the number of its database; here that is up
//! to the caller, by `K`. Redis's scores of LRU are milliseconds of a clock that counts seconds.

#[cfg(test)]
mod tests;

/// Candidates that a pool holds at most.
pub const CAPACITY: usize = 16;

/// The score of what has not been used for so long. The unit is the caller's, but always the same.
#[inline]
pub const fn by_idle_time(idle: u32) -> u64 {
    idle as u64
}

/// The score of what has this counter, after decay; see [`Counter::read`](crate::morris::Counter::read).
#[inline]
pub const fn by_frequency(counter: u8) -> u64 {
    (u8::MAX - counter) as u64
}

/// The score of what expires at this time, in milliseconds since 1970: the sooner, the higher.
#[inline]
pub const fn by_expiry(unix_ms: i64) -> u64 {
    // Times before 1970 are below all others, as in the order of i64.
    u64::MAX - ((unix_ms as u64) ^ (1 << 63))
}

/// The best candidates for eviction so far; see the [module's page](self).
///
/// Invariant: scores ascend, and there are at most [`CAPACITY`].
#[derive(Clone, Debug)]
pub struct Pool<K> {
    candidates: Vec<(u64, K)>,
}

// What the page says a candidate costs, where keys are called by their hash.
const _: () = assert!(size_of::<(u64, u64)>() == 8 + size_of::<u64>());

impl<K> Pool<K> {
    /// An empty pool. Allocates nothing before the first candidate comes.
    pub const fn new() -> Pool<K> {
        Pool { candidates: Vec::new() }
    }

    /// Number of candidates, 0 to 16. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    /// Whether there are no candidates. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// Whether a candidate with this score would get in: there is room, or it is better than the worst. O(1).
    #[inline]
    pub fn admits(&self, score: u64) -> bool {
        match self.candidates.first() {
            Some(worst) => self.candidates.len() < CAPACITY || score > worst.0,
            None => true,
        }
    }

    /// Puts a candidate in its place, if it is admitted, and pushes out the worst if there is no room. `key` is called only
    /// if it is. Among equals, who came first goes first. O(1).
    pub fn offer(&mut self, score: u64, key: impl FnOnce() -> K) {
        if !self.admits(score) {
            return;
        }
        // From the worst on, as most candidates that come are not much better than that.
        let mut at = self.candidates.iter().take_while(|candidate| candidate.0 < score).count();
        if self.candidates.len() == CAPACITY {
            // What is pushed out leaves its place to those below the new one.
            at -= 1;
            self.candidates[..=at].rotate_left(1);
            self.candidates[at] = (score, key());
        } else {
            self.candidates.reserve_exact(CAPACITY - self.candidates.len());
            self.candidates.insert(at, (score, key()));
        }
    }

    /// Takes the best candidate out. O(1).
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, K)> {
        self.candidates.pop()
    }

    /// Takes candidates out, the best first, until one is accepted; the others are dropped. O(1) for each.
    pub fn pop_if(&mut self, mut accept: impl FnMut(&K) -> bool) -> Option<(u64, K)> {
        while let Some(candidate) = self.pop() {
            if accept(&candidate.1) {
                return Some(candidate);
            }
        }
        None
    }

    /// Drops the candidates that `gone` says are no more, as when a database is flushed. O(1).
    pub fn forget(&mut self, mut gone: impl FnMut(&K) -> bool) {
        self.candidates.retain(|candidate| !gone(&candidate.1));
    }

    /// Drops all candidates. O(1).
    pub fn clear(&mut self) {
        self.candidates.clear();
    }

    /// Scores and candidates, the worst first. O(1) each.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &K)> + ExactSizeIterator {
        self.candidates.iter().map(|(score, key)| (*score, key))
    }

    /// Checks the invariants. O(1).
    ///
    /// # Errors
    /// Says which one is broken.
    pub fn validate(&self) -> Result<(), String> {
        if self.candidates.len() > CAPACITY {
            return Err(format!("{} candidates are more than {CAPACITY}", self.candidates.len()));
        }
        match self.candidates.windows(2).position(|pair| pair[0].0 > pair[1].0) {
            Some(at) => Err(format!("candidate {at} is better than the one behind it")),
            None => Ok(()),
        }
    }
}

impl<K> Default for Pool<K> {
    fn default() -> Self {
        Pool::new()
    }
}
