//! What a use and an eviction cost: clocks, counters and the pool beside a plain counter and a list of all keys.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use russet_structures::eviction::{Pool, by_idle_time};
use russet_structures::lru_clock::LruClock;
use russet_structures::morris::{Counter, Rules};

use crate::bench;

#[path = "../../examples/study/recency_list.rs"]
mod recency_list;
use recency_list::RecencyList;

bench!(uses);
bench!(evictions);

const KEYS: usize = 1_000_000;
const USES: usize = 10_000;

fn keys() -> Vec<u32> {
    let mut random = SmallRng::seed_from_u64(1);
    (0..USES).map(|_| random.random_range(0..KEYS as u32)).collect()
}

/// Uses of random keys among a million.
fn uses(criterion: &mut Criterion) {
    let keys = keys();
    let mut group = criterion.benchmark_group("eviction/use");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(USES as u64));
    let mut words = vec![0u32; KEYS];
    group.bench_function("plain u32 counter", |bencher| {
        bencher.iter(|| keys.iter().for_each(|key| words[*key as usize] = words[*key as usize].saturating_add(1)));
    });
    let now = LruClock::at(black_box(1_700_000_000));
    group.bench_function("lru clock", |bencher| {
        bencher.iter(|| keys.iter().for_each(|key| words[*key as usize] = now.bits()));
    });
    let (mut random, mut minute) = (SmallRng::seed_from_u64(2), 0u16);
    words.fill(Counter::new(minute).bits());
    group.bench_function("morris counter", |bencher| {
        bencher.iter(|| {
            // Time goes on, so that counters decay as well.
            minute = minute.wrapping_add(1);
            for key in &keys {
                let word = &mut words[*key as usize];
                *word = Counter::from_bits(*word).touch(Rules::default(), minute, || random.next_u64()).bits();
            }
        });
    });
    let mut list = RecencyList::new(KEYS);
    (0..KEYS as u32).for_each(|key| list.push(key));
    group.bench_function("list of all keys", |bencher| {
        bencher.iter(|| keys.iter().for_each(|key| list.touch(*key)));
    });
    group.finish();
}

/// Evictions from a million keys, each of which makes room for a new one.
fn evictions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("eviction/evict");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    for samples in [3, 5, 10] {
        let (mut random, mut clock) = (SmallRng::seed_from_u64(3), 0i64);
        let mut clocks: Vec<LruClock> = (0..KEYS).map(|_| LruClock::at(random.random_range(-(KEYS as i64)..0))).collect();
        let mut pool = Pool::new();
        group.bench_function(format!("pool/{samples} samples"), |bencher| {
            bencher.iter(|| {
                clock += 1;
                let now = LruClock::at(clock);
                for _ in 0..samples {
                    let key = random.random_range(0..KEYS);
                    pool.offer(by_idle_time(now.idle_since(clocks[key])), || key);
                }
                if let Some((_, key)) = pool.pop() {
                    clocks[key] = now;
                }
            });
        });
    }
    let mut list = RecencyList::new(KEYS);
    (0..KEYS as u32).for_each(|key| list.push(key));
    group.bench_function("list of all keys", |bencher| {
        bencher.iter(|| {
            if let Some(oldest) = list.oldest() {
                list.remove(oldest);
                list.push(oldest);
            }
        });
    });
    group.finish();

    let mut random = SmallRng::seed_from_u64(4);
    let scores: Vec<u64> = (0..USES).map(|_| random.random_range(0..1000)).collect();
    let mut group = criterion.benchmark_group("eviction/offer");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(USES as u64));
    group.bench_function("pool, one in five taken out", |bencher| {
        bencher.iter(|| {
            let mut pool = Pool::new();
            for (n, score) in scores.iter().enumerate() {
                pool.offer(*score, || n);
                if n % 5 == 4 {
                    black_box(pool.pop());
                }
            }
        });
    });
    group.finish();
}
