//! Which keys a cache loses: those that samples and the pool choose, beside the exact order and chance.

use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use russet_structures::eviction::{Pool, by_frequency, by_idle_time};
use russet_structures::lru_clock::LruClock;
use russet_structures::morris::{Counter, Rules, minute};

use crate::chart::{Chart, Scale};
use crate::plot;
use crate::recency_list::RecencyList;

/// How a key is chosen.
#[derive(Clone, Copy)]
enum Way {
    Random,
    /// The key that was used longest ago.
    Exact,
    /// The oldest of so many samples and, maybe, the pool.
    Lru { samples: usize, pool: bool },
    /// The least used of so many samples and the pool.
    Lfu { samples: usize },
}

/// A key that is not in the cache.
const ABSENT: u32 = u32::MAX;

/// A cache of numbers.
struct Cache {
    way: Way,
    capacity: usize,
    /// Seconds since 1970.
    now: i64,
    keys: Vec<u32>,
    /// Where in `keys` each number stands.
    place: Vec<u32>,
    clocks: Vec<u32>,
    order: RecencyList,
    pool: Pool<u32>,
    random: SmallRng,
}

impl Cache {
    /// An empty cache for numbers below `limit`.
    fn new(way: Way, capacity: usize, limit: usize, seed: u64) -> Cache {
        Cache {
            way,
            capacity,
            now: 1_700_000_000,
            keys: Vec::with_capacity(capacity),
            place: vec![ABSENT; limit],
            clocks: vec![0; limit],
            order: RecencyList::new(limit),
            pool: Pool::new(),
            random: SmallRng::seed_from_u64(seed),
        }
    }

    fn holds(&self, key: u32) -> bool {
        self.place[key as usize] != ABSENT
    }

    /// Reads a key, which is put into the cache if it is not there. Says whether it was.
    fn read(&mut self, key: u32) -> bool {
        let (hit, index) = (self.holds(key), key as usize);
        if hit {
            self.order.touch(key);
        } else {
            if self.keys.len() == self.capacity {
                self.evict();
            }
            self.place[index] = self.keys.len() as u32;
            self.keys.push(key);
            self.order.push(key);
        }
        let (now, random) = (minute(self.now), &mut self.random);
        self.clocks[index] = match self.way {
            Way::Lfu { .. } if hit => {
                let counter = Counter::from_bits(self.clocks[index]);
                counter.touch(Rules::default(), now, || random.next_u64()).bits()
            }
            Way::Lfu { .. } => Counter::new(now).bits(),
            _ => LruClock::at(self.now).bits(),
        };
        hit
    }

    fn draw(&mut self) -> u32 {
        self.keys[self.random.random_range(0..self.keys.len())]
    }

    fn evict(&mut self) {
        let key = match self.way {
            Way::Random => self.draw(),
            Way::Exact => self.order.oldest().unwrap_or(0),
            Way::Lru { samples, pool } => {
                if !pool {
                    self.pool.clear();
                }
                let now = LruClock::at(self.now);
                self.best(samples, |bits| by_idle_time(now.idle_since(LruClock::from_bits(bits))))
            }
            Way::Lfu { samples } => {
                let now = minute(self.now);
                self.best(samples, |bits| by_frequency(Counter::from_bits(bits).read(Rules::default(), now)))
            }
        };
        let place = std::mem::replace(&mut self.place[key as usize], ABSENT);
        self.keys.swap_remove(place as usize);
        if let Some(moved) = self.keys.get(place as usize) {
            self.place[*moved as usize] = place;
        }
        self.order.remove(key);
    }

    /// The best candidate after so many more samples.
    fn best(&mut self, samples: usize, score: impl Fn(u32) -> u64) -> u32 {
        loop {
            for _ in 0..samples {
                let key = self.draw();
                self.pool.offer(score(self.clocks[key as usize]), || key);
            }
            let place = &self.place;
            if let Some((_, key)) = self.pool.pop_if(|key| place[*key as usize] != ABSENT) {
                return key;
            }
        }
    }
}

plot! { "eviction-lru", "Share of keys that are evicted, by age, for several numbers of samples", lru }

/// Keys that fit, and keys in all.
const FIT: usize = 20_000;
const ALL: usize = 30_000;
const GROUPS: usize = 60;
const ROUNDS: u64 = 20;

fn lru() -> Chart {
    let ways = [
        ("exact", Way::Exact),
        ("10 samples and pool", Way::Lru { samples: 10, pool: true }),
        ("5 samples and pool", Way::Lru { samples: 5, pool: true }),
        ("3 samples and pool", Way::Lru { samples: 3, pool: true }),
        ("5 samples, no pool", Way::Lru { samples: 5, pool: false }),
        ("random", Way::Random),
    ];
    let chart = Chart::new(
        "Who is evicted: 20,000 keys fit, 30,000 come",
        ("key, the oldest first", Scale::Linear),
        ("evicted, %", Scale::Linear),
    );
    ways.into_iter().fold(chart.y_range(0.0, 115.0), |chart, (name, way)| {
        let mut evicted = [0usize; GROUPS];
        for round in 0..ROUNDS {
            let mut cache = Cache::new(way, FIT, ALL, round);
            for key in 0..ALL as u32 {
                cache.now += 1;
                cache.read(key);
            }
            for (group, evicted) in evicted.iter_mut().enumerate() {
                let keys = group * ALL / GROUPS..(group + 1) * ALL / GROUPS;
                *evicted += keys.filter(|key| !cache.holds(*key as u32)).count();
            }
        }
        let each = (ALL / GROUPS) as f64;
        let share = |(group, count): (usize, &usize)| {
            ((group as f64 + 0.5) * each, *count as f64 * 100.0 / (each * ROUNDS as f64))
        };
        chart.line(name, evicted.iter().enumerate().map(share).collect())
    })
}

plot! { "eviction-scan", "Hit rate of a Zipf workload over time, with a scan in the middle", scan }

const POPULAR: usize = 100_000;
const CACHED: usize = 10_000;
const USES: usize = 3_000_000;
const USES_PER_SECOND: usize = 1000;
const WINDOW: usize = 50_000;

fn scan() -> Chart {
    let ways = [
        ("LFU, 5 samples and pool", Way::Lfu { samples: 5 }),
        ("LRU, exact", Way::Exact),
        ("LRU, 5 samples and pool", Way::Lru { samples: 5, pool: true }),
        ("random", Way::Random),
    ];
    let chart = Chart::new(
        "Hits of a Zipf workload; a scan from 1M to 2M",
        ("uses", Scale::Linear),
        ("hits among uses that are no scan, %", Scale::Linear),
    );
    ways.into_iter().fold(chart.y_range(40.0, 80.0), |chart, (name, way)| {
        let mut random = SmallRng::seed_from_u64(7);
        let mut cache = Cache::new(way, CACHED, POPULAR + USES, 8);
        let (mut unread, mut hits, mut counted) = (POPULAR as u32, 0usize, 0usize);
        let mut points = Vec::new();
        for n in 1..=USES {
            cache.now += i64::from(n % USES_PER_SECOND == 0);
            if (USES / 3..USES / 3 * 2).contains(&n) && random.random() {
                cache.read(unread);
                unread += 1;
            } else {
                // Evenly spread on a logarithmic axis: the k-th is drawn in proportion to about 1 / k.
                let rank = ((POPULAR as f64 + 1.0).ln() * random.random::<f64>()).exp() - 1.0;
                hits += usize::from(cache.read(rank as u32));
                counted += 1;
            }
            if n % WINDOW == 0 {
                points.push((n as f64, hits as f64 * 100.0 / counted as f64));
                (hits, counted) = (0, 0);
            }
        }
        chart.line(name, points)
    })
}
