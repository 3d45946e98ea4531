//! Random entries: every one equally likely, and never a long search.

use russet_structures::dict::Dict;

use super::{Random, filled, mixed, remove};

/// Chi-square of `rounds` samples per entry over its degrees of freedom: near 1 for a fair choice.
fn unfairness(dict: &Dict<u64>, rounds: usize) -> f64 {
    let largest = *dict.iter().max().unwrap();
    let mut counts = vec![0f64; largest as usize + 1];
    let mut random = Random(42);
    for _ in 0..dict.len() * rounds {
        counts[*dict.sample(|| random.next()).unwrap() as usize] += 1.0;
    }
    let expected = rounds as f64;
    let sum: f64 = dict.iter().map(|&key| (counts[key as usize] - expected).powi(2) / expected).sum();
    sum / (dict.len() - 1) as f64
}

/// `x` lies within 5 standard deviations of 1 for chi-square over that many degrees of freedom.
fn assert_fair(dict: &Dict<u64>, rounds: usize) {
    let x = unfairness(dict, rounds);
    let deviation = (2.0 / (dict.len() - 1) as f64).sqrt();
    assert!((x - 1.0).abs() < 5.0 * deviation, "{x} for {} entries", dict.len());
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn samples_are_uniform() {
    // Sizes with segments of equal depth, of two depths, and with one segment only.
    for size in [2, 6, 8, 20, 100, 700, 900, 1300, 1700, 3100, 6300, 13_000] {
        assert_fair(&filled(0..size), 50);
    }
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn samples_are_uniform_after_removals() {
    let mut dict = filled(0..20_000);
    for key in 2000..20_000 {
        // Remove unevenly: all of one half of the hashes, and two thirds of the other.
        if mixed(&key) >> 63 == 0 || key % 3 != 0 {
            remove(&mut dict, key);
        }
    }
    assert_fair(&dict, 50);
}

/// Hashes that all start alike force a directory much wider than its segments: the exact way must
/// be fair too.
#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn samples_are_uniform_where_rejection_gives_up() {
    let mut dict = Dict::with_capacity(1_000_000);
    for key in 0..100u64 {
        dict.insert_unique(mixed(&key), key, mixed);
    }
    assert_fair(&dict, 200);
}

#[test]
fn a_sample_needs_few_random_numbers() {
    for size in [1, 10, 100, 1000, 5000].into_iter().take(if cfg!(miri) { 3 } else { 5 }) {
        let dict = filled(0..size);
        let mut random = Random(7);
        let mut calls = 0usize;
        for _ in 0..1000 {
            dict.sample(|| {
                calls += 1;
                random.next()
            })
            .unwrap();
        }
        assert!(calls < 2 * 8 * 1000, "{calls} random numbers for 1000 samples of {size}");
    }
}

#[test]
fn neighbours_are_distinct_and_as_many_as_wanted() {
    let mut random = Random(3);
    for size in [1usize, 5, 16, 100, 900, 3000].into_iter().take(if cfg!(miri) { 4 } else { 6 }) {
        let dict = filled(0..size as u64);
        for wanted in [0, 1, 5, 16, 64] {
            let mut seen = Vec::new();
            let n = dict.sample_many_near(|| random.next(), wanted, |&key| seen.push(key));
            assert_eq!(n, seen.len());
            assert_eq!(n, wanted.min(size), "{wanted} of {size}");
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), n, "the same entry twice, {wanted} of {size}");
        }
    }
    // A table made far too large still gives one.
    let mut dict = Dict::with_capacity(100_000);
    dict.insert_unique(mixed(&1), 1, mixed);
    assert_eq!(dict.sample_many_near(|| random.next(), 5, |_| {}), 1);
}

/// Who asks for the next sample's buckets and walks it later must be told the same numbers: as many as the walk takes.
#[test]
fn what_is_asked_for_in_advance_takes_the_same_random_numbers() {
    for size in [1u64, 10, 1000, 20_000].into_iter().take(if cfg!(miri) { 2 } else { 4 }) {
        let dict = filled(0..size);
        let (mut walk, mut ahead) = (Random(5), Random(5));
        for _ in 0..100 {
            dict.sample_many_near(|| walk.next(), 5, |_| {});
            dict.prefetch_near(|| ahead.next());
            assert_eq!(walk.0, ahead.0, "of {size}");
        }
        let mut tries = 0;
        dict.prefetch_sample(|| {
            tries += 1;
            ahead.next()
        });
        assert_eq!(tries, 2, "one slot is tried");
    }
    Dict::<u64>::new().prefetch_near(|| 7);
    Dict::<u64>::new().prefetch_sample(|| 7);
}

/// Bug class: whoever always begins with a bucket's first entry and wants fewer than it holds never sees its last.
#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn no_entry_hides_from_those_who_want_few() {
    let size = 3000;
    let dict = filled(0..size as u64);
    let (mut seen, mut random) = (vec![0u32; size], Random(11));
    let rounds = 60_000;
    for _ in 0..rounds {
        dict.sample_many_near(|| random.next(), 5, |&key| seen[key as usize] += 1);
    }
    // Each is seen a hundred times on average; behind empty slots more often, behind others less.
    let (least, most) = (seen.iter().min().copied(), seen.iter().max().copied());
    assert!(
        least.is_some_and(|least| least > 20) && most.is_some_and(|most| most < 500),
        "{least:?} {most:?}"
    );
}

/// Both ways of choosing many: every entry comes at most once, and equally often in the long run.
#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn distinct_samples_differ_and_are_uniform() {
    for (size, wanted) in
        [(1, 1), (10, 3), (1000, 100), (1000, 249), (1000, 251), (5000, 4999), (300, 300), (300, 900)]
    {
        let dict = filled(0..size as u64);
        let (mut counts, mut random) = (vec![0f64; size], Random(size as u64));
        let rounds = 300;
        for _ in 0..rounds {
            let mut seen = std::collections::HashSet::new();
            let visited = dict.sample_distinct(|| random.next(), wanted, |&key| assert!(seen.insert(key)));
            assert_eq!((visited, seen.len()), (wanted.min(size), wanted.min(size)));
            seen.into_iter().for_each(|key| counts[key as usize] += 1.0);
        }
        let likely = wanted.min(size) as f64 / size as f64;
        if likely < 1.0 {
            let (mean, variance) = (rounds as f64 * likely, rounds as f64 * likely * (1.0 - likely));
            let x =
                counts.iter().map(|count| (count - mean).powi(2) / variance).sum::<f64>() / (size - 1) as f64;
            assert!((x - 1.0).abs() < 5.0 * (2.0 / (size - 1) as f64).sqrt(), "{x}: {wanted} of {size}");
        }
    }
    assert_eq!(Dict::<u64>::new().sample_distinct(|| 0, 5, |_| unreachable!()), 0);
}
