//! The radix tree beside `BTreeMap` and the hash table of fields: bytes per key, time of a lookup and of a walk, for
//! keys that share much and keys that share nothing.

use std::collections::BTreeMap;

use ahash::RandomState;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use russet_structures::map::Map;
use russet_structures::rax::{Rax, Seek};

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, sizes, time};
use crate::plot;

type Keys = Vec<Vec<u8>>;
type Make = fn(usize) -> Keys;

/// Ids of a stream's nodes as Redis keeps them, 16 bytes with the largest first; one every 100 ms or so, in order.
fn ids(count: usize) -> Keys {
    let mut random = SmallRng::seed_from_u64(1);
    let mut id = |n: u64| u128::from(1_700_000_000_000 + n * 100 + random.random_range(0..100)) << 64;
    (0..count as u64).map(|n| id(n).to_be_bytes().to_vec()).collect()
}

/// Addresses of the pages of a few shops: up to ten pages of up to a thousand articles of each section.
fn urls(count: usize) -> Keys {
    let sections = ["books", "music", "garden", "kitchen", "toys"];
    let url = |n: usize| {
        let (page, article, section) = (n % 10, n / 10 % 1000, n / 10_000);
        let name = sections[section % sections.len()];
        format!("https://www.shop{:02}.example.com/{name}/article-{article:04}/reviews/{page}", section / 5).into_bytes()
    };
    let mut keys: Keys = (0..count).map(url).collect();
    keys.shuffle(&mut SmallRng::seed_from_u64(2));
    keys
}

/// 16 bytes of chance.
fn chance(count: usize) -> Keys {
    let mut random = SmallRng::seed_from_u64(3);
    (0..count).map(|_| random.random::<[u8; 16]>().to_vec()).collect()
}

fn rax(keys: &Keys) -> Rax<u64> {
    let mut tree = Rax::new();
    for (key, n) in keys.iter().zip(0..) {
        tree.insert(key, n);
    }
    tree
}

fn btree(keys: &Keys) -> BTreeMap<Box<[u8]>, u64> {
    let mut tree = BTreeMap::new();
    for (key, n) in keys.iter().zip(0..) {
        tree.insert(key.clone().into_boxed_slice(), n);
    }
    tree
}

fn map(keys: &Keys) -> Map<RandomState> {
    let mut map = Map::with_hasher(RandomState::with_seeds(1, 2, 3, 4));
    for (key, n) in keys.iter().zip(0u64..) {
        map.insert(key, &n.to_le_bytes());
    }
    map
}

fn counts() -> Vec<usize> {
    sizes(1000, 1_000_000, 7)
}

type Points = Vec<(f64, f64)>;

fn chart(what: &str, unit: &str, [rax, btree, map]: [Points; 3]) -> Chart {
    Chart::new(what, ("keys", Scale::Log), (unit, Scale::Linear))
        .line("Rax<u64>", rax)
        .line("BTreeMap<Box<[u8]>, u64>", btree)
        .line("Map (hash table)", map)
}

fn bytes(what: &str, make: Make) -> Chart {
    let mut points = [const { Points::new() }; 3];
    for count in counts() {
        let keys = make(count);
        let taken = [bytes_of(|| rax(&keys)).0, bytes_of(|| btree(&keys)).0, bytes_of(|| map(&keys)).0];
        for (points, taken) in points.iter_mut().zip(taken) {
            points.push((count as f64, taken as f64 / count as f64));
        }
    }
    // Room above the lines for the legend.
    let most = points.iter().flatten().fold(0.0f64, |most, point| most.max(point.1));
    chart(&format!("Memory: {what}"), "heap bytes per key", points).y_range(0.0, most * 1.4)
}

fn get(what: &str, make: Make) -> Chart {
    let mut points = [const { Points::new() }; 3];
    for count in counts() {
        let mut keys = make(count);
        let (tree, other, map) = (rax(&keys), btree(&keys), map(&keys));
        keys.shuffle(&mut SmallRng::seed_from_u64(4));
        let wanted = &keys[..count.min(200_000)];
        let times = compare(
            5,
            wanted.len(),
            vec![
                Box::new(|| time(|| wanted.iter().filter_map(|key| tree.get(key)).sum::<u64>())),
                Box::new(|| time(|| wanted.iter().filter_map(|key| other.get(&key[..])).sum::<u64>())),
                Box::new(|| time(|| wanted.iter().filter_map(|key| map.get(key)).map(<[u8]>::len).sum::<usize>())),
            ],
        );
        for (points, time) in points.iter_mut().zip(times) {
            points.push((count as f64, time));
        }
    }
    chart(&format!("Lookup in random order: {what}"), "ns per lookup", points)
}

plot! { "rax-bytes-ids", "Bytes per key: ids of a stream's nodes", bytes_ids }
plot! { "rax-bytes-urls", "Bytes per key: addresses with common beginnings", bytes_urls }
plot! { "rax-bytes-random", "Bytes per key: 16 random bytes", bytes_random }
plot! { "rax-get-ids", "Time of a lookup: ids of a stream's nodes", get_ids }
plot! { "rax-get-urls", "Time of a lookup: addresses with common beginnings", get_urls }
plot! { "rax-get-random", "Time of a lookup: 16 random bytes", get_random }

fn bytes_ids() -> Chart {
    bytes("ids of a stream's nodes (16 bytes)", ids)
}

fn bytes_urls() -> Chart {
    bytes("addresses (about 60 bytes)", urls)
}

fn bytes_random() -> Chart {
    bytes("random keys (16 bytes)", chance)
}

fn get_ids() -> Chart {
    get("ids of a stream's nodes", ids)
}

fn get_urls() -> Chart {
    get("addresses", urls)
}

fn get_random() -> Chart {
    get("random keys", chance)
}

plot! { "rax-walk", "Time to go to the next key, from the first to the last", walk }

fn walk() -> Chart {
    let chart = Chart::new("A walk over all keys", ("keys", Scale::Log), ("ns per key", Scale::Linear));
    let shapes = [("ids", ids as Make), ("random keys", chance)];
    shapes.into_iter().fold(chart, |chart, (name, make)| {
        let (mut ours, mut theirs) = (Points::new(), Points::new());
        for count in counts() {
            let keys = make(count);
            let (tree, other) = (rax(&keys), btree(&keys));
            let steps = || {
                let (mut cursor, mut sum) = (tree.seek(Seek::First), 0);
                while let Some((key, value)) = cursor.entry() {
                    sum += value + u64::from(key[15]);
                    cursor.move_next();
                }
                sum
            };
            let times = compare(
                5,
                count,
                vec![
                    Box::new(|| time(steps)),
                    Box::new(|| time(|| other.iter().map(|(key, value)| value + u64::from(key[15])).sum::<u64>())),
                ],
            );
            ours.push((count as f64, times[0]));
            theirs.push((count as f64, times[1]));
        }
        chart.line(&format!("cursor of a Rax: {name}"), ours).line(&format!("BTreeMap: {name}"), theirs)
    })
}
