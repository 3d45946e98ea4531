//! What it costs to note a use: a store into what was read, or a move in a list of all keys.

use std::hint::black_box;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use russet_structures::lru_clock::LruClock;

use crate::chart::{Chart, Scale};
use crate::measure::{compare, sizes, time};
use crate::plot;
use crate::recency_list::RecencyList;

plot! { "lru_clock-touch", "Time to read a key, to note the use in its clock or in a list, by number of keys", touch }

/// A key with its value and its clock: a cache line.
#[derive(Clone, Default)]
#[repr(align(64))]
struct Entry {
    clock: LruClock,
    value: [u32; 15],
}

const USES: usize = 1 << 18;

fn touch() -> Chart {
    let (mut read, mut clock, mut list) = (Vec::new(), Vec::new(), Vec::new());
    for count in sizes(1000, 4_000_000, 13) {
        let mut random = SmallRng::seed_from_u64(1);
        let keys: Vec<u32> = (0..USES).map(|_| random.random_range(0..count as u32)).collect();
        let entries = vec![Entry::default(); count];
        let mut clocks = entries.clone();
        let mut order = RecencyList::new(count);
        (0..count as u32).for_each(|key| order.push(key));
        let now = LruClock::at(black_box(1_700_000_000));
        let sum = |entries: &[Entry], key: u32| entries[key as usize].value[0];
        let times = compare(
            7,
            USES,
            vec![
                Box::new(|| time(|| keys.iter().fold(0u32, |all, key| all.wrapping_add(sum(&entries, *key))))),
                Box::new(|| {
                    time(|| {
                        keys.iter().fold(0u32, |all, key| {
                            clocks[*key as usize].clock = now;
                            all.wrapping_add(sum(&clocks, *key))
                        })
                    })
                }),
                Box::new(|| {
                    time(|| {
                        keys.iter().fold(0u32, |all, key| {
                            order.touch(*key);
                            all.wrapping_add(sum(&entries, *key))
                        })
                    })
                }),
            ],
        );
        for (points, time) in [&mut read, &mut clock, &mut list].into_iter().zip(times) {
            points.push((count as f64, time));
        }
    }
    Chart::new("Noting a use", ("keys", Scale::Log), ("ns per use", Scale::Linear))
        .line("reading the value only", read)
        .line("and storing the time", clock)
        .line("and moving to the front of a list", list)
}
